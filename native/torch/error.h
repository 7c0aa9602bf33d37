// How a C++ exception becomes a status: every entry point runs its body in dit::guarded.
#pragma once

#include <c10/util/Exception.h>

#include <exception>
#include <string>

namespace dit {

void set_error(std::string message);
std::string take_error();

template <typename Body>
int guarded(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error& e) {
    set_error(e.what_without_backtrace());
  } catch (const std::exception& e) {
    set_error(e.what());
  } catch (...) {
    set_error("unknown C++ exception");
  }
  return 1;
}

}  // namespace dit
