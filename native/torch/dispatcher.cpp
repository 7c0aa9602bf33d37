// Calls any operator of the libtorch that is installed, by its schema name, with arguments converted as the schema says.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <c10/core/Scalar.h>
#include <torch/version.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "error.h"
#include "handles.h"

namespace {

using c10::IValue;
using c10::TypeKind;

// What the schema wants for one argument, decided once when the operator is found.
enum class Kind { Tensor, Int, Double, Bool, Scalar, String, Device, Generator, IntList, DoubleList, BoolList, TensorList, OptionalTensorList };

struct Parameter {
  Kind kind;
  bool optional;
};

struct Operator {
  c10::OperatorHandle handle;
  std::vector<Parameter> parameters;
};

Kind list_kind(const c10::TypePtr& element) {
  switch (element->kind()) {
    case TypeKind::TensorType: return Kind::TensorList;
    case TypeKind::IntType:
    case TypeKind::SymIntType: return Kind::IntList;
    case TypeKind::FloatType: return Kind::DoubleList;
    case TypeKind::BoolType: return Kind::BoolList;
    case TypeKind::OptionalType: return Kind::OptionalTensorList;
    default: TORCH_CHECK(false, "lists of ", element->str(), " are not supported");
  }
}

Parameter parameter_of(c10::TypePtr type) {
  const bool optional = type->kind() == TypeKind::OptionalType;
  if (optional) type = type->castRaw<c10::OptionalType>()->getElementType();
  const auto kind = [&] {
    switch (type->kind()) {
      case TypeKind::TensorType: return Kind::Tensor;
      case TypeKind::IntType:
      case TypeKind::SymIntType: return Kind::Int;
      case TypeKind::FloatType: return Kind::Double;
      case TypeKind::BoolType: return Kind::Bool;
      case TypeKind::NumberType: return Kind::Scalar;
      case TypeKind::StringType: return Kind::String;
      case TypeKind::DeviceObjType: return Kind::Device;
      case TypeKind::GeneratorType: return Kind::Generator;
      case TypeKind::ListType: return list_kind(type->castRaw<c10::ListType>()->getElementType());
      // dtype, layout and memory format are integers to the boxed calling convention.
      case TypeKind::ScalarTypeType:
      case TypeKind::LayoutType:
      case TypeKind::MemoryFormatType: return Kind::Int;
      default: TORCH_CHECK(false, "arguments of type ", type->str(), " are not supported");
    }
  }();
  return {kind, optional};
}

std::string describe(const Operator& op, size_t index) {
  const auto& schema = op.handle.schema();
  return c10::str(schema.name(), "(): argument '", schema.arguments()[index].name(), "' (position ", index + 1,
                  ") must be ", schema.arguments()[index].type()->str());
}

IValue number(const dit_value& v) {
  switch (v.tag) {
    case DIT_INT: return v.i;
    case DIT_DOUBLE: return v.d;
    case DIT_BOOL: return v.i != 0;
    default: TORCH_CHECK(false, "not a number");
  }
}

IValue tensor_list(const dit_value& v) {
  c10::List<at::Tensor> list;
  list.reserve(v.count);
  auto* handles = static_cast<const dit_tensor*>(v.p);
  for (int32_t i = 0; i < v.count; ++i) list.push_back(dit::borrow(handles[i]));
  return list;
}

using OptionalTensor = decltype(std::declval<IValue>().toOptional<at::Tensor>());

IValue optional_tensor_list(const dit_value& v) {
  c10::List<OptionalTensor> list;
  list.reserve(v.count);
  auto* handles = static_cast<const dit_tensor*>(v.p);
  for (int32_t i = 0; i < v.count; ++i)
    list.push_back(handles[i] ? OptionalTensor(dit::borrow(handles[i])) : OptionalTensor());
  return list;
}

template <typename T>
IValue number_list(const dit_value& v) {
  c10::List<T> list;
  list.reserve(v.count);
  for (int32_t i = 0; i < v.count; ++i) {
    if (v.tag == DIT_DOUBLE_LIST)
      list.push_back(static_cast<T>(static_cast<const double*>(v.p)[i]));
    else
      list.push_back(static_cast<T>(static_cast<const int64_t*>(v.p)[i]));
  }
  return list;
}

bool is_number(int32_t tag) { return tag == DIT_INT || tag == DIT_DOUBLE || tag == DIT_BOOL; }
bool is_int_list(int32_t tag) { return tag == DIT_INT_LIST || tag == DIT_BOOL_LIST; }

IValue convert(const Operator& op, size_t index, const dit_value& v) {
  const auto parameter = op.parameters[index];
  if (v.tag == DIT_NONE) {
    if (parameter.kind == Kind::Tensor && parameter.optional) return IValue();
    TORCH_CHECK(parameter.optional || parameter.kind == Kind::Generator, describe(op, index), ", but got nothing");
    return IValue();
  }
  switch (parameter.kind) {
    case Kind::Tensor:
      if (v.tag == DIT_TENSOR) return dit::borrow(static_cast<dit_tensor>(v.p));
      break;
    case Kind::Int:
      if (v.tag == DIT_INT || v.tag == DIT_BOOL) return v.i;
      break;
    case Kind::Double:
      if (v.tag == DIT_DOUBLE) return v.d;
      if (v.tag == DIT_INT) return static_cast<double>(v.i);
      break;
    case Kind::Bool:
      if (v.tag == DIT_BOOL || v.tag == DIT_INT) return v.i != 0;
      break;
    case Kind::Scalar:
      if (is_number(v.tag)) return number(v);
      break;
    case Kind::String:
      if (v.tag == DIT_STRING) return std::string(static_cast<const char*>(v.p), v.count);
      break;
    case Kind::Device:
      if (v.tag == DIT_DEVICE) return dit::device(v.i);
      break;
    case Kind::Generator:
      if (v.tag == DIT_GENERATOR)
        return at::Generator(
            c10::intrusive_ptr<at::GeneratorImpl>::reclaim_copy(static_cast<at::GeneratorImpl*>(v.p)));
      break;
    case Kind::IntList:
      if (is_int_list(v.tag)) return number_list<int64_t>(v);
      break;
    case Kind::DoubleList:
      if (v.tag == DIT_DOUBLE_LIST || is_int_list(v.tag)) return number_list<double>(v);
      break;
    case Kind::BoolList:
      if (is_int_list(v.tag)) return number_list<bool>(v);
      break;
    case Kind::TensorList:
      if (v.tag == DIT_TENSOR_LIST) return tensor_list(v);
      break;
    case Kind::OptionalTensorList:
      if (v.tag == DIT_TENSOR_LIST) return optional_tensor_list(v);
      break;
  }
  TORCH_CHECK_TYPE(false, describe(op, index), ", but got a value of another type (tag ", v.tag, ")");
}

// malloc'ed, so that the caller can free it with dit_free.
template <typename T>
T* allocate(size_t count) {
  auto* p = static_cast<T*>(std::malloc(count * sizeof(T) + 1));
  TORCH_CHECK(p, "out of memory");
  return p;
}

dit_value list_result(int32_t tag, void* p, size_t count) {
  dit_value r;
  r.tag = tag;
  r.count = static_cast<int32_t>(count);
  r.p = p;
  return r;
}

dit_value result_of(IValue value) {
  dit_value r;
  r.tag = DIT_NONE;
  r.count = 0;
  r.p = nullptr;
  if (value.isTensor()) {
    r.p = dit::release(std::move(value).toTensor());
    r.tag = r.p ? DIT_TENSOR : DIT_NONE;
  } else if (value.isInt()) {
    r.tag = DIT_INT;
    r.i = value.toInt();
  } else if (value.isDouble()) {
    r.tag = DIT_DOUBLE;
    r.d = value.toDouble();
  } else if (value.isBool()) {
    r.tag = DIT_BOOL;
    r.i = value.toBool();
  } else if (value.isTensorList()) {
    auto tensors = value.toTensorVector();
    auto* handles = allocate<dit_tensor>(tensors.size());
    for (size_t i = 0; i < tensors.size(); ++i) handles[i] = dit::release(std::move(tensors[i]));
    return list_result(DIT_TENSOR_LIST, handles, tensors.size());
  } else if (value.isIntList()) {
    auto ints = value.toIntVector();
    auto* copy = allocate<int64_t>(ints.size());
    std::copy(ints.begin(), ints.end(), copy);
    return list_result(DIT_INT_LIST, copy, ints.size());
  } else if (value.isDoubleList()) {
    auto doubles = value.toDoubleVector();
    auto* copy = allocate<double>(doubles.size());
    std::copy(doubles.begin(), doubles.end(), copy);
    return list_result(DIT_DOUBLE_LIST, copy, doubles.size());
  } else if (value.isString()) {
    const auto& text = value.toStringRef();
    auto* copy = allocate<char>(text.size());
    std::copy(text.begin(), text.end(), copy);
    return list_result(DIT_STRING, copy, text.size());
  } else {
    TORCH_CHECK(value.isNone(), "results of type ", value.tagKind(), " are not supported");
  }
  return r;
}

}  // namespace

