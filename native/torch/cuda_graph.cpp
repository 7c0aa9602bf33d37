// CUDA graphs: a step's kernels recorded once and started again as one.
#include <memory>

#include "error.h"
#include "handles.h"
#include "torch_version.h"

#ifdef DIT_CUDA

#include <ATen/cuda/CUDAGraph.h>
#include <ATen/cuda/CUDAGeneratorImpl.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>

namespace {

// What libtorch's graph can do differs from version to version; the first of these that compiles is taken.
struct Last {};
struct Second : Last {};
struct First : Second {};

// Calls of other threads, such as a loader that pins memory, must not end the capture (libtorch 2.2).
template <class Graph>
auto capture_begin(Graph& graph, First) -> decltype(graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal)) {
  return graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
}

template <class Graph>
void capture_begin(Graph& graph, Last) {
  graph.capture_begin();
}

// The default generator is always taken along. Others are named (libtorch 2.4), or found where they are used (newer ones).
template <class Graph>
auto take_along(Graph& graph, const at::Generator& generator, First)
    -> decltype(graph.register_generator_state(generator)) {
  graph.register_generator_state(generator);
}

template <class Graph, class = decltype(&Graph::register_generator_state)>
void take_along(Graph&, const at::Generator&, Second) {}

template <class Graph>
void take_along(Graph&, const at::Generator&, Last) {
  TORCH_CHECK(false, "the CUDA graphs of libtorch ", TORCH_VERSION,
              " take the default generator only. Cure: give no generator to what is captured, or use libtorch 2.4 or later.");
}

struct Graph {
  at::cuda::CUDAGraph graph;
  c10::cuda::CUDAStream stream;  // of its own: the default stream cannot be captured
  c10::cuda::CUDAStream outer;

  explicit Graph(c10::DeviceIndex device)
      : stream(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device)),
        outer(c10::cuda::getCurrentCUDAStream(device)) {}
};

Graph& graph(dit_graph handle) {
  TORCH_CHECK(handle != nullptr, "null graph handle");
  return *reinterpret_cast<Graph*>(handle);
}

}  // namespace

int dit_graph_create(int32_t device, dit_graph* result) {
  return dit::guarded([&] {
    const auto index = static_cast<c10::DeviceIndex>(device < 0 ? c10::cuda::current_device() : device);
    *result = reinterpret_cast<dit_graph>(std::make_unique<Graph>(index).release());
  });
}

int dit_graph_enter(dit_graph handle) {
  return dit::guarded([&] {
    Graph& g = graph(handle);
    c10::cuda::set_device(g.stream.device_index());
    c10::cuda::device_synchronize();
    g.outer = c10::cuda::getCurrentCUDAStream();
    c10::cuda::setCurrentCUDAStream(g.stream);
  });
}

int dit_graph_leave(dit_graph handle) {
  return dit::guarded([&] {
    c10::cuda::setCurrentCUDAStream(graph(handle).outer);
    c10::cuda::device_synchronize();
  });
}

int dit_graph_begin(dit_graph handle, const dit_generator* generators, int32_t count) {
  return dit::guarded([&] {
    Graph& g = graph(handle);
    for (int32_t i = 0; i < count; ++i) {
      auto* impl = reinterpret_cast<at::GeneratorImpl*>(generators[i]);
      take_along(g.graph, at::Generator(c10::intrusive_ptr<at::GeneratorImpl>::reclaim_copy(impl)), First());
    }
    c10::cuda::device_synchronize();
    capture_begin(g.graph, First());
  });
}

int dit_graph_end(dit_graph handle) {
  return dit::guarded([&] { graph(handle).graph.capture_end(); });
}

int dit_graph_replay(dit_graph handle) {
  return dit::guarded([&] { graph(handle).graph.replay(); });
}

void dit_graph_free(dit_graph handle) { delete reinterpret_cast<Graph*>(handle); }

#else

namespace {

int no_cuda() {
  return dit::guarded([] {
    TORCH_CHECK(false,
                "CUDA graphs need a CUDA build of libtorch, and this library was built with one for the processor. Cure: "
                "DIT_LIBTORCH=/path/to/a/CUDA/libtorch native/build.sh dit_torch");
  });
}

}  // namespace

int dit_graph_create(int32_t, dit_graph*) { return no_cuda(); }
int dit_graph_enter(dit_graph) { return no_cuda(); }
int dit_graph_leave(dit_graph) { return no_cuda(); }
int dit_graph_begin(dit_graph, const dit_generator*, int32_t) { return no_cuda(); }
int dit_graph_end(dit_graph) { return no_cuda(); }
int dit_graph_replay(dit_graph) { return no_cuda(); }
void dit_graph_free(dit_graph) {}

#endif
