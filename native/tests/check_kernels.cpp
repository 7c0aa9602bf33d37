// Holds the inner loops of every instruction set of this processor against the same formulas in double: odd sizes, rows
// that lie apart, operands off their natural addresses, large logits, zeros and denormals. Every buffer has exactly the
// size that is promised, so that a sanitizer sees what is read or written beyond. Run by check_kernels.sh.
#include "testing.h"

namespace dit {
#define DIT_DECLARE(name)      \
  namespace name {             \
  CpuKernels make_kernels();   \
  }
DIT_DECLARE(portable)
#ifdef DIT_X86
DIT_DECLARE(avx2)
DIT_DECLARE(avx512)
DIT_DECLARE(avx512_bf16)
#endif
}  // namespace dit

namespace {

using dit::bf16;
using namespace dit::testing;

template <class T>
void check_product(const dit::CpuKernels& kernels, int64_t rows, int64_t columns, int64_t depth, int transposed,
                   bool float_right, dit::Epilogue epilogue, dit::Activation f = {}) {
  const bool a_down = transposed & 1, b_down = transposed & 2;
  Block<T> a(rows * depth);
  Block<float> wide(depth * columns);
  Block<T> same(depth * columns);
  Block<float> bias(columns);
  Block<T> other(rows * columns, 3);
  std::vector<T> c(static_cast<size_t>(rows * columns));
  const auto element = std::is_same_v<T, float> ? dit::Element::f32 : dit::Element::bf16;
  const bool rounds = float_right && element == dit::Element::bf16;
  const dit::Operand left{a.data(), a_down ? rows : depth, element, a_down};
  const dit::Operand right{rounds ? static_cast<void*>(wide.data()) : same.data(), b_down ? depth : columns,
                           rounds ? dit::Element::rounded : element, b_down};
  const dit::ProductKernels& product = kernels.product;
  const bool reads = product.reads(left, depth);
  const int64_t width = reads ? product.panel_width : (columns + 1) / 2, height = reads ? rows : (rows + 1) / 2;
  std::vector<float> sums(static_cast<size_t>(rows)), scratch;
  for (int64_t row = 0; row < rows; row += height) {
    for (int64_t column = 0; column < columns; column += width) {
      float* const of_left = a_down && column == 0 ? sums.data() : nullptr;
      const dit::ProductPart part{left, right, bias.data(), of_left, c.data(), columns, element, epilogue, f, other.data(),
                                  depth, row, std::min(row + height, rows), column, std::min(column + width, columns)};
      scratch.resize(static_cast<size_t>(product.scratch_size(part)));
      product.multiply(part, scratch.data());
    }
  }
  Doubles got, want;
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) {
      double total = bias[j];
      for (int64_t k = 0; k < depth; ++k) {
        const int64_t at = b_down ? j * depth + k : k * columns + j;
        const double b = rounds ? as_float(narrow(static_cast<float>(wide[at]))) : same[at];
        total += a[a_down ? k * rows + i : i * depth + k] * b;
      }
      if (epilogue == dit::Epilogue::value) {
        want.push_back(total);
        got.push_back(other[i * columns + j]);
        total = activated(f, total).value;
      } else if (epilogue == dit::Epilogue::slope) {
        total *= activated(f, other[i * columns + j]).slope;
      }
      want.push_back(total);
      got.push_back(as_float(c[static_cast<size_t>(i * columns + j)]));
    }
  }
  const std::string what = std::string(kernels.name) + " product " + std::to_string(rows) + "x" + std::to_string(depth) +
                           "x" + std::to_string(columns) + " form " + std::to_string(transposed);
  expect(what, got, want, rounding<T>());
  if (!a_down) return;
  Doubles true_sums(static_cast<size_t>(rows));
  for (int64_t k = 0; k < depth; ++k) {
    for (int64_t i = 0; i < rows; ++i) true_sums[static_cast<size_t>(i)] += a[k * rows + i];
  }
  expect(what + ", sums", Doubles(sums.begin(), sums.end()), true_sums, rounding<T>());
}

