#include "panel.h"
#include "parts.h"

// The gradients of one head's attention. With P the weights, made again tile by tile, and dO the incoming gradient:
//   dV = P^T dO,   dS = P (dO V^T - rowsum(dO O)) scale,   dQ = dS K,   dK = dS^T Q.
namespace dit {
namespace {

int64_t attention_backward_scratch(int64_t tokens, int64_t width) {
  const int64_t tiles = 3 * query_block * panel_stride(std::min(tokens, key_block));
  return 2 * width * panel_stride(tokens) + (3 * tokens + 5 * query_block) * panel_stride(width) + tiles;
}

// One tile: scores to weights, and the slopes of the weights to those of the scores. Both are left in units along the
// rows, for the transposed products; `slopes_along` gets the slopes in units along the columns.
template <class Unit>
struct Tile {
  Panel weights, slopes, slopes_along;

  Tile(float*& scratch, int64_t columns)
      : weights(scratch, query_block, columns),
        slopes(scratch, query_block, columns),
        slopes_along(scratch, query_block, columns) {}

  const Panel& along() const { return Unit::depth == 1 ? slopes : slopes_along; }

  // `logsumexp` and `projections` are those of the tile's rows.
  void finish(int64_t rows, int64_t count, float scale, const float* logsumexp, const float* projections) const {
    for (int64_t row = 0; row < rows; row += Unit::depth) {
      for_lanes(count, [&](int64_t i, auto lanes) {
        Vec weight[Unit::depth] = {}, slope[Unit::depth] = {};
        for (int64_t half = 0; half < Unit::depth && row + half < rows; ++half) {
          const int64_t now = row + half;
          weight[half] = keep(exp_below(load(weights.row(now) + i) * scale - logsumexp[now]), lanes);
          slope[half] = keep(weight[half] * (load(slopes.row(now) + i) - projections[now]) * scale, lanes);
        }
        if constexpr (Unit::depth == 1) {
          store(weights.row(row) + i, weight[0]);
          store(slopes.row(row) + i, slope[0]);
        } else {
          // Row pairs are written over the first half of the rows, which has been read.
          store(weights.row(row / 2) + i, pair_up(narrow(weight[0]), narrow(weight[1])));
          store(slopes.row(row / 2) + i, pair_up(narrow(slope[0]), narrow(slope[1])));
          for (int half = 0; half < 2 && row + half < rows; ++half) {
            store(reinterpret_cast<bf16*>(slopes_along.row(row + half)) + i, slope[half]);
          }
        }
      });
    }
  }
};

template <class T>
float dot_rows(const T* a, const T* b, int64_t width) {
  Vec total{};
  for_lanes(width, [&](int64_t i, auto lanes) { total += load(a + i, lanes) * load(b + i, lanes); });
  return sum(total);
}

template <class T>
void attention_backward(const AttentionHead<T>& head, Rows<const T> out, Rows<const T> dout, const float* logsumexp,
                        Rows<T> dquery, Rows<T> dkey, Rows<T> dvalue, float* scratch) {
  using Unit = UnitOf<T>;
  const int64_t tokens = head.tokens, width = head.width, columns = padded(width);
  const Panel keys_down(scratch, width, tokens), values_down(scratch, width, tokens), keys(scratch, tokens, width);
  const Panel key_gradients(scratch, tokens, width), value_gradients(scratch, tokens, width);
  const Panel queries(scratch, query_block, width), queries_across(scratch, query_block, width);
  const Panel gradients(scratch, query_block, width), gradients_across(scratch, query_block, width);
  const Panel query_gradients(scratch, query_block, width);
  const Tile<Unit> tile(scratch, std::min(tokens, key_block));
  pack_transposed<Unit>(head.key, tokens, width, keys_down);
  pack_transposed<Unit>(head.value, tokens, width, values_down);
  pack_across<Unit>(head.key, tokens, width, keys);

  for (int64_t query = 0; query < tokens; query += query_block) {
    const int64_t rows = std::min(query_block, tokens - query);
    pack<Unit>(head.query.from(query), rows, width, queries);
    pack<Unit>(dout.from(query), rows, width, gradients);
    pack_across<Unit>(head.query.from(query), rows, width, queries_across);
    pack_across<Unit>(dout.from(query), rows, width, gradients_across);
    float projections[query_block];
    for (int64_t row = 0; row < rows; ++row) {
      projections[row] = dot_rows(dout.from(query + row).data, out.from(query + row).data, width);
    }
    for (int64_t key = 0; key < tokens; key += key_block) {
      const int64_t count = std::min(key_block, tokens - key);
      const auto scores = [&](const Panel& left, const Panel& right, const Panel& result) {
        product<Unit>(left.left(), right.data + key, right.stride, rows, units<Unit>(width), padded(count), result.data,
                      result.stride, false);
      };
      const auto add_transposed = [&](const Panel& left, const Panel& right, const Panel& result) {
        product<Unit>(left.transposed(), right.data, right.stride, count, units<Unit>(rows), columns, result.row(key),
                      result.stride, query > 0);
      };
      scores(queries, keys_down, tile.weights);
      scores(gradients, values_down, tile.slopes);
      tile.finish(rows, count, head.scale, logsumexp + query, projections);
      add_transposed(tile.weights, gradients_across, value_gradients);
      add_transposed(tile.slopes, queries_across, key_gradients);
      product<Unit>(tile.along().left(), keys.row(key / Unit::depth), keys.stride, rows, units<Unit>(count), columns,
                    query_gradients.data, query_gradients.stride, key > 0);
    }
    for (int64_t row = 0; row < rows; ++row) {
      unpack(query_gradients.row(row), width, 1, dquery.from(query + row).data);
    }
  }
  for (int64_t row = 0; row < tokens; ++row) {
    unpack(key_gradients.row(row), width, 1, dkey.from(row).data);
    unpack(value_gradients.row(row), width, 1, dvalue.from(row).data);
  }
}

}  // namespace

void DIT_ISA::add_attention_backward(CpuKernels& kernels) {
  kernels.f32.attention_backward = attention_backward<float>;
  kernels.b16.attention_backward = attention_backward<bf16>;
  kernels.attention_backward_scratch = attention_backward_scratch;
}

}  // namespace dit
