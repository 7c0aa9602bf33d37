#include "activations.h"
#include "parts.h"

namespace dit {
namespace {

template <class T>
void activate(Activation activation, const T* x, T* y, int64_t count) {
  with_functions<T>(activation, [=](auto f) {
    for_lanes(count, [=](int64_t i, auto lanes) { store(y + i, f.value(load(x + i, lanes)), lanes); });
  });
}

template <class T>
void activate_backward(Activation activation, const T* dy, const T* x, T* dx, int64_t count) {
  with_functions<T>(activation, [=](auto f) {
    for_lanes(count, [=](int64_t i, auto lanes) {
      store(dx + i, load(dy + i, lanes) * f.slope(load(x + i, lanes)), lanes);
    });
  });
}

template <class T>
void swiglu(const T* x, int64_t rows, int64_t width, T* y) {
  for (int64_t row = 0; row < rows; ++row, x += 2 * width, y += width) {
    for_lanes(width, [=](int64_t i, auto lanes) {
      store(y + i, Silu<is_rough<T>>::value(load(x + i, lanes)) * load(x + width + i, lanes), lanes);
    });
  }
}

template <class T>
void swiglu_backward(const T* dy, const T* x, int64_t rows, int64_t width, T* dx) {
  for (int64_t row = 0; row < rows; ++row, dy += width, x += 2 * width, dx += 2 * width) {
    for_lanes(width, [=](int64_t i, auto lanes) {
      const Vec d = load(dy + i, lanes), a = load(x + i, lanes), b = load(x + width + i, lanes);
      const Vec s = sigmoid<is_rough<T>>(a);
      store(dx + i, d * b * Silu<is_rough<T>>::slope(a, s), lanes);
      store(dx + width + i, d * a * s, lanes);
    });
  }
}

template <class T>
void column_sums(const T* x, int64_t rows, int64_t width, float* sums) {
  for_lanes(width, [=](int64_t i, auto lanes) {
    Vec total{};
    for (int64_t row = 0; row < rows; ++row) total += load(x + row * width + i, lanes);
    store(sums + i, total, lanes);
  });
}

template <class X, class Y>
void gated(const X* x, const float* gate, const Y* branch, int64_t rows, int64_t width, X* out) {
  for (int64_t row = 0; row < rows; ++row, x += width, branch += width, out += width) {
    for_lanes(width, [=](int64_t i, auto lanes) {
      store(out + i, load(x + i, lanes) + load(gate + i, lanes) * load(branch + i, lanes), lanes);
    });
  }
}

template <class X, class Y>
void gated_backward(const X* dout, const float* gate, const Y* branch, int64_t rows, int64_t width, Y* dbranch,
                    float* dgate) {
  for (int64_t row = 0; row < rows; ++row, dout += width, branch += width, dbranch += width) {
    for_lanes(width, [=](int64_t i, auto lanes) {
      const Vec d = load(dout + i, lanes);
      store(dbranch + i, load(gate + i, lanes) * d, lanes);
      store(dgate + i, load(dgate + i, lanes) + d * load(branch + i, lanes), lanes);
    });
  }
}

template <class T>
void add(ElementKernels<T>& kernels) {
  kernels.activate = activate<T>;
  kernels.activate_backward = activate_backward<T>;
  kernels.swiglu = swiglu<T>;
  kernels.swiglu_backward = swiglu_backward<T>;
  kernels.column_sums = column_sums<T>;
}

template <class X, class Y>
void add(StreamKernels<X, Y>& kernels) {
  kernels.gated = gated<X, Y>;
  kernels.gated_backward = gated_backward<X, Y>;
}

}  // namespace

void DIT_ISA::add_elementwise(CpuKernels& kernels) {
  add(kernels.f32);
  add(kernels.b16);
  add(kernels.f32_f32);
  add(kernels.f32_b16);
  add(kernels.b16_f32);
  add(kernels.b16_b16);
}

}  // namespace dit
