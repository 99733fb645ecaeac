#include "Check.h"
#include "runtime/io/Io.h"

using namespace dagger;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  fuzz::check(io::parsePng(bytes, "input", 2));
  fuzz::check(io::parsePng(bytes, "input", 3));
  return 0;
}
