// A CUDA device that is made of the processor's memory, so that what runs on GPUs is run, too, where there is none:
// every operator is handed to its CPU kernel, on tensors that share the memory. What a GPU refuses is refused (tensors
// and generators of different devices), and what a GPU would be waited for is counted.
//
// For tests, with a libtorch that has no CUDA of its own. Loading the library registers the device.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <atomic>
#include <mutex>
#include <unordered_set>

namespace {

using at::IValue;
using at::Tensor;
using c10::Device;
using c10::DispatchKey;
using c10::DispatchKeySet;

const Device cuda(at::kCUDA, 0);

std::atomic<int64_t> waits{0};

// ---- memory

/// The same elements as a tensor of another device.
Tensor alias(const Tensor& tensor, Device device) {
  if (!tensor.defined() || tensor.device() == device) return tensor;
  const auto& storage = tensor.storage();
  auto* owner = new c10::Storage(storage);
  c10::DataPtr data(storage.data(), owner, [](void* context) { delete static_cast<c10::Storage*>(context); }, device);
  c10::Storage shared({}, storage.nbytes(), std::move(data), c10::GetAllocator(at::kCPU), /*resizable=*/true);
  auto result = at::detail::make_tensor<c10::TensorImpl>(
      std::move(shared), DispatchKeySet(device.is_cpu() ? DispatchKey::CPU : DispatchKey::CUDA), tensor.dtype());
  auto* impl = result.unsafeGetTensorImpl();
  impl->set_sizes_and_strides(tensor.sizes(), tensor.strides());
  impl->set_storage_offset(tensor.storage_offset());
  if (tensor.is_conj()) result._set_conj(true);
  return result;
}

/// Makes a tensor what its alias has become, where an operator resized that.
void follow(const Tensor& tensor, const Tensor& changed) {
  auto* impl = tensor.unsafeGetTensorImpl();
  if (changed.storage().data() != tensor.storage().data()) impl->set_storage_keep_dtype(alias(changed, cuda).storage());
  if (changed.sizes() != tensor.sizes() || changed.strides() != tensor.strides()) {
    impl->set_sizes_and_strides(changed.sizes(), changed.strides());
  }
}

/// Memory that a GPU could copy from and to while the processor goes on.
struct PinnedAllocator final : c10::Allocator {
  std::unordered_set<void*> blocks;
  std::mutex mutex;

  c10::DataPtr allocate(size_t bytes) const override {
    auto block = c10::GetAllocator(at::kCPU)->allocate(bytes);
    auto* self = const_cast<PinnedAllocator*>(this);
    std::lock_guard<std::mutex> lock(self->mutex);
    self->blocks.insert(block.get());
    void* data = block.get();
    return {data, new c10::DataPtr(std::move(block)), &release, at::kCPU};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  static void release(void* context);
} pinned;

void PinnedAllocator::release(void* context) {
  auto* block = static_cast<c10::DataPtr*>(context);
  {
    std::lock_guard<std::mutex> lock(pinned.mutex);
    pinned.blocks.erase(block->get());
  }
  delete block;
}

bool is_pinned(const void* data) {
  std::lock_guard<std::mutex> lock(pinned.mutex);
  return pinned.blocks.count(const_cast<void*>(data)) > 0;
}

// ---- random numbers

struct Generator final : c10::GeneratorImpl {
  explicit Generator(at::Generator numbers)
      : GeneratorImpl(cuda, DispatchKeySet(DispatchKey::CUDA)), numbers(std::move(numbers)) {}

  at::Generator numbers;

  void set_current_seed(uint64_t seed) override { numbers.set_current_seed(seed); }
  uint64_t current_seed() const override { return numbers.current_seed(); }
  uint64_t seed() override { return numbers.seed(); }
  void set_state(const c10::TensorImpl& state) override { numbers.unsafeGetGeneratorImpl()->set_state(state); }
  c10::intrusive_ptr<c10::TensorImpl> get_state() const override { return numbers.unsafeGetGeneratorImpl()->get_state(); }
  Generator* clone_impl() const override { return new Generator(numbers.clone()); }

