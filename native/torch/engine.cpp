// Engine state: versions, random number generators, threads, autocast, precision switches, memory, CUDA basics.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "cpu_allocator.h"
#include "error.h"
#include "handles.h"
#include "kernels/product.h"
#include "torch_version.h"

#ifdef DIT_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#endif

namespace {

at::GeneratorImpl* generator(dit_generator g) {
  TORCH_CHECK(g != nullptr, "null generator handle");
  return reinterpret_cast<at::GeneratorImpl*>(g);
}

at::Generator borrow(dit_generator g) {
  return at::Generator(c10::intrusive_ptr<at::GeneratorImpl>::reclaim_copy(generator(g)));
}

dit_generator release(at::Generator g) { return reinterpret_cast<dit_generator>(g.unsafeReleaseGeneratorImpl()); }

// libtorch picks one thread on virtual machines that show their processors as one core.
void use_all_processors() {
  if (std::getenv("OMP_NUM_THREADS") || std::getenv("MKL_NUM_THREADS")) return;
  const auto processors = static_cast<int>(std::thread::hardware_concurrency());
  if (processors > at::get_num_threads()) at::set_num_threads(processors);
}

// at::get_cpu_capability is younger than libtorch 1.13; the build description has always said it.
std::string cpu_capability(const std::string& build) {
  static const std::string key = "CPU capability usage: ";
  const auto start = build.find(key);
  if (start == std::string::npos) return "unknown";
  const auto end = build.find('\n', start);
  return build.substr(start + key.size(), end - start - key.size());
}

bool bf16_in_hardware() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

}  // namespace

int dit_initialize() {
  return dit::guarded([] {
    static const bool once = [] {
      dit::install_cpu_allocator();
      use_all_processors();
      return true;
    }();
    (void)once;
  });
}

int dit_engine_describe(dit_engine_info* info) {
  return dit::guarded([&] {
    static const std::string build = at::show_config();
    static const std::string capability = cpu_capability(build);
    info->torch_version = TORCH_VERSION;
    info->build = build.c_str();
    info->cpu_capability = capability.c_str();
    info->has_onednn = at::hasMKLDNN();
    info->has_direct_onednn = dit::onednn_is_faster(at::kBFloat16);
    info->has_cuda = at::hasCUDA();
    info->cuda_devices = info->has_cuda ? c10::impl::getDeviceGuardImpl(at::kCUDA)->deviceCount() : 0;
    info->bf16_in_hardware = bf16_in_hardware();
#ifdef DIT_CUDA
    info->has_cuda_graphs = 1;
#else
    info->has_cuda_graphs = 0;
#endif
#ifdef DIT_CUDA_KERNELS
    info->has_cuda_kernels = 1;
#else
    info->has_cuda_kernels = 0;
#endif
  });
}

int dit_manual_seed(int64_t seed) {
  return dit::guarded([&] { at::manual_seed(static_cast<uint64_t>(seed)); });
}

int dit_generator_create(uint64_t seed, int64_t device, dit_generator* result) {
  return dit::guarded([&] {
    const auto where = dit::device(device);
    if (where.is_cpu()) {
      *result = release(at::make_generator<at::CPUGeneratorImpl>(seed));
      return;
    }
    auto made = at::globalContext().defaultGenerator(where).clone();
    made.set_current_seed(seed);
    *result = release(std::move(made));
  });
}

int dit_generator_default(int64_t device, dit_generator* result) {
  return dit::guarded([&] { *result = release(at::globalContext().defaultGenerator(dit::device(device))); });
}

void dit_generator_free(dit_generator g) {
  if (g) c10::intrusive_ptr<at::GeneratorImpl>::reclaim(generator(g));
}

int dit_generator_seed(dit_generator g, int64_t* initial) {
  return dit::guarded([&] { *initial = static_cast<int64_t>(borrow(g).current_seed()); });
}

int dit_generator_set_seed(dit_generator g, uint64_t seed) {
  return dit::guarded([&] {
    auto target = borrow(g);
    std::lock_guard<std::mutex> lock(target.mutex());
    target.set_current_seed(seed);
  });
}

int dit_generator_reseed(dit_generator g, int64_t* seed) {
  return dit::guarded([&] {
    auto target = borrow(g);
    std::lock_guard<std::mutex> lock(target.mutex());
    *seed = static_cast<int64_t>(target.seed());
  });
}

int dit_generator_state(dit_generator g, dit_tensor* state) {
  return dit::guarded([&] {
    auto source = borrow(g);
    std::lock_guard<std::mutex> lock(source.mutex());
    *state = dit::release(source.get_state());
  });
}

int dit_generator_set_state(dit_generator g, dit_tensor state) {
  return dit::guarded([&] {
    auto target = borrow(g);
    std::lock_guard<std::mutex> lock(target.mutex());
    target.set_state(dit::borrow(state));
  });
}

int64_t dit_generator_device(dit_generator g) { return dit::pack(generator(g)->device()); }

int32_t dit_num_threads() { return at::get_num_threads(); }

