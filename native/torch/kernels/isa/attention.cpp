#include <cmath>
#include <limits>

#include "adjust.h"
#include "parts.h"

// Attention of one head at a time (FlashAttention: Dao et al. 2022). Keys and values are first packed; then blocks of
// query rows pass over blocks of keys. A tile of scores becomes weights in the registers that it was summed in, so the
// scores are never written, and the weights of a block stay in the second-level cache. Scores are in powers of two:
// e^x = 2^(x log2 e).
namespace dit {
namespace {

constexpr int64_t query_block = 96;
constexpr int64_t key_block = 256;
// Weights may become as large as 2^slack before their reference moves.
constexpr float slack = 60;

// Makes weights 2^(score scale - m) of the scores of some rows and keys. The reference m of a row need not be its
// maximum: it moves, and all that was made with the old one is scaled, only where a weight would become too large.
template <class Unit, class T>
struct Softmax {
  using Weight = std::conditional_t<Unit::depth == 1, float, bf16>;

  const Buffer& weights;  // units along the row
  const Buffer& o;        // what the weights of earlier blocks have gathered
  bool has_earlier;
  int64_t count;  // keys
  float scale;
  float* m;
  float* l;  // [rows, W]: sums of the weights, by lane
  const AttentionHead<T>& head;
  int64_t first_row;

  DIT_INLINE Vec begin(int64_t, int64_t) const { return Vec{}; }

  template <int Rows, int Columns>
  DIT_INLINE void end(int64_t row, int64_t column, Vec (&score)[Rows][Columns]) const {
    if (column == 0 && !has_earlier) fetch(head, 0, 1, first_row + row, Rows);
    const int64_t lanes = count - column - (Columns - 1) * W;
    if (lanes < W) {  // keys beyond the last get no weight
#pragma GCC unroll 8
      for (int i = 0; i < Rows; ++i) score[i][Columns - 1] = only(score[i][Columns - 1], lanes, -1e30f);
    }
    Vec peaks[Rows];
    bool grows = false;
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      peaks[i] = peak(score[i]) * scale;
      grows |= any_above(peaks[i], splat(m[row + i] + slack));
    }
    if (__builtin_expect(grows, false)) grow<Rows>(row, column, peaks);
    Weight* const to = at(row) + column;
    const int64_t stride = at(1) - at(0);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      Vec total = load(l + (row + i) * W);
#pragma GCC unroll 8
      for (int j = 0; j < Columns; ++j) {
        const Vec weight = exp2_weight<Unit::depth == 2>(score[i][j] * scale - m[row + i]);
        total += weight;
        store(to + i * stride + j * W, weight);
      }
      store(l + (row + i) * W, total);
    }
  }

  template <int Columns>
  static DIT_INLINE Vec peak(const Vec (&score)[Columns]) {
    Vec result = score[0];
#pragma GCC unroll 8
    for (int j = 1; j < Columns; ++j) result = max(result, score[j]);
    return result;
  }

  DIT_INLINE Weight* at(int64_t row) const { return reinterpret_cast<Weight*>(weights.row(row)); }

  template <int Rows>
  __attribute__((noinline)) void grow(int64_t row, int64_t column, const Vec (&peaks)[Rows]) const {
    for (int i = 0; i < Rows; ++i) grow(row + i, column, max(peaks[i]));
  }

  void grow(int64_t row, int64_t column, float reference) const {
    if (!(reference > m[row] + slack)) return;
    const float shrink = std::exp2(m[row] - reference);
    m[row] = reference;
    store(l + row * W, load(l + row * W) * shrink);
    for (int64_t i = 0; i < column; i += W) store(at(row) + i, load(at(row) + i) * shrink);
    if (has_earlier) unpack(o.row(row), o.stride, shrink, o.row(row));
  }
};

int64_t attention_scratch(int64_t keys, int64_t width) {
  const int64_t packed = right_size(width, keys) + right_size(keys, width) + key_block * width;
  return packed + query_block * (2 * row_stride(width) + row_stride(key_block) + 1 + W);
}

template <class T>
void attention(const AttentionHead<T>& head, int64_t first, int64_t last, Rows<T> out, float* softmax,
               float* scratch) {
  using Unit = UnitOf<T>;
  const int64_t keys = head.keys, width = head.width, columns = padded(width);
  const Columns k(scratch, units<Unit>(width), keys), v(scratch, units<Unit>(keys), width);
  const Buffer q(scratch, query_block, width), o(scratch, query_block, width), weights(scratch, query_block, key_block);
  float *const m = scratch, *const l = m + query_block;
  T* const room = reinterpret_cast<T*>(l + query_block * W);
  for (int64_t key = 0; key < keys; key += key_block) {
    const int64_t count = std::min(key_block, keys - key);
    pack_transposed<Unit>(ready(head.key, head.adjust_key, head.kept, key, count, width, room), count, width,
                          k.at(0, key), k.step);
    pack_across<Unit>(ready(head.value, {}, head.kept, key, count, width, room), count, width,
                      v.at(key / Unit::depth, 0), v.step);
  }

  for (int64_t query = first; query < last; query += query_block) {
    const int64_t rows = std::min(query_block, last - query);
    pack<Unit>(ready(head.query, head.adjust_query, nullptr, query, rows, width, room), rows, width, q);
    std::fill_n(m, rows, -std::numeric_limits<float>::infinity());
    std::fill_n(l, rows * W, 0.0f);
    for (int64_t key = 0; key < keys; key += key_block) {
      const int64_t count = std::min(key_block, keys - key);
      product<Unit>(q.left(), k.from(0, key), rows, units<Unit>(width), count,
                    Softmax<Unit, T>{weights, o, key > 0, count, head.scale * log2_of_e, m, l, head, query});
      product<Unit>(weights.left(), v.from(key / Unit::depth, 0), rows, units<Unit>(count), columns, o.sums(key > 0));
    }
    for (int64_t row = 0; row < rows; ++row) {
      T* const to = out.from(query - first + row).data;
      const float share = 1 / sum(load(l + row * W));
      if (keys > 0) {
        unpack(o.row(row), width, share, to);
      } else {
        std::fill_n(to, width, T{});
      }
      if (softmax != nullptr) {
        softmax[query + row] = m[row];
        softmax[head.queries + query + row] = share;
      }
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
