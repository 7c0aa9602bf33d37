#pragma once

#include "attention_call.h"

namespace dit {

/// The call as the kernels see it: the rows of every head.
struct AttentionHeads {
  AttentionCall call;
  int64_t batch, queries, keys, heads, width;
  Adjustment adjust_query, adjust_key;
  Tensor kept;  // [B, L], where there is a mask: the keys that are attended to
  std::vector<int64_t> counts;

  explicit AttentionHeads(const AttentionCall& given)
      : call(given),
        batch(given.batch()),
        queries(given.queries()),
        keys(given.keys()),
        heads(given.heads),
        width(given.width()),
        counts(static_cast<size_t>(batch), keys) {
    for (Tensor* tensor : {&call.query, &call.key, &call.value}) *tensor = with_rows(*tensor);
    for (Tensor* tensor : {&call.query_weight, &call.query_bias, &call.key_weight, &call.key_bias, &call.rotation}) {
      *tensor = as_vector(*tensor);
    }
    adjust_query = adjustment(call.query_weight, call.query_bias);
    adjust_key = adjustment(call.key_weight, call.key_bias);
    if (call.mask.defined()) keep(call.mask.contiguous());
  }

  Adjustment adjustment(const Tensor& weight, const Tensor& bias) const {
    return {weight.defined() ? data<float>(weight) : nullptr, bias.defined() ? data<float>(bias) : nullptr,
            static_cast<float>(call.eps), call.rotation.defined() ? data<float>(call.rotation) : nullptr,
            call.rotation.defined() ? call.rotation.size(0) : 0};
  }

  void keep(const Tensor& mask) {
    kept = at::empty({batch, keys}, mask.options().dtype(at::kInt));
    for (int64_t b = 0; b < batch; ++b) {
      int32_t* const rows = data<int32_t>(kept) + b * keys;
      int64_t count = 0;
      for (int64_t key = 0; key < keys; ++key) {
        if (data<bool>(mask)[b * keys + key]) rows[count++] = static_cast<int32_t>(key);
      }
      counts[static_cast<size_t>(b)] = count;
    }
  }

  static Tensor with_rows(const Tensor& tensor) {
    return !tensor.defined() || tensor.stride(-1) == 1 ? tensor : tensor.contiguous();
  }

  static Tensor as_vector(const Tensor& tensor) {
    return tensor.defined() ? tensor.to(at::kFloat).contiguous() : tensor;
  }

  int64_t count() const { return batch * heads; }
  int64_t keys_of(int64_t head) const { return counts[static_cast<size_t>(head / heads)]; }

  // The queries (0), keys (1) or values (2) of the head with this index, in `tensors`, which have the call's layout.
  template <class T>
  Rows<T> part(const AttentionCall& tensors, int64_t head, int which) const {
    const Tensor& tensor = tensors.holder(which);
    return {data<std::remove_const_t<T>>(tensor) + head / heads * tensor.stride(0) +
                (tensors.place(which) * heads + head % heads) * width,
            tensor.stride(1)};
  }

  // The head's columns of [B, T, A].
  template <class T>
  Rows<T> result(const Tensor& out, int64_t head) const {
    return {data<std::remove_const_t<T>>(out) + (head / heads * queries * heads + head % heads) * width, heads * width};
  }

  template <class T>
  AttentionHead<T> head(int64_t index) const {
    return {part<const T>(call, index, 0),
            part<const T>(call, index, 1),
            part<const T>(call, index, 2),
            queries,
            keys_of(index),
            width,
            static_cast<float>(call.scale()),
            kept.defined() ? data<int32_t>(kept) + index / heads * keys : nullptr,
            adjust_query,
            adjust_key,
            {}};
  }

  // Elements of a head's queries, or keys, up to which the next head is fetched while one is computed.
  static constexpr int64_t most_fetched = 16384;

  // Whether the head with this index is fetched while the one before is computed, which it must not drive out of the
  // caches.
  bool is_fetched(int64_t index) const { return index < count() && std::max(queries, keys) * width <= most_fetched; }

  // The queries, keys and values of a head in `tensors`, which have the call's layout.
  template <class T>
  void add_parts(Ahead<T>& ahead, const AttentionCall& tensors, int64_t index) const {
    for (int which = 0; which < 3; ++which) {
      ahead.add(part<const T>(tensors, index, which), which == 0 ? queries : keys);
    }
  }

  /// body(type), for the type of the call's elements.
  template <class Body>
  void with_element(Body body) const {
    with_type(call.query.scalar_type(), body);
  }
};

}  // namespace dit
