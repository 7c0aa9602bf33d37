#include "encode.h"

#include "reader.h"
#include "vips.h"

namespace dit_image {

// Metadata would hold nothing of use, and libvips's notes on an animation must not get into a still image.
uint8_t* encode(const Frames& frames, int32_t format, int32_t quality, bool lossless, size_t* length) {
  start_vips();
  const int64_t rows = int64_t{frames.height} * frames.count;
  require(rows <= VIPS_MAX_COORD, "the frames have too many rows together");
  const auto size =
      static_cast<size_t>(rows) * static_cast<size_t>(frames.width) * static_cast<size_t>(frames.channels);
  Image image(vips_image_new_from_memory(frames.pixels, size, frames.width, static_cast<int>(rows), frames.channels,
                                         VIPS_FORMAT_UCHAR));
  check(image != nullptr);
  const auto kind = frames.channels == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
  image = run(image, vips_copy, "interpretation", kind);
  if (frames.delays) {
    vips_image_set_int(image.get(), VIPS_META_PAGE_HEIGHT, frames.height);
    vips_image_set_array_int(image.get(), "delay", frames.delays, frames.count);
    vips_image_set_int(image.get(), "loop", frames.loops);
  }

  void* file = nullptr;
  switch (format) {
    case DIT_IMAGE_PNG:
      check(vips_pngsave_buffer(image.get(), &file, length, "strip", TRUE, nullptr) == 0);
      break;
    case DIT_IMAGE_JPEG:
      check(vips_jpegsave_buffer(image.get(), &file, length, "Q", quality, "strip", TRUE, nullptr) == 0);
      break;
    case DIT_IMAGE_WEBP:
      check(vips_webpsave_buffer(image.get(), &file, length, "Q", quality, "lossless", lossless ? TRUE : FALSE,
                                 nullptr) == 0);
      break;
    case DIT_IMAGE_GIF:
      check(vips_gifsave_buffer(image.get(), &file, length, nullptr) == 0);
      break;
    default:
      require(false, "the format cannot be written");
  }
  return static_cast<uint8_t*>(file);
}

}  // namespace dit_image