  static at::DeviceType device_type() { return at::kCUDA; }
};

const at::Generator& default_generator() {
  static const auto generator = at::make_generator<Generator>(at::detail::createCPUGenerator());
  return generator;
}

at::Generator on_cpu(const at::Generator& generator) {
  TORCH_CHECK(generator.device().is_cuda(), "Expected a 'cuda' device type for generator but found 'cpu'");
  return static_cast<Generator*>(generator.unsafeGetGeneratorImpl())->numbers;
}

// ---- the device

struct Hooks final : at::CUDAHooksInterface {
  explicit Hooks(at::CUDAHooksArgs) {}
  void initCUDA() const override {}
  const at::Generator& getDefaultCUDAGenerator(c10::DeviceIndex) const override { return default_generator(); }
  Device getDeviceFromPtr(void*) const override { return cuda; }
  bool isPinnedPtr(void* data) const override { return is_pinned(data); }
  bool hasCUDA() const override { return true; }
  bool hasCUDART() const override { return true; }
  bool hasPrimaryContext(int64_t) const override { return true; }
  int64_t current_device() const override { return 0; }
  c10::Allocator* getPinnedMemoryAllocator() const override { return &pinned; }
  int getNumGPUs() const override { return 1; }
  void deviceSynchronize(int64_t) const override { ++waits; }
  std::string showConfig() const override { return "simulated CUDA"; }
};

struct Guard final : c10::impl::DeviceGuardImplInterface {
  at::DeviceType type() const override { return at::kCUDA; }
  Device exchangeDevice(Device) const override { return cuda; }
  Device getDevice() const override { return cuda; }
  void setDevice(Device) const override {}
  void uncheckedSetDevice(Device) const noexcept override {}
  c10::Stream getStream(Device) const noexcept override { return c10::Stream(c10::Stream::DEFAULT, cuda); }
  c10::Stream getDefaultStream(Device) const override { return c10::Stream(c10::Stream::DEFAULT, cuda); }
  c10::Stream exchangeStream(c10::Stream stream) const noexcept override { return stream; }
  void record(void**, const c10::Stream&, const c10::DeviceIndex, const c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void destroyEvent(void*, const c10::DeviceIndex) const noexcept override {}
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  bool queryStream(const c10::Stream&) const override { return true; }
  void synchronizeStream(const c10::Stream&) const override { ++waits; }
};

C10_REGISTER_GUARD_IMPL(CUDA, Guard);

const bool registered = [] {
  at::CUDAHooksRegistry()->Register("CUDAHooks", [](at::CUDAHooksArgs args) -> std::unique_ptr<at::CUDAHooksInterface> {
    return std::make_unique<Hooks>(args);
  });
  return true;
}();

// ---- operators

std::vector<Tensor> tensors(const IValue& value) {
  if (value.isTensor()) return {value.toTensor()};
  return value.isTensorList() ? value.toTensorVector() : std::vector<Tensor>();
}

/// A call's arguments, turned into those of the CPU kernel; float16 becomes float32 where that has none of it.
struct Call {
  const c10::OperatorHandle& op;
  std::vector<IValue> given;
  bool takes_any_device;
  bool has_half = false;
  bool widens = false;   // float16 becomes float32
  bool narrows = true;   // and the results float16 again

  Call(const c10::OperatorHandle& op, at::ArrayRef<IValue> arguments) : op(op), given(arguments.vec()) {
    const auto& name = op.schema().name();
    takes_any_device = name == "aten::index" || name == "aten::index_put_" || name == "aten::_index_put_impl_";
    for (size_t i = 0; i < given.size(); i++) {
      for (const Tensor& tensor : tensors(given[i])) has_half |= tensor.defined() && tensor.scalar_type() == at::kHalf;
      const auto& argument = op.schema().arguments()[i].name();
      if (argument == "half_to_float" && given[i].toBool()) widens = true, narrows = false;
      if (argument == "dtype" && given[i].isInt() && given[i].toScalarType() != at::kHalf) narrows = false;
    }
  }

  Tensor on_cpu(const Tensor& tensor) const {
    if (!tensor.defined()) return tensor;
    TORCH_CHECK(tensor.is_cuda() || tensor.dim() == 0 || takes_any_device,
                "Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu! (",
                op.schema().name(), ")");
    auto result = alias(tensor, at::kCPU);
    return widens && result.scalar_type() == at::kHalf ? result.to(at::kFloat) : result;
  }

  IValue argument(size_t i) const {
    const IValue& value = given[i];
    if (value.isTensor()) return on_cpu(value.toTensor());
    if (value.isTensorList()) {
      c10::List<Tensor> list;
      for (const Tensor& tensor : value.toTensorVector()) list.push_back(on_cpu(tensor));
      return list;
    }
    if (value.isOptionalTensorList()) {
      c10::List<c10::optional<Tensor>> list;
      for (const c10::optional<Tensor>& tensor : value.toOptionalTensorVector()) {
        list.push_back(tensor ? c10::make_optional(on_cpu(*tensor)) : c10::nullopt);
      }
      return list;
    }
    if (value.isGenerator()) return ::on_cpu(value.toGenerator());
    if (value.isDevice()) return Device(at::kCPU);
    const auto& name = op.schema().arguments()[i].name();
    if (value.isNone() && name == "generator") return ::on_cpu(default_generator());
    if (name == "half_to_float") return false;
    return widens && (name == "dtype" || name == "input_dtype") && value.isInt() && value.toScalarType() == at::kHalf ? IValue(at::kFloat) : value;
  }

