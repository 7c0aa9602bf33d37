// Conversions between libtorch's reference-counted objects and the raw handles of the C ABI.
#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "dit_torch.h"

namespace dit {

inline at::TensorImpl* impl(dit_tensor t) {
  TORCH_CHECK(t != nullptr, "null tensor handle");
  return reinterpret_cast<at::TensorImpl*>(t);
}

// Borrows: the caller keeps its reference.
inline at::Tensor borrow(dit_tensor t) {
  return at::Tensor(c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>::reclaim_copy(impl(t)));
}

inline at::Tensor borrow_or_undefined(dit_tensor t) { return t ? borrow(t) : at::Tensor(); }

inline std::vector<at::Tensor> borrow_all(const dit_tensor* tensors, int32_t count) {
  std::vector<at::Tensor> result;
  result.reserve(count);
  for (int32_t i = 0; i < count; ++i) result.push_back(borrow_or_undefined(tensors[i]));
  return result;
}

// Hands over: the receiver owns the reference. An undefined tensor is a null handle.
inline dit_tensor release(at::Tensor t) {
  return t.defined() ? reinterpret_cast<dit_tensor>(t.unsafeReleaseTensorImpl()) : nullptr;
}

// A device travels as one integer: type << 8 | (index + 1).
inline at::Device device(int64_t packed) {
  return at::Device(static_cast<at::DeviceType>(packed >> 8), static_cast<c10::DeviceIndex>((packed & 0xff) - 1));
}

inline int64_t pack(at::Device d) { return (static_cast<int64_t>(d.type()) << 8) | (d.index() + 1); }

}  // namespace dit
