#include <cmath>
#include <limits>

#include "kernels.h"

namespace dit {
namespace {

// A task takes at least so many rows of queries: it packs the keys and values of its head anew.
constexpr int64_t least_rows = 192;
// Keys that one task of the backward pass takes, where there are fewer heads than tasks are wanted. Their number is a
// matter of the shape alone, as the parts of the queries' gradients are added up.
constexpr int64_t key_rows = 2048;
constexpr int64_t wanted_tasks = 16;
// Elements of a head's queries, or keys, up to which the next head is fetched while one is computed.
constexpr int64_t most_fetched = 16384;

int64_t divide_up(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

// What the operator is called with, and the differentiable ones of its tensors.
struct Call {
  Tensor query, key, value;  // [B, T, A], [B, L, A] and [B, L, A]: one that is not given is packed behind the one before
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
  const Tensor& holder(int part) const { return part == 2 && value.defined() ? value : part > 0 && key.defined() ? key : query; }
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

void check(const Call& call) {
  const int64_t heads = call.heads;
  TORCH_CHECK(heads > 0, "attention: `heads` must be positive; got ", heads);
  TORCH_CHECK(call.query.dim() == 3 && call.query.size(2) % (call.parts_of_query() * heads) == 0,
              "attention: `query` must have the shape [batch, tokens, ", call.parts_of_query(),
              " * heads * head width]; got ", call.query.sizes(), " for ", heads, " heads");
  const int64_t width = call.width();
  const auto check_keys = [&](const char* name, const Tensor& tensor, int64_t parts) {
    if (!tensor.defined()) return;
    TORCH_CHECK(tensor.dim() == 3 && tensor.size(0) == call.batch() && tensor.size(1) == call.keys() &&
                    tensor.size(2) == parts * heads * width,
                "attention: `", name, "` must have the shape [", call.batch(), ", ", call.keys(), ", ",
                parts * heads * width, "]; got ", tensor.sizes());
    TORCH_CHECK(tensor.scalar_type() == call.query.scalar_type(), "attention: `", name, "` must have the type of `query`, ",
                call.query.scalar_type(), "; got ", tensor.scalar_type());
  };
  check_keys("key", call.key, call.parts_of_key());
  check_keys("value", call.value, 1);
  const auto check_vector = [&](const char* name, const Tensor& tensor) {
    TORCH_CHECK(!tensor.defined() || (tensor.dim() == 1 && tensor.size(0) == width), "attention: `", name,
                "` must have the shape [", width, "]; got ", tensor.sizes());
  };
  check_vector("query_weight", call.query_weight);
  check_vector("query_bias", call.query_bias);
  check_vector("key_weight", call.key_weight);
  check_vector("key_bias", call.key_bias);
  TORCH_CHECK((call.query_weight.defined() || !call.query_bias.defined()) &&
                  (call.key_weight.defined() || !call.key_bias.defined()),
              "attention: a norm with a bias needs a weight, too");
  TORCH_CHECK(!call.mask.defined() || (call.mask.scalar_type() == at::kBool &&
                                       call.mask.sizes() == at::IntArrayRef({call.batch(), call.keys()})),
              "attention: `mask` must be bool and have the shape [", call.batch(), ", ", call.keys(), "]; got ",
              call.mask.scalar_type(), " ", call.mask.sizes());
  TORCH_CHECK(!call.rotation.defined() ||
                  (width % 2 == 0 && call.rotation.dim() == 2 && call.rotation.size(1) == width &&
                   call.rotation.size(0) <= std::min(call.queries(), call.keys())),
              "attention: `rotation` must have the shape [at most ", std::min(call.queries(), call.keys()), ", ", width,
              "] with an even width; got ", call.rotation.sizes());
  TORCH_CHECK(call.scale() > 0, "attention: `scale` must be positive; got ", call.scale());
}

bool is_fast(const Call& call) {
  for (const Tensor& tensor : call.tensors()) {
    if (tensor.defined() && !has_cpu_kernel(tensor)) return false;
  }
  return call.query.numel() > 0 && (!call.rotation.defined() || has_cpu_kernel(call.rotation)) &&
         (!call.mask.defined() || call.mask.is_cpu());
}

// x [B, H, T, W], in at least float32
Tensor normalize(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  if (!weight.defined()) return x;
  const auto type = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const Tensor wide = x.to(type);
  const Tensor normal = bias.defined()
                            ? at::layer_norm(wide, {x.size(-1)}, weight.to(type), bias.to(type), eps)
                            : wide * at::rsqrt(at::mean(at::square(wide), {-1}, true) + eps) * weight.to(type);
  return normal.to(x.scalar_type());
}

// x [B, H, T, W], rotation [G, W]
Tensor rotate(const Tensor& x, const Tensor& rotation) {
  if (!rotation.defined()) return x;
  const int64_t turned = rotation.size(0), half = x.size(-1) / 2;
  const Tensor pairs = x.narrow(2, 0, turned).unflatten(-1, {half, 2}), angles = rotation.view({turned, half, 2});
  const Tensor a = pairs.select(-1, 0), b = pairs.select(-1, 1), c = angles.select(-1, 0), s = angles.select(-1, 1);
  const Tensor result = at::stack({a * c - b * s, a * s + b * c}, -1).flatten(-2).to(x.scalar_type());
  return turned == x.size(2) ? result : at::cat({result, x.narrow(2, turned, x.size(2) - turned)}, 2);
}

Tensor compose(const Call& call) {
  const int64_t heads = call.heads, width = call.width();
  const auto part = [&](int index) {
    const Tensor channels = call.holder(index).narrow(2, call.place(index) * heads * width, heads * width);
    return channels.unflatten(2, {heads, width}).transpose(1, 2);  // [B, H, T, W]
  };
  const double root = std::sqrt(static_cast<double>(width)), factor = call.scale() * root;
  Tensor q = rotate(normalize(part(0), call.query_weight, call.query_bias, call.eps), call.rotation);
  const Tensor k = rotate(normalize(part(1), call.key_weight, call.key_bias, call.eps), call.rotation);
  if (call.given_scale) q = q * factor;
  // Who has no key left attends to all, and gets zeros.
  Tensor some, allowed;
  if (call.mask.defined()) {
    some = call.mask.any(-1, true).view({-1, 1, 1, 1});                          // [B, 1, 1, 1]
    allowed = call.mask.view({call.batch(), 1, 1, -1}).logical_or(some.logical_not());  // [B, 1, 1, L]
  }
#if DIT_TORCH_AT_LEAST(2, 0)
  Tensor out = at::scaled_dot_product_attention(q, k, part(2), allowed.defined() ? optional<Tensor>(allowed) : optional<Tensor>());
#else
  Tensor scores = at::matmul(q * (1 / root), k.transpose(-2, -1));
  if (allowed.defined()) scores = scores.masked_fill(allowed.logical_not(), -std::numeric_limits<double>::infinity());
  Tensor out = at::matmul(at::softmax(scores, -1), part(2));
#endif
  if (some.defined()) out = out.masked_fill(some.logical_not(), 0);
  return out.transpose(1, 2).flatten(2);  // [B, T, A]
}

Tensor with_rows(const Tensor& tensor) {
  return !tensor.defined() || tensor.stride(-1) == 1 ? tensor : tensor.contiguous();
}

Tensor vector_of(const Tensor& tensor) {
  return tensor.defined() ? tensor.to(at::kFloat).contiguous() : tensor;
}

// The call as the kernels see it: the rows of every head.
struct Heads {
  Call call;
  int64_t batch, queries, keys, heads, width;
  Adjustment adjust_query, adjust_key;
  Tensor kept;  // [B, L], where there is a mask: the keys that are attended to
  std::vector<int64_t> counts;

  explicit Heads(const Call& given)
      : call(given),
        batch(given.batch()),
        queries(given.queries()),
        keys(given.keys()),
        heads(given.heads),
        width(given.width()),
        counts(static_cast<size_t>(batch), keys) {
    for (Tensor* tensor : {&call.query, &call.key, &call.value}) *tensor = with_rows(*tensor);
    for (Tensor* tensor : {&call.query_weight, &call.query_bias, &call.key_weight, &call.key_bias, &call.rotation}) {
      *tensor = vector_of(*tensor);
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

  int64_t count() const { return batch * heads; }
  int64_t keys_of(int64_t head) const { return counts[static_cast<size_t>(head / heads)]; }

  // The queries (0), keys (1) or values (2) of the head with this index, in `tensors`, which have the call's layout.
  template <class T>
  Rows<T> part(const Call& tensors, int64_t head, int which) const {
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

  // Whether the head with this index is fetched while the one before is computed, which it must not drive out of the
  // caches.
  bool is_fetched(int64_t index) const { return index < count() && std::max(queries, keys) * width <= most_fetched; }

  // The queries, keys and values of a head in `tensors`, which have the call's layout.
  template <class T>
  void add_parts(Ahead<T>& ahead, const Call& tensors, int64_t index) const {
    for (int which = 0; which < 3; ++which) ahead.add(part<const T>(tensors, index, which), which == 0 ? queries : keys);
  }

  /// body(type), for the type of the call's elements.
  template <class Body>
  void with_element(Body body) const {
    with_type(call.query.scalar_type(), body);
  }
};

// `softmax` [B, H, 2, T], with which the kernels make the weights again, is filled where it is defined.
Tensor forward(const Call& given, const Tensor& softmax) {
  const Heads all(given);
  const Tensor out = at::empty({all.batch, all.queries, all.heads * all.width}, given.query.options());
  const int64_t wanted = std::min(divide_up(4 * at::get_num_threads(), all.count()), divide_up(all.queries, least_rows));
  const int64_t rows = divide_up(divide_up(all.queries, wanted), least_rows) * least_rows;
  const int64_t blocks = divide_up(all.queries, rows);
  all.with_element([&](auto type) {
    using T = decltype(type);
    parallel_for(all.count() * blocks, 1, [&](int64_t begin, int64_t end) {
      const Tensor scratch =
          at::empty({cpu_kernels().attention_scratch(all.keys, all.width)}, out.options().dtype(at::kFloat));
      for (int64_t task = begin; task < end; ++task) {
        const int64_t head = task / blocks, first = task % blocks * rows;
        AttentionHead<T> current = all.head<T>(head);
        if (blocks == 1 && all.is_fetched(head + 1)) {
          current.ahead.add(all.result<const T>(out, head), all.queries);
          all.add_parts(current.ahead, all.call, head + 1);
        }
        element_kernels<T>().attention(
            current, first, std::min(first + rows, all.queries), all.result<T>(out, head).from(first),
            softmax.defined() ? data<float>(softmax) + head * 2 * all.queries : nullptr, data<float>(scratch));
      }
    });
  });
  return out;
}

// The gradients of the call's tensors.
variable_list backward(const Tensor& given_grad, const Call& given, const Tensor& out, const Tensor& softmax) {
  const Heads all(given);
  const auto options = out.options().dtype(at::kFloat);
  const Tensor grad = given_grad.to(out.scalar_type()).contiguous();
  Call slopes = given;
  for (Tensor* tensor : {&slopes.query, &slopes.key, &slopes.value}) {
    if (!tensor->defined()) continue;
    *tensor = at::empty(tensor->sizes(), tensor->options());
    if (given.mask.defined()) tensor->zero_();  // keys that are left out
  }
  const int64_t width = all.width;
  const int64_t splits = std::min(divide_up(all.keys, key_rows), divide_up(wanted_tasks, all.count()));
  const int64_t step = divide_up(divide_up(all.keys, splits), 256) * 256;
  const int64_t dquery_size = all.queries * wide_row(width);
  const Tensor dquery = at::empty({splits == 1 ? 0 : all.count(), splits, dquery_size}, options);
  const Tensor sums_key = at::zeros({all.count() * splits, 2, width}, options);
  const Tensor sums_query = at::zeros({all.count(), 2, width}, options);
  all.with_element([&](auto type) {
    using T = decltype(type);
    const auto finish_query = [&](int64_t head, float* parts) {
      element_kernels<T>().attention_backward_query(all.head<T>(head), parts, splits, all.part<T>(slopes, head, 0),
                                                    data<float>(sums_query) + head * 2 * width);
    };
    parallel_for(all.count() * splits, 1, [&](int64_t begin, int64_t end) {
      const Tensor scratch =
          at::empty({dquery_size + cpu_kernels().attention_backward_scratch(all.queries, all.keys, width)}, options);
      for (int64_t task = begin; task < end; ++task) {
        const int64_t head = task / splits, count = all.keys_of(head);
        const int64_t first = std::min(task % splits * step, count);
        AttentionHead<T> current = all.head<T>(head);
        if (splits == 1 && all.is_fetched(head + 1)) {
          all.add_parts(current.ahead, slopes, head);
          all.add_parts(current.ahead, all.call, head + 1);
          for (const Tensor& tensor : {out, grad}) current.ahead.add(all.result<const T>(tensor, head + 1), all.queries);
        }
        float* const part = splits == 1 ? data<float>(scratch) : data<float>(dquery) + task * dquery_size;
        element_kernels<T>().attention_backward(
            current, first, std::min(first + step, count), all.result<const T>(out, head),
            all.result<const T>(grad, head), data<float>(softmax) + head * 2 * all.queries, part,
            all.part<T>(slopes, head, 1), all.part<T>(slopes, head, 2), data<float>(sums_key) + task * 2 * width,
            data<float>(scratch) + dquery_size);
        if (splits == 1) finish_query(head, part);
      }
    });
    if (splits == 1) return;
    parallel_for(all.count(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t head = begin; head < end; ++head) finish_query(head, data<float>(dquery) + head * splits * dquery_size);
    });
  });
  const auto total = [&](const Tensor& sums, int64_t which, const Tensor& like) {
    return like.defined() ? sums.sum(0)[which].to(like.scalar_type()) : like;
  };
  return {slopes.query,
          slopes.key,
          slopes.value,
          total(sums_query, 0, given.query_weight),
          total(sums_query, 1, given.query_bias),
          total(sums_key, 0, given.key_weight),
          total(sums_key, 1, given.key_bias)};
}

struct Attention : torch::autograd::Function<Attention> {
  using Other = optional<Tensor>;  // as which it may be undefined

  // The tensors are those of the call, where autograd sees them.
  static Tensor forward(AutogradContext* context, const Call& call, const Tensor& query, const Other&, const Other&,
                        const Other&, const Other&, const Other&, const Other&) {
    const Tensor softmax = at::empty({call.batch(), call.heads, 2, call.queries()}, query.options().dtype(at::kFloat));
    const Tensor out = dit::forward(call, softmax);
    variable_list saved = call.tensors();
    saved.insert(saved.end(), {call.mask, call.rotation, out, softmax});
    context->save_for_backward(saved);
    context->saved_data["heads"] = call.heads;
    context->saved_data["eps"] = call.eps;
    context->saved_data["scale"] = call.scale();
    return out;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const variable_list saved = context->get_saved_variables();
    Call call{};
    call.set_tensors(saved);
    call.mask = saved[7];
    call.rotation = saved[8];
    call.heads = context->saved_data["heads"].toInt();
    call.eps = context->saved_data["eps"].toDouble();
    call.given_scale = context->saved_data["scale"].toDouble();
    variable_list all{Tensor()};  // none for the call itself
    const variable_list found = at::GradMode::is_enabled() ? differentiate(
                                                                 [&](const variable_list& tensors) {
                                                                   Call again = call;
                                                                   again.set_tensors(tensors);
                                                                   return compose(again);
                                                                 },
                                                                 call.tensors(), grads[0])
                                                           : dit::backward(grads[0], call, saved[9], saved[10]);
    all.insert(all.end(), found.begin(), found.end());
    return all;
  }
};

Tensor run(const Call& call) {
  check(call);
  if (!is_fast(call)) return compose(call);
  const variable_list tensors = call.tensors();
  bool records = false;
  for (const Tensor& tensor : tensors) records |= needs_grad({tensor});
  if (!records) {
    at::AutoDispatchBelowADInplaceOrView below;
    return forward(call, Tensor());
  }
  using Other = Attention::Other;
  return Attention::apply(call, call.query, Other(call.key), Other(call.value), Other(call.query_weight),
                          Other(call.query_bias), Other(call.key_weight), Other(call.key_bias));
}

}  // namespace

Tensor attention(const Tensor& query, int64_t heads, const optional<Tensor>& key, const optional<Tensor>& value,
                 const optional<Tensor>& mask, const optional<Tensor>& rotation, const optional<Tensor>& query_weight,
                 const optional<Tensor>& query_bias, const optional<Tensor>& key_weight,
                 const optional<Tensor>& key_bias, double eps, optional<double> scale) {
  const Tensor none;
  return run({query, key.value_or(none), value.value_or(none), query_weight.value_or(none), query_bias.value_or(none),
              key_weight.value_or(none), key_bias.value_or(none), mask.value_or(none), rotation.value_or(none), heads,
              eps, scale});
}

Tensor attention_autocast(const Tensor& query, int64_t heads, const optional<Tensor>& key,
                          const optional<Tensor>& value, const optional<Tensor>& mask, const optional<Tensor>& rotation,
                          const optional<Tensor>& query_weight, const optional<Tensor>& query_bias,
                          const optional<Tensor>& key_weight, const optional<Tensor>& key_bias, double eps,
                          optional<double> scale) {
  const WithoutAutocast guard;
  const auto type = autocast_type(query.device().type());
  const auto cast = [&](const optional<Tensor>& tensor) {
    return tensor ? optional<Tensor>(autocast_to(type, *tensor)) : tensor;
  };
  return attention(autocast_to(type, query), heads, cast(key), cast(value), mask, rotation, query_weight, query_bias,
                   key_weight, key_bias, eps, scale);
}

}  // namespace dit