// The packed [tokens, 3 width] of one head, and everything that comes out of it.
template <class T>
void check_attention(const dit::CpuKernels& kernels, const dit::ElementKernels<T>& elements, int64_t tokens,
                     int64_t width, double spread) {
  const int64_t stride = 3 * width;
  const double scale = 1 / std::sqrt(static_cast<double>(width));
  Block<T> qkv(tokens * stride, spread), dout(tokens * width);
  std::vector<T> out(static_cast<size_t>(tokens * width)), grads(static_cast<size_t>(tokens * stride));
  std::vector<float> softmax(static_cast<size_t>(2 * tokens));
  std::vector<float> scratch(static_cast<size_t>(kernels.attention_scratch(tokens, width)));
  const auto part = [&](int64_t which) { return dit::Rows<const T>{qkv.data() + which * width, stride}; };
  const dit::AttentionHead<T> head{part(0), part(1), part(2), tokens, tokens, width, static_cast<float>(scale), nullptr, {}, {}};
  elements.attention(head, 0, tokens, {out.data(), width}, softmax.data(), scratch.data());
  std::vector<float> more(static_cast<size_t>(kernels.attention_backward_scratch(tokens, tokens, width)));
  std::vector<float> dquery(static_cast<size_t>(2 * tokens * dit::wide_row(width)));
  const auto grad = [&](int64_t which) { return dit::Rows<T>{grads.data() + which * width, stride}; };
  const int64_t half = tokens / 2;  // the keys in two parts
  for (int64_t i = 0; i < 2; ++i) {
    elements.attention_backward(head, i == 0 ? 0 : half, i == 0 ? half : tokens, {out.data(), width},
                                {dout.data(), width}, softmax.data(), dquery.data() + i * tokens * dit::wide_row(width),
                                grad(1), grad(2), nullptr, more.data());
  }
  elements.attention_backward_query(head, dquery.data(), 2, grad(0), nullptr);

  const auto at = [&](int64_t which, int64_t row, int64_t i) { return qkv[row * stride + which * width + i]; };
  Doubles true_out(static_cast<size_t>(tokens * width)), true_grads(static_cast<size_t>(tokens * stride));
  for (int64_t i = 0; i < tokens; ++i) {
    Doubles p(static_cast<size_t>(tokens)), dp(static_cast<size_t>(tokens));
    double peak = -1e300, sum = 0, projection = 0;
    for (int64_t j = 0; j < tokens; ++j) {
      for (int64_t d = 0; d < width; ++d) p[j] += at(0, i, d) * at(1, j, d) * scale;
      peak = std::max(peak, p[j]);
    }
    for (double& weight : p) sum += weight = std::exp(weight - peak);
    for (int64_t j = 0; j < tokens; ++j) {
      p[j] /= sum;
      for (int64_t d = 0; d < width; ++d) {
        true_out[i * width + d] += p[j] * at(2, j, d);
        dp[j] += dout[i * width + d] * at(2, j, d);
        true_grads[j * stride + 2 * width + d] += p[j] * dout[i * width + d];
      }
      projection += p[j] * dp[j];
    }
    for (int64_t j = 0; j < tokens; ++j) {
      const double ds = p[j] * (dp[j] - projection) * scale;
      for (int64_t d = 0; d < width; ++d) {
        true_grads[i * stride + d] += ds * at(1, j, d);
        true_grads[j * stride + width + d] += ds * at(0, i, d);
      }
    }
  }
  const auto values = [](const std::vector<T>& from) {
    Doubles all;
    for (T value : from) all.push_back(as_float(value));
    return all;
  };
  const std::string name = std::string(kernels.name) + " attention " + std::to_string(tokens) + "x" + std::to_string(width);
  const double tolerance = std::is_same_v<T, float> ? 2e-5 * std::max(1.0, spread * spread) : 2e-2;
  expect(name, values(out), true_out, tolerance);
  if (std::is_same_v<T, float> || spread <= 1) expect(name + " backward", values(grads), true_grads, tolerance * 2);
}

template <class T>
void check_activation(const dit::CpuKernels& kernels, const dit::ElementKernels<T>& elements, dit::Activation f,
                      int64_t count) {
  Block<T> x(count, 4), dy(count);
  const float special[] = {0, -0.0f, 1e-42f, -1e-42f, 1e-30f, 60, -60, 1e18f, -1e18f};
  for (int64_t i = 0; i < count && i < 9; ++i) assign(x.data()[i], special[i]);
  std::vector<T> y(static_cast<size_t>(count)), dx(static_cast<size_t>(count));
  elements.activate(f, x.data(), y.data(), count);
  elements.activate_backward(f, dy.data(), x.data(), dx.data(), count);
  Doubles got, want;
  for (int64_t i = 0; i < count; ++i) {
    if (std::abs(x[i]) > 1e6) {
      if (!std::isfinite(as_float(y[i]))) expect("an activation of a huge value", {NAN}, {0}, 0);
      continue;  // the slope of the tanh form overflows, in any implementation
    }
    got.insert(got.end(), {as_float(y[i]), as_float(dx[i])});
    want.insert(want.end(), {activated(f, x[i]).value, dy[i] * activated(f, x[i]).slope});
  }
  expect(std::string(kernels.name) + " activation " + std::to_string(static_cast<int>(f)) + " " + std::to_string(count),
         got, want, rounding<T>());
}

