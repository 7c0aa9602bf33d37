#include "product.h"

#ifdef DIT_ONEDNN

#include <ATen/Parallel.h>

#include <array>
#include <cstdlib>
#include <oneapi/dnnl/dnnl.hpp>
#include <unordered_map>

namespace dit {
namespace {

using Key = std::array<int64_t, 9>;

struct KeyHash {
  size_t operator()(const Key& key) const {
    size_t hash = 14695981039346656037u;
    for (int64_t part : key) hash = (hash ^ static_cast<size_t>(part)) * 1099511628211u;
    return hash;
  }
};

// A product of given shapes and types with the memory objects it runs on; only their addresses change from call to
// call.
struct Product {
  dnnl::matmul primitive;
  dnnl::memory a, b, c, bias, scratch;
  size_t scratch_size;
};

const dnnl::engine& engine() {
  static const dnnl::engine instance(dnnl::engine::kind::cpu, 0);
  return instance;
}

dnnl::memory::data_type type_of(at::ScalarType type) {
  return type == at::kFloat ? dnnl::memory::data_type::f32 : dnnl::memory::data_type::bf16;
}

dnnl::memory::desc describe(const Matrix& matrix) {
  const dnnl::memory::dims strides =
      matrix.transposed ? dnnl::memory::dims{1, matrix.rows} : dnnl::memory::dims{matrix.columns, 1};
  return {{matrix.rows, matrix.columns}, type_of(matrix.type), strides};
}

Product make(const Matrix& a, const Matrix& b, bool has_bias, const Matrix& c) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const auto a_desc = describe(a), b_desc = describe(b), c_desc = describe(c);
  const auto bias_desc = has_bias ? describe({nullptr, 1, c.columns, at::kFloat}) : dnnl::memory::desc();
  const dnnl::matmul::desc operation = has_bias ? dnnl::matmul::desc(a_desc, b_desc, bias_desc, c_desc)
                                                       : dnnl::matmul::desc(a_desc, b_desc, c_desc);
  const dnnl::matmul::primitive_desc found(operation, attributes, engine());
  const auto memory = [](const dnnl::memory::desc& desc) { return dnnl::memory(desc, engine(), nullptr); };
  return {dnnl::matmul(found),
          memory(a_desc),
          memory(b_desc),
          memory(c_desc),
          memory(bias_desc),
          memory(found.scratchpad_desc()),
          found.scratchpad_desc().get_size()};
}

// One per thread: the memory objects hold the addresses of the call at hand.
Product& find(const Matrix& a, const Matrix& b, bool has_bias, const Matrix& c) {
  thread_local std::unordered_map<Key, Product, KeyHash> products;
  const Key key{a.rows,
                a.columns,
                c.columns,
                a.transposed + 2 * b.transposed,
                has_bias,
                static_cast<int64_t>(a.type),
                static_cast<int64_t>(b.type),
                static_cast<int64_t>(c.type),
                at::get_num_threads()};  // oneDNN divides the work when the primitive is made
  const auto known = products.find(key);
  if (known != products.end()) return known->second;
  if (products.size() >= 1024) products.clear();  // shapes that never come again must not pile up
  return products.emplace(key, make(a, b, has_bias, c)).first->second;
}

}  // namespace

void onednn_product(const Matrix& a, const Matrix& b, const float* bias, const Matrix& c) {
  Product& product = find(a, b, bias != nullptr, c);
  thread_local dnnl::stream stream(engine());
  product.a.set_data_handle(a.data);
  product.b.set_data_handle(b.data);
  product.c.set_data_handle(c.data);
  std::unordered_map<int, dnnl::memory> arguments{
      {DNNL_ARG_SRC, product.a}, {DNNL_ARG_WEIGHTS, product.b}, {DNNL_ARG_DST, product.c}};
  if (bias != nullptr) {
    product.bias.set_data_handle(const_cast<float*>(bias));
    arguments.emplace(DNNL_ARG_BIAS, product.bias);
  }
  at::Tensor scratch;
  if (product.scratch_size > 0) {
    scratch = at::empty({static_cast<int64_t>(product.scratch_size)}, at::kByte);
    product.scratch.set_data_handle(scratch.data_ptr());
    arguments.emplace(DNNL_ARG_SCRATCHPAD, product.scratch);
  }
  product.primitive.execute(stream, arguments);
  stream.wait();
}

bool onednn_is_faster(at::ScalarType type) {
  static const bool has_amx = dnnl::get_effective_cpu_isa() >= dnnl::cpu_isa::avx512_core_amx;
  static const bool wanted = std::getenv("DIT_ONEDNN") != nullptr;  // to compare, and to test it where there is no AMX
  return wanted || (has_amx && type == at::kBFloat16);
}

}  // namespace dit

#else

namespace dit {

void onednn_product(const Matrix&, const Matrix&, const float*, const Matrix&) {
  TORCH_INTERNAL_ASSERT(false, "this build has no oneDNN");
}
bool onednn_is_faster(at::ScalarType) {
  return false;
}

}  // namespace dit

#endif
