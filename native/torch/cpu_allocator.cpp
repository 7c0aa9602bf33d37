#include "cpu_allocator.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

#include "memory_arena.h"
#include "torch_version.h"

namespace dit {
namespace {

// Below this the C library's allocator is good: it keeps such blocks on its free lists.
constexpr size_t arena_threshold = size_t{64} << 10;

struct State {
  MemoryArena arena;
  std::atomic<int64_t> live{0};
  std::atomic<int64_t> peak{0};
  std::atomic<int64_t> small{0};
  std::atomic<int64_t> allocations{0};

  void add(int64_t size) {
    allocations.fetch_add(1, std::memory_order_relaxed);
    const int64_t now = live.fetch_add(size, std::memory_order_relaxed) + size;
    int64_t seen = peak.load(std::memory_order_relaxed);
    while (now > seen && !peak.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
    }
  }
};

// Never destroyed: tensors in static variables are released after this library's destructors would have run.
State& state() {
  static State* const instance = new State;
  return *instance;
}

void release_small(void* pointer) {
  const auto size = static_cast<int64_t>(malloc_usable_size(pointer));
  state().live.fetch_sub(size, std::memory_order_relaxed);
  state().small.fetch_sub(size, std::memory_order_relaxed);
  std::free(pointer);
}

void release(void* pointer) {
  if (pointer == nullptr) return;
  const size_t size = state().arena.release(pointer);
  if (size == 0) return release_small(pointer);
  state().live.fetch_sub(static_cast<int64_t>(size), std::memory_order_relaxed);
}

c10::DataPtr allocate_small(size_t size) {
  void* pointer = nullptr;
  TORCH_CHECK(posix_memalign(&pointer, MemoryArena::alignment, size) == 0, "out of memory: a CPU tensor of ", size,
              " bytes could not be allocated");
  const auto usable = static_cast<int64_t>(malloc_usable_size(pointer));
  state().add(usable);
  state().small.fetch_add(usable, std::memory_order_relaxed);
  return {pointer, pointer, &release_small, c10::Device(c10::DeviceType::CPU)};
}

c10::DataPtr allocate_large(size_t size) {
  State& owner = state();
  void* pointer = owner.arena.allocate(size);
  if (pointer == nullptr) return allocate_small(size);
  owner.add(
      static_cast<int64_t>((size + MemoryArena::alignment - 1) / MemoryArena::alignment * MemoryArena::alignment));
  return {pointer, pointer, &release, c10::Device(c10::DeviceType::CPU)};
}

class CpuAllocator final : public c10::Allocator {
 public:
#if DIT_TORCH_AT_LEAST(2, 3)
  c10::DataPtr allocate(size_t size) override {
    return get(size);
  }
  void copy_data(void* target, const void* source, size_t count) const override {
    std::memcpy(target, source, count);
  }
#else
  c10::DataPtr allocate(size_t size) const override {
    return get(size);
  }
#endif

  // Data pointers are their own contexts, as libtorch's raw_allocate requires.
  c10::DeleterFnPtr raw_deleter() const override {
    return &release;
  }

 private:
  static c10::DataPtr get(size_t size) {
    if (size == 0) return {nullptr, c10::Device(c10::DeviceType::CPU)};
    return size < arena_threshold ? allocate_small(size) : allocate_large(size);
  }
};

}  // namespace

void install_cpu_allocator() {
  const char* choice = std::getenv("DIT_ALLOCATOR");
  if (choice != nullptr && std::strcmp(choice, "system") == 0) return;
  static CpuAllocator* const allocator = new CpuAllocator;
  c10::SetCPUAllocator(allocator);
}

MemoryStats stats() {
  State& now = state();
  return {now.live.load(), now.peak.load(), now.small.load() + static_cast<int64_t>(now.arena.reserved()),
          now.allocations.load()};
}

void reset_peak() {
  state().peak.store(state().live.load());
}

void empty_cache() {
  state().arena.trim();
}

}  // namespace dit
