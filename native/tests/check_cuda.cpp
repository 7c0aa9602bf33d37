// Holds the CUDA kernels, run thread by thread on this processor (cuda/emulation), against the same formulas in double:
// odd shapes, addresses that allow packs of elements and addresses that do not, strided modulation, more tensors than
// one launch takes. Every kernel runs twice, its threads in opposite orders, and must give the same bits: what one
// thread reads, none may have written in the meantime. Run by check_cuda.sh.
#include <array>

#include "../torch/cuda/kernels.h"
#include "cuda/emulation/cuda_runtime.h"
#include "testing.h"

namespace {

using dit::bf16;
using namespace dit::testing;
using namespace dit::cuda;

template <class T>
std::string type_name() {
  return std::is_same_v<T, float> ? "f32" : "b16";
}

// Runs a kernel with its threads in both orders. The outputs must not depend on it.
template <class Arguments, class... Outputs>
void run_twice(const std::string& what, const Arguments& arguments, Outputs&... outputs) {
  const auto before = std::tuple(outputs...);
  emulation::device().backwards = true;
  run(arguments, nullptr);
  const auto backwards = std::tuple(outputs...);
  std::tie(outputs...) = before;
  emulation::device().backwards = false;
  run(arguments, nullptr);
  const auto same = [](const auto& a, const auto& b) {
    return std::memcmp(a.all.data(), b.all.data(), a.all.size() * sizeof(a.all[0])) == 0;
  };
  std::apply(
      [&](const auto&... b) {
        if (!(same(outputs, b) && ...)) expect(what + " in another order of threads", {1}, {0}, 0);
      },
      backwards);
}

template <class T>
Doubles values(const Block<T>& from) {
  Doubles all;
  for (size_t i = static_cast<size_t>(from.offset); i < from.all.size(); ++i) all.push_back(as_float(from.all[i]));
  return all;
}

template <class T>
void check_activation(dit::Activation f, int64_t count, int64_t offset) {
  Block<T> x(count, 4, offset), dy(count, 1, offset), y(count, 1, offset), dx(count, 1, offset);
  const float special[] = {0, -0.0f, 1e-42f, -1e-42f, 1e-30f, 60, -60, 1e9f, -1e9f};
  for (int64_t i = 0; i < count && i < 9; ++i) assign(x.data()[i], special[i]);
  const std::string name =
      "activation " + std::to_string(static_cast<int>(f)) + " " + type_name<T>() + " " + std::to_string(count);
  run_twice(name, Activate<T>{f, x.data(), y.data(), count}, y);
  run_twice(name, ActivateBackward<T>{f, dy.data(), x.data(), dx.data(), count}, dx);
  Doubles got, want;
  for (int64_t i = 0; i < count; ++i) {
    const double v = x[i];
    if (std::abs(v) > 1e6) {
      if (y[i] != std::max(v, 0.0)) expect(name + " of a huge value", {y[i]}, {std::max(v, 0.0)}, 0);
      continue;  // its slope may overflow, in any implementation
    }
    got.insert(got.end(), {y[i], dx[i]});
    want.insert(want.end(), {activated(f, v).value, dy[i] * activated(f, v).slope});
  }
  expect(name, got, want, rounding<T>());
}

template <class T>
void check_swiglu(int64_t rows, int64_t width, int64_t offset) {
  Block<T> x(rows * 2 * width, 4, offset), dy(rows * width, 1, offset);
  Block<T> y(rows * width, 1, offset), dx(rows * 2 * width, 1, offset);
  const std::string name = "swiglu " + type_name<T>() + " " + std::to_string(rows) + "x" + std::to_string(width);
  run_twice(name, SwiGlu<T>{x.data(), y.data(), rows, width}, y);
  run_twice(name, SwiGluBackward<T>{dy.data(), x.data(), dx.data(), rows, width}, dx);
  Doubles got, want;
  for (int64_t i = 0; i < rows * width; ++i) {
    const int64_t at = i + i / width * width;
    const Slope a = activated(dit::Activation::silu, x[at]);
    got.insert(got.end(), {y[i], dx[at], dx[at + width]});
    want.insert(want.end(), {a.value * x[at + width], dy[i] * x[at + width] * a.slope, dy[i] * a.value});
  }
  expect(name, got, want, rounding<T>());
}

template <class X, class Y, class M>
void check_stream(Shape shape, int64_t offset, int64_t stride, bool centered) {
  const int64_t count = shape.rows() * shape.width, width = shape.width, rows = shape.rows();
  const int64_t parts = shape.batch * shape.parts();
  Block<X> x(count, 3, offset), out(count, 1, offset), dx(count, 1, offset), dout(count, 1, offset);
  Block<Y> y(count, 1, offset), dy(count, 1, offset), branch(count, 1, offset), dbranch(count, 1, offset);
  Block<M> shift(shape.batch * stride, 1, offset), scale(shape.batch * stride, 1, offset);
  Block<float> mean(rows), rstd(rows);
  Block<float> dshift(parts * width, 1, offset), dscale(parts * width, 1, offset), dgate(parts * width, 1, offset);
  for (int64_t i = 0; i < width; ++i) assign(x.data()[i], 0);  // a row without variance
  const Vectors<M> shifts{shift.data(), stride}, scales{scale.data(), stride};
  const std::string name = type_name<X>() + type_name<Y>() + type_name<M>() + " " + std::to_string(shape.batch) + "x" +
                           std::to_string(shape.tokens) + "x" + std::to_string(width) + " offset " +
                           std::to_string(offset) + (centered ? "" : " not centered");
  const float eps = 1e-6f;
  run_twice("norm " + name, Norm<X, Y, M>{shape, x.data(), shifts, scales, eps, centered, y.data(), mean.data(), rstd.data()}, y,
            mean, rstd);
  run_twice("norm backward " + name,
            NormBackward<X, Y, M>{shape, dy.data(), x.data(), scales, mean.data(), rstd.data(), centered, dx.data(),
                                  dshift.data(), dscale.data()},
            dx, dshift, dscale);
  run_twice("gated " + name, Gated<X, Y, M>{shape, x.data(), shifts, branch.data(), out.data()}, out);
  run_twice("gated backward " + name,
            GatedBackward<X, Y, M>{shape, dout.data(), shifts, branch.data(), dbranch.data(), dgate.data()}, dbranch,
            dgate);

  const auto sums = static_cast<size_t>(parts * width);
  Doubles want_y, want_dx, want_out, want_dbranch, want_dshift(sums), want_dscale(sums), want_dgate(sums);
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t sample = row / shape.tokens, part = sample * shape.parts() + row % shape.tokens / part_rows;
    double center = 0, variance = 0, gradients = 0, products = 0;
    for (int64_t i = 0; i < width && centered; ++i) center += x[row * width + i] / static_cast<double>(width);
    for (int64_t i = 0; i < width; ++i)
      variance += std::pow(x[row * width + i] - center, 2) / static_cast<double>(width);
    const double inverse = 1 / std::sqrt(variance + eps);
    const auto normal = [&](int64_t i) { return (x[row * width + i] - center) * inverse; };
    const auto g = [&](int64_t i) { return dy[row * width + i] * (1 + scale[sample * stride + i]); };
    for (int64_t i = 0; i < width; ++i) {
      if (centered) gradients += g(i) / static_cast<double>(width);
      products += g(i) * normal(i) / static_cast<double>(width);
    }
    for (int64_t i = 0; i < width; ++i) {
      const int64_t at = row * width + i, modulation = sample * stride + i;
      const auto sum = static_cast<size_t>(part * width + i);
      want_y.push_back(normal(i) * (1 + scale[modulation]) + shift[modulation]);
      want_dx.push_back(inverse * (g(i) - gradients - normal(i) * products));
      want_dshift[sum] += dy[at];
      want_dscale[sum] += dy[at] * normal(i);
      want_out.push_back(x[at] + shift[modulation] * branch[at]);
      want_dbranch.push_back(shift[modulation] * dout[at]);
      want_dgate[sum] += dout[at] * branch[at];
    }
  }
  expect("norm " + name, values(y), want_y, rounding<Y>());
  // Where a row has no variance its gradients are a thousand times those of the others: they are compared by
  // themselves.
  const auto rest = [&](Doubles all) { return all.erase(all.begin(), all.begin() + width), all; };
  expect("norm backward " + name, rest(values(dx)), rest(want_dx), rounding<X>());
  expect("norm backward sums " + name, values(dshift), want_dshift, 5e-6);
  expect("norm backward products " + name, values(dscale), want_dscale, 5e-6);
  expect("gated " + name, values(out), want_out, rounding<X>());
  expect("gated backward " + name, values(dbranch), want_dbranch, rounding<Y>());
  expect("gated backward sums " + name, values(dgate), want_dgate, 5e-6);
}

