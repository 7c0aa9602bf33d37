#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace dit {

/// Best-fit memory from a few huge reservations of address space, made usable as they grow. Neighbouring free blocks
/// are always merged, and a freed block keeps its pages, so a training step that repeats never faults a page in twice.
/// Thread-safe.
class MemoryArena {
 public:
  static constexpr size_t alignment = 64;

  /// `size` bytes aligned to `alignment`, or null when the system has no more.
  void* allocate(size_t size);

  /// The size of the released block, or 0 when the pointer is not one of this arena's.
  size_t release(void* pointer);

  /// Gives the pages of free blocks back to the system. Returns the number of bytes.
  size_t trim();

  /// Bytes that hold, or may hold, pages: everything ever handed out less what was trimmed.
  size_t reserved() const;

 private:
  struct Region {  // one reservation: usable up to `committed`, ours up to `end`
    char* committed;
    char* end;
  };
  struct Block {
    size_t size;
    size_t resident;  // how many of its bytes may hold pages
    bool free;
  };
  using Blocks = std::map<char*, Block>;  // by address: the neighbours are the map's

  bool reserve(size_t size);
  bool grow(size_t size);
  size_t free_before(char* address) const;
  void add_free(char* address, Block block);
  void take(Blocks::iterator block, size_t size);

  mutable std::mutex mutex_;
  std::vector<Region> regions_;
  Blocks blocks_;
  std::set<std::pair<size_t, char*>> free_;  // best fit, lowest address first
  size_t reserved_ = 0;
};

}  // namespace dit
