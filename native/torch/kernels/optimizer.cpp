#include <cmath>

#include "../cuda/operators.h"
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
    parallel_for(static_cast<int64_t>(chunks.size()), 2, [&](int64_t begin, int64_t end) {
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

struct Corrections {
  double first, second;  // what the moments are divided by: 1 - beta^step

  Corrections(int64_t step, double beta1, double beta2)
      : first(1 - std::pow(beta1, static_cast<double>(step))), second(1 - std::pow(beta2, static_cast<double>(step))) {}
};

void compose_adamw(Tensor p, const Tensor& grad, Tensor m, Tensor v, Tensor peak, const Corrections& corrections,
                   double lr, double beta1, double beta2, double eps, double weight_decay, bool decoupled) {
  Tensor g = grad;
  if (decoupled) {
    p.mul_(1 - lr * weight_decay);
  } else if (weight_decay != 0) {
    g = g.add(p, weight_decay);
  }
  m.mul_(beta1).add_(g, 1 - beta1);
  v.mul_(beta2).addcmul_(g, g, 1 - beta2);
  if (peak.defined()) at::maximum_out(peak, peak, v);
  const Tensor denominator = (peak.defined() ? peak : v).sqrt().div_(std::sqrt(corrections.second)).add_(eps);
  p.addcdiv_(m, denominator, -lr / corrections.first);
}

void check_adamw(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq,
                 at::TensorList max_exp_avg_sq) {
  check_lists("adamw_", params, grads);
  check_lists("adamw_", params, exp_avg);
  check_lists("adamw_", params, exp_avg_sq);
  if (!max_exp_avg_sq.empty()) check_lists("adamw_", params, max_exp_avg_sq);
}

bool has_adamw_kernel(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq,
                      at::TensorList max_exp_avg_sq) {
  return (is_fast(params) && is_fast(grads) && is_fast(exp_avg) && is_fast(exp_avg_sq) && is_fast(max_exp_avg_sq)) ||
         cuda::has_kernel({params, grads, exp_avg, exp_avg_sq, max_exp_avg_sq});
}

AdamWStep numbers_of(int64_t step, double lr, double beta1, double beta2, double eps, double weight_decay,
                     bool decoupled) {
  const Corrections corrections(step, beta1, beta2);
  return {static_cast<float>(1 - lr * weight_decay),
                    static_cast<float>(weight_decay),
                    static_cast<float>(beta1),
                    static_cast<float>(1 - beta1),
                    static_cast<float>(beta2),
                    static_cast<float>(1 - beta2),
                    static_cast<float>(std::sqrt(corrections.second)),
                    static_cast<float>(eps),
                    static_cast<float>(lr / corrections.first),
                    decoupled};
}

// What gradients are multiplied with; 1 where they are within the bound.
float clip_factor(const Tensor& total_norm, double max_norm) {
  const auto factor = static_cast<float>(max_norm / (total_norm.item<double>() + 1e-6));
  return factor >= 1 ? 1 : factor;  // NaN stays
}

}  // namespace

void adamw_step(const Tensor& to, int64_t step, double lr, double beta1, double beta2, double eps, double weight_decay,
                bool decoupled) {
  TORCH_CHECK(step >= 1, "adamw_step_: `step` counts from 1; got ", step);
  TORCH_CHECK(to.scalar_type() == at::kByte && to.is_contiguous() && to.numel() == sizeof(AdamWStep),
              "adamw_step_: `to` must be ", sizeof(AdamWStep), " bytes (uint8); got ", to.numel(), " of ",
              to.scalar_type());
  const AdamWStep s = numbers_of(step, lr, beta1, beta2, eps, weight_decay, decoupled);
  DIT_ON_CUDA(write_adamw_step(to, s), to);
  const Tensor host = at::from_blob(const_cast<AdamWStep*>(&s), {sizeof(AdamWStep)}, at::kByte);
  at::NoGradGuard no_grad;
  Tensor(to).copy_(host);
}

void adamw_prepared(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq,
                    at::TensorList max_exp_avg_sq, const Tensor& step) {
  check_adamw(params, grads, exp_avg, exp_avg_sq, max_exp_avg_sq);
  if (params.empty()) return;
  TORCH_CHECK(has_adamw_kernel(params, grads, exp_avg, exp_avg_sq, max_exp_avg_sq),
              "adamw_: with prepared numbers the tensors must be contiguous, float32 and on one device that has a kernel");
  TORCH_CHECK(step.device() == params[0].device(), "adamw_: the step's numbers are on ", step.device(),
              ", but the parameters on ", params[0].device());
  DIT_ON_CUDA(adamw(params, grads, exp_avg, exp_avg_sq, max_exp_avg_sq, step),
           {params, grads, exp_avg, exp_avg_sq, max_exp_avg_sq});
  const AdamWStep s = *static_cast<const AdamWStep*>(step.data_ptr());
  Chunks(params).run([&](const Chunks::Chunk& chunk, int64_t) {
    const auto at = [&](at::TensorList list) { return data<float>(list[chunk.tensor]) + chunk.first; };
    cpu_kernels().adamw(s, {}, at(params), at(grads), at(exp_avg), at(exp_avg_sq),
                        max_exp_avg_sq.empty() ? nullptr : at(max_exp_avg_sq), chunk.count);
  });
  mark_changed(params);
  mark_changed(exp_avg);
  mark_changed(exp_avg_sq);
  mark_changed(max_exp_avg_sq);
}

void adamw(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq,
           at::TensorList max_exp_avg_sq, int64_t step, double lr, double beta1, double beta2, double eps,
           double weight_decay, bool amsgrad, bool decoupled) {
  const at::TensorList peaks = amsgrad ? max_exp_avg_sq : at::TensorList();
  check_adamw(params, grads, exp_avg, exp_avg_sq, peaks);
  TORCH_CHECK(step >= 1, "adamw_: `step` counts from 1; got ", step);
  if (params.empty()) return;
  const at::NoGradGuard no_grad;
  if (has_adamw_kernel(params, grads, exp_avg, exp_avg_sq, peaks)) {
    const Tensor numbers = at::empty({sizeof(AdamWStep)}, params[0].options().dtype(at::kByte));
    adamw_step(numbers, step, lr, beta1, beta2, eps, weight_decay, decoupled);
    return adamw_prepared(params, grads, exp_avg, exp_avg_sq, peaks, numbers);
  }
  const Corrections corrections(step, beta1, beta2);
  for (size_t i = 0; i < params.size(); ++i) {
    compose_adamw(params[i], grads[i], exp_avg[i], exp_avg_sq[i], amsgrad ? peaks[i] : Tensor(), corrections, lr,
                  beta1, beta2, eps, weight_decay, decoupled);
  }
}

void adamw_alongside(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq,
                     at::TensorList max_exp_avg_sq, const optional<Tensor>& total_norm, double max_norm,
                     at::TensorList shadows, at::ArrayRef<double> decays, int64_t step, double lr, double beta1,
                     double beta2, double eps, double weight_decay, bool amsgrad, bool decoupled) {
  const at::TensorList peaks = amsgrad ? max_exp_avg_sq : at::TensorList();
  check_adamw(params, grads, exp_avg, exp_avg_sq, peaks);
  TORCH_CHECK(step >= 1, "adamw_: `step` counts from 1; got ", step);
  TORCH_CHECK(shadows.size() == decays.size() * params.size(), "adamw_: there are ", decays.size(), " decays for ",
              params.size(), " parameters, but ", shadows.size(), " averages");
  const auto average = [&](size_t index) { return shadows.slice(index * params.size(), params.size()); };
  for (size_t i = 0; i < decays.size(); ++i) check_lists("adamw_", average(i), params);
  if (params.empty()) return;
  const at::NoGradGuard no_grad;
  const bool on_host = !total_norm.has_value() || total_norm->device().is_cpu();
  if (!(is_fast(params) && is_fast(grads) && is_fast(exp_avg) && is_fast(exp_avg_sq) && is_fast(peaks) &&
        is_fast(shadows) && on_host)) {
    if (total_norm.has_value()) clip_grad(grads, *total_norm, max_norm);
    adamw(params, grads, exp_avg, exp_avg_sq, max_exp_avg_sq, step, lr, beta1, beta2, eps, weight_decay, amsgrad,
          decoupled);
    for (size_t i = 0; i < decays.size(); ++i) ema(average(i), params, decays[i]);
    return;
  }
  const AdamWStep s = numbers_of(step, lr, beta1, beta2, eps, weight_decay, decoupled);
  const float factor = total_norm.has_value() ? clip_factor(*total_norm, max_norm) : 1;
  std::vector<float> rates;
  for (const double decay : decays) {
    rates.push_back(static_cast<float>(decay));
    rates.push_back(static_cast<float>(1 - decay));
  }
  Chunks(params).run([&](const Chunks::Chunk& chunk, int64_t) {
    const auto at = [&](at::TensorList list) { return data<float>(list[chunk.tensor]) + chunk.first; };
    std::vector<float*> averages;
    for (size_t i = 0; i < decays.size(); ++i) averages.push_back(at(average(i)));
    cpu_kernels().adamw(s, {factor, static_cast<int64_t>(averages.size()), averages.data(), rates.data()}, at(params),
                        at(grads), at(exp_avg), at(exp_avg_sq), peaks.empty() ? nullptr : at(peaks), chunk.count);
  });
  for (const at::TensorList& list : {params, exp_avg, exp_avg_sq, peaks, shadows}) mark_changed(list);
}

void ema(at::TensorList shadow, at::TensorList params, double decay) {
  check_lists("ema_", shadow, params);
  const at::NoGradGuard no_grad;
  DIT_ON_CUDA(ema(shadow, params, decay), {shadow, params});
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
  if (norm_type != 2 || !(is_fast(grads) || cuda::has_kernel({grads}))) {
    std::vector<Tensor> norms;
    for (const Tensor& grad : grads) norms.push_back(at::linalg_vector_norm(grad, norm_type).to(grads[0].device()));
    return at::linalg_vector_norm(at::stack(norms), norm_type);
  }
  DIT_ON_CUDA(grad_norm(grads), {grads});
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
  DIT_ON_CUDA(clip_grad(grads, total_norm, max_norm), {grads, total_norm});
  if (is_fast(grads) && total_norm.device().is_cpu()) {
    const float factor = clip_factor(total_norm, max_norm);
    if (factor == 1) return;
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