int dit_operator_find(const char* name, const char* overload, dit_operator* result) {
  return dit::guarded([&] {
    auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
    TORCH_CHECK(handle.has_value(), "libtorch ", TORCH_VERSION, " has no operator ", name, *overload ? "." : "", overload);
    auto op = std::make_unique<Operator>(Operator{*handle, {}});
    for (const auto& argument : handle->schema().arguments()) op->parameters.push_back(parameter_of(argument.type()));
    *result = reinterpret_cast<dit_operator>(op.release());
  });
}

int dit_operator_call(dit_operator handle, const dit_value* args, int32_t arg_count, dit_value* results,
                      int32_t capacity, int32_t* count) {
  return dit::guarded([&] {
    const auto& op = *reinterpret_cast<const Operator*>(handle);
    const auto& arguments = op.handle.schema().arguments();
    TORCH_CHECK(static_cast<size_t>(arg_count) <= arguments.size(), op.handle.schema().name(), "() takes ",
                arguments.size(), " arguments, but got ", arg_count);
    torch::jit::Stack stack;
    stack.reserve(arguments.size());
    for (int32_t i = 0; i < arg_count; ++i) stack.push_back(convert(op, i, args[i]));
    for (size_t i = arg_count; i < arguments.size(); ++i) {
      TORCH_CHECK(arguments[i].default_value().has_value(), describe(op, i), ", but it was not given");
      stack.push_back(*arguments[i].default_value());
    }
    op.handle.callBoxed(&stack);
    TORCH_CHECK(stack.size() <= static_cast<size_t>(capacity), op.handle.schema().name(), "() returned ", stack.size(),
                " values, but there is room for ", capacity);
    for (size_t i = 0; i < stack.size(); ++i) results[i] = result_of(std::move(stack[i]));
    *count = static_cast<int32_t>(stack.size());
  });
}

void dit_free(void* p) { std::free(p); }
