// An image file that is read row by row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "dit_image.h"

namespace dit_image {

struct File {
  const uint8_t* bytes;
  size_t length;
};

inline void require(bool ok, const char* message) {
  if (!ok) throw std::invalid_argument(message);
}

class Reader {
 public:
  virtual ~Reader() = default;

  virtual dit_image_info info() const = 0;
  virtual void shrink(int32_t factor) = 0;
  virtual void restrict_to(int32_t top, int32_t left, int32_t height, int32_t width) = 0;
  virtual void read(int32_t rows, uint8_t* pixels) = 0;
};

// Null where the file is no JPEG, or one that libjpeg does not bring to grey or sRGB by itself (CMYK, a colour
// profile).
std::unique_ptr<Reader> open_jpeg(const File& file, bool apply_profile);

// Any other format.
std::unique_ptr<Reader> open_with_vips(const File& file, bool apply_profile);

}  // namespace dit_image
