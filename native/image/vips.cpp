#include "vips.h"

#include <mutex>
#include <stdexcept>

namespace dit_image {

namespace {

void ignore_log(const gchar*, GLogLevelFlags, const gchar*, gpointer) {}

// libvips keeps one log of errors for the whole process; we take it as the message of the call that failed.
std::string take_error() {
  const std::unique_ptr<char, Free> log(vips_error_buffer_copy());
  std::string message = log && *log ? log.get() : "the data is damaged or truncated";
  while (!message.empty() && message.back() == '\n') message.pop_back();
  return message;
}

}  // namespace

void check(bool ok) {
  if (!ok) throw std::runtime_error(take_error());
}

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

}  // namespace dit_image
