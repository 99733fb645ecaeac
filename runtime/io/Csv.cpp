// Numbers in lines of text. The table reader for columns of many types is another one; this reads arrays.
#include "dagger/ElementTypes.h"
#include "runtime/io/File.h"
#include "runtime/io/Io.h"
#include "runtime/io/Rows.h"
#include "runtime/io/Shown.h"
#include "runtime/text/Text.h"
#include <algorithm>
#include <charconv>
#include <fast_float/fast_float.h>

namespace dagger::io {

static char separatorFor(const std::string &name, char wanted) {
  if (wanted)
    return wanted;
  return name.ends_with(".tsv") || name.ends_with(".tsv.gz") ? '\t' : ',';
}

namespace {

enum class Outcome { Read, Unreadable, OutOfRange };

// Reads one number at the start of [at, end) and moves `at` behind it.
template <typename T> Outcome readNumber(const char *&at, const char *end, T &value) {
  if (at != end && *at == '+' && at + 1 != end && at[1] != '-')
    ++at;
  if constexpr (std::is_same_v<T, bool>) {
    const std::string_view rest(at, size_t(end - at));
    for (auto [word, meaning] : {std::pair("true", true), {"false", false}, {"1", true}, {"0", false}})
      if (rest.starts_with(word)) {
        at += strlen(word);
        value = meaning;
        return Outcome::Read;
      }
    return Outcome::Unreadable;
  } else if constexpr (isInteger<T>) {
    auto [stop, error] = std::from_chars(at, end, value);
    at = stop;
    return error == std::errc() ? Outcome::Read
           : error == std::errc::result_out_of_range ? Outcome::OutOfRange
                                                     : Outcome::Unreadable;
  } else {
    std::conditional_t<std::is_same_v<T, float>, float, double> wide;
    auto [stop, error] = fast_float::from_chars(at, end, wide);
    if (error != std::errc())
      return Outcome::Unreadable;
    at = stop;
    value = T(wide);
    return Outcome::Read;
  }
}

class Parser {
public:
  Parser(std::string_view text, const std::string &name, char separator)
      : at(text.data()), end(text.data() + text.size()), separator(separator), name(name) {
    if (text.starts_with("\xef\xbb\xbf")) // a byte order mark
      at += 3;
  }

  template <typename T> Result<OwnedArray> parse(dg_type type, int rank, std::optional<int64_t> wanted) {
    skipBlankLines();
    int64_t columns = wanted.value_or(1);
    if (at != end) {
      bool numbers = false;
      const int64_t found = countFields<T>(numbers);
      if (!numbers) {
        skipLine();
        skipBlankLines();
        columns = wanted.value_or(found);
      }
      if (at != end) {
        columns = numbers ? found : countFields<T>(numbers);
        firstLine = line;
      }
    }
    if (wanted && *wanted != columns)
      return Failure{place() + ": expected " + counted(*wanted) + ", found " + std::to_string(columns)};
    if (rank == 1 && columns != 1)
      return Failure{name + " has " + counted(columns) + ": it reads as [" + dg_type_name(type) + "; _, " +
                     std::to_string(columns) + "]"};
    return parseRows<T>(type, rank, columns);
  }

private:
  const char *at, *end;
  const char separator;
  const std::string &name;
  int64_t line = 1, firstLine = 1;

  static std::string counted(int64_t columns) {
    return std::to_string(columns) + (columns == 1 ? " column" : " columns");
  }
  std::string place() const { return name + ":" + std::to_string(line); }

  bool atLineEnd() const { return at == end || *at == '\n' || *at == '\r'; }

  void skipSpaces() {
    while (at != end && (*at == ' ' || *at == '\t') && *at != separator)
      ++at;
  }

  void nextLine() {
    if (at == end)
      return;
    if (*at == '\r' && at + 1 != end && at[1] == '\n')
      ++at;
    ++at;
    ++line;
  }

  void skipBlankLines() {
    for (;;) {
      const char *start = at;
      skipSpaces();
      if (at == end)
        return;
      if (!atLineEnd()) {
        at = start;
        return;
      }
      nextLine();
    }
  }

  // The field at `at`, without quotes and the spaces around it; `at` moves to the separator or the line's end.
  std::string_view takeField() {
    skipSpaces();
    std::string_view field;
    if (at != end && *at == '"') {
      const char *start = ++at;
      while (at != end && (*at != '"' || (at + 1 != end && at[1] == '"'))) {
        if (*at == '\n')
          ++line;
        at += *at == '"' ? 2 : 1;
      }
      field = {start, size_t(at - start)};
    }
    const char *start = at;
    while (!atLineEnd() && *at != separator)
      ++at;
    if (!field.data()) {
      field = {start, size_t(at - start)};
      while (field.ends_with(' ') || field.ends_with('\t') || field.ends_with('\r'))
        field.remove_suffix(1);
    }
    return field;
  }

  // How many fields this line has, and whether one of them is a number; nothing is consumed.
  template <typename T> int64_t countFields(bool &numbers) {
    const char *const start = at;
    const int64_t startLine = line;
    int64_t fields = 0;
    for (;;) {
      std::string_view field = text::trim(takeField());
      ++fields;
      const char *from = field.data(), *to = from + field.size();
      double number;
      bool truth;
      numbers |= !field.empty() && readNumber(from, to, number) == Outcome::Read && from == to;
      if constexpr (std::is_same_v<T, bool>)
        numbers |= (from = field.data(), readNumber(from, to, truth) == Outcome::Read && from == to);
      if (atLineEnd())
        break;
      ++at;
    }
    at = start;
    line = startLine;
    return fields;
  }