void dit_set_num_threads(int32_t count) { at::set_num_threads(count); }

int32_t dit_num_interop_threads() { return at::get_num_interop_threads(); }

int dit_set_num_interop_threads(int32_t count) {
  return dit::guarded([&] { at::set_num_interop_threads(count); });
}

int dit_autocast_get(int32_t device_type, int32_t* enabled, int32_t* dtype) {
  return dit::guarded([&] {
    const auto type = static_cast<at::DeviceType>(device_type);
#if DIT_TORCH_AT_LEAST(2, 4)
    *enabled = at::autocast::is_autocast_enabled(type);
    *dtype = static_cast<int32_t>(at::autocast::get_autocast_dtype(type));
#else
    TORCH_CHECK(type == at::kCPU || type == at::kCUDA, "autocast knows the devices CPU and CUDA, not ", type);
    *enabled = type == at::kCPU ? at::autocast::is_cpu_enabled() : at::autocast::is_enabled();
    *dtype = static_cast<int32_t>(type == at::kCPU ? at::autocast::get_autocast_cpu_dtype()
                                                   : at::autocast::get_autocast_gpu_dtype());
#endif
  });
}

int dit_autocast_set(int32_t device_type, int32_t enabled, int32_t dtype) {
  return dit::guarded([&] {
    const auto type = static_cast<at::DeviceType>(device_type);
    const auto target = static_cast<at::ScalarType>(dtype);
#if DIT_TORCH_AT_LEAST(2, 4)
    at::autocast::set_autocast_enabled(type, enabled != 0);
    at::autocast::set_autocast_dtype(type, target);
#else
    TORCH_CHECK(type == at::kCPU || type == at::kCUDA, "autocast knows the devices CPU and CUDA, not ", type);
    if (type == at::kCPU) {
      at::autocast::set_cpu_enabled(enabled != 0);
      at::autocast::set_autocast_cpu_dtype(target);
    } else {
      at::autocast::set_enabled(enabled != 0);
      at::autocast::set_autocast_gpu_dtype(target);
    }
#endif
  });
}

void dit_autocast_nesting(int32_t delta) {
  if (delta > 0)
    at::autocast::increment_nesting();
  else if (at::autocast::decrement_nesting() == 0)
    at::autocast::clear_cache();
}

void dit_autocast_clear_cache() { at::autocast::clear_cache(); }

int dit_tf32(int32_t* matmul, int32_t* cudnn) {
  return dit::guarded([&] {
    *matmul = at::globalContext().allowTF32CuBLAS();
    *cudnn = at::globalContext().allowTF32CuDNN();
  });
}

int dit_set_tf32(int32_t matmul, int32_t cudnn) {
  return dit::guarded([&] {
    at::globalContext().setAllowTF32CuBLAS(matmul != 0);
    at::globalContext().setAllowTF32CuDNN(cudnn != 0);
  });
}

int dit_set_deterministic(int32_t enabled, int32_t warn_only) {
  return dit::guarded([&] { at::globalContext().setDeterministicAlgorithms(enabled != 0, warn_only != 0); });
}

int dit_memory_describe(int64_t device, dit_memory_stats* stats) {
  return dit::guarded([&] {
    const auto where = dit::device(device);
    if (where.is_cpu()) {
      const auto s = dit::stats();
      *stats = {s.live_bytes, s.peak_bytes, s.reserved_bytes, s.allocations};
      return;
    }
#ifdef DIT_CUDA
    if (where.is_cuda()) {
      const auto s = c10::cuda::CUDACachingAllocator::getDeviceStats(where.index() < 0 ? 0 : where.index());
      *stats = {s.allocated_bytes[0].current, s.allocated_bytes[0].peak, s.reserved_bytes[0].current,
                s.allocation[0].allocated};
      return;
    }
#endif
    TORCH_CHECK(false, "no memory statistics for device ", where);
  });
}

int dit_memory_reset_peak(int64_t device) {
  return dit::guarded([&] {
    const auto where = dit::device(device);
    if (where.is_cpu()) return dit::reset_peak();
#ifdef DIT_CUDA
    if (where.is_cuda())
      return c10::cuda::CUDACachingAllocator::resetPeakStats(where.index() < 0 ? 0 : where.index());
#endif
    TORCH_CHECK(false, "no memory statistics for device ", where);
  });
}

int dit_memory_empty_cache(int64_t device) {
  return dit::guarded([&] {
    const auto where = dit::device(device);
    if (where.is_cpu()) return dit::empty_cache();
#ifdef DIT_CUDA
    if (where.is_cuda()) return c10::cuda::CUDACachingAllocator::emptyCache();
#endif
    TORCH_CHECK(false, "no memory cache for device ", where);
  });
}

int dit_cuda_synchronize(int32_t device) {
  return dit::guarded([&] {
    const auto& hooks = at::detail::getCUDAHooks();
    TORCH_CHECK(hooks.hasCUDA(), "this libtorch was built without CUDA");
    hooks.deviceSynchronize(device < 0 ? hooks.current_device() : device);
  });
}
