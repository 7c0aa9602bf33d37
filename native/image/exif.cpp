#include "exif.h"

namespace dit_image {

namespace {

class Tiff {
 public:
  Tiff(const uint8_t* data, size_t length) : data_(data), length_(length), big_endian_(length > 0 && data[0] == 'M') {}

  bool valid() const {
    return length_ >= 8 && data_[0] == data_[1] && (big_endian_ || data_[0] == 'I') && u16(2) == 42;
  }

  // Zero outside the data.
  uint32_t u16(size_t at) const {
    if (at + 2 > length_) return 0;
    return big_endian_ ? data_[at] << 8 | data_[at + 1] : data_[at + 1] << 8 | data_[at];
  }

  uint32_t u32(size_t at) const { return big_endian_ ? u16(at) << 16 | u16(at + 2) : u16(at + 2) << 16 | u16(at); }

 private:
  const uint8_t* data_;
  size_t length_;
  bool big_endian_;
};

}  // namespace

int32_t exif_orientation(const uint8_t* data, size_t length) {
  constexpr uint32_t orientation_tag = 0x0112, short_type = 3;
  const Tiff tiff(data, length);
  if (!tiff.valid()) return 1;
  const size_t directory = tiff.u32(4);
  const uint32_t entries = tiff.u16(directory);
  for (uint32_t i = 0; i < entries; i++) {
    const size_t entry = directory + 2 + size_t{12} * i;
    if (entry + 12 > length) break;
    if (tiff.u16(entry) != orientation_tag || tiff.u16(entry + 2) != short_type) continue;
    const uint32_t value = tiff.u16(entry + 8);
    return value >= 1 && value <= 8 ? static_cast<int32_t>(value) : 1;
  }
  return 1;
}

}  // namespace dit_image
