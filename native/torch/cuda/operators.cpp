#include "operators.h"

#include <c10/core/DeviceGuard.h>

#include <array>

#include "kernels.h"

#ifndef DIT_CUDA_EMULATION
#include <c10/cuda/CUDAStream.h>
#endif

namespace dit::cuda {
namespace {

/// The device of a tensor, made the current one, and its current stream.
class OnDevice {
 public:
  explicit OnDevice(const Tensor& x) : guard_(x.device()) {}

  template <class Arguments>
  void operator()(const Arguments& arguments) const {
#ifdef DIT_CUDA_EMULATION
    run(arguments, nullptr);
#else
    run(arguments, c10::cuda::getCurrentCUDAStream().stream());
#endif
  }

 private:
  c10::OptionalDeviceGuard guard_;
};

Shape shape_of(const Tensor& x) {
  return {x.size(0), x.numel() / (x.size(0) * x.size(-1)), x.size(-1)};
}

/// [batch, width] with neighbouring columns; samples may lie apart, as in a chunk of a wider tensor.
Tensor as_rows(const Tensor& vector) {
  return vector.stride(1) == 1 || vector.size(1) == 1 ? vector : vector.contiguous();
}

template <class M>
Vectors<M> vectors(const Tensor& rows) {
  return {data<M>(rows), rows.stride(0)};
}

/// The parts' sums, [batch, parts, width].
Tensor partial_sums(const Tensor& x) {
  const Shape shape = shape_of(x);
  return at::empty({shape.batch, shape.parts(), shape.width}, x.options().dtype(at::kFloat));
}

Tensor total(const Tensor& partial, const Tensor& like) {
  return (partial.size(1) == 1 ? partial.squeeze(1) : partial.sum(1)).to(like.scalar_type());
}

/// body(X(), Y(), M()) for the types of stream, branch and modulation.
template <class Body>
void with_types(at::ScalarType x, at::ScalarType y, at::ScalarType m, Body body) {
  with_type(x, [&](auto x_type) {
    with_type(y, [&](auto y_type) { with_type(m, [&](auto m_type) { body(x_type, y_type, m_type); }); });
  });
}

/// body(chunks) for so many tensors at a time as one launch takes. The lists have equal lengths and shapes.
template <int lists, class Body>
void for_chunks(const std::array<at::TensorList, lists>& tensors, Body body) {
  Chunks<lists> chunks;
  chunks.first_block[0] = 0;
  const auto flush = [&] {
    if (chunks.tensors > 0) body(chunks);
    chunks.tensors = 0;
  };
  for (size_t i = 0; i < tensors[0].size(); ++i) {
    const int64_t count = tensors[0][i].numel();
    if (count == 0) continue;
    const int n = chunks.tensors++;
    for (size_t list = 0; list < lists; ++list) chunks.at[list][n] = data<float>(tensors[list][i]);
    chunks.count[n] = count;
    chunks.first_block[n + 1] = chunks.first_block[n] + static_cast<int32_t>((count - 1) / chunks.size + 1);
    if (chunks.tensors == chunks.capacity) flush();
  }
  flush();
}

}  // namespace

bool has_kernel(std::initializer_list<at::TensorList> lists) {
  const Tensor* first = nullptr;
  for (const at::TensorList& list : lists) {
    for (const Tensor& tensor : list) {
      if (first == nullptr) first = &tensor;
      if (!on_device(tensor) || tensor.scalar_type() != at::kFloat || !tensor.is_contiguous() ||
          tensor.device() != first->device()) {
        return false;
      }
    }
  }
  return first != nullptr;
}

// Element by element in memory order: any layout without gaps is as good as a contiguous one.
Tensor activate(Activation f, const Tensor& given) {
  const Tensor x = given.is_non_overlapping_and_dense() ? given : given.contiguous();
  const Tensor y = at::empty_like(x);
  const OnDevice launch(x);
  with_type(x.scalar_type(), [&](auto type) {
    using T = decltype(type);
    launch(Activate<T>{f, data<T>(x), data<T>(y), x.numel()});
  });
  return y;
}

Tensor activate_backward(Activation f, const Tensor& given_grad, const Tensor& given) {
  const Tensor x = given.contiguous(), grad = given_grad.to(x.scalar_type()).contiguous();
  const Tensor dx = at::empty_like(x);
  const OnDevice launch(x);
  with_type(x.scalar_type(), [&](auto type) {
    using T = decltype(type);
    launch(ActivateBackward<T>{f, data<T>(grad), data<T>(x), data<T>(dx), x.numel()});
  });
  return dx;
}

Tensor swiglu(const Tensor& given) {
  const Tensor x = given.contiguous();
  const int64_t width = x.size(-1) / 2;
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = width;
  const Tensor y = at::empty(shape, x.options());
  const OnDevice launch(x);
  with_type(x.scalar_type(), [&](auto type) {
    using T = decltype(type);
    launch(SwiGlu<T>{data<T>(x), data<T>(y), x.numel() / (2 * width), width});
  });
  return y;
}

Tensor swiglu_backward(const Tensor& given_grad, const Tensor& given) {
  const Tensor x = given.contiguous(), grad = given_grad.to(x.scalar_type()).contiguous();
  const int64_t width = x.size(-1) / 2;
  const Tensor dx = at::empty_like(x);
  const OnDevice launch(x);
  with_type(x.scalar_type(), [&](auto type) {
    using T = decltype(type);
    launch(SwiGluBackward<T>{data<T>(grad), data<T>(x), data<T>(dx), x.numel() / (2 * width), width});
  });
  return dx;
}

Tensor modulated_norm(const Tensor& given, const Tensor& given_shift, const Tensor& given_scale, double eps,
                      bool centered, at::ScalarType type, Tensor& mean, Tensor& rstd) {
  const bool alike = given_shift.scalar_type() == given_scale.scalar_type();
  const auto modulation = alike ? given_shift.scalar_type() : at::kFloat;
  const Tensor x = given.contiguous();
  const Tensor shift = as_rows(given_shift.to(modulation)), scale = as_rows(given_scale.to(modulation));
  const Tensor y = at::empty(x.sizes(), x.options().dtype(type));
  mean = at::empty({shape_of(x).rows()}, x.options().dtype(at::kFloat));
  rstd = at::empty_like(mean);
  const OnDevice launch(x);
  with_types(x.scalar_type(), type, modulation, [&](auto x_type, auto y_type, auto m_type) {
    using X = decltype(x_type);
    using Y = decltype(y_type);
    using M = decltype(m_type);
    launch(Norm<X, Y, M>{shape_of(x), data<X>(x), vectors<M>(shift), vectors<M>(scale), static_cast<float>(eps),
                         centered, data<Y>(y), data<float>(mean), data<float>(rstd)});
  });
  return y;
}

variable_list modulated_norm_backward(const Tensor& given_grad, const Tensor& given, const Tensor& shift,
                                      const Tensor& given_scale, bool centered, const Tensor& mean,
                                      const Tensor& rstd) {
  const Tensor x = given.contiguous(), grad = given_grad.contiguous(), scale = as_rows(given_scale);
  const Tensor dx = at::empty_like(x), dshift = partial_sums(x), dscale = partial_sums(x);
  const OnDevice launch(x);
  with_types(x.scalar_type(), grad.scalar_type(), scale.scalar_type(), [&](auto x_type, auto y_type, auto m_type) {
    using X = decltype(x_type);
    using Y = decltype(y_type);
    using M = decltype(m_type);
    launch(NormBackward<X, Y, M>{shape_of(x), data<Y>(grad), data<X>(x), vectors<M>(scale), data<float>(mean),
                                 data<float>(rstd), centered, data<X>(dx), data<float>(dshift), data<float>(dscale)});
  });
  return {dx, total(dshift, shift), total(dscale, given_scale)};
}

Tensor gated_residual(const Tensor& given, const Tensor& given_gate, const Tensor& given_branch) {
  const Tensor x = given.contiguous(), branch = given_branch.contiguous(), gate = as_rows(given_gate);
  const Tensor out = at::empty_like(x);
  const OnDevice launch(x);
  with_types(x.scalar_type(), branch.scalar_type(), gate.scalar_type(), [&](auto x_type, auto y_type, auto m_type) {
    using X = decltype(x_type);
    using Y = decltype(y_type);
    using M = decltype(m_type);
    launch(Gated<X, Y, M>{shape_of(x), data<X>(x), vectors<M>(gate), data<Y>(branch), data<X>(out)});
  });
  return out;
}

variable_list gated_residual_backward(const Tensor& given_grad, const Tensor& given_gate, const Tensor& given_branch) {
  const Tensor grad = given_grad.contiguous(), branch = given_branch.contiguous(), gate = as_rows(given_gate);
  const Tensor dbranch = at::empty_like(branch), dgate = partial_sums(grad);
  const OnDevice launch(grad);
  with_types(grad.scalar_type(), branch.scalar_type(), gate.scalar_type(), [&](auto x_type, auto y_type, auto m_type) {
    using X = decltype(x_type);
    using Y = decltype(y_type);
    using M = decltype(m_type);
    launch(GatedBackward<X, Y, M>{shape_of(grad), data<X>(grad), vectors<M>(gate), data<Y>(branch), data<Y>(dbranch),
                                  data<float>(dgate)});
  });
  return {given_grad, total(dgate, given_gate), dbranch};
}

void write_adamw_step(const Tensor& to, const AdamWStep& step) {
  const OnDevice launch(to);
  launch(Refresh{step, static_cast<AdamWStep*>(to.data_ptr())});
}

void adamw(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq,
           at::TensorList max_exp_avg_sq, const Tensor& step) {
  const bool amsgrad = !max_exp_avg_sq.empty();
  const OnDevice launch(step);
  for_chunks<5>({params, grads, exp_avg, exp_avg_sq, amsgrad ? max_exp_avg_sq : exp_avg_sq}, [&](const auto& chunks) {
    launch(AdamW{chunks, amsgrad, static_cast<const AdamWStep*>(step.data_ptr())});
  });
  for (at::TensorList changed : {params, exp_avg, exp_avg_sq, max_exp_avg_sq}) mark_changed(changed);
}

void ema(at::TensorList shadow, at::TensorList params, double decay) {
  const OnDevice launch(shadow[0]);
  for_chunks<2>({shadow, params}, [&](const auto& chunks) {
    launch(Ema{chunks, static_cast<float>(decay), static_cast<float>(1 - decay)});
  });
  mark_changed(shadow);
}

Tensor grad_norm(at::TensorList grads) {
  int64_t blocks = 0;
  for (const Tensor& grad : grads) blocks += (grad.numel() + Chunks<1>::size - 1) / Chunks<1>::size;
  const Tensor sums = at::empty({blocks}, grads[0].options().dtype(at::kDouble));
  const OnDevice launch(sums);
  double* next = data<double>(sums);
  for_chunks<1>({grads}, [&](const auto& chunks) {
    launch(SumOfSquares{chunks, next});
    next += chunks.first_block[chunks.tensors];
  });
  return sums.sum().sqrt().to(at::kFloat);
}

void clip_grad(at::TensorList grads, const Tensor& total_norm, double max_norm) {
  const Tensor norm = total_norm.to(at::kFloat);
  const OnDevice launch(norm);
  for_chunks<1>({grads}, [&](const auto& chunks) {
    launch(Clip{chunks, data<float>(norm), static_cast<float>(max_norm)});
  });
  mark_changed(grads);
}

}  // namespace dit::cuda
