#pragma once

#include <cstdint>

namespace dit {

/// The bits of a bfloat16: the upper half of a float.
struct bf16 {
  uint16_t bits;
};

/// A float that is rounded to bfloat16 wherever it is read.
struct Rounded {
  float value;
};

/// A matrix in memory: element (row, column) is at data[row * stride + column].
template <class T>
struct Rows {
  T* data;
  int64_t stride;

  Rows from(int64_t row) const { return {data + row * stride, stride}; }
};

/// The distance of a matrix's rows that are padded to whole vectors of every instruction set.
static inline int64_t wide_row(int64_t width) {
  return (width + 15) / 16 * 16;
}

/// What happens to the rows of queries or keys before they are multiplied: a norm, then a rotation.
struct Adjustment {
  const float* weight;    // [width], of the norm; null for none
  const float* bias;      // [width], of a layer norm; null for an RMS norm
  float eps;
  const float* rotation;  // [rotated, width], the cosine and the sine of every pair of channels; null for none
  int64_t rotated;        // rows that are turned; later ones are not

  bool is_none() const { return weight == nullptr && rotation == nullptr; }
};

/// Rows that will be read or written soon: kernels fetch them into the caches while they compute.
template <class T>
struct Ahead {
  static constexpr int most_parts = 8;
  Rows<const T> parts[most_parts];
  int64_t rows[most_parts];
  int count = 0;

  void add(Rows<const T> part, int64_t count_of_rows) {
    parts[count] = part;
    rows[count++] = count_of_rows;
  }
};

/// One head of attention.
template <class T>
struct AttentionHead {
  Rows<const T> query;       // [queries, width]
  Rows<const T> key, value;  // [..., width]
  int64_t queries, keys, width;
  float scale;
  const int32_t* kept;  // [keys], the rows of key and value that are attended to, in order; null for the first ones
  Adjustment adjust_query, adjust_key;
  Ahead<T> ahead;  // parts of this width
};

enum class Element { f32, bf16, rounded };

/// A row-major matrix in memory, or the transposed view of one: element (row, column) is at data[row * stride + column],
/// or at data[column * stride + row].
struct Operand {
  const void* data;
  int64_t stride;
  Element element;
  bool transposed;
};

/// A function f of each element.
enum class Activation { gelu_tanh, gelu_erf, silu, relu };

/// What becomes of a product p before it is stored.
enum class Epilogue {
  none,
  value,  // f(p); p itself goes to `other`, unless that is null
  slope   // p * f'(other)
};

/// result = left right + bias, or the part of it that one thread computes: some rows of at most panel_width columns, or
/// any rectangle where the left operand's rows cannot be read as they are.
struct ProductPart {
  Operand left, right;
  const float* bias;  // [columns of right]
  float* left_sums;   // [rows], of a transposed left operand along the depth; null for none
  void* result;
  int64_t result_stride;
  Element result_element;
  Epilogue epilogue;
  Activation activation;
  void* other;  // laid out as the result
  int64_t depth, first_row, last_row, first_column, last_column;
};

/// Matrix products. Operands are float32, or bfloat16 with a right one that may be rounded to it. Each element is summed
/// along the depth in an order that depends on the depth alone.
struct ProductKernels {
  int64_t panel_width;
  /// Whether the rows of a left operand can be read as they are.
  bool (*reads)(const Operand& left, int64_t depth);
  /// `scratch` holds scratch_size floats, which suffice for smaller parts of the same product too.
  int64_t (*scratch_size)(const ProductPart& part);
  void (*multiply)(const ProductPart& part, float* scratch);
};

/// The inner loops over elements of type T (float or bf16), for one instruction set. All accumulate in float32.
template <class T>
struct ElementKernels {
  /// y = f(x)
  void (*activate)(Activation f, const T* x, T* y, int64_t count);
  /// dx = dy * f'(x)
  void (*activate_backward)(Activation f, const T* dy, const T* x, T* dx, int64_t count);

  /// y [rows, width] = silu(a) b, where x [rows, 2 width] holds a and then b.
  void (*swiglu)(const T* x, int64_t rows, int64_t width, T* y);
  void (*swiglu_backward)(const T* dy, const T* x, int64_t rows, int64_t width, T* dx);

  /// sums[column] = sum over rows of x[row, column]
  void (*column_sums)(const T* x, int64_t rows, int64_t width, float* sums);

