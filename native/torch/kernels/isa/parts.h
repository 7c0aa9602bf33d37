#pragma once

#include "table.h"

// What each file of one instruction set puts into the table.
namespace dit {
namespace DIT_ISA {

void add_elementwise(CpuKernels& kernels);
void add_norm(CpuKernels& kernels);
void add_product(CpuKernels& kernels);
void add_attention(CpuKernels& kernels);
void add_attention_backward(CpuKernels& kernels);
void add_optimizer(CpuKernels& kernels);

/// All of them.
CpuKernels make_kernels();

}  // namespace DIT_ISA
}  // namespace dit
