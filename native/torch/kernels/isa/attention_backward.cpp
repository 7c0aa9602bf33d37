#include "panel.h"
#include "parts.h"

// The gradients of one head's attention (FlashAttention-2: Dao 2023). With P the weights, made again tile by tile from
// the rows' logsumexp, and dO the incoming gradient:
//   dV = P^T dO,   dS = P (dO V^T - rowsum(dO O)) scale,   dQ = dS K,   dK = dS^T Q.
// Blocks of keys stand still, with their gradients, while the queries pass by.
namespace dit {
namespace {

constexpr int64_t query_block = 96;
constexpr int64_t key_block = 256;

int64_t attention_backward_scratch(int64_t tokens, int64_t width) {
  const int64_t keys = std::min(tokens, key_block), row = row_stride(width);
  const int64_t whole = tokens * (3 * row + 1) + 2 * right_size(tokens, width);
  const int64_t block = 2 * right_size(width, keys) + right_size(keys, width) + 2 * keys * row;
  return whole + block + 3 * std::min(tokens + 1, query_block) * row_stride(keys);
}

// One tile: scores to weights, and the slopes of the weights to those of the scores. Both are left in units along the
// rows, for the transposed products; `slopes_along` gets the slopes in units along the columns.
template <class Unit>
struct Tile {
  Buffer weights, slopes, slopes_along;

  Tile(float*& scratch, int64_t rows, int64_t columns)
      : weights(scratch, rows, columns), slopes(scratch, rows, columns), slopes_along(scratch, rows, columns) {}

  const Buffer& along() const { return Unit::depth == 1 ? slopes : slopes_along; }

  // `logsumexp` and `projections` are those of the tile's rows.
  void finish(int64_t rows, int64_t count, float scale, const float* logsumexp, const float* projections) const {
    for (int64_t row = 0; row < rows; row += Unit::depth) {
      for_lanes(count, [&](int64_t i, auto lanes) {
        Vec weight[Unit::depth] = {}, slope[Unit::depth] = {};
        for (int64_t half = 0; half < Unit::depth && row + half < rows; ++half) {
          const int64_t now = row + half;
          weight[half] = keep(exp2_below(load(weights.row(now) + i) * (scale * log2_of_e) - logsumexp[now]), lanes);
          slope[half] = keep(weight[half] * (load(slopes.row(now) + i) - projections[now]) * scale, lanes);
        }
        if constexpr (Unit::depth == 1) {
          store(weights.row(row) + i, weight[0]);
          store(slopes.row(row) + i, slope[0]);
        } else {
          // Row pairs are written over the first half of the rows, which has been read.
          store(weights.row(row / 2) + i, pair_up(weight[0], weight[1]));
          store(slopes.row(row / 2) + i, pair_up(slope[0], slope[1]));
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
  const int64_t tokens = head.tokens, width = head.width, columns = padded(width), depth = units<Unit>(width);
  const int64_t most_keys = std::min(tokens, key_block), most_rows = std::min(tokens + 1, query_block);
  const Buffer q(scratch, tokens, width), d_o(scratch, tokens, width), dq(scratch, tokens, width);
  const Columns q_across(scratch, units<Unit>(tokens), width), d_o_across(scratch, units<Unit>(tokens), width);
  const Columns k_down(scratch, depth, most_keys), v_down(scratch, depth, most_keys);
  const Columns k_across(scratch, units<Unit>(most_keys), width);
  const Buffer dk(scratch, most_keys, width), dv(scratch, most_keys, width);
  const Tile<Unit> tile(scratch, most_rows, most_keys);
  float* const projections = scratch;
  pack<Unit>(head.query, tokens, width, q);
  pack<Unit>(dout, tokens, width, d_o);
  pack_across<Unit>(head.query, tokens, width, q_across.data, q_across.step);
  pack_across<Unit>(dout, tokens, width, d_o_across.data, d_o_across.step);
  for (int64_t row = 0; row < tokens; ++row) {
    projections[row] = dot_rows(dout.from(row).data, out.from(row).data, width);
  }

  for (int64_t key = 0; key < tokens; key += key_block) {
    const int64_t count = std::min(key_block, tokens - key);
    pack_transposed<Unit>(head.key.from(key), count, width, k_down.data, k_down.step);
    pack_transposed<Unit>(head.value.from(key), count, width, v_down.data, v_down.step);
    pack_across<Unit>(head.key.from(key), count, width, k_across.data, k_across.step);
    for (int64_t query = 0; query < tokens; query += query_block) {
      const int64_t rows = std::min(query_block, tokens - query), row_units = units<Unit>(rows);
      product<Unit>(q.left(query), k_down.from(0, 0), rows, depth, count, tile.weights.sums());
      product<Unit>(d_o.left(query), v_down.from(0, 0), rows, depth, count, tile.slopes.sums());
      tile.finish(rows, count, head.scale, logsumexp + query, projections + query);
      product<Unit>(tile.weights.transposed(), d_o_across.from(query / Unit::depth, 0), count, row_units, columns,
                    dv.sums(query > 0));
      product<Unit>(tile.slopes.transposed(), q_across.from(query / Unit::depth, 0), count, row_units, columns,
                    dk.sums(query > 0));
      product<Unit>(tile.along().left(), k_across.from(0, 0), rows, units<Unit>(count), columns,
                    dq.sums(key > 0, query));
    }
    for (int64_t row = 0; row < count; ++row) {
      unpack(dk.row(row), width, 1, dkey.from(key + row).data);
      unpack(dv.row(row), width, 1, dvalue.from(key + row).data);
    }
  }
  for (int64_t row = 0; row < tokens; ++row) unpack(dq.row(row), width, 1, dquery.from(row).data);
}

}  // namespace

void DIT_ISA::add_attention_backward(CpuKernels& kernels) {
  kernels.f32.attention_backward = attention_backward<float>;
  kernels.b16.attention_backward = attention_backward<bf16>;
  kernels.attention_backward_scratch = attention_backward_scratch;
}

}  // namespace dit
