// NumPy's array files.
#include "dagger/ElementTypes.h"
#include "runtime/io/File.h"
#include "runtime/io/Io.h"
#include "runtime/io/Rows.h"
#include "runtime/io/Shown.h"
#include <algorithm>
#include <charconv>

namespace dagger::io {

namespace {

constexpr std::string_view magic("\x93NUMPY", 6);

struct Header {
  std::string descr;
  bool records = false; // descr is a list of fields
  bool fortran = false;
  std::vector<int64_t> shape;
  size_t dataAt = 0;
};

// The header is a Python dictionary: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : rest(text) {}

  bool parse(Header &header) {
    bool hasDescr = false, hasOrder = false, hasShape = false;
    if (!take('{'))
      return false;
    while (!take('}')) {
      std::string key;
      if (!takeString(key) || !take(':'))
        return false;
      if (key == "descr") {
        hasDescr = true;
        if (peek() == '[') {
          header.records = true;
          return true;
        }
        if (!takeString(header.descr))
          return false;
      } else if (key == "fortran_order") {
        hasOrder = true;
        header.fortran = takeWord("True");
        if (!header.fortran && !takeWord("False"))
          return false;
      } else if (key == "shape") {
        hasShape = true;
        if (!takeShape(header.shape))
          return false;
      } else {
        return false;
      }
      take(',');
    }
    skipSpaces();
    return hasDescr && hasOrder && hasShape && rest.empty();
  }

private:
  std::string_view rest;

  void skipSpaces() {
    while (!rest.empty() && (rest[0] == ' ' || rest[0] == '\n' || rest[0] == '\t'))
      rest.remove_prefix(1);
  }
  char peek() {
    skipSpaces();
    return rest.empty() ? 0 : rest[0];
  }
  bool take(char c) {
    if (peek() != c)
      return false;
    rest.remove_prefix(1);
    return true;
  }
  bool takeWord(std::string_view word) {
    skipSpaces();
    if (!rest.starts_with(word))
      return false;
    rest.remove_prefix(word.size());
    return true;
  }
  bool takeString(std::string &out) {
    const char quote = peek();
    if (quote != '\'' && quote != '"')
      return false;
    size_t close = rest.find(quote, 1);
    if (close == std::string_view::npos)
      return false;
    out = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
    return true;
  }
  bool takeShape(std::vector<int64_t> &shape) {
    if (!take('('))
      return false;
    while (!take(')')) {
      skipSpaces();
      int64_t extent;
      auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), extent);
      if (error != std::errc() || extent < 0)
        return false;
      rest.remove_prefix(size_t(stop - rest.data()));
      takeWord("L"); // Python 2 wrote long integers so
      shape.push_back(extent);
      if (!take(',') && peek() != ')')
        return false;
    }
    return true;
  }
};

// Type codes without the byte order; '?' is what versions before 1.0 of NumPy called b1.
std::optional<dg_type> typeOf(std::string_view code) {
  static constexpr std::pair<std::string_view, dg_type> codes[] = {
      {"b1", DG_BOOL}, {"i1", DG_I8},  {"i2", DG_I16}, {"i4", DG_I32}, {"i8", DG_I64}, {"u1", DG_U8},   {"u2", DG_U16},
      {"u4", DG_U32},  {"u8", DG_U64}, {"f2", DG_F16}, {"V2", DG_BF16}, {"f4", DG_F32}, {"f8", DG_F64}, {"c8", DG_C64},
      {"c16", DG_C128}};
  for (auto [text, type] : codes)
    if (code == text)
      return type;
  return std::nullopt;
}

std::string_view codeOf(dg_type type) {
  static constexpr std::string_view codes[] = {"|b1", "|i1", "<i2", "<i4", "<i8", "|u1", "<u2", "<u4",
                                               "<u8", "<f2", "<V2", "<f4", "<f8", "<c8", "<c16"};
  return codes[type];
}

