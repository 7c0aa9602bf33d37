#include <algorithm>
#include <cmath>
#include <limits>

#include "parts.h"
#include "product.h"

// Attention of one head at a time. The head is first copied into packed float32 panels; then blocks of query rows pass
// over blocks of keys with a running maximum and sum, so the scores of a block never leave the second-level cache and
// no [tokens, tokens] matrix exists. The backward pass makes the scores again from the rows' logsumexp.
namespace dit {
namespace {

constexpr int64_t query_block = 48;
constexpr int64_t key_block = 512;

// Row strides are whole vectors, and an odd number of them: a power of two would map a column to few cache sets.
int64_t panel_stride(int64_t columns) {
  return ((columns + W - 1) / W | 1) * W;
}
int64_t padded(int64_t columns) {
  return (columns + W - 1) / W * W;
}

// A [rows, columns] panel in scratch memory, padded with zeros to whole vectors.
struct Panel {
  float* data;
  int64_t stride;

  Panel(float*& scratch, int64_t rows, int64_t columns) : data(scratch), stride(panel_stride(columns)) {
    scratch += rows * stride;
  }
  float* row(int64_t index) const { return data + index * stride; }
  Left left(int64_t first_row = 0) const { return {row(first_row), stride, 1}; }
  Left transposed(int64_t first_column) const { return {data + first_column, 1, stride}; }
};

template <class T>
void copy(Rows<const T> from, int64_t rows, int64_t width, const Panel& to) {
  for (int64_t row = 0; row < rows; ++row) {
    const T* source = from.data + row * from.stride;
    for_lanes(width, [&](int64_t i, auto lanes) { store(to.row(row) + i, load(source + i, lanes)); });
  }
}

template <class T>
void copy_transposed(Rows<const T> from, int64_t rows, int64_t width, const Panel& to) {
  for (int64_t row = 0; row < rows; ++row) {
    const T* source = from.data + row * from.stride;
    for_lanes(width, [&](int64_t i, auto lanes) {
      const Vec value = load(source + i, lanes);
      for (int lane = 0; lane < lanes; ++lane) to.row(i + lane)[row] = value[lane];
    });
  }
  for (int64_t i = 0; i < width; ++i) std::fill(to.row(i) + rows, to.row(i) + padded(rows), 0.0f);
}

template <class T>
void copy_back(const float* from, int64_t width, float factor, T* to) {
  for_lanes(width, [=](int64_t i, auto lanes) { store(to + i, load(from + i) * factor, lanes); });
}

float row_max(const float* row, int64_t count) {
  Vec largest = splat(-std::numeric_limits<float>::infinity());
  int64_t i = 0;
  for (; i + W <= count; i += W) largest = max(largest, load(row + i));
  float result = max(largest);
  for (; i < count; ++i) result = std::max(result, row[i]);
  return result;
}

// row = exp(row * scale - offset), and returns the sum.
float exp_row(float* row, int64_t count, float scale, float offset) {
  Vec total{};
  for_lanes(count, [&](int64_t i, auto lanes) {
    const Vec e = keep(exp(load(row + i) * scale - offset), lanes);
    store(row + i, e);
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
  const int64_t tokens = head.tokens, width = head.width, columns = padded(width);
  const Panel keys(scratch, width, tokens), values(scratch, tokens, width);
  const Panel queries(scratch, query_block, width), result(scratch, query_block, width);
  const Panel scores(scratch, query_block, std::min(tokens, key_block));
  float* const peaks = scratch;
  float* const sums = scratch + query_block;
  copy_transposed(head.key, tokens, width, keys);
  copy(head.value, tokens, width, values);

  for (int64_t query = first; query < last; query += query_block) {
    const int64_t rows = std::min(query_block, last - query);
    copy<T>({head.query.data + query * head.query.stride, head.query.stride}, rows, width, queries);
    for (int64_t key = 0; key < tokens; key += key_block) {
      const int64_t count = std::min(key_block, tokens - key);
      product(queries.left(), keys.data + key, keys.stride, rows, width, padded(count), scores.data, scores.stride,
              false);
      for (int64_t row = 0; row < rows; ++row) {
        float peak = row_max(scores.row(row), count) * head.scale;
        if (key > 0 && peaks[row] >= peak) peak = peaks[row];
        const float sum = exp_row(scores.row(row), count, head.scale, peak);
        if (key > 0) {
          const float shrink = std::exp(peaks[row] - peak);
          if (shrink != 1) copy_back(result.row(row), columns, shrink, result.row(row));
          sums[row] = sums[row] * shrink + sum;
        } else {
          sums[row] = sum;
        }
        peaks[row] = peak;
      }
      product(scores.left(), values.row(key), values.stride, rows, count, columns, result.data, result.stride, key > 0);
    }
    for (int64_t row = 0; row < rows; ++row) {
      copy_back(result.row(row), width, 1 / sums[row], out.data + (query - first + row) * out.stride);
      if (logsumexp != nullptr) logsumexp[query + row] = peaks[row] + std::log(sums[row]);
    }
  }
}

int64_t attention_backward_scratch(int64_t tokens, int64_t width) {
  const int64_t blocks = 2 * query_block * panel_stride(std::min(tokens, key_block));
  return 2 * width * panel_stride(tokens) + (3 * tokens + 3 * query_block) * panel_stride(width) + blocks;
}

template <class T>
void attention_backward(const AttentionHead<T>& head, Rows<const T> out, Rows<const T> dout, const float* logsumexp,
                        Rows<T> dquery, Rows<T> dkey, Rows<T> dvalue, float* scratch) {
  const int64_t tokens = head.tokens, width = head.width, columns = padded(width);
  const int64_t widest = std::min(tokens, key_block);
  const Panel keys_across(scratch, width, tokens), values_across(scratch, width, tokens);
  const Panel keys(scratch, tokens, width), key_gradients(scratch, tokens, width);
  const Panel value_gradients(scratch, tokens, width);
  const Panel queries(scratch, query_block, width), gradients(scratch, query_block, width);
  const Panel query_gradients(scratch, query_block, width);
  const Panel weights(scratch, query_block, widest), slopes(scratch, query_block, widest);
  copy_transposed(head.key, tokens, width, keys_across);
  copy_transposed(head.value, tokens, width, values_across);
  copy(head.key, tokens, width, keys);

  for (int64_t query = 0; query < tokens; query += query_block) {
    const int64_t rows = std::min(query_block, tokens - query);
    copy<T>({head.query.data + query * head.query.stride, head.query.stride}, rows, width, queries);
    copy<T>({dout.data + query * dout.stride, dout.stride}, rows, width, gradients);
    float projections[query_block];  // sum of dout * out: what the softmax takes off every slope of the row
    for (int64_t row = 0; row < rows; ++row) {
      const T* result = out.data + (query + row) * out.stride;
      Vec total{};
      for_lanes(width, [&](int64_t i, auto lanes) { total += load(gradients.row(row) + i) * load(result + i, lanes); });
      projections[row] = sum(total);
    }
    for (int64_t key = 0; key < tokens; key += key_block) {
      const int64_t count = std::min(key_block, tokens - key), across = padded(count);
      product(queries.left(), keys_across.data + key, keys_across.stride, rows, width, across, weights.data,
              weights.stride, false);
      product(gradients.left(), values_across.data + key, values_across.stride, rows, width, across, slopes.data,
              slopes.stride, false);
      for (int64_t row = 0; row < rows; ++row) {
        const float offset = logsumexp[query + row], projection = projections[row];
        for (int64_t i = 0; i < across; i += W) {
          const Vec weight = exp(load(weights.row(row) + i) * head.scale - offset);
          store(weights.row(row) + i, weight);
          store(slopes.row(row) + i, weight * (load(slopes.row(row) + i) - projection) * head.scale);
        }
      }
      const bool more = query > 0;
      product(weights.transposed(0), gradients.data, gradients.stride, count, rows, columns, value_gradients.row(key),
              value_gradients.stride, more);
      product(slopes.transposed(0), queries.data, queries.stride, count, rows, columns, key_gradients.row(key),
              key_gradients.stride, more);
      product(slopes.left(), keys.row(key), keys.stride, rows, count, columns, query_gradients.data,
              query_gradients.stride, key > 0);
    }
    for (int64_t row = 0; row < rows; ++row) {
      copy_back(query_gradients.row(row), width, 1, dquery.data + (query + row) * dquery.stride);
    }
  }
  for (int64_t row = 0; row < tokens; ++row) {
    copy_back(key_gradients.row(row), width, 1, dkey.data + row * dkey.stride);
    copy_back(value_gradients.row(row), width, 1, dvalue.data + row * dvalue.stride);
  }
}

template <class T>
void add(ElementKernels<T>& kernels) {
  kernels.attention = attention<T>;
  kernels.attention_backward = attention_backward<T>;
}

}  // namespace

void DIT_ISA::add_attention(CpuKernels& kernels) {
  add(kernels.f32);
  add(kernels.b16);
  kernels.attention_scratch = attention_scratch;
  kernels.attention_backward_scratch = attention_backward_scratch;
}

}  // namespace dit
