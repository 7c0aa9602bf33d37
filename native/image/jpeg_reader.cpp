#include <cstdio>
// jpeglib.h needs FILE to have been declared.
#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "exif.h"
#include "icc.h"
#include "reader.h"

namespace dit_image {

namespace {

// A progressive file of a few kilobytes can ask for thousands of passes over a huge image.
constexpr int most_scans = 500;

// Columns beyond the wanted ones that are decoded as well: at its borders libjpeg interpolates colours differently.
constexpr int32_t margin = 2;

// libjpeg-turbo writes a row that begins at a multiple of a vector's size past the caches, from where it is read again
// at once, which can take a seventh of all the time. A row that begins here does not.
constexpr size_t vector_size = 16;
constexpr size_t off_alignment = vector_size / 2;

struct ErrorHandler : jpeg_error_mgr {
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void fail(j_common_ptr info) {
  auto* handler = static_cast<ErrorHandler*>(info->err);
  handler->format_message(info, handler->message);
  std::longjmp(handler->back, 1);
}

// Level -1 is a warning: the data is damaged, and libjpeg would go on with pixels that it makes up. Harmless ones, such
// as superfluous bytes between two markers, pass.
void on_message(j_common_ptr info, int level) {
  if (level != -1) return;
  switch (info->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION:
      fail(info);
    default:
      break;
  }
}

void on_progress(j_common_ptr info) {
  const auto* decoder = reinterpret_cast<j_decompress_ptr>(info);
  if (decoder->input_scan_number <= most_scans) return;
  auto* handler = static_cast<ErrorHandler*>(info->err);
  std::snprintf(handler->message, sizeof handler->message, "the file has more than %d scans", most_scans);
  std::longjmp(handler->back, 1);
}

// libjpeg reports errors by longjmp. The functions that call it are called through `guarded`, have no object with a
// destructor of their own, and return; what they need to keep is a member.
class JpegReader final : public Reader {
 public:
  explicit JpegReader(const File& file) : file_(file) {
    decoder_.err = jpeg_std_error(&errors_);
    errors_.error_exit = fail;
    errors_.emit_message = on_message;
    progress_.progress_monitor = on_progress;
  }

  ~JpegReader() override {
    jpeg_destroy_decompress(&decoder_);
    std::free(profile_);
  }

  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  void open() { guarded(&JpegReader::read_header); }

  // Whether the rows are what the caller wants without a change of colours.
  bool direct(bool apply_profile) const {
    switch (decoder_.jpeg_color_space) {
      case JCS_GRAYSCALE:
        return true;
      case JCS_RGB:
      case JCS_YCbCr:
        return !apply_profile || profile_ == nullptr || is_srgb_profile(profile_, profile_length_);
      default:
        return false;
    }
  }

  dit_image_info info() const override {
    return {static_cast<int32_t>(decoder_.output_width),
            static_cast<int32_t>(decoder_.output_height),
            decoder_.out_color_components,
            8,
            1,
            orientation()};
  }

  void shrink(int32_t factor) override {
    decoder_.scale_num = 1;
    decoder_.scale_denom = static_cast<unsigned>(factor);
    guarded(&JpegReader::compute_size);
  }

  void restrict_to(int32_t top, int32_t left, int32_t height, int32_t width) override {
    top_ = top, left_ = left, height_ = height, width_ = width;
  }

  void read(int32_t rows, uint8_t* pixels) override {
    require(rows >= 0 && rows <= height_ - done_, "more rows are read than there are");
    rows_ = rows, pixels_ = pixels;
    if (!started_) {
      guarded(&JpegReader::start);
      line_.resize(off_alignment + size_t{decoder_.output_width} * static_cast<size_t>(decoder_.out_color_components));
      started_ = true;
    }
    guarded(&JpegReader::read_rows);
    if (done_ == height_ && decoder_.output_scanline < decoder_.output_height && !ends_with_marker())
      guarded(&JpegReader::read_rest);
  }

 private:
  void guarded(void (JpegReader::*body)()) {
    if (!try_to(body)) throw std::runtime_error(errors_.message);
  }

  bool try_to(void (JpegReader::*body)()) {
    if (setjmp(errors_.back) != 0) return false;
    (this->*body)();
    return true;
  }

