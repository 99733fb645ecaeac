// Arrays in files: .csv, .npy, .png and raw bytes.
//
// Readers return arrays that are complete or a failure that names the file and, within it, the place; writers leave
// either the whole file or what was there before. Each also comes in a form that works on bytes in memory, for which
// `name` stands in messages. No function keeps state; any thread may call them.
#pragma once
#include "runtime/io/OwnedArray.h"
#include <optional>
#include <string>
#include <string_view>

namespace dagger::io {

// ---- numbers in text ---------------------------------------------------------------------------------------------------

struct CsvOptions {
  char separator = 0;              // 0: a tab when the name ends in .tsv or .tsv.gz, else a comma
  std::optional<int64_t> columns;  // what `read<[f64; _, 3]>` asks for
};

// Lines of numbers as a [n, columns] (rank 2) or, with one column, [n] (rank 1) array. A first line that holds no number
// is a header; blank lines are skipped; fields may be quoted, lines end in \n or \r\n, gzip is unpacked. Failures read
// `trips.csv:7:3: ...`: line, and the number of the column. `type` is bool (0, 1, true, false), an integer or a float.
Result<OwnedArray> readCsv(const std::string &path, dg_type type, int rank, const CsvOptions &options = {});
Result<OwnedArray> parseCsv(std::string_view text, const std::string &name, dg_type type, int rank,
                            const CsvOptions &options = {});

// Rank 1: one element a line; rank 2: one row a line. Floats are written so that they read back as they were.
std::optional<Failure> writeCsv(const std::string &path, const ArrayView &array, char separator = 0);

// ---- .npy --------------------------------------------------------------------------------------------------------------

// NumPy's format, versions 1 to 3: numbers of either byte order, C or Fortran order (the result is row-major). `type`
// and `rank`, where given, must be the file's. bf16, which NumPy does not know, is stored as ml_dtypes does ('<V2') and
// read where it is asked for. Arrays of Python objects (pickle), records and text are refused.
Result<OwnedArray> readNpy(const std::string &path, std::optional<dg_type> type, std::optional<int> rank);
Result<OwnedArray> parseNpy(std::string_view bytes, const std::string &name, std::optional<dg_type> type,
                            std::optional<int> rank);
std::optional<Failure> writeNpy(const std::string &path, const ArrayView &array);

// ---- bytes -------------------------------------------------------------------------------------------------------------

// A whole file as [u8; n].
Result<OwnedArray> readBytes(const std::string &path);

// ---- .png --------------------------------------------------------------------------------------------------------------

// The picture as [u8; h, w] (rank 2; a picture in colour is refused) or [u8; h, w, c] (rank 3) with 1 grey, 2 grey and
// opacity, 3 RGB or 4 RGBA channels. 16 bits are scaled to 8, palettes are resolved.
Result<OwnedArray> readPng(const std::string &path, int rank);
Result<OwnedArray> parsePng(std::string_view bytes, const std::string &name, int rank);

enum class Colors { Viridis, Grey };

struct PngOptions {
  Colors colors = Colors::Viridis;
  bool hasRange = false;         // false: from the least to the greatest finite value
  double low = 0, high = 0;
};

// Rank 2: values from low to high run over the colour map, what lies outside takes the colour of its end, NaN is
// transparent; in a constant array every value is `low`. Rank 3 of u8 with 1 to 4 channels: the picture as it is, and
// then neither range nor colours are used.
std::optional<Failure> writePng(const std::string &path, const ArrayView &array, const PngOptions &options = {});
// The bytes of that file.
Result<std::string> encodePng(const ArrayView &array, const PngOptions &options = {});

// The colour of `position` in 0..1 on the map, as in writePng.
struct Rgb {
  uint8_t red, green, blue;
};
Rgb colorAt(Colors colors, double position);

} // namespace dagger::io
