#include <cmath>

#include "kernels.h"

namespace dit {
namespace {

constexpr int64_t chunk_size = 16384;

// All tensors of a list cut into chunks, so that small and large ones share the threads evenly. The cut depends on the
// sizes alone: whatever is summed chunk by chunk is the same for any number of threads.
struct Chunks {
  struct Chunk {
    size_t tensor;
    int64_t first, count;
  };
  std::vector<Chunk> chunks;

  explicit Chunks(at::TensorList tensors) {
    for (size_t i = 0; i < tensors.size(); ++i) {
      const int64_t count = tensors[i].numel();
      for (int64_t first = 0; first < count; first += chunk_size) {
        chunks.push_back({i, first, std::min(chunk_size, count - first)});
      }
    }
  }

  /// body(chunk, its index), in parallel.
  template <class Body>
  void run(Body body) const {
    at::parallel_for(0, static_cast<int64_t>(chunks.size()), 2, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) body(chunks[static_cast<size_t>(i)], i);
    });
  }
};

bool is_fast(at::TensorList tensors) {
  for (const Tensor& tensor : tensors) {
    if (!tensor.device().is_cpu() || tensor.scalar_type() != at::kFloat || !tensor.is_contiguous()) return false;
  }
  return true;
}

void check_lists(const char* what, at::TensorList a, at::TensorList b) {
  TORCH_CHECK(a.size() == b.size(), what, ": the lists must have equal lengths; got ", a.size(), " and ", b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    TORCH_CHECK(a[i].sizes() == b[i].sizes(), what, ": tensor ", i, " has the shape ", a[i].sizes(),
                " in one list and ", b[i].sizes(), " in the other");
  }
}

// The kernels write behind the dispatcher's back, so autograd has to be told that saved values are stale.
void mark_changed(at::TensorList tensors) {
  for (const Tensor& tensor : tensors) {
    if (!tensor.is_inference()) tensor.unsafeGetTensorImpl()->bump_version();
  }
}

void compose_adamw(Tensor p, const Tensor& grad, Tensor m, Tensor v, Tensor peak, const AdamWStep& s, double lr,
                   double weight_decay, double beta1, double beta2, double eps, double correction1,
                   double correction2) {
  Tensor g = grad;
  if (s.decoupled) {
    p.mul_(1 - lr * weight_decay);
  } else if (weight_decay != 0) {
    g = g.add(p, weight_decay);
  }
  m.mul_(beta1).add_(g, 1 - beta1);
  v.mul_(beta2).addcmul_(g, g, 1 - beta2);
  if (peak.defined()) at::maximum_out(peak, peak, v);
  const Tensor denominator = (peak.defined() ? peak : v).sqrt().div_(std::sqrt(correction2)).add_(eps);
  p.addcdiv_(m, denominator, -lr / correction1);
}

}  // namespace

void adamw(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq,
           at::TensorList max_exp_avg_sq, int64_t step, double lr, double beta1, double beta2, double eps,
           double weight_decay, bool amsgrad, bool decoupled) {
  check_lists("adamw_", params, grads);
  check_lists("adamw_", params, exp_avg);
  check_lists("adamw_", params, exp_avg_sq);
  if (amsgrad) check_lists("adamw_", params, max_exp_avg_sq);
  TORCH_CHECK(step >= 1, "adamw_: `step` counts from 1; got ", step);
  const at::NoGradGuard no_grad;
  const double correction1 = 1 - std::pow(beta1, static_cast<double>(step));
  const double correction2 = 1 - std::pow(beta2, static_cast<double>(step));
  const AdamWStep s{static_cast<float>(1 - lr * weight_decay),
                    static_cast<float>(weight_decay),
                    static_cast<float>(beta1),
                    static_cast<float>(1 - beta1),
                    static_cast<float>(beta2),
                    static_cast<float>(1 - beta2),
                    static_cast<float>(std::sqrt(correction2)),
                    static_cast<float>(eps),
                    static_cast<float>(lr / correction1),
                    decoupled};
  if (!(is_fast(params) && is_fast(grads) && is_fast(exp_avg) && is_fast(exp_avg_sq) &&
        (!amsgrad || is_fast(max_exp_avg_sq)))) {
    for (size_t i = 0; i < params.size(); ++i) {
      compose_adamw(params[i], grads[i], exp_avg[i], exp_avg_sq[i], amsgrad ? max_exp_avg_sq[i] : Tensor(), s, lr,
                    weight_decay, beta1, beta2, eps, correction1, correction2);
    }
    return;
  }
  Chunks(params).run([&](const Chunks::Chunk& chunk, int64_t) {
    const auto at = [&](at::TensorList list) { return data<float>(list[chunk.tensor]) + chunk.first; };
    cpu_kernels().adamw(s, at(params), at(grads), at(exp_avg), at(exp_avg_sq), amsgrad ? at(max_exp_avg_sq) : nullptr,
                        chunk.count);
  });
  mark_changed(params);
  mark_changed(exp_avg);
  mark_changed(exp_avg_sq);
  if (amsgrad) mark_changed(max_exp_avg_sq);
}

void ema(at::TensorList shadow, at::TensorList params, double decay) {
  check_lists("ema_", shadow, params);
  const at::NoGradGuard no_grad;
  if (!is_fast(shadow) || !is_fast(params)) {
    for (size_t i = 0; i < shadow.size(); ++i) shadow[i].mul_(decay).add_(params[i], 1 - decay);
    return;
  }
  Chunks(shadow).run([&](const Chunks::Chunk& chunk, int64_t) {
    cpu_kernels().ema(data<float>(shadow[chunk.tensor]) + chunk.first, data<float>(params[chunk.tensor]) + chunk.first,
                      static_cast<float>(decay), static_cast<float>(1 - decay), chunk.count);
  });
  mark_changed(shadow);
}

Tensor grad_norm(at::TensorList grads, double norm_type) {
  TORCH_CHECK(!grads.empty(), "grad_norm: the list of gradients is empty");
  const at::NoGradGuard no_grad;
  if (norm_type != 2 || !is_fast(grads)) {
    std::vector<Tensor> norms;
    for (const Tensor& grad : grads) norms.push_back(at::linalg_vector_norm(grad, norm_type).to(grads[0].device()));
    return at::linalg_vector_norm(at::stack(norms), norm_type);
  }
  const Chunks all(grads);
  std::vector<double> parts(all.chunks.size());
  all.run([&](const Chunks::Chunk& chunk, int64_t index) {
    parts[static_cast<size_t>(index)] =
        cpu_kernels().sum_of_squares(data<float>(grads[chunk.tensor]) + chunk.first, chunk.count);
  });
  double total = 0;
  for (double part : parts) total += part;
  return at::scalar_tensor(std::sqrt(total), grads[0].options());
}

void clip_grad(at::TensorList grads, const Tensor& total_norm, double max_norm) {
  const at::NoGradGuard no_grad;
  if (is_fast(grads) && total_norm.device().is_cpu()) {
    const auto factor = static_cast<float>(max_norm / (total_norm.item<double>() + 1e-6));
    if (factor >= 1) return;
    Chunks(grads).run([&](const Chunks::Chunk& chunk, int64_t) {
      cpu_kernels().scale(data<float>(grads[chunk.tensor]) + chunk.first, factor, chunk.count);
    });
    mark_changed(grads);
    return;
  }
  const Tensor factor = at::clamp_max(max_norm / (total_norm + 1e-6), 1.0);  // stays on the device: no host sync
  for (Tensor grad : grads) grad.mul_(factor.to(grad.device()));
}

}  // namespace dit
