#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <cstdlib>
#include <string>

#include "kernels.h"

namespace dit {

namespace portable {
CpuKernels make_kernels();
}
namespace avx2 {
CpuKernels make_kernels();
}
namespace avx512 {
CpuKernels make_kernels();
}
namespace avx512_bf16 {
CpuKernels make_kernels();
}

namespace {

CpuKernels choose_kernels() {
#ifdef DIT_X86
  const char* wish = std::getenv("DIT_ISA");
  const std::string name = wish == nullptr ? "" : wish;
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  const bool unheld = name != "portable" && name != "avx2";
  if (avx512 && unheld && name != "avx512" && __builtin_cpu_supports("avx512bf16")) return avx512_bf16::make_kernels();
  if (avx512 && unheld) return avx512::make_kernels();
  if (avx2 && name != "portable") return avx2::make_kernels();
#endif
  return portable::make_kernels();
}

}  // namespace

const CpuKernels& cpu_kernels() {
  static const CpuKernels kernels = choose_kernels();
  return kernels;
}

variable_list differentiate(const std::function<Tensor(const variable_list&)>& composition, const variable_list& inputs,
                            const Tensor& grad) {
  const Tensor result = composition(inputs);
  variable_list wanted;
  for (const Tensor& input : inputs) {
    if (input.defined() && input.requires_grad()) wanted.push_back(input);
  }
  const variable_list found =
      torch::autograd::grad({result}, wanted, {grad.to(result.scalar_type())}, /*retain_graph=*/true,
                            /*create_graph=*/true, /*allow_unused=*/true);
  variable_list all;
  size_t next = 0;
  for (const Tensor& input : inputs) {
    all.push_back(input.defined() && input.requires_grad() ? found[next++] : Tensor());
  }
  return all;
}

at::ScalarType autocast_type(at::DeviceType device) {
#if DIT_TORCH_AT_LEAST(2, 4)
  return at::autocast::get_autocast_dtype(device);
#else
  return device == at::kCPU ? at::autocast::get_autocast_cpu_dtype() : at::autocast::get_autocast_gpu_dtype();
#endif
}

Tensor autocast_to(at::ScalarType type, const Tensor& tensor) {
  return tensor.is_floating_point() && tensor.scalar_type() != at::kDouble
             ? at::autocast::cached_cast(type, tensor, tensor.device().type())
             : tensor;
}

}  // namespace dit
