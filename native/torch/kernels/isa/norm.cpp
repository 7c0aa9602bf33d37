#include <cmath>

#include "parts.h"
#include "vec.h"

namespace dit {
namespace {

template <class X, class Y>
void norm(const X* x, const float* shift, const float* scale, float eps, bool centered, int64_t rows, int64_t width,
          Y* y, float* mean, float* rstd) {
  for (int64_t row = 0; row < rows; ++row, x += width, y += width) {
    Vec total{};
    if (centered) for_lanes(width, [&](int64_t i, auto lanes) { total += load(x + i, lanes); });
    const float center = sum(total) / static_cast<float>(width);

    // The second pass reads the row from the first-level cache, and keeps the digits that E[x^2] - E[x]^2 loses.
    Vec squares{};
    for_lanes(width, [&](int64_t i, auto lanes) {
      const Vec d = keep(load(x + i, lanes) - center, lanes);
      squares += d * d;
    });
    const float inverse = 1.0f / std::sqrt(sum(squares) / static_cast<float>(width) + eps);

    for_lanes(width, [&](int64_t i, auto lanes) {
      const Vec normal = (load(x + i, lanes) - center) * inverse;
      store(y + i, normal * (1.0f + load(scale + i, lanes)) + load(shift + i, lanes), lanes);
    });
    mean[row] = center;
    rstd[row] = inverse;
  }
}

// With g = dy (1 + scale) and n the normalised row: dx = rstd (g - mean(g) - n mean(g n)), without mean(g) where the mean
// of x was not subtracted.
template <class X, class Y>
void norm_backward(const Y* dy, const X* x, const float* scale, const float* mean, const float* rstd, bool centered,
                   int64_t rows, int64_t width, X* dx, float* dshift, float* dscale) {
  for (int64_t row = 0; row < rows; ++row, dy += width, x += width, dx += width) {
    const float center = mean[row], inverse = rstd[row];
    Vec gradients{}, products{};
    for_lanes(width, [&](int64_t i, auto lanes) {
      const Vec d = load(dy + i, lanes);  // zero in padding lanes, and with it every sum below
      const Vec normal = (load(x + i, lanes) - center) * inverse;
      const Vec g = d * (1.0f + load(scale + i, lanes));
      gradients += g;
      products += g * normal;
      store(dshift + i, load(dshift + i, lanes) + d, lanes);
      store(dscale + i, load(dscale + i, lanes) + d * normal, lanes);
    });
    const float mean_gradient = centered ? sum(gradients) / static_cast<float>(width) : 0.0f;
    const float mean_product = sum(products) / static_cast<float>(width);
    for_lanes(width, [&](int64_t i, auto lanes) {
      const Vec normal = (load(x + i, lanes) - center) * inverse;
      const Vec g = load(dy + i, lanes) * (1.0f + load(scale + i, lanes));
      store(dx + i, inverse * (g - mean_gradient - normal * mean_product), lanes);
    });
  }
}

template <class X, class Y>
void add(StreamKernels<X, Y>& kernels) {
  kernels.norm = norm<X, Y>;
  kernels.norm_backward = norm_backward<X, Y>;
}

}  // namespace

void DIT_ISA::add_norm(CpuKernels& kernels) {
  add(kernels.f32_f32);
  add(kernels.f32_b16);
  add(kernels.b16_f32);
  add(kernels.b16_b16);
}

}  // namespace dit