// Tensors of odd lengths, some off their natural address, one longer than a chunk.
constexpr std::array<int64_t, 5> lengths{1, 3, 130, 4096, Chunks<1>::size + 5};
using Tensors = std::vector<Block<float>>;

Tensors random_tensors(double spread, double positive = 0) {
  Tensors all;
  for (size_t i = 0; i < lengths.size(); ++i) {
    Block<float>& block = all.emplace_back(lengths[i], spread, static_cast<int64_t>(i % 2));
    if (positive != 0) {
      for (float& value : block.all) value = std::abs(value);
    }
  }
  return all;
}

template <int lists>
Chunks<lists> chunks_of(std::array<Tensors*, lists> tensors) {
  Chunks<lists> all;
  all.first_block[0] = 0;
  for (size_t i = 0; i < lengths.size(); ++i) {
    for (size_t list = 0; list < lists; ++list) all.at[list][i] = (*tensors[list])[i].data();
    all.count[i] = lengths[i];
    all.first_block[i + 1] =
        all.first_block[i] + static_cast<int32_t>((lengths[i] + Chunks<lists>::size - 1) / Chunks<lists>::size);
  }
  all.tensors = static_cast<int32_t>(lengths.size());
  return all;
}

void check_adamw(bool decoupled, bool amsgrad) {
  Tensors p = random_tensors(1), g = random_tensors(1), m = random_tensors(0.1), v = random_tensors(0.01, 1),
          peak = random_tensors(0.01, 1);
  const Tensors p0 = p, m0 = m, v0 = v, peak0 = peak;
  const dit::AdamWStep step{1 - 1e-3f * 0.1f,  0.1f,  0.9f,         0.1f,     0.999f, 0.001f,
                            std::sqrt(0.003f), 1e-8f, 1e-3f / 0.2f, decoupled};
  std::vector<dit::AdamWStep> on_device(1);
  run(Refresh{step, on_device.data()}, nullptr);
  AdamW arguments{chunks_of<5>({&p, &g, &m, &v, &peak}), amsgrad, on_device.data()};
  run(arguments, nullptr);
  const std::string name = std::string("adamw") + (decoupled ? " decoupled" : "") + (amsgrad ? " amsgrad" : "");
  for (size_t t = 0; t < lengths.size(); ++t) {
    Doubles want_p, want_m, want_v, want_peak;
    for (int64_t i = 0; i < lengths[t]; ++i) {
      const double decayed = decoupled ? p0[t][i] * step.decay : p0[t][i];
      const double gradient = decoupled ? g[t][i] : g[t][i] + p0[t][i] * step.weight_decay;
      const double mean = m0[t][i] * step.beta1 + gradient * step.one_minus_beta1;
      const double square = v0[t][i] * step.beta2 + gradient * gradient * step.one_minus_beta2;
      const double largest = std::max(square, peak0[t][i]);
      want_p.push_back(decayed - step.step_size * mean /
                                     (std::sqrt(amsgrad ? largest : square) / step.root_correction2 + step.eps));
      want_m.push_back(mean);
      want_v.push_back(square);
      want_peak.push_back(amsgrad ? largest : peak0[t][i]);
    }
    expect(name + " parameters", values(p[t]), want_p, 1e-6);
    expect(name + " means", values(m[t]), want_m, 1e-6);
    expect(name + " squares", values(v[t]), want_v, 1e-6);
    expect(name + " peaks", values(peak[t]), want_peak, 1e-6);
  }
}

