// The C ABI of libdit_torch: libtorch's dispatcher, autograd, tensors and engine state for a managed caller.
//
// Conventions
// - A function that can fail returns 0, or 1 with the message in dit_last_error() (per thread, without C++ frames).
// - A dit_tensor is one strong reference to a tensor; whoever receives one frees it with dit_tensor_free.
// - No C++ exception crosses this boundary, in either direction.
#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define DIT_API extern "C" __attribute__((visibility("default")))
#else
#define DIT_API extern "C"
#endif

typedef struct dit_tensor_opaque* dit_tensor;
typedef struct dit_operator_opaque* dit_operator;
typedef struct dit_generator_opaque* dit_generator;
typedef struct dit_node_opaque* dit_node;
typedef struct dit_graph_opaque* dit_graph;

// ---- values -------------------------------------------------------------------------------------------------------

enum dit_tag {
  DIT_NONE = 0,
  DIT_TENSOR = 1,
  DIT_INT = 2,
  DIT_DOUBLE = 3,
  DIT_BOOL = 4,
  DIT_STRING = 5,       // p: UTF-8, count bytes
  DIT_DEVICE = 6,       // i: type << 8 | (index + 1)
  DIT_GENERATOR = 7,    // p: dit_generator
  DIT_INT_LIST = 8,     // p: int64_t[count]
  DIT_DOUBLE_LIST = 9,  // p: double[count]
  DIT_BOOL_LIST = 10,   // p: int64_t[count]
  DIT_TENSOR_LIST = 11  // p: dit_tensor[count]; null elements stand for "no tensor" where the operator allows it
};

// One argument or result of an operator. A dtype, layout or memory format is a DIT_INT.
typedef struct dit_value {
  int32_t tag;
  int32_t count;
  union {
    int64_t i;
    double d;
    void* p;
  };
} dit_value;

// ---- errors (error.cpp) -------------------------------------------------------------------------------------------

DIT_API const char* dit_last_error(void);
// Lets a managed callback report its failure: the text becomes the message of the exception that libtorch throws.
DIT_API void dit_set_error(const char* message);

// ---- the dispatcher (dispatcher.cpp) ------------------------------------------------------------------------------

// Finds an operator ("aten::add", "Tensor"). The result lives as long as the process.
DIT_API int dit_operator_find(const char* name, const char* overload, dit_operator* result);
// Calls it. Arguments left out at the end take the schema's defaults. Results are owned by the caller; the array of a
// list result is freed with dit_free. `capacity` is the room in `results`; `*count` receives the number written.
DIT_API int dit_operator_call(dit_operator op, const dit_value* args, int32_t arg_count, dit_value* results,
                              int32_t capacity, int32_t* count);
DIT_API void dit_free(void* p);

// ---- tensors (tensor.cpp) -----------------------------------------------------------------------------------------

typedef struct dit_tensor_info {
  const int64_t* sizes;    // valid while the tensor lives and is not resized
  const int64_t* strides;  // null for sparse layouts
  void* data;              // null where there is no storage
  int64_t numel;
  int32_t dim;
  int32_t dtype;        // c10::ScalarType
  int32_t device_type;  // c10::DeviceType
  int32_t device_index;
  int32_t layout;  // c10::Layout
  int32_t element_size;
  int32_t is_contiguous;
  int32_t is_pinned;
} dit_tensor_info;

DIT_API void dit_tensor_free(dit_tensor t);
DIT_API int dit_tensor_retain(dit_tensor t, dit_tensor* result);
DIT_API int dit_tensor_describe(dit_tensor t, dit_tensor_info* info);
// Wraps memory of the caller without a copy; `release(context)` is called when the last reference goes.
DIT_API int dit_tensor_from_blob(void* data, const int64_t* sizes, const int64_t* strides, int32_t dim, int32_t dtype,
                                 int64_t device, void (*release)(void*), void* context, dit_tensor* result);
// Makes `t` (in place) share the storage and geometry of `source`: PyTorch's `t.data = source`.
DIT_API int dit_tensor_set_data(dit_tensor t, dit_tensor source);

// ---- autograd (autograd.cpp) --------------------------------------------------------------------------------------

DIT_API int dit_tensor_requires_grad(dit_tensor t, int32_t* result);
DIT_API int dit_tensor_set_requires_grad(dit_tensor t, int32_t value);
DIT_API int dit_tensor_is_leaf(dit_tensor t, int32_t* result);
DIT_API int dit_tensor_retain_grad(dit_tensor t);
DIT_API int dit_tensor_grad(dit_tensor t, dit_tensor* result);  // null when there is none
DIT_API int dit_tensor_set_grad(dit_tensor t, dit_tensor grad);  // null clears it
// grads may be null, or hold nulls for scalars; inputs may be null (then every leaf receives its gradient).
DIT_API int dit_backward(const dit_tensor* tensors, int32_t count, const dit_tensor* grads, int32_t retain_graph,
                         int32_t create_graph, const dit_tensor* inputs, int32_t input_count);
// results has room for input_count tensors; unused inputs give null if allow_unused.
DIT_API int dit_grad(const dit_tensor* outputs, int32_t count, const dit_tensor* grads, const dit_tensor* inputs,
                     int32_t input_count, int32_t retain_graph, int32_t create_graph, int32_t allow_unused,
                     dit_tensor* results);
