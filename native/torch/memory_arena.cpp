#include "memory_arena.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

namespace dit {
namespace {

constexpr size_t huge_page = size_t{2} << 20;
constexpr size_t commit_step = size_t{32} << 20;

size_t round_up(size_t size, size_t multiple) {
  return (size + multiple - 1) / multiple * multiple;
}

size_t physical_memory() {
  return static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

void* MemoryArena::allocate(size_t size) {
  size = round_up(std::max<size_t>(size, 1), alignment);
  std::lock_guard<std::mutex> lock(mutex_);
  auto fit = free_.lower_bound({size, nullptr});
  if (fit == free_.end()) {
    if (!grow(size)) return nullptr;
    fit = free_.lower_bound({size, nullptr});
  }
  char* address = fit->second;
  take(blocks_.find(address), size);
  return address;
}

size_t MemoryArena::release(void* pointer) {
  std::lock_guard<std::mutex> lock(mutex_);
  auto block = blocks_.find(static_cast<char*>(pointer));
  if (block == blocks_.end() || block->second.free) return 0;
  const size_t size = block->second.size;
  add_free(block->first, block->second);
  return size;
}

size_t MemoryArena::trim() {
  std::lock_guard<std::mutex> lock(mutex_);
  const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  size_t trimmed = 0;
  for (auto& [address, block] : blocks_) {
    if (!block.free || block.resident == 0) continue;
    const auto begin = round_up(reinterpret_cast<size_t>(address), page);
    const auto end = (reinterpret_cast<size_t>(address) + block.size) / page * page;
    if (begin >= end || madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED) != 0) continue;
    trimmed += block.resident;
    block.resident = 0;
  }
  reserved_ -= trimmed;
  return trimmed;
}

size_t MemoryArena::reserved() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return reserved_;
}

// Cuts `size` bytes off the front of a free block; the rest stays free.
void MemoryArena::take(Blocks::iterator block, size_t size) {
  char* address = block->first;
  Block& taken = block->second;
  free_.erase({taken.size, address});
  const Block rest{taken.size - size, taken.resident - std::min(taken.resident, size), true};
  reserved_ += size - std::min(taken.resident, size);
  taken = {size, size, false};
  if (rest.size > 0) {
    blocks_.emplace_hint(std::next(block), address + size, rest);
    free_.emplace(rest.size, address + size);
  }
}

// Frees a block (new or in use), merging it with the free blocks before and after it.
void MemoryArena::add_free(char* address, Block block) {
  const auto merge = [&](Blocks::iterator neighbour) {
    block.size += neighbour->second.size;
    block.resident += neighbour->second.resident;
    free_.erase({neighbour->second.size, neighbour->first});
  };
  auto here = blocks_.insert_or_assign(address, block).first;
  const auto next = std::next(here);
  if (next != blocks_.end() && next->second.free && next->first == address + block.size) {
    merge(next);
    blocks_.erase(next);
  }
  if (here != blocks_.begin()) {
    const auto previous = std::prev(here);
    if (previous->second.free && previous->first + previous->second.size == address) {
      merge(previous);
      blocks_.erase(here);
      here = previous;
    }
  }
  block.free = true;
  here->second = block;
  free_.emplace(block.size, here->first);
}

// The size of the free block that ends at `address`, or 0.
size_t MemoryArena::free_before(char* address) const {
  auto block = blocks_.lower_bound(address);
  if (block == blocks_.begin()) return 0;
  --block;
  return block->second.free && block->first + block->second.size == address ? block->second.size : 0;
}

// Makes more of the newest region usable, so that a free block of at least `size` bytes exists.
bool MemoryArena::grow(size_t size) {
  size_t missing = size - (regions_.empty() ? 0 : free_before(regions_.back().committed));
  if (regions_.empty() || missing > static_cast<size_t>(regions_.back().end - regions_.back().committed)) {
    if (!reserve(size)) return false;
    missing = size;
  }
  Region& region = regions_.back();
  const size_t step = std::min(round_up(missing, commit_step), static_cast<size_t>(region.end - region.committed));
  if (mprotect(region.committed, step, PROT_READ | PROT_WRITE) != 0) return false;
  // Where huge pages are given on request only, ask: one fault instead of 512, and fewer TLB misses.
  madvise(region.committed, step, MADV_HUGEPAGE);
  add_free(region.committed, {step, 0, true});
  region.committed += step;
  return true;
}

// A reservation is address space only, so one that can hold all of the machine's memory costs nothing, and in one
// region every pair of neighbours can merge. Where that much is refused (limits), a smaller one has to do.
bool MemoryArena::reserve(size_t size) {
  const size_t least = round_up(size, commit_step) + huge_page;
  for (size_t length = std::max(least, round_up(physical_memory(), commit_step));;
       length = std::max(least, length / 4)) {
    void* address = mmap(nullptr, length, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address != MAP_FAILED) {
      auto* begin = reinterpret_cast<char*>(round_up(reinterpret_cast<size_t>(address), huge_page));
      auto* end = static_cast<char*>(address) + length / huge_page * huge_page - huge_page;
      regions_.push_back({begin, end});
      return true;
    }
    if (length == least) return false;
  }
}

}  // namespace dit
