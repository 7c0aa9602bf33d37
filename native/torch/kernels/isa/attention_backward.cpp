#include "adjust.h"
#include "parts.h"

// The gradients of one head's attention (FlashAttention-2: Dao 2023). With P the weights, made again tile by tile, and
// dO the incoming gradient:
//   dV = P^T dO,   dS = P (dO V^T - rowsum(dO O)),   dQ = scale dS K,   dK = scale dS^T Q.
// Blocks of keys stand still, with their gradients, while the queries pass by.
namespace dit {
namespace {

constexpr int64_t query_block = 96;
constexpr int64_t key_block = 256;

// A block of P or dS in units along its rows, for the transposed products: with pairs, two rows in one.
template <class Unit>
struct Block {
  Buffer units;

  Block(float*& scratch, int64_t rows, int64_t columns) : units(scratch, (rows + Unit::depth - 1) / Unit::depth, columns) {}

  Left transposed() const { return units.transposed(); }

  DIT_INLINE void put(int64_t row, int64_t column, const Vec (&value)[Unit::depth]) const {
    if constexpr (Unit::depth == 1) {
      store(units.row(row) + column, value[0]);
    } else {
      store(units.row(row / 2) + column, pair_up(value[0], value[1]));
    }
  }

  DIT_INLINE void get(int64_t row, int64_t column, Vec (&value)[Unit::depth]) const {
    value[0] = load(units.row(row / Unit::depth) + column);
    if constexpr (Unit::depth == 2) {
      const UintVec pairs = bit_cast<UintVec>(value[0]);
      value[0] = bit_cast<Vec>(pairs << 16);
      value[1] = bit_cast<Vec>(pairs & 0xffff0000);
    }
  }
};

// Takes tiles of scores and leaves the weights.
template <class Unit, class T>
struct Weights {
  const Block<Unit>& weights;
  int64_t count;  // keys
  float scale;
  const float* m;  // the rows' references
  const float* shares;
  const AttentionHead<T>& head;
  int64_t first_row;

  DIT_INLINE Vec begin(int64_t, int64_t) const { return Vec{}; }

  template <int Rows, int Columns>
  DIT_INLINE void end(int64_t row, int64_t column, const Vec (&score)[Rows][Columns]) const {
    if (column == 0) fetch(head, 0, 2, first_row + row, Rows);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; i += Unit::depth) {
#pragma GCC unroll 8
      for (int j = 0; j < Columns; ++j) {
        Vec weight[Unit::depth] = {};
        for (int half = 0; half < Unit::depth && i + half < Rows; ++half) {
          const Vec x = score[i + half][j] * scale - m[row + i + half];
          weight[half] = exp2_weight<Unit::depth == 2>(x) * shares[row + i + half];
          const int64_t lanes = count - column - j * W;
          if (lanes < W) weight[half] = only(weight[half], lanes, 0);
        }
        weights.put(row + i, column + j * W, weight);
      }
    }
  }
};

// Takes tiles of the weights' slopes, dO V^T, and leaves those of the scores; with pairs also along the columns.
template <class Unit, class T>
struct Slopes {
  const Block<Unit>& weights;
  const Block<Unit>& slopes;
  const Buffer& along;
  const float* projections;  // rowsum(dO O)
  const AttentionHead<T>& head;
  int64_t first_row;

  DIT_INLINE Vec begin(int64_t, int64_t) const { return Vec{}; }

  template <int Rows, int Columns>
  DIT_INLINE void end(int64_t row, int64_t column, const Vec (&total)[Rows][Columns]) const {
    if (column == 0) fetch(head, 1, 2, first_row + row, Rows);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; i += Unit::depth) {
#pragma GCC unroll 8
      for (int j = 0; j < Columns; ++j) {
        Vec slope[Unit::depth];
        weights.get(row + i, column + j * W, slope);
        for (int half = 0; half < Unit::depth && i + half < Rows; ++half) {
          slope[half] *= total[i + half][j] - projections[row + i + half];
          if constexpr (Unit::depth == 2) {
            store(reinterpret_cast<bf16*>(along.row(row + i + half)) + column + j * W, slope[half]);
          }
        }
        slopes.put(row + i, column + j * W, slope);
      }
    }
  }
};

int64_t attention_backward_scratch(int64_t queries, int64_t keys, int64_t width) {
  const int64_t block = std::min(keys, key_block), row = row_stride(width);
  const int64_t whole = queries * (2 * row + 1) + 2 * right_size(queries, width);
  const int64_t of_keys = 2 * right_size(width, block) + right_size(block, width) + 2 * block * row;
  return whole + of_keys + 3 * query_block * row_stride(block) + key_block * width;
}

template <class T>
float dot_rows(const T* a, const T* b, int64_t width) {
  Vec total{};
  for_lanes(width, [&](int64_t i, auto lanes) { total += load(a + i, lanes) * load(b + i, lanes); });
  return sum(total);
}

