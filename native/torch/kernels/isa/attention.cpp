#include <cmath>
#include <limits>

#include "panel.h"
#include "parts.h"

// Attention of one head at a time. The head is first packed; then blocks of query rows pass over blocks of keys with a
// running maximum and sum, so the scores of a block never leave the second-level cache and no [tokens, tokens] matrix
// exists. The backward pass makes the scores again from the rows' logsumexp.
namespace dit {
namespace {

float row_max(const float* row, int64_t count) {
  constexpr float lowest = -std::numeric_limits<float>::infinity();
  Vec first = splat(lowest), second = splat(lowest);  // two, so that one comparison need not wait for the other
  int64_t i = 0;
  for (; i + 2 * W <= count; i += 2 * W) {
    first = max(first, load(row + i));
    second = max(second, load(row + i + W));
  }
  float result = max(max(first, second));
  for (; i < count; ++i) result = std::max(result, row[i]);
  return result;
}

// row = exp(row * scale - offset), in units along the row; returns the sum. Pairs are written behind what was read.
template <class Unit>
float exp_row(float* row, int64_t count, float scale, float offset) {
  Vec total{};
  for_lanes(count, [&](int64_t i, auto lanes) {
    const Vec e = keep(exp_below(load(row + i) * scale - offset), lanes);
    if constexpr (Unit::depth == 1) {
      store(row + i, e);
    } else {
      store(reinterpret_cast<bf16*>(row) + i, e);
    }
    total += e;
  });
  return sum(total);
}

int64_t attention_scratch(int64_t tokens, int64_t width) {
  const int64_t scores = query_block * (panel_stride(std::min(tokens, key_block)) + 2);
  return width * panel_stride(tokens) + (tokens + 2 * query_block) * panel_stride(width) + scores;
}

template <class T>
void attention(const AttentionHead<T>& head, int64_t first, int64_t last, Rows<T> out, float* logsumexp,
               float* scratch) {
  using Unit = UnitOf<T>;
  const int64_t tokens = head.tokens, width = head.width, columns = padded(width);
  const Panel keys(scratch, width, tokens), values(scratch, tokens, width);
  const Panel queries(scratch, query_block, width), result(scratch, query_block, width);
  const Panel scores(scratch, query_block, std::min(tokens, key_block));
  float* const peaks = scratch;
  float* const sums = scratch + query_block;
  pack_transposed<Unit>(head.key, tokens, width, keys);
  pack_across<Unit>(head.value, tokens, width, values);

  for (int64_t query = first; query < last; query += query_block) {
    const int64_t rows = std::min(query_block, last - query);
    pack<Unit>(head.query.from(query), rows, width, queries);
    for (int64_t key = 0; key < tokens; key += key_block) {
      const int64_t count = std::min(key_block, tokens - key);
      product<Unit>(queries.left(), keys.data + key, keys.stride, rows, units<Unit>(width), padded(count), scores.data,
                    scores.stride, false);
      for (int64_t row = 0; row < rows; ++row) {
        float peak = row_max(scores.row(row), count) * head.scale;
        if (key > 0 && peaks[row] >= peak) peak = peaks[row];
        const float sum = exp_row<Unit>(scores.row(row), count, head.scale, peak);
        if (key > 0) {
          const float shrink = std::exp(peaks[row] - peak);
          if (shrink != 1) unpack(result.row(row), columns, shrink, result.row(row));
          sums[row] = sums[row] * shrink + sum;
        } else {
          sums[row] = sum;
        }
        peaks[row] = peak;
      }
      product<Unit>(scores.left(), values.row(key / Unit::depth), values.stride, rows, units<Unit>(count), columns,
                    result.data, result.stride, key > 0);
    }
    for (int64_t row = 0; row < rows; ++row) {
      unpack(result.row(row), width, 1 / sums[row], out.data + (query - first + row) * out.stride);
      if (logsumexp != nullptr) logsumexp[query + row] = peaks[row] + std::log(sums[row]);
    }
  }
}

}  // namespace

void DIT_ISA::add_attention(CpuKernels& kernels) {
  kernels.f32.attention = attention<float>;
  kernels.b16.attention = attention<bf16>;
  kernels.attention_scratch = attention_scratch;
}

}  // namespace dit