  bool writes(size_t i) const {
    const auto* aliasing = op.schema().arguments()[i].alias_info();
    return aliasing && aliasing->isWrite();
  }

  void write_back(const Tensor& target, const Tensor& changed) const {
    if (widens && target.scalar_type() == at::kHalf) {
      alias(target, at::kCPU).copy_(changed);
    } else {
      follow(target, changed);
    }
  }

  Tensor on_cuda(const Tensor& result) const {
    if (!result.defined()) return result;
    return alias(widens && narrows && result.scalar_type() == at::kFloat ? result.to(at::kHalf) : result, cuda);
  }

  /// The argument that a result is, if it is one.
  const IValue* written(size_t result) const {
    const auto* aliasing = op.schema().returns()[result].alias_info();
    if (!aliasing || !aliasing->isWrite()) return nullptr;
    for (size_t i = 0; i < given.size(); i++) {
      if (writes(i) && *op.schema().arguments()[i].alias_info() == *aliasing) return &given[i];
    }
    return nullptr;
  }

  void run(torch::jit::Stack* stack) const {
    std::vector<IValue> arguments;
    for (size_t i = 0; i < given.size(); i++) arguments.push_back(argument(i));
    auto results = arguments;
    op.redispatchBoxed(DispatchKeySet(DispatchKey::CPU), &results);
    for (size_t i = 0; i < given.size(); i++) {
      if (!writes(i)) continue;
      const auto targets = tensors(given[i]), changed = tensors(arguments[i]);
      for (size_t j = 0; j < targets.size(); j++) write_back(targets[j], changed[j]);
    }
    for (size_t i = 0; i < results.size(); i++) {
      if (const IValue* argument = written(i)) {
        results[i] = *argument;
      } else if (results[i].isTensor()) {
        results[i] = on_cuda(results[i].toTensor());
      } else if (results[i].isTensorList()) {
        c10::List<Tensor> list;
        for (const Tensor& tensor : results[i].toTensorVector()) list.push_back(on_cuda(tensor));
        results[i] = list;
      }
      stack->push_back(std::move(results[i]));
    }
  }
};

void run_on_cpu(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const auto count = op.schema().arguments().size();
  Call call(op, torch::jit::last(*stack, count));
  torch::jit::drop(*stack, count);
  static std::unordered_set<c10::OperatorName> without_half;
  static std::mutex mutex;
  {
    std::lock_guard<std::mutex> lock(mutex);
    call.widens |= call.has_half && without_half.count(op.operator_name()) > 0;
  }
  try {
    return call.run(stack);
  } catch (const c10::Error& error) {
    if (call.widens || !call.has_half || std::string(error.what()).find("Half") == std::string::npos) throw;
    std::lock_guard<std::mutex> lock(mutex);
    without_half.insert(op.operator_name());
  }
  call.widens = true;
  call.run(stack);
}

Tensor& copy_(Tensor& target, const Tensor& source, bool non_blocking) {
  const auto& host = target.is_cuda() ? source : target;
  const bool crosses = target.device() != source.device();
  if (crosses && !(non_blocking && is_pinned(host.storage().data()))) ++waits;
  alias(target, at::kCPU).copy_(alias(source, at::kCPU));
  return target;
}

at::Scalar local_scalar_dense(const Tensor& tensor) {
  ++waits;
  return alias(tensor, at::kCPU).item();
}

bool is_pinned_memory(const Tensor& tensor, c10::optional<Device>) { return is_pinned(tensor.storage().data()); }

Tensor pin_memory(const Tensor& tensor, c10::optional<Device>) {
  c10::Storage storage({}, tensor.nbytes(), &pinned, /*resizable=*/false);
  auto result = at::empty({0}, tensor.options()).set_(storage, 0, tensor.sizes(), tensor.strides());
  return result.copy_(tensor);
}

/// Operators whose results' shapes hang on their elements.
void wait_and_run_on_cpu(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  ++waits;
  run_on_cpu(op, stack);
}

TORCH_LIBRARY_IMPL(_, CUDA, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&run_on_cpu>()); }

TORCH_LIBRARY_IMPL(aten, CUDA, m) {
  m.impl("copy_", &copy_);
  m.impl("_local_scalar_dense", &local_scalar_dense);
  m.impl("is_pinned", &is_pinned_memory);
  m.impl("_pin_memory", &pin_memory);
  for (const char* name : {"nonzero", "masked_select", "_unique2", "unique_dim", "unique_consecutive", "equal"}) {
    m.impl(name, torch::CppFunction::makeFromBoxedFunction<&wait_and_run_on_cpu>());
  }
}

}  // namespace

/// How often the program has waited for the device.
extern "C" __attribute__((visibility("default"))) int64_t simulated_cuda_waits() { return waits; }
