#pragma once

#include <cmath>

#include "kernels.h"

namespace dit {

/// What the operator is called with, and the differentiable ones of its tensors.
struct AttentionCall {
  // [B, T, A], [B, L, A] and [B, L, A]: one that is not given is packed behind the one before.
  Tensor query, key, value;
  Tensor query_weight, query_bias, key_weight, key_bias;  // [W], of the norms of queries and keys
  Tensor mask;                                            // [B, L], which keys are attended to
  Tensor rotation;                                        // [G, W], the cosine and the sine of every pair of channels
  int64_t heads;
  double eps;
  optional<double> given_scale;

  variable_list tensors() const { return {query, key, value, query_weight, query_bias, key_weight, key_bias}; }

  void set_tensors(const variable_list& from) {
    Tensor* const own[] = {&query, &key, &value, &query_weight, &query_bias, &key_weight, &key_bias};
    for (size_t i = 0; i < std::size(own); ++i) *own[i] = from[i];
  }

  // Which tensor holds the queries (0), keys (1) or values (2), and how many such parts stand before.
  const Tensor& holder(int part) const {
    return part == 2 && value.defined() ? value : part > 0 && key.defined() ? key : query;
  }
  int64_t place(int part) const {
    if (part == 0 || (part == 1 && key.defined()) || (part == 2 && value.defined())) return 0;
    return part == 2 && !key.defined() ? 2 : 1;
  }

  int64_t batch() const { return query.size(0); }
  int64_t queries() const { return query.size(1); }
  int64_t keys() const { return holder(1).size(1); }
  int64_t width() const { return query.size(2) / (parts_of_query() * heads); }
  double scale() const { return given_scale.value_or(1 / std::sqrt(static_cast<double>(width()))); }

  int64_t parts_of_query() const { return key.defined() ? 1 : value.defined() ? 2 : 3; }
  int64_t parts_of_key() const { return value.defined() ? 1 : 2; }
};

/// Throws for tensors that do not go together.
void check(const AttentionCall& call);

/// Whether there are kernels for it on this processor.
bool is_fast(const AttentionCall& call);

/// The attention by libtorch's operators, which is what the kernels compute.
Tensor compose(const AttentionCall& call);

}  // namespace dit
