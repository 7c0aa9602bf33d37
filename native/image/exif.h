#pragma once

#include <cstddef>
#include <cstdint>

namespace dit_image {

// The orientation, 1 to 8, that EXIF data (a TIFF structure, without the "Exif\0\0" before it) have for their main
// image; 1 where they have none, or are damaged.
int32_t exif_orientation(const uint8_t* data, size_t length);

}  // namespace dit_image
