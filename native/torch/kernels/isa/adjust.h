#pragma once

#include <cmath>

#include "panel.h"

// Queries and keys on their way into a product: rows left out, a norm, a rotation; and their gradients' way back.
namespace dit {
namespace {

struct EvenOfPair {
  static constexpr int of(int lane) { return lane & ~1; }
};
struct OddOfPair {
  static constexpr int of(int lane) { return lane | 1; }
};
struct Signs {
  static constexpr int of(int lane) { return lane % 2 == 0 ? -1 : 1; }
};

// Every pair of lanes (a, b), turned by the angle whose cosine and sine are the pair of `rotation`:
// (a cos - b sin, a sin + b cos). `direction` is 1, or -1 to turn back.
DIT_INLINE Vec turn(Vec value, Vec rotation, float direction) {
  static constexpr Lanes<Signs, float> signs;
  const Vec cosine = __builtin_shuffle(rotation, lanes_of<EvenOfPair>());
  const Vec sine = __builtin_shuffle(rotation, lanes_of<OddOfPair>());
  return value * cosine + __builtin_shuffle(value, lanes_of<Opposite<1>>()) * sine * bit_cast<Vec>(signs) * direction;
}

// One row before its norm: (x - mean) * rstd is what the weights multiply. Without a norm it is x itself.
template <class T>
struct Normal {
  const T* row;
  float mean = 0, rstd = 1;

  Normal(const Adjustment& by, const T* from, int64_t width) : row(from) {
    if (by.weight == nullptr) return;
    Vec total{}, squares{};
    if (by.bias != nullptr) {
      for_lanes(width, [&](int64_t i, auto lanes) { total += load(row + i, lanes); });
      mean = sum(total) / static_cast<float>(width);
    }
    for_lanes(width, [&](int64_t i, auto lanes) {
      const Vec x = keep(load(row + i, lanes) - mean, lanes);
      squares += x * x;
    });
    rstd = 1 / std::sqrt(sum(squares) / static_cast<float>(width) + by.eps);
  }

  template <class Count>
  DIT_INLINE Vec at(int64_t i, Count lanes) const {
    return keep((load(row + i, lanes) - mean) * rstd, lanes);
  }
};

// `index` is the row's place among all rows, by which it is turned.
template <class T>
void adjust_row(const Adjustment& by, const T* from, int64_t index, int64_t width, T* to) {
  const Normal<T> normal(by, from, width);
  const float* const rotation = index < by.rotated ? by.rotation + index * width : nullptr;
  for_lanes(width, [&](int64_t i, auto lanes) {
    Vec value = normal.at(i, lanes);
    if (by.weight != nullptr) value *= load(by.weight + i, lanes);
    if (by.bias != nullptr) value += load(by.bias + i, lanes);
    if (rotation != nullptr) value = turn(value, load(rotation + i, lanes), 1);
    store(to + i, value, lanes);
  });
}

// The gradient of a row `from` that of the adjusted row, `grad`, which is turned back in place. `sums` takes what the row
// adds to the gradients of weight and bias, [2, width].
template <class T>
void adjust_row_backward(const Adjustment& by, float* grad, const T* from, int64_t index, int64_t width, T* to,
                         float* sums) {
  if (index < by.rotated) {
    const float* const rotation = by.rotation + index * width;
    for_lanes(width, [&](int64_t i, auto lanes) {
      store(grad + i, turn(load(grad + i, lanes), load(rotation + i, lanes), -1), lanes);
    });
  }
  if (by.weight == nullptr) return unpack(grad, width, 1, to);
  const Normal<T> normal(by, from, width);
  Vec total{}, along{};
  for_lanes(width, [&](int64_t i, auto lanes) {
    const Vec g = load(grad + i, lanes), x = normal.at(i, lanes), slope = g * load(by.weight + i, lanes);
    total += slope;
    along += slope * x;
    store(sums + i, load(sums + i, lanes) + g * x, lanes);
    store(sums + width + i, load(sums + width + i, lanes) + g, lanes);
  });
  const float mean = by.bias != nullptr ? sum(total) / static_cast<float>(width) : 0;
  const float share = sum(along) / static_cast<float>(width);
  for_lanes(width, [&](int64_t i, auto lanes) {
    const Vec slope = load(grad + i, lanes) * load(by.weight + i, lanes);
    store(to + i, (slope - mean - normal.at(i, lanes) * share) * normal.rstd, lanes);
  });
}

// Rows [first, first + count) of the parts `begin`, `begin` + `step`, ... of what a head's kernel fetches meanwhile.
template <class T>
DIT_INLINE void fetch(const AttentionHead<T>& head, int begin, int step, int64_t first, int64_t count) {
  const int64_t line = 64 / sizeof(T);
  for (int part = begin; part < head.ahead.count; part += step) {
    const int64_t last = std::min(first + count, head.ahead.rows[part]);
    for (int64_t row = first; row < last; ++row) {
      for (int64_t i = 0; i < head.width; i += line) __builtin_prefetch(head.ahead.parts[part].from(row).data + i);
    }
  }
}

// Rows [first, first + count), of those that are kept, as the product wants them: where they lie, or in `room`, which
// takes [count, width].
template <class T>
Rows<const T> ready(Rows<const T> from, const Adjustment& by, const int32_t* kept, int64_t first, int64_t count,
                    int64_t width, T* room) {
  if (kept == nullptr && by.is_none()) return from.from(first);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t row = kept != nullptr ? kept[first + i] : first + i;
    adjust_row(by, from.from(row).data, row, width, room + i * width);
  }
  return {room, width};
}

}  // namespace
}  // namespace dit
