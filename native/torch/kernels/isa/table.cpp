#include "parts.h"

namespace dit {
namespace DIT_ISA {

#define DIT_STRING_OF(text) #text
#define DIT_STRING(macro) DIT_STRING_OF(macro)

CpuKernels make_kernels() {
  CpuKernels kernels{};
  kernels.name = DIT_STRING(DIT_ISA);
  add_elementwise(kernels);
  add_norm(kernels);
  add_product(kernels);
  add_attention(kernels);
  add_attention_backward(kernels);
  add_optimizer(kernels);
  return kernels;
}

}  // namespace DIT_ISA
}  // namespace dit