  void read_header() {
    jpeg_create_decompress(&decoder_);
    decoder_.progress = &progress_;
    jpeg_save_markers(&decoder_, JPEG_APP0 + 1, 0xFFFF);
    jpeg_save_markers(&decoder_, JPEG_APP0 + 2, 0xFFFF);
    jpeg_mem_src(&decoder_, file_.bytes, file_.length);
    jpeg_read_header(&decoder_, TRUE);
    unsigned length = 0;
    if (jpeg_read_icc_profile(&decoder_, &profile_, &length)) profile_length_ = length;
    decoder_.out_color_space = decoder_.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
    if (decoder_.jpeg_color_space == JCS_CMYK || decoder_.jpeg_color_space == JCS_YCCK)
      decoder_.out_color_space = JCS_CMYK;
    compute_size();
  }

  void compute_size() {
    jpeg_calc_output_dimensions(&decoder_);
    restrict_to(0, 0, static_cast<int32_t>(decoder_.output_height), static_cast<int32_t>(decoder_.output_width));
  }

  void start() {
    const auto columns = static_cast<int32_t>(decoder_.output_width);
    jpeg_start_decompress(&decoder_);
    if (width_ < columns) {
      first_column_ = static_cast<JDIMENSION>(std::max(0, left_ - margin));
      JDIMENSION width = static_cast<JDIMENSION>(std::min(columns, left_ + width_ + margin)) - first_column_;
      jpeg_crop_scanline(&decoder_, &first_column_, &width);  // moves to where a block begins
    }
    if (top_ > 0) jpeg_skip_scanlines(&decoder_, static_cast<JDIMENSION>(top_));
  }

  void read_rows() {
    const auto colours = static_cast<size_t>(decoder_.out_color_components);
    const size_t size = static_cast<size_t>(width_) * colours;
    const bool whole = decoder_.output_width == static_cast<JDIMENSION>(width_);
    for (int32_t i = 0; i < rows_; i++, done_++, pixels_ += size) {
      const bool in_place = whole && reinterpret_cast<uintptr_t>(pixels_) % vector_size != 0;
      JSAMPROW row = in_place ? pixels_ : line();
      if (jpeg_read_scanlines(&decoder_, &row, 1) != 1) ERREXIT(&decoder_, JERR_TOO_LITTLE_DATA);
      if (!in_place) std::memcpy(pixels_, row + (static_cast<JDIMENSION>(left_) - first_column_) * colours, size);
    }
  }

  // Skipping all that is left would skip the data's decoding, too.
  void read_rest() {
    JSAMPROW row = line();
    jpeg_skip_scanlines(&decoder_, decoder_.output_height - decoder_.output_scanline - 1);
    jpeg_read_scanlines(&decoder_, &row, 1);
  }

  // A row of the decoder's.
  JSAMPROW line() { return line_.data() + off_alignment; }

  // A file that is not truncated ends with a marker, maybe padded; then what is not wanted below need not be decoded.
  bool ends_with_marker() const {
    size_t end = file_.length;
    while (end > 0 && file_.bytes[end - 1] == 0) end--;
    return end >= 2 && file_.bytes[end - 2] == 0xFF && file_.bytes[end - 1] == JPEG_EOI;
  }

  int32_t orientation() const {
    constexpr size_t prefix = 6;
    for (const jpeg_marker_struct* marker = decoder_.marker_list; marker; marker = marker->next) {
      if (marker->marker == JPEG_APP0 + 1 && marker->data_length > prefix &&
          std::memcmp(marker->data, "Exif\0", prefix - 1) == 0)
        return exif_orientation(marker->data + prefix, marker->data_length - prefix);
    }
    return 1;
  }

  File file_;
  jpeg_decompress_struct decoder_{};
  ErrorHandler errors_{};
  jpeg_progress_mgr progress_{};
  JOCTET* profile_ = nullptr;
  size_t profile_length_ = 0;
  std::vector<uint8_t> line_;
  JDIMENSION first_column_ = 0;
  int32_t top_ = 0, left_ = 0, height_ = 0, width_ = 0;  // the wanted part
  int32_t done_ = 0;                                     // rows of it
  int32_t rows_ = 0;                                     // what the current call wants
  uint8_t* pixels_ = nullptr;
  bool started_ = false;
};

}  // namespace

std::unique_ptr<Reader> open_jpeg(const File& file, bool apply_profile) {
  if (file.length < 3 || file.bytes[0] != 0xFF || file.bytes[1] != 0xD8 || file.bytes[2] != 0xFF) return nullptr;
  auto reader = std::make_unique<JpegReader>(file);
  reader->open();
  if (!reader->direct(apply_profile)) return nullptr;
  return reader;
}

}  // namespace dit_image
