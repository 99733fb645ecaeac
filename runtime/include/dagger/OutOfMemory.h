// The one exception that the library's own containers throw becomes a failure like any other.
#pragma once
#include "dagger/Result.h"
#include <new>
#include <stdexcept>

namespace dagger {

// What `function` returns, or a failure that says what there was no memory for.
template <typename Function> auto orOutOfMemory(const std::string &what, Function &&function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::bad_alloc &) {
  } catch (const std::length_error &) { // what a container throws when even the size is out of reach
  }
  return Failure{what + ": out of memory"};
}

} // namespace dagger
