#include "Check.h"
#include "runtime/io/Io.h"

using namespace dagger;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  fuzz::check(io::parseNpy(bytes, "input", std::nullopt, std::nullopt));
  fuzz::check(io::parseNpy(bytes, "input", DG_BF16, 2));
  return 0;
}
