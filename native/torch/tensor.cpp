// A tensor's metadata, its memory, and tensors over memory of the caller.
#include <ATen/ATen.h>

#include <memory>

#include "error.h"
#include "handles.h"

void dit_tensor_free(dit_tensor t) {
  if (t) c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim(dit::impl(t));
}

int dit_tensor_retain(dit_tensor t, dit_tensor* result) {
  return dit::guarded([&] { *result = dit::release(dit::borrow(t)); });
}

int dit_tensor_describe(dit_tensor handle, dit_tensor_info* info) {
  return dit::guarded([&] {
    const auto& t = *dit::impl(handle);
    const bool strided = t.layout() == at::kStrided;
    const auto device = t.device();
    info->sizes = t.sizes().data();
    info->strides = strided ? t.strides().data() : nullptr;
    info->data = strided && t.has_storage() && t.numel() > 0 && device.type() != at::kMeta
                     ? static_cast<char*>(dit::borrow(handle).data_ptr())
                     : nullptr;
    info->numel = t.numel();
    info->dim = static_cast<int32_t>(t.dim());
    info->dtype = static_cast<int32_t>(c10::typeMetaToScalarType(t.dtype()));
    info->device_type = static_cast<int32_t>(device.type());
    info->device_index = device.index();
    info->layout = static_cast<int32_t>(t.layout());
    info->element_size = static_cast<int32_t>(t.itemsize());
    info->is_contiguous = strided && t.is_contiguous();
    info->is_pinned = 0;
#ifdef DIT_CUDA
    if (strided && device.is_cpu() && at::globalContext().hasCUDA()) info->is_pinned = dit::borrow(handle).is_pinned();
#endif
  });
}

int dit_tensor_from_blob(void* data, const int64_t* sizes, const int64_t* strides, int32_t dim, int32_t dtype,
                         int64_t device, void (*release)(void*), void* context, dit_tensor* result) {
  return dit::guarded([&] {
    // Held by the deleter, so that the context is released exactly once, also when from_blob throws.
    std::shared_ptr<void> owner(context, [release](void* p) {
      if (release) release(p);
    });
    const auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)).device(dit::device(device));
    const at::IntArrayRef shape(sizes, dim);
    auto deleter = [owner](void*) mutable { owner.reset(); };
    *result = dit::release(strides ? at::from_blob(data, shape, at::IntArrayRef(strides, dim), deleter, options)
                                   : at::from_blob(data, shape, deleter, options));
  });
}

int dit_tensor_set_data(dit_tensor t, dit_tensor source) {
  return dit::guarded([&] { dit::borrow(t).set_data(dit::borrow(source)); });
}