template <class T>
void attention_backward(const AttentionHead<T>& head, int64_t first, int64_t last, Rows<const T> out,
                        Rows<const T> dout, const float* softmax, float* dquery, Rows<T> dkey, Rows<T> dvalue,
                        float* sums, float* scratch) {
  using Unit = UnitOf<T>;
  const int64_t queries = head.queries, width = head.width, columns = padded(width), depth = units<Unit>(width);
  const int64_t most_keys = std::min(head.keys, key_block), stride = wide_row(width);
  const Buffer q(scratch, queries, width), d_o(scratch, queries, width);
  const Columns q_across(scratch, units<Unit>(queries), width), d_o_across(scratch, units<Unit>(queries), width);
  const Columns k_down(scratch, depth, most_keys), v_down(scratch, depth, most_keys);
  const Columns k_across(scratch, units<Unit>(most_keys), width);
  const Buffer dk(scratch, most_keys, width), dv(scratch, most_keys, width);
  const Block<Unit> weights(scratch, query_block, most_keys), slopes(scratch, query_block, most_keys);
  const Buffer along(scratch, Unit::depth == 1 ? 0 : query_block, most_keys);
  float* const projections = scratch;
  T* const room = reinterpret_cast<T*>(projections + queries);
  if (first == last) std::fill_n(dquery, queries * stride, 0.0f);
  for (int64_t query = 0; query < queries; query += query_block) {
    const int64_t rows = std::min(query_block, queries - query), unit = query / Unit::depth;
    const Rows<const T> some = ready(head.query, head.adjust_query, nullptr, query, rows, width, room);
    pack<Unit>(some, rows, width, q.after(query));
    pack_across<Unit>(some, rows, width, q_across.at(unit, 0), q_across.step);
    pack<Unit>(dout.from(query), rows, width, d_o.after(query));
    pack_across<Unit>(dout.from(query), rows, width, d_o_across.at(unit, 0), d_o_across.step);
  }
  for (int64_t row = 0; row < queries; ++row) {
    projections[row] = dot_rows(dout.from(row).data, out.from(row).data, width);
  }

  for (int64_t key = first; key < last; key += key_block) {
    const int64_t count = std::min(key_block, last - key);
    const Rows<const T> k = ready(head.key, head.adjust_key, head.kept, key, count, width, room);
    pack_transposed<Unit>(k, count, width, k_down.data, k_down.step);
    pack_across<Unit>(k, count, width, k_across.data, k_across.step);
    pack_transposed<Unit>(ready(head.value, {}, head.kept, key, count, width, room), count, width, v_down.data,
                          v_down.step);
    for (int64_t query = 0; query < queries; query += query_block) {
      const int64_t rows = std::min(query_block, queries - query), row_units = units<Unit>(rows);
      const int64_t unit = query / Unit::depth;
      product<Unit>(q.left(query), k_down.from(0, 0), rows, depth, count,
                    Weights<Unit, T>{weights, count, head.scale * log2_of_e, softmax + query, softmax + queries + query, head, query});
      product<Unit>(d_o.left(query), v_down.from(0, 0), rows, depth, count,
                    Slopes<Unit, T>{weights, slopes, along, projections + query, head, query});
      product<Unit>(weights.transposed(), d_o_across.from(unit, 0), count, row_units, columns, dv.sums(query > 0));
      product<Unit>(slopes.transposed(), q_across.from(unit, 0), count, row_units, columns, dk.sums(query > 0));
      product<Unit>(Unit::depth == 1 ? slopes.units.left() : along.left(), k_across.from(0, 0), rows,
                    units<Unit>(count), columns, Sums{dquery + query * stride, stride, key > first});
    }
    for (int64_t i = 0; i < count; ++i) {
      const int64_t row = head.kept != nullptr ? head.kept[key + i] : key + i;
      unpack(dv.row(i), width, 1, dvalue.from(row).data);
      unpack(dk.row(i), width, head.scale, dk.row(i));
      adjust_row_backward(head.adjust_key, dk.row(i), head.key.from(row).data, row, width, dkey.from(row).data, sums);
    }
  }
}

template <class T>
void attention_backward_query(const AttentionHead<T>& head, float* adjusted, int64_t parts, Rows<T> dquery,
                              float* sums) {
  const int64_t width = head.width, stride = wide_row(width);
  for (int64_t row = 0; row < head.queries; ++row) {
    float* const total = adjusted + row * stride;
    for_lanes(width, [&](int64_t i, auto lanes) {
      Vec value{};
      for (int64_t part = 0; part < parts; ++part) value += load(total + part * head.queries * stride + i, lanes);
      store(total + i, value * head.scale, lanes);
    });
    adjust_row_backward(head.adjust_query, total, head.query.from(row).data, row, width, dquery.from(row).data, sums);
  }
}

}  // namespace

void DIT_ISA::add_attention_backward(CpuKernels& kernels) {
  kernels.f32.attention_backward = attention_backward<float>;
  kernels.b16.attention_backward = attention_backward<bf16>;
  kernels.f32.attention_backward_query = attention_backward_query<float>;
  kernels.b16.attention_backward_query = attention_backward_query<bf16>;
  kernels.attention_backward_scratch = attention_backward_scratch;
}

}  // namespace dit