void check_lists() {
  Tensors shadow = random_tensors(1), value = random_tensors(1), gradients = random_tensors(3);
  const Tensors shadow0 = shadow, gradients0 = gradients;
  run(Ema{chunks_of<2>({&shadow, &value}), 0.9f, 0.1f}, nullptr);
  const Chunks<1> chunks = chunks_of<1>({&gradients});
  std::vector<double> sums(static_cast<size_t>(chunks.first_block[chunks.tensors]));
  run(SumOfSquares{chunks, sums.data()}, nullptr);
  Doubles want;
  double truth = 0;
  for (const Block<float>& tensor : gradients0) {
    const Doubles all = values(tensor);
    for (size_t i = 0; i < all.size(); ++i) {
      if (i % Chunks<1>::size == 0) want.push_back(0);
      want.back() += all[i] * all[i];
      truth += all[i] * all[i];
    }
  }
  for (size_t i = 0; i < want.size(); ++i) expect("sum of squares", {sums[i]}, {want[i]}, 1e-12);
  std::vector<float> norm{static_cast<float>(std::sqrt(truth))};
  run(Clip{chunks, norm.data(), 2 * norm[0]}, nullptr);
  for (size_t t = 0; t < lengths.size(); ++t) expect("no clip", values(gradients[t]), values(gradients0[t]), 0);
  run(Clip{chunks, norm.data(), 1.5f}, nullptr);
  for (size_t t = 0; t < lengths.size(); ++t) {
    Doubles clipped, averaged;
    for (int64_t i = 0; i < lengths[t]; ++i) {
      clipped.push_back(gradients0[t][i] * 1.5 / (norm[0] + 1e-6));
      averaged.push_back(shadow0[t][i] * 0.9f + value[t][i] * 0.1f);
    }
    expect("clip", values(gradients[t]), clipped, 1e-6);
    expect("ema", values(shadow[t]), averaged, 1e-6);
  }
}

