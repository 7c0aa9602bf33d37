// Autograd: gradients, modes, and graph nodes whose backward is a managed callback.
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/anomaly_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/variable.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "error.h"
#include "handles.h"

namespace {

using torch::autograd::Node;
using torch::autograd::variable_list;

// The node of a custom function. libtorch may run it on any thread; the managed side is ready for that.
class ManagedNode final : public Node {
 public:
  ManagedNode(std::string name, dit_backward_callback backward, void (*release)(void*), void* context)
      : name_(std::move(name)), backward_(backward), release_(release), context_(context) {}

  ~ManagedNode() override { release_context(); }

  std::string name() const override { return name_; }

  void release_variables() override { release_context(); }

 private:
  variable_list apply(variable_list&& grads) override {
    TORCH_CHECK(context_, "Trying to backward through ", name_,
                " a second time. Specify retain_graph = true if you need its gradients twice.");
    std::vector<dit_tensor> in;
    in.reserve(grads.size());
    for (auto& grad : grads) in.push_back(dit::release(std::move(grad)));
    std::vector<dit_tensor> out(num_outputs(), nullptr);
    const int status = backward_(context_, in.data(), static_cast<int32_t>(in.size()), out.data(),
                                 static_cast<int32_t>(out.size()));
    variable_list results;
    results.reserve(out.size());
    for (auto* grad : out) {
      results.push_back(dit::borrow_or_undefined(grad));
      dit_tensor_free(grad);
    }
    TORCH_CHECK(status == 0, dit::take_error());
    return results;
  }

  void release_context() {
    if (context_ && release_) release_(context_);
    context_ = nullptr;
  }

  std::string name_;
  dit_backward_callback backward_;
  void (*release_)(void*);
  void* context_;
};

// The graph shares ownership of a node; the caller's handle is one more owner: a std::shared_ptr, or in newer versions of
// libtorch an intrusive pointer.
using NodeHandle = std::decay_t<decltype(std::declval<torch::autograd::Edge>().function)>;

template <class Handle, class... Arguments>
Handle make_node(Arguments&&... arguments) {
  if constexpr (std::is_same_v<Handle, std::shared_ptr<Node>>) {
    // Its deleter unwinds long graphs without recursion.
    return Handle(new ManagedNode(std::forward<Arguments>(arguments)...), [](auto* node) { deleteNode(node); });
  } else {
    return c10::make_intrusive<ManagedNode>(std::forward<Arguments>(arguments)...);
  }
}

}  // namespace

int dit_tensor_requires_grad(dit_tensor t, int32_t* result) {
  return dit::guarded([&] { *result = dit::borrow(t).requires_grad(); });
}

int dit_tensor_set_requires_grad(dit_tensor t, int32_t value) {
  return dit::guarded([&] { dit::borrow(t).requires_grad_(value != 0); });
}

int dit_tensor_is_leaf(dit_tensor t, int32_t* result) {
  return dit::guarded([&] { *result = dit::borrow(t).is_leaf(); });
}

int dit_tensor_retain_grad(dit_tensor t) {
  return dit::guarded([&] { dit::borrow(t).retain_grad(); });
}

int dit_tensor_grad(dit_tensor t, dit_tensor* result) {
  return dit::guarded([&] {
    const auto tensor = dit::borrow(t);
    *result = dit::release(tensor.grad());
  });
}

int dit_tensor_set_grad(dit_tensor t, dit_tensor grad) {
  return dit::guarded([&] { dit::borrow(t).mutable_grad() = dit::borrow_or_undefined(grad); });
}

int dit_backward(const dit_tensor* tensors, int32_t count, const dit_tensor* grads, int32_t retain_graph,
                 int32_t create_graph, const dit_tensor* inputs, int32_t input_count) {
  return dit::guarded([&] {
    torch::autograd::backward(dit::borrow_all(tensors, count),
                              grads ? dit::borrow_all(grads, count) : std::vector<at::Tensor>(), retain_graph != 0,
                              create_graph != 0,
                              inputs ? dit::borrow_all(inputs, input_count) : std::vector<at::Tensor>());
  });
}

int dit_grad(const dit_tensor* outputs, int32_t count, const dit_tensor* grads, const dit_tensor* inputs,
             int32_t input_count, int32_t retain_graph, int32_t create_graph, int32_t allow_unused,
             dit_tensor* results) {
  return dit::guarded([&] {
    auto found = torch::autograd::grad(dit::borrow_all(outputs, count), dit::borrow_all(inputs, input_count),
                                       grads ? dit::borrow_all(grads, count) : std::vector<at::Tensor>(),
                                       retain_graph != 0, create_graph != 0, allow_unused != 0);
    for (int32_t i = 0; i < input_count; ++i) results[i] = dit::release(std::move(found[i]));
  });
}

int32_t dit_backward_of_all_leaves() { return torch::autograd::Engine::get_default_engine().is_checkpoint_valid(); }

int32_t dit_grad_mode() { return at::GradMode::is_enabled(); }

void dit_set_grad_mode(int32_t enabled) { at::GradMode::set_enabled(enabled != 0); }

int32_t dit_inference_mode() { return c10::InferenceMode::is_enabled(); }

int dit_inference_mode_enter(int32_t enabled, void** guard) {
  return dit::guarded([&] { *guard = new c10::InferenceMode(enabled != 0); });
}

void dit_inference_mode_exit(void* guard) { delete static_cast<c10::InferenceMode*>(guard); }

int32_t dit_anomaly_mode(int32_t* check_nan) {
  *check_nan = torch::autograd::AnomalyMode::should_check_nan();
  return torch::autograd::AnomalyMode::is_enabled();
}

void dit_set_anomaly_mode(int32_t enabled, int32_t check_nan) {
  torch::autograd::AnomalyMode::set_enabled(enabled != 0, check_nan != 0);
}

int dit_node_create(const char* name, const dit_tensor* inputs, int32_t input_count, dit_backward_callback backward,
                    void (*release)(void*), void* context, dit_node* result) {
  return dit::guarded([&] {
    auto node = make_node<NodeHandle>(name, backward, release, context);
    // An input that is no tensor (null) gets an empty edge, so gradients keep the positions of the inputs.
    torch::autograd::edge_list edges;
    for (int32_t i = 0; i < input_count; ++i) {
      if (inputs[i] && dit::borrow(inputs[i]).requires_grad())
        edges.push_back(torch::autograd::impl::gradient_edge(dit::borrow(inputs[i])));
      else
        edges.emplace_back();
    }
    node->set_next_edges(std::move(edges));
    *result = reinterpret_cast<dit_node>(new NodeHandle(std::move(node)));
  });
}

int dit_node_attach(dit_node handle, dit_tensor output, int32_t differentiable, dit_tensor* result) {
  return dit::guarded([&] {
    auto& node = *reinterpret_cast<NodeHandle*>(handle);
    auto variable = dit::borrow(output).detach();  // never the input itself: its own history must stay
    if (differentiable)
      torch::autograd::set_history(variable, node);
    else
      node->add_input_metadata(Node::undefined_input());
    *result = dit::release(std::move(variable));
  });
}

void dit_node_free(dit_node handle) { delete reinterpret_cast<NodeHandle*>(handle); }
