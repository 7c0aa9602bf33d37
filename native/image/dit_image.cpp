#include "dit_image.h"

#include <vips/vips.h>

#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

namespace {

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
struct Free {
  void operator()(void* buffer) const { g_free(buffer); }
};
using Image = std::unique_ptr<VipsImage, Unref>;
using Buffer = std::unique_ptr<void, Free>;

thread_local std::string last_error;

// libvips keeps one log of errors for the whole process; we take it as the message of the call that failed.
std::string take_vips_error() {
  const std::unique_ptr<char, Free> log(vips_error_buffer_copy());
  std::string message = log && *log ? log.get() : "the data is damaged or truncated";
  while (!message.empty() && message.back() == '\n') message.pop_back();
  return message;
}

void check(bool ok) {
  if (!ok) throw std::runtime_error(take_vips_error());
}

void require(bool ok, const char* message) {
  if (!ok) throw std::invalid_argument(message);
}

void ignore_log(const gchar*, GLogLevelFlags, const gchar*, gpointer) {}

// Callers decode many images at a time, each once: one thread per image, and no cache of finished operations (which
// would also keep callers' buffers). Loaders that libvips calls unsafe for untrusted files stay off, and its warnings
// do not go to the host's stderr.
void start_vips() {
  static std::once_flag once;
  std::call_once(once, [] {
    check(vips_init("dit") == 0);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
#if VIPS_MAJOR_VERSION > 8 || VIPS_MINOR_VERSION >= 13
    vips_block_untrusted_set(TRUE);
#endif
    g_log_set_handler("VIPS", static_cast<GLogLevelFlags>(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO),
                      ignore_log, nullptr);
  });
}

template <typename Body>
int guarded(Body&& body) noexcept {
  try {
    start_vips();
    body();
    return 0;
  } catch (const std::exception& e) {
    last_error = e.what();
  } catch (...) {
    last_error = "unknown C++ exception";
  }
  return 1;
}

// Calls a libvips operation "input, output pointer, options" and owns what it returns.
template <typename Operation, typename... Options>
Image run(const Image& input, Operation operation, Options... options) {
  VipsImage* output = nullptr;
  check(operation(input.get(), &output, options..., nullptr) == 0);
  return Image(output);
}

bool is_grey(const Image& image) {
  const VipsInterpretation kind = vips_image_guess_interpretation(image.get());
  return kind == VIPS_INTERPRETATION_B_W || kind == VIPS_INTERPRETATION_GREY16;
}

// 16 bits become 8 first: libvips's profile transform would not scale a 16-bit alpha.
Image to_srgb(const Image& image) {
  const bool has_profile = vips_image_get_typeof(image.get(), VIPS_META_ICC_NAME) != 0;
  if (is_grey(image) || !has_profile) return run(image, vips_colourspace, VIPS_INTERPRETATION_sRGB);
  if (vips_image_guess_interpretation(image.get()) != VIPS_INTERPRETATION_RGB16)
    return run(image, vips_icc_transform, "srgb", "embedded", TRUE);
  return run(run(image, vips_colourspace, VIPS_INTERPRETATION_sRGB), vips_icc_transform, "srgb", "embedded", TRUE);
}

Image over_white(const Image& image) {
  if (!vips_image_hasalpha(image.get())) return run(image, vips_copy);
  const std::unique_ptr<VipsArrayDouble, void (*)(VipsArrayDouble*)> white(
      vips_array_double_newv(3, 255.0, 255.0, 255.0), [](VipsArrayDouble* a) { vips_area_unref(VIPS_AREA(a)); });
  return run(image, vips_flatten, "background", white.get());
}

Image decode(const uint8_t* file, size_t length, int32_t channels) {
  Image image(vips_image_new_from_buffer(file, length, "", "fail_on", VIPS_FAIL_ON_TRUNCATED, nullptr));
  check(image != nullptr);
  require(static_cast<int64_t>(image->Xsize) * image->Ysize * 3 <= INT32_MAX, "the image has more than 715 megapixels");
  const bool grey = channels == 1 || (channels == 0 && is_grey(image));

  image = run(image, vips_autorot);
  image = to_srgb(image);
  image = over_white(image);
  if (grey) image = run(image, vips_colourspace, VIPS_INTERPRETATION_B_W);
  image = run(image, vips_extract_band, 0, "n", grey ? 1 : 3);
  return run(image, vips_cast, VIPS_FORMAT_UCHAR);
}

}  // namespace

const char* dit_image_version() {
  return vips_version_string();
}

const char* dit_image_last_error() {
  return last_error.c_str();
}

int dit_image_encode_png(const uint8_t* pixels, int32_t width, int32_t height, int32_t channels, uint8_t** file,
                         size_t* length) {
  return guarded([&] {
    require(pixels && file && length, "a null pointer was passed");
    require(width > 0 && height > 0, "an image has at least one pixel");
    require(channels == 1 || channels == 3, "an image has 1 or 3 channels");
    const size_t size = static_cast<size_t>(width) * static_cast<size_t>(height) * static_cast<size_t>(channels);
    Image image(vips_image_new_from_memory(pixels, size, width, height, channels, VIPS_FORMAT_UCHAR));
    check(image != nullptr);
    image = run(image, vips_copy, "interpretation", channels == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB);
    void* encoded = nullptr;
    check(vips_pngsave_buffer(image.get(), &encoded, length, "strip", TRUE, nullptr) == 0);
    *file = static_cast<uint8_t*>(encoded);
  });
}

int dit_image_decode(const uint8_t* file, size_t length, int32_t channels, uint8_t** pixels, int32_t* result_width,
                     int32_t* result_height, int32_t* result_channels) {
  return guarded([&] {
    require(file && pixels && result_width && result_height && result_channels, "a null pointer was passed");
    require(channels == 0 || channels == 1 || channels == 3, "an image has 1 or 3 channels");
    const Image image = decode(file, length, channels);
    size_t size = 0;
    Buffer buffer(vips_image_write_to_memory(image.get(), &size));
    check(buffer != nullptr);
    *result_width = image->Xsize;
    *result_height = image->Ysize;
    *result_channels = image->Bands;
    *pixels = static_cast<uint8_t*>(buffer.release());
  });
}

void dit_image_free(void* buffer) {
  g_free(buffer);
}