template <class X, class Y>
void check_streams() {
  for (int64_t offset : {0, 1}) {
    for (const Shape& shape : {Shape{1, 1, 1}, {2, 5, 3}, {2, 17, 36}, {1, 33, 130}, {3, 16, 520}}) {
      for (bool centered : {true, false}) {
        check_stream<X, Y, float>(shape, offset, shape.width, centered);
        check_stream<X, Y, bf16>(shape, offset, 6 * shape.width, centered);
      }
    }
  }
}

}  // namespace

int main() {
  for (int64_t offset : {0, 1}) {
    for (int64_t count : {1, 9, 512, 1000, 1001}) {
      for (dit::Activation f : activations) {
        check_activation<float>(f, count, offset);
        check_activation<bf16>(f, count, offset);
      }
    }
    for (int64_t width : {1, 9, 512}) {
      check_swiglu<float>(3, width, offset);
      check_swiglu<bf16>(3, width, offset);
    }
  }
  check_streams<float, float>();
  check_streams<float, bf16>();
  check_streams<bf16, float>();
  check_streams<bf16, bf16>();
  for (bool decoupled : {false, true}) {
    for (bool amsgrad : {false, true}) check_adamw(decoupled, amsgrad);
  }
  check_lists();
  std::printf("%lld launches checked, %d failed\n", static_cast<long long>(emulation::device().launches), failures);
  return failures != 0;
}
