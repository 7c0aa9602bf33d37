#include "parts.h"
#include "vec.h"

namespace dit {
namespace {

// gelu_tanh(x) = x * 0.5 * (1 + tanh u) = x * sigmoid(2u), u = sqrt(2 / pi) (x + 0.044715 x^3): one exponential.
constexpr float twice_root = 1.59576912f;  // 2 sqrt(2 / pi)
constexpr float cubic = 0.044715f;

template <class T>
void gelu(const T* x, T* y, int64_t count) {
  for_lanes(count, [=](int64_t i, auto lanes) {
    const Vec v = load(x + i, lanes);
    store(y + i, v * sigmoid(twice_root * v * (1.0f + cubic * v * v)), lanes);
  });
}

// With s = sigmoid(2u): d/dx (x s) = s + x s (1 - s) (2u)'.
template <class T>
void gelu_backward(const T* dy, const T* x, T* dx, int64_t count) {
  for_lanes(count, [=](int64_t i, auto lanes) {
    const Vec v = load(x + i, lanes);
    const Vec s = sigmoid(twice_root * v * (1.0f + cubic * v * v));
    const Vec slope = twice_root * (1.0f + 3.0f * cubic * v * v);
    store(dx + i, load(dy + i, lanes) * (s + v * s * (1.0f - s) * slope), lanes);
  });
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
  kernels.gelu = gelu<T>;
  kernels.gelu_backward = gelu_backward<T>;
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
