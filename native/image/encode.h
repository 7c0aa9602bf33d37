#pragma once

#include <cstddef>
#include <cstdint>

namespace dit_image {

struct Frames {
  const uint8_t* pixels;  // [N, H, W, C]
  int32_t count, height, width, channels;
  const int32_t* delays;  // milliseconds, [N]; null for a still image
  int32_t loops;
};

// Returns what dit_image_free frees. `format` is one of dit_image_format.
uint8_t* encode(const Frames& frames, int32_t format, int32_t quality, bool lossless, size_t* length);

}  // namespace dit_image
