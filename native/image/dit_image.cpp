#include "dit_image.h"

#include <vips/vips.h>

#include <exception>
#include <memory>
#include <string>

#include "encode.h"
#include "reader.h"

using namespace dit_image;

struct dit_image_reader {
  std::unique_ptr<Reader> reader;
};

namespace {

thread_local std::string last_error;

template <typename Body>
int guarded(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const std::exception& e) {
    last_error = e.what();
  } catch (...) {
    last_error = "unknown C++ exception";
  }
  return 1;
}

}  // namespace

const char* dit_image_version() {
  return vips_version_string();
}

const char* dit_image_last_error() {
  return last_error.c_str();
}

int dit_image_open(const uint8_t* file, size_t length, int32_t apply_profile, dit_image_reader** reader,
                   dit_image_info* info) {
  return guarded([&] {
    require(file && reader && info, "a null pointer was passed");
    const File source{file, length};
    auto opened = std::make_unique<dit_image_reader>();
    opened->reader = open_jpeg(source, apply_profile != 0);
    if (!opened->reader) opened->reader = open_with_vips(source, apply_profile != 0);
    *info = opened->reader->info();
    *reader = opened.release();
  });
}

int dit_image_shrink(dit_image_reader* reader, int32_t factor, dit_image_info* info) {
  return guarded([&] {
    require(reader && info, "a null pointer was passed");
    require(factor == 1 || factor == 2 || factor == 4 || factor == 8, "an image shrinks by 1, 2, 4 or 8");
    reader->reader->shrink(factor);
    *info = reader->reader->info();
  });
}

int dit_image_restrict(dit_image_reader* reader, int32_t top, int32_t left, int32_t height, int32_t width) {
  return guarded([&] {
    require(reader, "a null pointer was passed");
    const dit_image_info info = reader->reader->info();
    require(
        top >= 0 && left >= 0 && height > 0 && width > 0 && height <= info.height - top && width <= info.width - left,
        "the part is not inside the image");
    reader->reader->restrict_to(top, left, height, width);
  });
}

int dit_image_read(dit_image_reader* reader, int32_t rows, uint8_t* pixels) {
  return guarded([&] {
    require(reader && pixels, "a null pointer was passed");
    reader->reader->read(rows, pixels);
  });
}

void dit_image_close(dit_image_reader* reader) {
  delete reader;
}

int dit_image_encode(const uint8_t* pixels, int32_t frames, int32_t height, int32_t width, int32_t channels,
                     int32_t format, int32_t quality, int32_t lossless, const int32_t* delays, int32_t loops,
                     uint8_t** file, size_t* length) {
  return guarded([&] {
    require(pixels && file && length, "a null pointer was passed");
    require(width > 0 && height > 0 && frames > 0, "an image has at least one pixel");
    require(channels == 1 || channels == 3, "an image has 1 or 3 channels");
    require(frames == 1 || delays, "an animation says how long each frame is shown");
    *file = encode({pixels, frames, height, width, channels, delays, loops}, format, quality, lossless != 0, length);
  });
}

void dit_image_free(void* buffer) {
  g_free(buffer);
}
