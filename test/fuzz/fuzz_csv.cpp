// Lines of numbers, as any type and rank; gzip is unpacked first, as readCsv does it.
#include "Check.h"
#include "runtime/io/File.h"
#include "runtime/io/Io.h"

using namespace dagger;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2)
    return 0;
  const auto type = dg_type(data[0] % DG_TYPE_COUNT);
  const int rank = 1 + (data[1] & 1);
  io::CsvOptions options;
  options.separator = data[1] & 2 ? ';' : data[1] & 4 ? ' ' : ',';
  if (data[1] & 8)
    options.columns = data[1] >> 4;
  std::string_view text(reinterpret_cast<const char *>(data) + 2, size - 2);
  std::string unpacked;
  if (io::isGzip(text)) {
    auto result = io::unpackGzip(text, "input");
    if (!result || result->size() > 1 << 20)
      return 0;
    unpacked = *std::move(result);
    text = unpacked;
  }
  fuzz::check(io::parseCsv(text, "input", type, rank, options));
  return 0;
}