template <class T>
void check_swiglu(const dit::CpuKernels& kernels, const dit::ElementKernels<T>& elements, int64_t rows, int64_t width) {
  Block<T> x(rows * 2 * width, 4), dy(rows * width);
  std::vector<T> y(static_cast<size_t>(rows * width)), dx(static_cast<size_t>(rows * 2 * width));
  elements.swiglu(x.data(), rows, width, y.data());
  elements.swiglu_backward(dy.data(), x.data(), rows, width, dx.data());
  Doubles got, want;
  for (int64_t i = 0; i < rows * width; ++i) {
    const int64_t at = i + i / width * width;
    const Slope a = activated(dit::Activation::silu, x[at]);
    for (T value : {y[i], dx[at], dx[at + width]}) got.push_back(as_float(value));
    want.insert(want.end(), {a.value * x[at + width], dy[i] * x[at + width] * a.slope, dy[i] * a.value});
  }
  expect(std::string(kernels.name) + " swiglu " + std::to_string(rows) + "x" + std::to_string(width), got, want,
         rounding<T>());
}

template <class X, class Y>
void check_norm(const dit::CpuKernels& kernels, const dit::StreamKernels<X, Y>& stream, bool centered, int64_t rows,
                int64_t width) {
  Block<X> x(rows * width, 3);
  for (int64_t i = 0; i < width; ++i) assign(x.data()[i], 0);  // a row without variance
  Block<float> shift(width), scale(width);
  std::vector<Y> y(static_cast<size_t>(rows * width));
  std::vector<float> mean(static_cast<size_t>(rows)), rstd(static_cast<size_t>(rows));
  stream.norm(x.data(), shift.data(), scale.data(), 1e-6f, centered, rows, width, y.data(), mean.data(), rstd.data());
  Doubles got, want;
  for (int64_t row = 0; row < rows; ++row) {
    double center = 0, variance = 0;
    for (int64_t i = 0; i < width && centered; ++i) center += x[row * width + i] / width;
    for (int64_t i = 0; i < width; ++i) variance += std::pow(x[row * width + i] - center, 2) / width;
    for (int64_t i = 0; i < width; ++i) {
      got.push_back(as_float(y[static_cast<size_t>(row * width + i)]));
      want.push_back((x[row * width + i] - center) / std::sqrt(variance + 1e-6) * (1 + scale[i]) + shift[i]);
    }
  }
  expect(std::string(kernels.name) + " norm " + std::to_string(rows) + "x" + std::to_string(width), got, want, rounding<Y>());
}

void check(const dit::CpuKernels& kernels) {
  std::uniform_int_distribution<int64_t> small(1, 150), deep(1, 400);
  constexpr dit::Epilogue epilogues[] = {dit::Epilogue::none, dit::Epilogue::value, dit::Epilogue::slope};
  for (int form = 0; form < 4; ++form) {
    for (int round = 0; round < 6; ++round) {
      const int64_t rows = small(random_bits), columns = small(random_bits), depth = deep(random_bits);
      const dit::Activation f = activations[(form + round / 3) % 4];
      check_product<float>(kernels, rows, columns, depth, form, false, epilogues[round % 3], f);
      check_product<bf16>(kernels, rows, columns, depth, form, round % 2 == 0, epilogues[round % 3], f);
    }
    check_product<float>(kernels, 7, 70, 3100, form, false, epilogues[form % 3]);  // several blocks of the depth
    check_product<bf16>(kernels, 7, 64, 6200, form, true, epilogues[form % 3]);
  }
  for (const auto& [tokens, width] : {std::pair{1, 1}, {2, 5}, {49, 32}, {50, 33}, {97, 64}, {260, 72}, {300, 128}}) {
    for (double spread : {0.0, 1.0, 8.0}) {
      check_attention<float>(kernels, kernels.f32, tokens, width, spread);
      check_attention<bf16>(kernels, kernels.b16, tokens, width, spread);
    }
  }
  for (int64_t count : {1, 9, 16, 37, 1000}) {
    for (dit::Activation f : activations) {
      check_activation<float>(kernels, kernels.f32, f, count);
      check_activation<bf16>(kernels, kernels.b16, f, count);
    }
    check_swiglu<float>(kernels, kernels.f32, 3, count);
    check_swiglu<bf16>(kernels, kernels.b16, 3, count);
  }
  for (int64_t width : {1, 5, 16, 33, 128}) {
    for (bool centered : {true, false}) {
      check_norm<float, float>(kernels, kernels.f32_f32, centered, 3, width);
      check_norm<float, bf16>(kernels, kernels.f32_b16, centered, 3, width);
    }
  }
  std::printf("%s checked\n", kernels.name);
}

}  // namespace

int main() {
  check(dit::portable::make_kernels());
#ifdef DIT_X86
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) check(dit::avx2::make_kernels());
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    check(dit::avx512::make_kernels());
    if (__builtin_cpu_supports("avx512bf16")) check(dit::avx512_bf16::make_kernels());
  }
#endif
  std::printf("%d failed\n", failures);
  return failures != 0;
}
