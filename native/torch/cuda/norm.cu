#include "rows.h"

namespace dit::cuda {
namespace {

// A warp takes a row. It reads it three times, the second and third time from the cache: the variance of the centred
// row keeps the digits that E[x^2] - E[x]^2 loses.
template <int N, class X, class Y, class M>
__global__ void forward(Norm<X, Y, M> a) {
  const int64_t width = a.shape.width, row = row_of_warp();
  if (row >= a.shape.rows()) return;  // the whole warp
  const int64_t sample = row / a.shape.tokens;
  const X* x = a.x + row * width;
  const M *shift_row = a.shift.of(sample), *scale_row = a.scale.of(sample);
  const int lane = lane_in_warp();

  float total = 0;
  for_columns<N>(a.centered ? width : 0, lane, warp_threads, [&](int64_t i) {
    const Floats<N> v = load<N>(x + i);
#pragma unroll
    for (int k = 0; k < N; ++k) total += v.at[k];
  });
  const float mean = warp_sum(total) / static_cast<float>(width);

  float squares = 0;
  for_columns<N>(width, lane, warp_threads, [&](int64_t i) {
    const Floats<N> v = load<N>(x + i);
#pragma unroll
    for (int k = 0; k < N; ++k) squares += (v.at[k] - mean) * (v.at[k] - mean);
  });
  const float rstd = 1.0f / sqrtf(warp_sum(squares) / static_cast<float>(width) + a.eps);

  for_columns<N>(width, lane, warp_threads, [&](int64_t i) {
    Floats<N> v = load<N>(x + i);
    const Floats<N> shift = load<N>(shift_row + i), scale = load<N>(scale_row + i);
#pragma unroll
    for (int k = 0; k < N; ++k) v.at[k] = (v.at[k] - mean) * rstd * (1.0f + scale.at[k]) + shift.at[k];
    store<N>(a.y + row * width + i, v);
  });
  if (lane == 0) {
    a.mean[row] = mean;
    a.rstd[row] = rstd;
  }
}

// A block takes one part of a sample's rows: first a warp each row, for dx; then a thread each column, for the sums.
// With g = dy (1 + scale) and n the normalised row: dx = rstd (g - mean(g) - n mean(g n)), without mean(g) where the mean
// of x was not subtracted.
template <int N, class X, class Y, class M>
__global__ void backward(NormBackward<X, Y, M> a) {
  const int64_t width = a.shape.width, part = static_cast<int64_t>(blockIdx.x);
  const Part rows(a.shape, part);
  const M* scale_row = a.scale.of(rows.sample);

  for (int64_t row = rows.begin + warp_in_block(); row < rows.end; row += block_warps) {
    const X* x = a.x + row * width;
    const Y* dy = a.dy + row * width;
    const float mean = a.mean[row], rstd = a.rstd[row];
    float gradients = 0, products = 0;
    for_columns<N>(width, lane_in_warp(), warp_threads, [&](int64_t i) {
      const Floats<N> v = load<N>(x + i), d = load<N>(dy + i), scale = load<N>(scale_row + i);
#pragma unroll
      for (int k = 0; k < N; ++k) {
        const float g = d.at[k] * (1.0f + scale.at[k]);
        gradients += g;
        products += g * (v.at[k] - mean) * rstd;
      }
    });
    const float mean_gradient = a.centered ? warp_sum(gradients) / static_cast<float>(width) : 0.0f;
    const float mean_product = warp_sum(products) / static_cast<float>(width);
    for_columns<N>(width, lane_in_warp(), warp_threads, [&](int64_t i) {
      Floats<N> v = load<N>(x + i);
      const Floats<N> d = load<N>(dy + i), scale = load<N>(scale_row + i);
#pragma unroll
      for (int k = 0; k < N; ++k) {
        const float normal = (v.at[k] - mean) * rstd;
        v.at[k] = rstd * (d.at[k] * (1.0f + scale.at[k]) - mean_gradient - normal * mean_product);
      }
      store<N>(a.dx + row * width + i, v);
    });
  }

  for_columns<N>(width, static_cast<int>(threadIdx.x), block_threads, [&](int64_t i) {
    Floats<N> dshift{}, dscale{};
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      const Floats<N> v = load<N>(a.x + row * width + i), d = load<N>(a.dy + row * width + i);
#pragma unroll
      for (int k = 0; k < N; ++k) {
        dshift.at[k] += d.at[k];
        dscale.at[k] += d.at[k] * (v.at[k] - a.mean[row]) * a.rstd[row];
      }
    }
    store<N>(a.dshift + part * width + i, dshift);
    store<N>(a.dscale + part * width + i, dscale);
  });
}

}  // namespace

template <class X, class Y, class M>
void run(const Norm<X, Y, M>& a, CudaStream stream) {
  const int64_t blocks = blocks_for(a.shape.rows(), block_warps);
  if (in_packs({a.shape.width, a.shift.stride, a.scale.stride}, a.x, a.shift.data, a.scale.data, a.y)) {
    launch(forward<pack, X, Y, M>, blocks, a, stream);
  } else {
    launch(forward<1, X, Y, M>, blocks, a, stream);
  }
}

template <class X, class Y, class M>
void run(const NormBackward<X, Y, M>& a, CudaStream stream) {
  const int64_t blocks = a.shape.batch * a.shape.parts();
  if (in_packs({a.shape.width, a.scale.stride}, a.dy, a.x, a.scale.data, a.dx, a.dshift, a.dscale)) {
    launch(backward<pack, X, Y, M>, blocks, a, stream);
  } else {
    launch(backward<1, X, Y, M>, blocks, a, stream);
  }
}

DIT_INSTANTIATE(Norm)
DIT_INSTANTIATE(NormBackward)

}  // namespace dit::cuda
