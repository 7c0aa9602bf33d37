#include "icc.h"

#include <algorithm>
#include <string_view>

namespace dit_image {

namespace {

uint32_t u32(const uint8_t* p) {
  return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3];
}

}  // namespace

bool is_srgb_profile(const uint8_t* profile, size_t length) {
  using namespace std::literals;
  constexpr size_t header = 128, entry_size = 12;
  constexpr uint32_t description_tag = 0x64657363;  // 'desc'
  if (length < header + 4) return false;
  const size_t entries = std::min<size_t>(u32(profile + header), (length - header - 4) / entry_size);
  for (size_t i = 0; i < entries; i++) {
    const uint8_t* entry = profile + header + 4 + entry_size * i;
    if (u32(entry) != description_tag) continue;
    const size_t offset = u32(entry + 4), size = u32(entry + 8);
    if (offset > length || size > length - offset) return false;
    const std::string_view text(reinterpret_cast<const char*>(profile + offset), size);
    return text.find("sRGB"sv) != text.npos ||
           text.find("s\0R\0G\0B"sv) != text.npos;  // of version 2, and of version 4
  }
  return false;
}

}  // namespace dit_image
