#pragma once

#include <cstdint>

namespace dit {

/// Makes libtorch take the memory of CPU tensors from `MemoryArena`, unless DIT_ALLOCATOR=system is in the environment.
/// glibc gives every large tensor back to the kernel and faults its pages in anew at each training step.
void install_cpu_allocator();

/// The memory of CPU tensors; all zero when the allocator is not installed.
struct MemoryStats {
  int64_t live_bytes;
  int64_t peak_bytes;
  int64_t reserved_bytes;
  int64_t allocations;  // made so far
};

MemoryStats stats();

/// Starts a new peak at what is live now.
void reset_peak();

/// Gives the pages of freed tensors back to the system.
void empty_cache();

}  // namespace dit