// Each number of a complex element has its own byte order.
void swapBytes(void *data, int64_t elements, dg_type type) {
  const size_t size = dg_type_size(type) / (isComplexType(type) ? 2 : 1);
  char *at = static_cast<char *>(data), *end = at + size_t(elements) * dg_type_size(type);
  for (; at != end; at += size)
    std::reverse(at, at + size);
}

// `from` holds the elements with the first axis fastest; the result with the last.
template <typename Element>
void fromFortran(const Element *from, Element *to, const std::vector<int64_t> &shape, int64_t count) {
  std::vector<int64_t> index(shape.size(), 0), stride(shape.size(), 1);
  for (size_t k = 1; k < shape.size(); ++k)
    stride[k] = stride[k - 1] * shape[k - 1];
  int64_t at = 0;
  for (int64_t k = 0; k < count; ++k) {
    memcpy(&to[k], reinterpret_cast<const char *>(from) + at * int64_t(sizeof(Element)), sizeof(Element));
    for (size_t axis = shape.size(); axis-- > 0;) {
      at += stride[axis];
      if (++index[axis] < shape[axis])
        break;
      at -= stride[axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

void reorder(const char *from, void *to, size_t size, const std::vector<int64_t> &shape, int64_t count) {
  struct Sixteen {
    char bytes[16];
  };
  auto as = [&]<typename Element>(Element *out) {
    fromFortran(reinterpret_cast<const Element *>(from), out, shape, count);
  };
  switch (size) {
  case 1: return as(static_cast<uint8_t *>(to));
  case 2: return as(static_cast<uint16_t *>(to));
  case 4: return as(static_cast<uint32_t *>(to));
  case 8: return as(static_cast<uint64_t *>(to));
  case 16: return as(static_cast<Sixteen *>(to));
  }
}

Result<Header> parseHeader(std::string_view bytes, const std::string &name) {
  if (!bytes.starts_with(magic) || bytes.size() < 10)
    return Failure{name + " is no .npy file: it starts with " + shown(bytes.substr(0, 6))};
  const int major = uint8_t(bytes[6]);
  if (major < 1 || major > 3)
    return Failure{name + ": .npy version " + std::to_string(major) + " is not known (1 to 3 are)"};
  size_t length = 0;
  const size_t lengthBytes = major == 1 ? 2 : 4;
  if (bytes.size() < 8 + lengthBytes)
    return Failure{name + ": the file ends within its header"};
  for (size_t k = 0; k < lengthBytes; ++k)
    length |= size_t(uint8_t(bytes[8 + k])) << 8 * k;
  Header header;
  header.dataAt = 8 + lengthBytes + length;
  if (header.dataAt > bytes.size())
    return Failure{name + ": the file ends within its header"};
  std::string_view text = bytes.substr(8 + lengthBytes, length);
  if (!HeaderParser(text).parse(header))
    return Failure{name + ": cannot read the header " + shown(text)};
  return header;
}

Result<dg_type> elementType(const Header &header, const std::string &name, std::optional<dg_type> wanted) {
  if (header.records)
    return Failure{name + " holds records, which are no array of numbers"};
  std::string_view descr = header.descr;
  if (descr.ends_with('O') || descr == "O")
    return Failure{name + " holds pickled Python objects, which are not read: they can run any program"};
  std::string_view code = descr;
  if (!code.empty() && std::string_view("<>|=").find(code[0]) != std::string_view::npos)
    code.remove_prefix(1);
  if (code.starts_with('U') || code.starts_with('S'))
    return Failure{name + " holds text (" + std::string(shown(descr)) + "), which is not read into an array"};
  auto type = typeOf(code);
  if (!type || (*type == DG_BF16 && wanted != DG_BF16))
    return Failure{name + ": elements of type " + shown(descr) + " have no counterpart"};
  if (wanted && *wanted != *type)
    return Failure{name + " holds " + dg_type_name(*type) + ", not " + dg_type_name(*wanted)};
  return *type;
}

} // namespace

Result<OwnedArray> parseNpy(std::string_view bytes, const std::string &name, std::optional<dg_type> wantedType,
                            std::optional<int> wantedRank) {
  auto header = parseHeader(bytes, name);
  if (!header)
    return header.failure();
  auto type = elementType(*header, name, wantedType);
  if (!type)
    return type.failure();
  const size_t rank = header->shape.size();
  if (wantedRank && size_t(*wantedRank) != rank)
    return Failure{name + " holds an array of rank " + std::to_string(rank) + ", not " + std::to_string(*wantedRank)};
  if (rank > DG_MAX_RANK)
    return Failure{name + " holds an array of rank " + std::to_string(rank) + "; the greatest is " +
                   std::to_string(DG_MAX_RANK)};

  // The size is checked before memory is asked for, so that a broken header can't ask for all there is.
  int64_t count = 1;
  bool overflow = false;
  for (int64_t extent : header->shape)
    overflow |= __builtin_mul_overflow(count, extent, &count);
  const bool empty = std::find(header->shape.begin(), header->shape.end(), 0) != header->shape.end();
  if (empty)
    count = 0;
  const size_t size = dg_type_size(*type), have = bytes.size() - header->dataAt;
  if ((overflow && !empty) || uint64_t(count) > have / size)
    return Failure{name + " ends too early: its shape wants more than the " + std::to_string(have / size) +
                   " elements that follow the header"};

  auto array = OwnedArray::create(*type, header->shape);
  if (!array)
    return Failure{"cannot read " + name + ": " + array.failure().text};
  const char *from = bytes.data() + header->dataAt;
  if (header->fortran && rank > 1)
    reorder(from, array->data(), size, header->shape, count);
  else if (count)
    memcpy(array->data(), from, size_t(count) * size);
  if (header->descr.starts_with('>') && size > 1)
    swapBytes(array->data(), count, *type);
  if (*type == DG_BOOL) // any other byte than 0 and 1 would be no bool
    for (auto *at = static_cast<uint8_t *>(array->data()), *end = at + count; at != end; ++at)
      *at = *at != 0;
  return array;
}

Result<OwnedArray> readNpy(const std::string &path, std::optional<dg_type> type, std::optional<int> rank) {
  auto file = FileBytes::open(path);
  if (!file)
    return file.failure();
  return parseNpy(file->bytes(), path, type, rank);
}

std::optional<Failure> writeNpy(const std::string &path, const ArrayView &array) {
  if (array.type == DG_STR)
    return Failure{"cannot write " + path + ": .npy files hold no text"};
  std::string shape = "(";
  for (int axis = 0; axis < array.rank; ++axis)
    shape += std::to_string(array.extents[axis]) + (axis + 1 < array.rank ? ", " : array.rank == 1 ? "," : "");
  std::string header = "{'descr': '" + std::string(codeOf(array.type)) + "', 'fortran_order': False, 'shape': " +
                       shape + "), }";
  // The data starts at a multiple of 64 bytes, so that it can be mapped.
  header.append(63 - (10 + header.size()) % 64, ' ').append("\n");

  auto file = OutputFile::create(path);
  if (!file)
    return file.failure();
  file->write(magic);
  const char version[] = {1, 0, char(header.size() & 255), char(header.size() >> 8)};
  file->write(version, sizeof version);
  file->write(header);
  withType(array.type, [&](auto tag) {
    using T = decltype(tag)::type;
    forEachRow<T>(array, [&](const T *at, int64_t count, int64_t stride) {
      if (stride == 1)
        return file->write(at, size_t(count) * sizeof(T));
      for (int64_t k = 0; k < count; ++k)
        file->write(at + k * stride, sizeof(T));
    });
  });
  return file->commit();
}

Result<OwnedArray> readBytes(const std::string &path) {
  auto file = FileBytes::open(path);
  if (!file)
    return file.failure();
  auto array = OwnedArray::create(DG_U8, {int64_t(file->bytes().size())});
  if (!array)
    return Failure{"cannot read " + path + ": " + array.failure().text};
  if (!file->bytes().empty())
    memcpy(array->data(), file->bytes().data(), file->bytes().size());
  return array;
}

} // namespace dagger::io
