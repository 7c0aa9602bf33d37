#pragma once

#include <cstddef>
#include <cstdint>

namespace dit_image {

// Whether a colour profile calls itself sRGB, so that pixels are what they should be already.
bool is_srgb_profile(const uint8_t* profile, size_t length);

}  // namespace dit_image