  /// out [last - first, width] = attention of query rows [first, last); zeros where there are no keys. `softmax`
  /// [2, queries] may be null; a row's weights are 2^(score scale log2 e - softmax[row]) softmax[queries + row].
  /// `scratch` holds attention_scratch(keys, width) floats.
  void (*attention)(const AttentionHead<T>& head, int64_t first, int64_t last, Rows<T> out, float* softmax,
                    float* scratch);
  /// What the keys [first, last) contribute: their own gradients, in the rows of dkey and dvalue where they stand, and
  /// dquery [queries, wide_row(width)], of the adjusted queries and without the scale. `sums` [2, width] takes what is
  /// added to the gradients of the norm's weight and bias. `scratch` holds attention_backward_scratch(...) floats.
  void (*attention_backward)(const AttentionHead<T>& head, int64_t first, int64_t last, Rows<const T> out,
                             Rows<const T> dout, const float* softmax, float* dquery, Rows<T> dkey, Rows<T> dvalue,
                             float* sums, float* scratch);
  /// The queries' gradient from that of the adjusted ones, which the `parts` arrays dquery at `adjusted` add up to.
  void (*attention_backward_query)(const AttentionHead<T>& head, float* adjusted, int64_t parts, Rows<T> dquery,
                                   float* sums);
};

/// The inner loops over a residual stream of type X and a branch of type Y. Modulation vectors are float32.
template <class X, class Y>
struct StreamKernels {
  /// y = (x - mean) / sqrt(variance + eps) * (1 + scale) + shift, row by row; keeps every row's mean and 1/deviation.
  /// Not centered, as an RMS norm is, the mean counts as 0.
  void (*norm)(const X* x, const float* shift, const float* scale, float eps, bool centered, int64_t rows,
               int64_t width, Y* y, float* mean, float* rstd);
  /// dx, and the rows' contributions to dshift and dscale (added).
  void (*norm_backward)(const Y* dy, const X* x, const float* scale, const float* mean, const float* rstd,
                        bool centered, int64_t rows, int64_t width, X* dx, float* dshift, float* dscale);

  /// out = x + gate * branch
  void (*gated)(const X* x, const float* gate, const Y* branch, int64_t rows, int64_t width, X* out);
  /// dbranch = gate * dout, and the rows' contributions to dgate (added).
  void (*gated_backward)(const X* dout, const float* gate, const Y* branch, int64_t rows, int64_t width, Y* dbranch,
                         float* dgate);
};

/// The scalars of one optimizer step, in the precision and the order of PyTorch's own loop.
struct AdamWStep {
  float decay;         // 1 - lr * weight_decay, when decoupled
  float weight_decay;  // added to the gradient, when not
  float beta1, one_minus_beta1;
  float beta2, one_minus_beta2;
  float root_correction2;  // sqrt(1 - beta2^step)
  float eps;
  float step_size;  // lr / (1 - beta1^step)
  bool decoupled;
};

/// What goes along with an optimizer step over the same memory: gradients are scaled before it, and averages of the
/// parameters follow, shadow = shadow * decay + parameter * (1 - decay).
struct AlongsideStep {
  float gradient_scale = 1;
  int64_t averages = 0;
  float* const* shadows = nullptr;
  const float* decays = nullptr;  // pairs: decay, 1 - decay
};

/// Everything that is compiled once per instruction set.
struct CpuKernels {
  const char* name;
  ElementKernels<float> f32;
  ElementKernels<bf16> b16;
  StreamKernels<float, float> f32_f32;
  StreamKernels<float, bf16> f32_b16;
  StreamKernels<bf16, float> b16_f32;
  StreamKernels<bf16, bf16> b16_b16;
  ProductKernels product;

  /// `peak` (amsgrad's largest second moment) may be null.
  void (*adamw)(const AdamWStep& step, const AlongsideStep& alongside, float* parameter, const float* gradient,
                float* mean, float* square, float* peak, int64_t count);
  /// shadow = shadow * decay + value * (1 - decay)
  void (*ema)(float* shadow, const float* value, float decay, float one_minus_decay, int64_t count);
  void (*scale)(float* values, float factor, int64_t count);
  int64_t (*attention_scratch)(int64_t keys, int64_t width);
  int64_t (*attention_backward_scratch)(int64_t queries, int64_t keys, int64_t width);
  double (*sum_of_squares)(const float* values, int64_t count);
};

/// The kernels of the best instruction set of this processor (or of DIT_ISA=portable|avx2|avx512 in the environment).
const CpuKernels& cpu_kernels();

}  // namespace dit
