// What the other files need of libvips.
#pragma once

#include <vips/vips.h>

#include <memory>
#include <string>

namespace dit_image {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
struct Free {
  void operator()(void* buffer) const { g_free(buffer); }
};
using Image = std::unique_ptr<VipsImage, Unref>;
using Region = std::unique_ptr<VipsRegion, Unref>;
using Buffer = std::unique_ptr<void, Free>;

void start_vips();

// Throws what libvips has to say about its last failure.
void check(bool ok);

// Calls a libvips operation "input, output pointer, options" and owns what it returns.
template <typename Operation, typename... Options>
Image run(const Image& input, Operation operation, Options... options) {
  VipsImage* output = nullptr;
  check(operation(input.get(), &output, options..., nullptr) == 0);
  return Image(output);
}

}  // namespace dit_image
