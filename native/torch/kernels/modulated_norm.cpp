#include "kernels.h"
#include "stream.h"

namespace dit {
namespace {

bool is_fast(const Tensor& x, const Tensor& shift, const Tensor& scale, at::ScalarType type) {
  return is_stream(x) && (type == at::kFloat || type == at::kBFloat16) && is_modulation(shift, x) &&
         is_modulation(scale, x);
}

// x [B, ..., D], shift and scale [B, D]
Tensor compose(const Tensor& x, const Tensor& shift, const Tensor& scale, double eps, bool centered,
               at::ScalarType type) {
  const auto root_mean_square = [&](const Tensor& wide) {
    return at::sqrt(at::mean(at::square(wide), {-1}, true) + eps);
  };
  const Tensor normal = centered ? at::layer_norm(x, {x.size(-1)}, {}, {}, eps)
                                 : x / root_mean_square(x.to(at::promote_types(x.scalar_type(), at::kFloat)));
  return at::addcmul(over_rows(shift, x), normal, 1 + over_rows(scale, x)).to(type);
}

// What the backward pass needs besides the inputs: every row's mean and 1 / deviation.
struct Statistics {
  Tensor mean, rstd;
};

Tensor forward(const Tensor& given, const Tensor& shift, const Tensor& scale, double eps, bool centered,
               at::ScalarType type, Statistics& statistics) {
  DIT_ON_CUDA(modulated_norm(given, shift, scale, eps, centered, type, statistics.mean, statistics.rstd), given);
  const Tensor x = given.contiguous(), shift_rows = as_float(shift), scale_rows = as_float(scale);
  const Tensor y = at::empty(x.sizes(), x.options().dtype(type));
  const Stream stream(x);
  statistics.mean = at::empty({stream.rows()}, x.options().dtype(at::kFloat));
  statistics.rstd = at::empty_like(statistics.mean);
  with_type(x.scalar_type(), [&](auto x_type) {
    with_type(type, [&](auto y_type) {
      using X = decltype(x_type);
      using Y = decltype(y_type);
      stream.for_parts([&](int64_t sample, int64_t, int64_t row, int64_t rows) {
        const int64_t at = row * stream.width;
        stream_kernels<X, Y>().norm(data<X>(x) + at, vector_of(shift_rows, sample), vector_of(scale_rows, sample),
                                    static_cast<float>(eps), centered, rows, stream.width, data<Y>(y) + at,
                                    data<float>(statistics.mean) + row, data<float>(statistics.rstd) + row);
      });
    });
  });
  return y;
}

// The gradients of x, shift and scale.
variable_list backward(const Tensor& given_grad, const Tensor& given, const Tensor& shift, const Tensor& scale,
                       bool centered, const Statistics& statistics) {
  DIT_ON_CUDA(modulated_norm_backward(given_grad, given, shift, scale, centered, statistics.mean, statistics.rstd),
              given);
  const Tensor x = given.contiguous(), grad = given_grad.contiguous(), scale_rows = as_float(scale);
  const Stream stream(x);
  const Tensor dx = at::empty_like(x);
  const Tensor dshift = stream.partial_sums(x), dscale = stream.partial_sums(x);
  with_type(x.scalar_type(), [&](auto x_type) {
    with_type(grad.scalar_type(), [&](auto y_type) {
      using X = decltype(x_type);
      using Y = decltype(y_type);
      stream.for_parts([&](int64_t sample, int64_t part, int64_t row, int64_t rows) {
        const int64_t at = row * stream.width;
        stream_kernels<X, Y>().norm_backward(
            data<Y>(grad) + at, data<X>(x) + at, vector_of(scale_rows, sample), data<float>(statistics.mean) + row,
            data<float>(statistics.rstd) + row, centered, rows, stream.width, data<X>(dx) + at,
            stream.begin_sum(dshift, part), stream.begin_sum(dscale, part));
      });
    });
  });
  return {dx, stream.total(dshift).to(shift.scalar_type()), stream.total(dscale).to(scale.scalar_type())};
}

struct ModulatedNorm : torch::autograd::Function<ModulatedNorm> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& shift, const Tensor& scale, double eps,
                        bool centered, int64_t type) {
    Statistics statistics;
    const Tensor y = dit::forward(x, shift, scale, eps, centered, static_cast<at::ScalarType>(type), statistics);
    context->save_for_backward({x, shift, scale, statistics.mean, statistics.rstd});
    context->saved_data["eps"] = eps;
    context->saved_data["centered"] = centered;
    return y;
  }

  static variable_list backward(AutogradContext* context, const variable_list& grads) {
    const variable_list saved = context->get_saved_variables();
    const bool centered = context->saved_data["centered"].toBool();
    variable_list all;
    if (at::GradMode::is_enabled()) {
      const double eps = context->saved_data["eps"].toDouble();
      const auto type = grads[0].scalar_type();
      all = differentiate([=](const variable_list& in) { return compose(in[0], in[1], in[2], eps, centered, type); },
                          {saved[0], saved[1], saved[2]}, grads[0]);
    } else {
      all = dit::backward(grads[0], saved[0], saved[1], saved[2], centered, {saved[3], saved[4]});
    }
    all.resize(6);
    return all;
  }
};

Tensor recorded(const Tensor& x, const Tensor& shift, const Tensor& scale, double eps, bool centered,
                at::ScalarType type) {
  if (!is_fast(x, shift, scale, type)) return compose(x, shift, scale, eps, centered, type);
  if (needs_grad({x, shift, scale})) {
    return ModulatedNorm::apply(x, shift, scale, eps, centered, static_cast<int64_t>(type));
  }
  at::AutoDispatchBelowADInplaceOrView below;
  Statistics unused;
  return forward(x, shift, scale, eps, centered, type, unused);
}

}  // namespace

Tensor modulated_norm(const Tensor& x, const Tensor& shift, const Tensor& scale, double eps, bool centered) {
  check_modulation("modulated_norm: `shift`", shift, x);
  check_modulation("modulated_norm: `scale`", scale, x);
  Statistics unused;
  const auto type = x.scalar_type();
  return is_fast(x, shift, scale, type) ? forward(x, shift, scale, eps, centered, type, unused)
                                        : compose(x, shift, scale, eps, centered, type);
}

Tensor modulated_norm_autograd(const Tensor& x, const Tensor& shift, const Tensor& scale, double eps, bool centered) {
  check_modulation("modulated_norm: `shift`", shift, x);
  check_modulation("modulated_norm: `scale`", scale, x);
  return recorded(x, shift, scale, eps, centered, x.scalar_type());
}

// What follows the norm is a product, so the result is in the type of products; the inputs keep their precision.
Tensor modulated_norm_autocast(const Tensor& x, const Tensor& shift, const Tensor& scale, double eps, bool centered) {
  check_modulation("modulated_norm: `shift`", shift, x);
  check_modulation("modulated_norm: `scale`", scale, x);
  const WithoutAutocast guard;
  const auto type = x.scalar_type() == at::kDouble ? at::kDouble : autocast_type(x.device().type());
  return recorded(x, shift, scale, eps, centered, type);
}

}  // namespace dit
