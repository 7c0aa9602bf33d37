// The C ABI of libdit_image: image files to pixels and back, for a managed caller.
//
// Conventions
// - A function that can fail returns 0, or 1 with the message in dit_image_last_error() (per thread).
// - Pixels are 8 bits a channel, rows from the top, channels interleaved (grey, or red-green-blue in sRGB).
// - A buffer that a function hands out is freed with dit_image_free.
// - Every function may be called from any thread. No C++ exception crosses this boundary.
#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define DIT_API extern "C" __attribute__((visibility("default")))
#else
#define DIT_API extern "C"
#endif

// The version of libvips at run time, such as "8.14.1"; lives as long as the process.
DIT_API const char* dit_image_version(void);

DIT_API const char* dit_image_last_error(void);

// Encodes 1 or 3 channels as a PNG without metadata: the same pixels always give the same bytes.
DIT_API int dit_image_encode_png(const uint8_t* pixels, int32_t width, int32_t height, int32_t channels, uint8_t** file,
                                 size_t* length);

// Decodes a whole file (PNG, JPEG, WebP, GIF, TIFF, ...; of an animation, the first frame), turned upright as its
// orientation says, converted to sRGB, alpha blended over white. `channels` is 1, 3, or 0: what the file has.
// A truncated file is an error.
DIT_API int dit_image_decode(const uint8_t* file, size_t length, int32_t channels, uint8_t** pixels,
                             int32_t* result_width, int32_t* result_height, int32_t* result_channels);

DIT_API void dit_image_free(void* buffer);