  void skipLine() {
    for (takeField(); !atLineEnd(); takeField())
      ++at;
    nextLine();
  }

  // The common case in one go; a quoted or malformed number takes the slow way.
  template <typename T> bool takeNumber(T &value) {
    const char *const start = at;
    skipSpaces();
    if (readNumber(at, end, value) == Outcome::Read) {
      skipSpaces();
      if (atLineEnd() || *at == separator)
        return true;
    }
    at = start;
    return false;
  }

  template <typename T> std::optional<Failure> takeNumberSlowly(T &value, dg_type type, int64_t column) {
    const std::string where = place() + ":" + std::to_string(column);
    std::string_view field = text::trim(takeField());
    const char *from = field.data(), *to = from + field.size();
    Outcome outcome = field.empty() ? Outcome::Unreadable : readNumber(from, to, value);
    if (outcome == Outcome::Read && from == to)
      return std::nullopt;
    if (outcome == Outcome::OutOfRange && from == to)
      return Failure{where + ": " + std::string(field) + " does not fit " + dg_type_name(type)};
    return Failure{where + ": expected a number (" + dg_type_name(type) + "), found " +
                   (field.empty() ? "nothing" : shown(field))};
  }

  template <typename T> Result<OwnedArray> parseRows(dg_type type, int rank, int64_t columns) {
    // No more rows than line ends, and none that is shorter than a digit and a separator a column.
    const int64_t left = end - at;
    int64_t most = 1 + std::count(at, end, '\n') + std::count(at, end, '\r');
    if (columns > 0)
      most = std::min(most, left / (2 * columns) + 1);
    auto array = OwnedArray::create(type, rank == 1 ? std::vector<int64_t>{most} : std::vector<int64_t>{most, columns});
    if (!array)
      return Failure{"cannot read " + name + ": " + array.failure().text};
    T *out = static_cast<T *>(array->data());
    int64_t rows = 0;
    for (; at != end; ++rows) {
      for (int64_t column = 1;; ++column) {
        if (column > columns || rows == most)
          return wrongCount(columns, column);
        if (!takeNumber(*out))
          if (auto failure = takeNumberSlowly(*out, type, column))
            return *failure;
        ++out;
        if (atLineEnd()) {
          if (column < columns)
            return wrongCount(columns, column);
          break;
        }
        ++at; // the separator
      }
      nextLine();
      skipBlankLines();
    }
    array->shrink(rows);
    return array;
  }

  Failure wrongCount(int64_t columns, int64_t found) {
    while (!atLineEnd()) {
      takeField();
      if (atLineEnd())
        break;
      ++at;
      ++found;
    }
    return Failure{place() + ": expected " + counted(columns) + " as in line " + std::to_string(firstLine) +
                   ", found " + std::to_string(found)};
  }
};

} // namespace

Result<OwnedArray> parseCsv(std::string_view text, const std::string &name, dg_type type, int rank,
                            const CsvOptions &options) {
  if (rank != 1 && rank != 2)
    return Failure{name + ": lines of numbers are read as arrays of rank 1 or 2, not " + std::to_string(rank)};
  if (rank == 1 && options.columns && *options.columns != 1)
    return Failure{name + ": an array of rank 1 has one column, not " + std::to_string(*options.columns)};
  return withType(type, [&](auto tag) -> Result<OwnedArray> {
    using T = decltype(tag)::type;
    if constexpr (isText<T> || isComplex<T>)
      return Failure{"cannot read " + name + " as " + dg_type_name(type) + ": lines of numbers hold no such values"};
    else
      return Parser(text, name, separatorFor(name, options.separator)).parse<T>(type, rank, options.columns);
  });
}

Result<OwnedArray> readCsv(const std::string &path, dg_type type, int rank, const CsvOptions &options) {
  auto file = FileBytes::open(path);
  if (!file)
    return file.failure();
  if (!isGzip(file->bytes()))
    return parseCsv(file->bytes(), path, type, rank, options);
  auto text = unpackGzip(file->bytes(), path);
  if (!text)
    return text.failure();
  return parseCsv(*text, path, type, rank, options);
}

static void appendField(std::string &out, std::string_view field, char separator) {
  const char special[] = {'"', '\n', '\r', separator};
  if (field.find_first_of(std::string_view(special, 4)) == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (char c : field)
    out.append(c == '"' ? 2 : 1, c);
  out += '"';
}

std::optional<Failure> writeCsv(const std::string &path, const ArrayView &array, char separator) {
  if (array.rank != 1 && array.rank != 2)
    return Failure{"cannot write " + path + ": an array of rank " + std::to_string(array.rank) +
                   " has no lines and columns"};
  auto file = OutputFile::create(path);
  if (!file)
    return file.failure();
  separator = separatorFor(path, separator);
  const char between = array.rank == 1 ? '\n' : separator;
  withType(array.type, [&](auto tag) {
    using T = decltype(tag)::type;
    std::string buffer;
    forEachRow<T>(array, [&](const T *at, int64_t count, int64_t stride) {
      for (int64_t k = 0; k < count; ++k, at += stride) {
        if (k)
          buffer += between;
        if constexpr (isText<T>)
          appendField(buffer, textOf(*at), separator);
        else if constexpr (isComplex<T>) // has spaces in it
          appendField(buffer, text::format(array.type, at), separator);
        else
          text::append(buffer, array.type, at);
        if (buffer.size() > 60000) {
          file->write(buffer);
          buffer.clear();
        }
      }
      buffer += '\n';
    });
    file->write(buffer);
  });
  return file->commit();
}

} // namespace dagger::io
