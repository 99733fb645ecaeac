// What every reader promises, whatever it is given: a complete array, or a failure whose text names the file and is UTF-8.
#pragma once
#include "runtime/io/OwnedArray.h"
#include "runtime/text/Text.h"
#include <cstdio>
#include <cstdlib>

namespace dagger::fuzz {

inline void require(bool condition, const char *what) {
  if (!condition) {
    fprintf(stderr, "broken promise: %s\n", what);
    abort();
  }
}

inline void check(Result<OwnedArray> result) {
  if (!result) {
    require(result.failure().text.find("input") != std::string::npos, "the failure names the file");
    require(text::findInvalidUtf8(result.failure().text) == std::string_view::npos, "the failure is text");
    return;
  }
  // Reads every byte, so that the sanitizers see what was never written or lies outside.
  const auto *bytes = static_cast<const unsigned char *>(result->data());
  unsigned sum = 0;
  for (int64_t k = 0; k < result->bytes(); ++k)
    sum += bytes[k];
  volatile unsigned seen = sum;
  (void)seen;
  text::format(result->view());
}

} // namespace dagger::fuzz
