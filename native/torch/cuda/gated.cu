#include "rows.h"

namespace dit::cuda {
namespace {

template <int N, class X, class Y, class M>
__global__ void forward(Gated<X, Y, M> a) {
  const int64_t width = a.shape.width, row = row_of_warp();
  if (row >= a.shape.rows()) return;
  const M* gate_row = a.gate.of(row / a.shape.tokens);
  for_columns<N>(width, lane_in_warp(), warp_threads, [&](int64_t i) {
    Floats<N> x = load<N>(a.x + row * width + i);
    const Floats<N> gate = load<N>(gate_row + i), branch = load<N>(a.branch + row * width + i);
#pragma unroll
    for (int k = 0; k < N; ++k) x.at[k] += gate.at[k] * branch.at[k];
    store<N>(a.out + row * width + i, x);
  });
}

// A thread takes columns of one part of a sample's rows, so that it alone knows their sum.
template <int N, class X, class Y, class M>
__global__ void backward(GatedBackward<X, Y, M> a) {
  const int64_t width = a.shape.width, part = static_cast<int64_t>(blockIdx.x);
  const Part rows(a.shape, part);
  for_columns<N>(width, static_cast<int>(threadIdx.x), block_threads, [&](int64_t i) {
    const Floats<N> gate = load<N>(a.gate.of(rows.sample) + i);
    Floats<N> dgate{};
    for (int64_t row = rows.begin; row < rows.end; ++row) {
      Floats<N> d = load<N>(a.dout + row * width + i);
      const Floats<N> branch = load<N>(a.branch + row * width + i);
#pragma unroll
      for (int k = 0; k < N; ++k) {
        dgate.at[k] += d.at[k] * branch.at[k];
        d.at[k] *= gate.at[k];
      }
      store<N>(a.dbranch + row * width + i, d);
    }
    store<N>(a.dgate + part * width + i, dgate);
  });
}

}  // namespace

template <class X, class Y, class M>
void run(const Gated<X, Y, M>& a, CudaStream stream) {
  const int64_t blocks = blocks_for(a.shape.rows(), block_warps);
  if (in_packs({a.shape.width, a.gate.stride}, a.x, a.gate.data, a.branch, a.out)) {
    launch(forward<pack, X, Y, M>, blocks, a, stream);
  } else {
    launch(forward<1, X, Y, M>, blocks, a, stream);
  }
}

template <class X, class Y, class M>
void run(const GatedBackward<X, Y, M>& a, CudaStream stream) {
  const int64_t blocks = a.shape.batch * a.shape.parts();
  if (in_packs({a.shape.width, a.gate.stride}, a.dout, a.gate.data, a.branch, a.dbranch, a.dgate)) {
    launch(backward<pack, X, Y, M>, blocks, a, stream);
  } else {
    launch(backward<1, X, Y, M>, blocks, a, stream);
  }
}

DIT_INSTANTIATE(Gated)
DIT_INSTANTIATE(GatedBackward)

}  // namespace dit::cuda
