#include "attention_call.h"

#include <limits>

namespace dit {
namespace {

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

}  // namespace

void check(const AttentionCall& call) {
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
    TORCH_CHECK(tensor.scalar_type() == call.query.scalar_type(), "attention: `", name,
                "` must have the type of `query`, ", call.query.scalar_type(), "; got ", tensor.scalar_type());
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

bool is_fast(const AttentionCall& call) {
  for (const Tensor& tensor : call.tensors()) {
    if (tensor.defined() && !has_cpu_kernel(tensor)) return false;
  }
  return call.query.numel() > 0 && (!call.rotation.defined() || has_cpu_kernel(call.rotation)) &&
         (!call.mask.defined() || call.mask.is_cpu());
}

Tensor compose(const AttentionCall& call) {
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
    some = call.mask.any(-1, true).view({-1, 1, 1, 1});                                 // [B, 1, 1, 1]
    allowed = call.mask.view({call.batch(), 1, 1, -1}).logical_or(some.logical_not());  // [B, 1, 1, L]
  }
#if DIT_TORCH_AT_LEAST(2, 0)
  const auto mask = allowed.defined() ? optional<Tensor>(allowed) : optional<Tensor>();
  Tensor out = at::scaled_dot_product_attention(q, k, part(2), mask);
#else
  Tensor scores = at::matmul(q * (1 / root), k.transpose(-2, -1));
  if (allowed.defined()) scores = scores.masked_fill(allowed.logical_not(), -std::numeric_limits<double>::infinity());
  Tensor out = at::matmul(at::softmax(scores, -1), part(2));
#endif
  if (some.defined()) out = out.masked_fill(some.logical_not(), 0);
  return out.transpose(1, 2).flatten(2);  // [B, T, A]
}

}  // namespace dit
