#include <cmath>
#include <limits>

#include "panel.h"
#include "parts.h"

// Attention of one head at a time (FlashAttention: Dao et al. 2022). The head is first packed; then blocks of query rows
// pass over blocks of keys with the running maximum m and sum l of their rows, so the scores of a block never leave the
// second-level cache and no [tokens, tokens] matrix exists. Scores are in powers of two: e^x = 2^(x log2 e).
namespace dit {
namespace {

constexpr int64_t query_block = 64;
constexpr int64_t key_block = 256;

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

// row = 2^(row * scale - offset), in units along the row; returns the sum. Pairs are written behind what was read.
template <class Unit>
float exp2_row(float* row, int64_t count, float scale, float offset) {
  Vec total{};
  for_lanes(count, [&](int64_t i, auto lanes) {
    const Vec e = keep(exp2_below(load(row + i) * scale - offset), lanes);
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
  const int64_t head = right_size(width, tokens) + right_size(tokens, width);
  return head + query_block * (2 * row_stride(width) + row_stride(std::min(tokens, key_block)));
}

template <class T>
void attention(const AttentionHead<T>& head, int64_t first, int64_t last, Rows<T> out, float* logsumexp,
               float* scratch) {
  using Unit = UnitOf<T>;
  const int64_t tokens = head.tokens, width = head.width, columns = padded(width);
  const float scale = head.scale * log2_of_e;
  const Columns keys(scratch, units<Unit>(width), tokens), values(scratch, units<Unit>(tokens), width);
  const Buffer queries(scratch, query_block, width), o(scratch, query_block, width);
  const Buffer scores(scratch, query_block, std::min(tokens, key_block));
  float m[query_block], l[query_block];
  pack_transposed<Unit>(head.key, tokens, width, keys.data, keys.step);
  pack_across<Unit>(head.value, tokens, width, values.data, values.step);

  for (int64_t query = first; query < last; query += query_block) {
    const int64_t rows = std::min(query_block, last - query);
    pack<Unit>(head.query.from(query), rows, width, queries);
    for (int64_t key = 0; key < tokens; key += key_block) {
      const int64_t count = std::min(key_block, tokens - key);
      product<Unit>(queries.left(), keys.from(0, key), rows, units<Unit>(width), count, scores.sums());
      for (int64_t row = 0; row < rows; ++row) {
        float peak = row_max(scores.row(row), count) * scale;
        if (key > 0 && m[row] >= peak) peak = m[row];
        const float sum = exp2_row<Unit>(scores.row(row), count, scale, peak);
        if (key > 0) {
          const float shrink = std::exp2(m[row] - peak);
          if (shrink != 1) unpack(o.row(row), columns, shrink, o.row(row));
          l[row] = l[row] * shrink + sum;
        } else {
          l[row] = sum;
        }
        m[row] = peak;
      }
      product<Unit>(scores.left(), values.from(key / Unit::depth, 0), rows, units<Unit>(count), columns,
                    o.sums(key > 0));
    }
    for (int64_t row = 0; row < rows; ++row) {
      unpack(o.row(row), width, 1 / l[row], out.data + (query - first + row) * out.stride);
      if (logsumexp != nullptr) logsumexp[query + row] = m[row] + std::log2(l[row]);
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
