// The C ABI of libdit_image: image files to pixels and back, for a managed caller.
//
// Conventions
// - A function that can fail returns 0, or 1 with the message in dit_image_last_error() (per thread).
// - Pixels are 8 bits a channel, rows from the top, channels interleaved: grey, grey-alpha, red-green-blue in sRGB, or
//   those and alpha (not premultiplied).
// - A buffer that a function hands out is freed with dit_image_free.
// - Every function may be called from any thread, those of one reader by one thread only, from its opening to its
//   closing. No C++ exception crosses this boundary.
#pragma once

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define DIT_API extern "C" __attribute__((visibility("default")))
#else
#define DIT_API extern "C"
#endif

// What the header says, of a file (its first frame).
typedef struct dit_image_info {
  int32_t width, height;  // as stored, before its orientation
  int32_t channels;       // of the rows that are read: 1, 2, 3 or 4
  int32_t bits;           // a channel, in the file
  int32_t frames;
  int32_t orientation;  // EXIF's, 1 (upright) to 8
} dit_image_info;

enum dit_image_format { DIT_IMAGE_PNG = 0, DIT_IMAGE_JPEG = 1, DIT_IMAGE_WEBP = 2, DIT_IMAGE_GIF = 3 };

typedef struct dit_image_reader dit_image_reader;

// The version of libvips at run time, such as "8.14.1"; lives as long as the process.
DIT_API const char* dit_image_version(void);

DIT_API const char* dit_image_last_error(void);

// Reads the header of a PNG, JPEG, WebP, GIF, TIFF, AVIF, ... file, of which nothing more may be there. Pixels are not
// decoded, nor memory for them allocated, before the first row is read. The file's bytes must stay where they are until
// the reader is closed. `apply_profile`: pixels are converted to sRGB by the colour profile in the file.
DIT_API int dit_image_open(const uint8_t* file, size_t length, int32_t apply_profile, dit_image_reader** reader,
                           dit_image_info* info);

// Reads a 1/factor of the size (1, 2, 4 or 8) where the format can do that faster (JPEG, WebP; not PNG and the others,
// for which nothing happens); sizes become those that will be read. Before anything else.
DIT_API int dit_image_shrink(dit_image_reader* reader, int32_t factor, dit_image_info* info);

// Restricts what is read to a part of the image, and saves what decoding that saves. Before the first row.
DIT_API int dit_image_restrict(dit_image_reader* reader, int32_t top, int32_t left, int32_t height, int32_t width);

// Reads the next rows. Truncated and damaged files are an error when damage is met.
DIT_API int dit_image_read(dit_image_reader* reader, int32_t rows, uint8_t* pixels);

DIT_API void dit_image_close(dit_image_reader* reader);

// Encodes frames [N, H, W, C] with C = 1 or 3 without metadata; more than one frame as GIF or WebP only. The same
// pixels always give the same bytes. `quality` (JPEG and WebP): 1 to 100. `lossless` (WebP): exact pixels. `delays` (of
// more than one frame): milliseconds for which each is shown. `loops`: how often an animation plays, 0 for ever.
DIT_API int dit_image_encode(const uint8_t* pixels, int32_t frames, int32_t height, int32_t width, int32_t channels,
                             int32_t format, int32_t quality, int32_t lossless, const int32_t* delays, int32_t loops,
                             uint8_t** file, size_t* length);

DIT_API void dit_image_free(void* buffer);
