#include "error.h"

#include <utility>

#include "dit_torch.h"

namespace dit {
namespace {

thread_local std::string last_error;

// libtorch appends frames ("Exception raised from ...") to some messages; a .NET reader has no use for them.
void trim_frames(std::string& message) {
  const auto frames = message.find("\nException raised from ");
  if (frames != std::string::npos) message.resize(frames);
  while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) message.pop_back();
}

}  // namespace

void set_error(std::string message) {
  trim_frames(message);
  last_error = std::move(message);
}

std::string take_error() { return std::exchange(last_error, {}); }

}  // namespace dit

const char* dit_last_error() { return dit::last_error.c_str(); }

void dit_set_error(const char* message) { dit::set_error(message ? message : ""); }
