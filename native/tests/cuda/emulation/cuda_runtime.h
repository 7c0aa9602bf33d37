// The device that native/torch/cuda/*.cu see in the tests: this processor. Blocks run one after the other; the threads
// of a block are fibers, each of which runs until it waits for others, in an order that the test chooses. A shuffle of
// a warp whose threads have parted, and a barrier that not all threads reach, end the program with a message.
#pragma once

#include <ucontext.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __grid_constant__
#define __shared__ static

struct dim3 {
  unsigned x;
};
enum cudaError_t { cudaSuccess };
inline cudaError_t cudaGetLastError() {
  return cudaSuccess;
}
inline const char* cudaGetErrorString(cudaError_t) {
  return "";
}

namespace emulation {

constexpr size_t stack_size = size_t{256} << 10;
constexpr int warp_size = 32;

struct Thread {
  ucontext_t context;
  bool done;
  int64_t shuffles;  // how many it has taken part in
  double value;      // what it offers to the others
  bool waits;        // at __syncthreads
};

struct Device {
  std::mutex mutex;
  ucontext_t scheduler;
  std::vector<Thread> threads;
  std::unique_ptr<char[]> stacks;
  std::function<void()> body;
  bool backwards = false;  // the order of the threads
  int64_t launches = 0;
};

inline Device& device() {
  static Device* const instance = new Device;
  return *instance;
}

inline dim3 block, thread;

[[noreturn]] inline void fail(const char* what) {
  std::fprintf(stderr, "block %u, thread %u: %s\n", block.x, thread.x, what);
  std::abort();
}

inline Thread& self() {
  return device().threads[thread.x];
}

/// The others go on; each of them has reached its next wait, or its end, when this returns.
inline void wait_a_round() {
  const dim3 me = thread;
  swapcontext(&device().threads[me.x].context, &device().scheduler);
  thread = me;
}

inline double shuffle(double value, int distance) {
  Thread& mine = self();
  mine.value = value;
  ++mine.shuffles;
  wait_a_round();
  const Thread& other = device().threads[thread.x ^ static_cast<unsigned>(distance)];
  if (other.done || other.shuffles != mine.shuffles) fail("the threads of a warp have parted before a shuffle");
  const double result = other.value;
  wait_a_round();
  return result;
}

inline void barrier() {
  self().waits = true;
  do wait_a_round();
  while (self().waits);
}

inline void run_thread() {
  device().body();
  self().done = true;
}

inline void run_block(int threads) {
  Device& all = device();
  if (all.threads.size() != static_cast<size_t>(threads)) {
    all.threads.resize(static_cast<size_t>(threads));
    all.stacks = std::make_unique<char[]>(static_cast<size_t>(threads) * stack_size);
  }
  for (int i = 0; i < threads; ++i) {
    Thread& t = all.threads[static_cast<size_t>(i)];
    t.done = t.waits = false;
    t.shuffles = 0;
    getcontext(&t.context);
    t.context.uc_stack.ss_sp = all.stacks.get() + static_cast<size_t>(i) * stack_size;
    t.context.uc_stack.ss_size = stack_size;
    t.context.uc_link = &all.scheduler;
    makecontext(&t.context, run_thread, 0);
  }
  for (bool alive = true; alive;) {
    alive = false;
    bool all_wait = true;
    for (int i = 0; i < threads; ++i) {
      thread.x = static_cast<unsigned>(all.backwards ? threads - 1 - i : i);
      Thread& t = self();
      if (!t.done && !t.waits) swapcontext(&all.scheduler, &t.context);
      alive = alive || !t.done;
      all_wait = all_wait && (t.done || t.waits);
    }
    if (!all_wait) continue;
    for (Thread& t : all.threads) t.waits = false;
  }
}

}  // namespace emulation

#define threadIdx emulation::thread
#define blockIdx emulation::block

inline float __shfl_xor_sync(unsigned, float value, int distance) {
  return static_cast<float>(emulation::shuffle(value, distance));
}
inline double __shfl_xor_sync(unsigned, double value, int distance) {
  return emulation::shuffle(value, distance);
}
inline void __syncthreads() {
  emulation::barrier();
}

inline float __uint_as_float(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
inline uint32_t __float_as_uint(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

template <class Arguments, class Stream>
void emulate(void (*kernel)(Arguments), int64_t blocks, int threads, const Arguments& arguments, Stream) {
  emulation::Device& device = emulation::device();
  const std::lock_guard<std::mutex> lock(device.mutex);
  device.body = [&] { kernel(arguments); };
  ++device.launches;
  for (int64_t i = 0; i < blocks; ++i) {
    emulation::block.x = static_cast<unsigned>(i);
    emulation::run_block(threads);
  }
}
