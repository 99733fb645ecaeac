// Text: how values print and read, and the functions on strings.
//
// Strings are UTF-8, positions count code points, order is by code point. A text with bytes that are no UTF-8 is
// handled byte by byte: each such byte counts as one code point. All functions are free of state and may run on any
// thread; views that they return point into their argument.
#pragma once
#include "dagger/Result.h"
#include "dagger/elements.h"
#include <memory>
#include <optional>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dagger::text {

// ---- Printing ------------------------------------------------------------------------------------------------------

// A format as it stands after the colon of `{x:>8.3}`: Python's
//   [[fill]align][sign][#][0][width][, or _][.precision][type]
// with one difference: a precision without a type fixes the decimals of a float (Python's `.3f`).
struct FormatSpec {
  std::string fill = " ";        // one code point
  char align = 0;                // '<' '>' '^' '=' (after the sign) or 0: numbers to the right, all else to the left
  char sign = 0;                 // '+', ' ', or '-' and 0: of negative numbers only
  bool alternate = false;        // '#': 0x 0b 0o before integers; floats keep their point
  bool zero = false;             // '0' before the width: fill with zeros between sign and digits
  int width = 0;                 // in code points
  char grouping = 0;             // ',' '_' or 0
  std::optional<int> precision;  // decimals, significant digits (g), or the length a string is cut to
  char type = 0;                 // b d o x X · e E f F g G % · s, or 0
};

// The failure says which part of `spec` cannot be read. Width and precision are at most 9,999.
Result<FormatSpec> parseFormat(std::string_view spec);

// Whether `spec` makes sense for values of `type`; the compiler asks before the program runs.
std::optional<Failure> checkFormat(const FormatSpec &spec, dg_type type);

// One value, as `print` shows it: floats as the shortest text that reads back as the same value of their own type
// (0.0, 0.1, 1e-09, 1e+16, nan, inf), complex numbers as 1.0 + 2.0i, text as it is.
std::string format(dg_type type, const void *value);
void append(std::string &out, dg_type type, const void *value);
// `spec` must have passed checkFormat() for `type`.
std::string format(dg_type type, const void *value, const FormatSpec &spec);

// [1, 2, 3], nested by axes; text is quoted. With more than 1,000 elements each axis longer than 6 shows its first 3,
// `...` and its last 3. Rank 0 prints as the value alone.
std::string format(const ArrayView &array);
// Whether an array of these extents is cut. One without elements has brackets all the same: axes of none don't count.
bool isLong(const int64_t *extents, int rank);
// `spec` is applied to each element (to text before it is quoted).
std::string format(const ArrayView &array, const FormatSpec &spec);

// A string literal of the language that stands for `text`: "a\"b\n".
// The same nesting and cutting for elements that are no single dg_type: `append` writes the one at `index`.
std::string formatNested(int rank, const int64_t *extents, const std::function<void(std::string &, const int64_t *index)> &append);

std::string quote(std::string_view text);

// ---- Reading -------------------------------------------------------------------------------------------------------

// i64(s), f64(s) and the like: what the language writes as a literal, with a sign and white space around it:
// 1_000, 0xff, 0b101 for integers; 1.5, 1e-6, 3, inf, nan for floats; true and false. Text is not a target. Writes
// the value at `out`; on failure (which quotes the text, or names the range) `out` is not touched.
std::optional<Failure> parse(dg_type type, std::string_view text, void *out);
Result<int64_t> parseI64(std::string_view text);
Result<double> parseF64(std::string_view text);

// ---- Strings -------------------------------------------------------------------------------------------------------

// The offset of the first byte that belongs to no UTF-8 sequence, or npos.
size_t findInvalidUtf8(std::string_view text);

int64_t length(std::string_view text);
// s[first..last]; fails unless 0 <= first <= last <= length.
Result<std::string_view> slice(std::string_view text, int64_t first, int64_t last);

std::string_view trim(std::string_view text);           // Unicode white space at both ends
std::string lower(std::string_view text);               // code point by code point
std::string upper(std::string_view text);
// "a,b," by "," is "a", "b", "". An empty separator is a failure.
Result<std::vector<std::string_view>> split(std::string_view text, std::string_view separator);
std::string_view before(std::string_view text, std::string_view mark);  // up to the first mark; all if there is none
std::string_view after(std::string_view text, std::string_view mark);   // behind the first mark; empty if there is none
bool contains(std::string_view text, std::string_view part);
bool startsWith(std::string_view text, std::string_view part);
bool endsWith(std::string_view text, std::string_view part);
// Every occurrence, from the left; an empty `from` is a failure.
Result<std::string> replace(std::string_view text, std::string_view from, std::string_view to);
// SQL's LIKE: % stands for any text, _ for one code point, everything else for itself. The whole text must fit.
bool like(std::string_view text, std::string_view pattern);
// Less than, equal to or greater than zero, by code point.
int compare(std::string_view left, std::string_view right);

// A regular expression in RE2's syntax, which takes linear time on every input. Compiled once, used from any thread.
class Regex {
public:
  static Result<Regex> compile(std::string_view pattern);
  // Whether `pattern` fits somewhere in `text`; ^ and $ tie it to the ends.
  bool matches(std::string_view text) const;

  Regex(Regex &&) noexcept;
  Regex &operator=(Regex &&) noexcept;
  ~Regex();

private:
  struct Program;
  explicit Regex(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program;
};

} // namespace dagger::text
