#include "parts.h"
#include "vec.h"

namespace dit {
namespace {

DIT_INLINE Vec square_root(Vec value) {
  Vec root;
  for (int lane = 0; lane < W; ++lane) root[lane] = __builtin_sqrtf(value[lane]);
  return root;
}

// Decay, then the two moments, then the corrected step: torch.optim's order, each product rounded where it rounds.
template <bool decoupled, bool amsgrad>
void adamw(const AdamWStep& step, const AlongsideStep& alongside, float* parameter, const float* gradient, float* mean,
           float* square, float* peak, int64_t count) {
  const AdamWStep s = step;
  const AlongsideStep also = alongside;
  for_lanes(count, [=](int64_t i, auto lanes) {
    Vec p = load(parameter + i, lanes), g = load(gradient + i, lanes) * also.gradient_scale;
    if (decoupled) {
      p = p * s.decay;
    } else {
      g = g + p * s.weight_decay;
    }
    const Vec m = load(mean + i, lanes) * s.beta1 + g * s.one_minus_beta1;
    const Vec v = load(square + i, lanes) * s.beta2 + g * g * s.one_minus_beta2;
    store(mean + i, m, lanes);
    store(square + i, v, lanes);
    Vec second = v;
    if (amsgrad) {
      second = max(load(peak + i, lanes), v);
      store(peak + i, second, lanes);
    }
    const Vec denominator = square_root(second) / s.root_correction2 + s.eps;
    p = p - s.step_size * m / denominator;
    store(parameter + i, p, lanes);
    for (int64_t average = 0; average < also.averages; ++average) {
      float* const shadow = also.shadows[average] + i;
      const float* const decay = also.decays + 2 * average;
      store(shadow, load(shadow, lanes) * decay[0] + p * decay[1], lanes);
    }
  });
}

void choose_adamw(const AdamWStep& step, const AlongsideStep& alongside, float* parameter, const float* gradient,
                  float* mean, float* square, float* peak, int64_t count) {
  const auto kernel = step.decoupled ? (peak != nullptr ? adamw<true, true> : adamw<true, false>)
                                     : (peak != nullptr ? adamw<false, true> : adamw<false, false>);
  kernel(step, alongside, parameter, gradient, mean, square, peak, count);
}

void ema(float* shadow, const float* value, float decay, float one_minus_decay, int64_t count) {
  for_lanes(count, [=](int64_t i, auto lanes) {
    store(shadow + i, load(shadow + i, lanes) * decay + load(value + i, lanes) * one_minus_decay, lanes);
  });
}

void scale(float* values, float factor, int64_t count) {
  for_lanes(count, [=](int64_t i, auto lanes) { store(values + i, load(values + i, lanes) * factor, lanes); });
}

// Squares of floats are exact in double: the sum overflows and cancels nowhere.
double sum_of_squares(const float* values, int64_t count) {
  constexpr int half = W / 2;  // as many doubles as fill one vector
  typedef float Narrow __attribute__((vector_size(half * 4)));
  typedef double Wide __attribute__((vector_size(half * 8)));
  Wide totals[4] = {};
  int64_t i = 0;
  for (; i + 4 * half <= count; i += 4 * half) {
#pragma GCC unroll 4
    for (int part = 0; part < 4; ++part) {
      Narrow narrow;
      std::memcpy(&narrow, values + i + part * half, sizeof narrow);
      const Wide wide = __builtin_convertvector(narrow, Wide);
      totals[part] += wide * wide;
    }
  }
  double sum = 0;
  for (; i < count; ++i) sum += static_cast<double>(values[i]) * values[i];
  const Wide total = (totals[0] + totals[1]) + (totals[2] + totals[3]);
  for (int lane = 0; lane < half; ++lane) sum += total[lane];
  return sum;
}

}  // namespace

void DIT_ISA::add_optimizer(CpuKernels& kernels) {
  kernels.adamw = choose_adamw;
  kernels.ema = ema;
  kernels.scale = scale;
  kernels.sum_of_squares = sum_of_squares;
}

}  // namespace dit
