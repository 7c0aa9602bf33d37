#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "icc.h"
#include "reader.h"
#include "vips.h"

namespace dit_image {

namespace {

// Rows that libvips prepares at a time.
constexpr int32_t strip = 16;

bool is_grey(const Image& image) {
  const VipsInterpretation kind = vips_image_guess_interpretation(image.get());
  return kind == VIPS_INTERPRETATION_B_W || kind == VIPS_INTERPRETATION_GREY16;
}

bool has_other_profile(const Image& image) {
  const void* profile = nullptr;
  size_t length = 0;
  if (vips_image_get_typeof(image.get(), VIPS_META_ICC_NAME) == 0) return false;
  check(vips_image_get_blob(image.get(), VIPS_META_ICC_NAME, &profile, &length) == 0);
  return !is_srgb_profile(static_cast<const uint8_t*>(profile), length);
}

// Of 16 bits, the upper 8: as Pillow does it, and for alpha too, which libvips's profile transform would not scale.
Image to_bytes(const Image& image) {
  const VipsInterpretation kind = vips_image_guess_interpretation(image.get());
  if (image->BandFmt != VIPS_FORMAT_USHORT) return run(image, vips_copy);
  if (kind == VIPS_INTERPRETATION_GREY16)
    return run(run(image, vips_msb), vips_copy, "interpretation", VIPS_INTERPRETATION_B_W);
  if (kind == VIPS_INTERPRETATION_RGB16)
    return run(run(image, vips_msb), vips_copy, "interpretation", VIPS_INTERPRETATION_sRGB);
  return run(image, vips_copy);
}

// Only grey stays grey.
Image to_srgb(const Image& stored, bool apply_profile) {
  const Image image = to_bytes(stored);
  if (is_grey(image)) return run(image, vips_colourspace, VIPS_INTERPRETATION_B_W);
  if (apply_profile && has_other_profile(image)) return run(image, vips_icc_transform, "srgb", "embedded", TRUE);
  return run(image, vips_colourspace, VIPS_INTERPRETATION_sRGB);
}

class VipsReader final : public Reader {
 public:
  VipsReader(const File& file, bool apply_profile) : file_(file), apply_profile_(apply_profile) { open(""); }

  dit_image_info info() const override {
    const int bits = static_cast<int>(vips_format_sizeof(source_->BandFmt)) * 8;
    return {image_->Xsize,     image_->Ysize, image_->Bands,
            stored_bits(bits), frames(),      vips_image_get_orientation(source_.get())};
  }

  void shrink(int32_t factor) override {
    const char* loader = nullptr;
    if (factor == 1 || vips_image_get_string(source_.get(), VIPS_META_LOADER, &loader) != 0) return;
    const std::string_view name(loader);
    if (name.find("jpegload") == 0) open("shrink=" + std::to_string(factor));
    if (name.find("webpload") == 0) open("scale=" + std::to_string(1.0 / factor));
  }

  void restrict_to(int32_t top, int32_t left, int32_t height, int32_t width) override {
    part_ = {left, top, width, height};
    row_ = top;
  }

  void read(int32_t rows, uint8_t* pixels) override {
    require(rows >= 0 && rows <= part_.top + part_.height - row_, "more rows are read than there are");
    const size_t size = static_cast<size_t>(part_.width) * static_cast<size_t>(image_->Bands);
    for (const int32_t end = row_ + rows; row_ < end; row_++, pixels += size) {
      while (row_ >= prepared_) prepare_strip();
      std::memcpy(pixels, VIPS_REGION_ADDR(region_.get(), part_.left, row_), size);
    }
  }

 private:
  void open(const std::string& options) {
    source_.reset(vips_image_new_from_buffer(file_.bytes, file_.length, options.c_str(), "fail_on",
                                             VIPS_FAIL_ON_TRUNCATED, "access", VIPS_ACCESS_SEQUENTIAL, nullptr));
    check(source_ != nullptr);
    image_ = to_srgb(source_, apply_profile_);
    const int colours = is_grey(image_) ? 1 : 3;
    require(image_->Bands >= colours, "the image has colours of an unknown kind");
    image_ =
        run(image_, vips_extract_band, 0, "n", std::min(image_->Bands, colours + vips_image_hasalpha(image_.get())));
    image_ = run(image_, vips_cast, VIPS_FORMAT_UCHAR);
    restrict_to(0, 0, image_->Ysize, image_->Xsize);
  }

  // Rows above the wanted ones are prepared, too: libvips is slow at leaving many out.
  void prepare_strip() {
    if (!region_) region_.reset(vips_region_new(image_.get()));
    const int32_t height = std::min(strip, part_.top + part_.height - prepared_);
    const VipsRect rows{part_.left, prepared_, part_.width, height};
    check(vips_region_prepare(region_.get(), &rows) == 0);
    prepared_ += height;
  }

  int stored_bits(int bits) const {
    int stored = 0;
    return vips_image_get_typeof(source_.get(), "palette-bit-depth") != 0 &&
                   vips_image_get_int(source_.get(), "palette-bit-depth", &stored) == 0
               ? stored
               : bits;
  }

  int frames() const {
    int pages = 1;
    const char* loader = nullptr;
    if (vips_image_get_typeof(source_.get(), VIPS_META_N_PAGES) == 0 ||
        vips_image_get_int(source_.get(), VIPS_META_N_PAGES, &pages) != 0)
      return 1;
    return vips_image_get_string(source_.get(), VIPS_META_LOADER, &loader) == 0 ? std::max(pages, 1) : 1;
  }

  File file_;
  bool apply_profile_;
  Image source_;  // as the file has it
  Image image_;   // as it is read
  Region region_;
  VipsRect part_{};
  int32_t row_ = 0;
  int32_t prepared_ = 0;  // the first row that the region does not hold yet
};

}  // namespace

std::unique_ptr<Reader> open_with_vips(const File& file, bool apply_profile) {
  start_vips();
  return std::make_unique<VipsReader>(file, apply_profile);
}

}  // namespace dit_image