// Whether the backward that runs now is of all leaves: one inside it would reach leaves that dit_grad must not.
DIT_API int32_t dit_backward_of_all_leaves(void);
DIT_API int32_t dit_grad_mode(void);
DIT_API void dit_set_grad_mode(int32_t enabled);
DIT_API int32_t dit_inference_mode(void);
DIT_API int dit_inference_mode_enter(int32_t enabled, void** guard);
DIT_API void dit_inference_mode_exit(void* guard);
DIT_API int32_t dit_anomaly_mode(int32_t* check_nan);
DIT_API void dit_set_anomaly_mode(int32_t enabled, int32_t check_nan);

// A node of the autograd graph whose backward is a managed callback (custom functions, activation checkpointing).
// backward receives output_count gradients (owned by it; null = undefined) and fills input_count gradients (owned by
// libtorch afterwards; null = none); it returns 0, or 1 after dit_set_error. release frees the context.
typedef int32_t (*dit_backward_callback)(void* context, const dit_tensor* grads, int32_t grad_count,
                                         dit_tensor* results, int32_t result_count);
DIT_API int dit_node_create(const char* name, const dit_tensor* inputs, int32_t input_count,
                            dit_backward_callback backward, void (*release)(void*), void* context, dit_node* result);
// Gives a tensor computed without a graph the node as its history; the result is a new reference to use instead.
DIT_API int dit_node_attach(dit_node node, dit_tensor output, int32_t differentiable, dit_tensor* result);
DIT_API void dit_node_free(dit_node node);

// ---- engine state (engine.cpp) ------------------------------------------------------------------------------------

typedef struct dit_engine_info {
  const char* torch_version;
  const char* build;           // torch::show_config
  const char* cpu_capability;  // the instruction set of ATen's own kernels
  int32_t has_onednn;
  int32_t has_direct_onednn;  // our products go through it
  int32_t has_cuda;
  int32_t cuda_devices;
  int32_t bf16_in_hardware;  // of the CPU
  int32_t has_cuda_graphs;   // built with libtorch's CUDA headers
  int32_t has_cuda_kernels;  // our own, built with a CUDA toolkit
} dit_engine_info;

DIT_API int dit_initialize(void);
DIT_API int dit_engine_describe(dit_engine_info* info);
DIT_API int dit_manual_seed(int64_t seed);
DIT_API int dit_generator_create(uint64_t seed, int64_t device, dit_generator* result);
DIT_API int dit_generator_default(int64_t device, dit_generator* result);
DIT_API void dit_generator_free(dit_generator g);
DIT_API int dit_generator_seed(dit_generator g, int64_t* initial);
DIT_API int dit_generator_set_seed(dit_generator g, uint64_t seed);
DIT_API int dit_generator_reseed(dit_generator g, int64_t* seed);  // from a non-deterministic source
DIT_API int dit_generator_state(dit_generator g, dit_tensor* state);
DIT_API int dit_generator_set_state(dit_generator g, dit_tensor state);
DIT_API int64_t dit_generator_device(dit_generator g);

DIT_API int32_t dit_num_threads(void);
DIT_API void dit_set_num_threads(int32_t count);
DIT_API int32_t dit_num_interop_threads(void);
DIT_API int dit_set_num_interop_threads(int32_t count);

DIT_API int dit_autocast_get(int32_t device_type, int32_t* enabled, int32_t* dtype);
DIT_API int dit_autocast_set(int32_t device_type, int32_t enabled, int32_t dtype);
DIT_API void dit_autocast_nesting(int32_t delta);  // +1 on entry, -1 on exit: the cache of casts is cleared at zero
DIT_API void dit_autocast_clear_cache(void);

DIT_API int dit_tf32(int32_t* matmul, int32_t* cudnn);
DIT_API int dit_set_tf32(int32_t matmul, int32_t cudnn);
DIT_API int dit_set_deterministic(int32_t enabled, int32_t warn_only);

typedef struct dit_memory_stats {
  int64_t live_bytes;      // in tensors now
  int64_t peak_bytes;      // the most since the last reset
  int64_t reserved_bytes;  // held from the system, in use or not
  int64_t allocations;     // count since start
} dit_memory_stats;
DIT_API int dit_memory_describe(int64_t device, dit_memory_stats* stats);
DIT_API int dit_memory_reset_peak(int64_t device);
DIT_API int dit_memory_empty_cache(int64_t device);

DIT_API int dit_cuda_synchronize(int32_t device);

// ---- CUDA graphs (cuda_graph.cpp); an error says so where the library was built without CUDA -------------------------

DIT_API int dit_graph_create(int32_t device, dit_graph* result);  // device -1: the current one
// Between enter and leave this thread gives its work to a stream of the graph's own; both wait for the device.
DIT_API int dit_graph_enter(dit_graph g);
DIT_API int dit_graph_leave(dit_graph g);
// Between begin and end that work is recorded, not done. The generators' numbers go on with every replay.
DIT_API int dit_graph_begin(dit_graph g, const dit_generator* generators, int32_t count);
DIT_API int dit_graph_end(dit_graph g);
DIT_API int dit_graph_replay(dit_graph g);
DIT_API void dit_graph_free(dit_graph g);
