// Values and arrays as `print` shows them.
#include "runtime/text/Number.h"
#include "runtime/text/Utf8.h"
#include <algorithm>
#include <charconv>

namespace dagger::text {

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\n': out += "\\n"; break;
    case '\t': out += "\\t"; break;
    case '\r': out += "\\r"; break;
    default: out += c;
    }
  }
  return out + '"';
}

// Text is cut to the precision and padded; both count code points.
static std::string formatText(std::string_view text, const FormatSpec &spec) {
  if (spec.precision) {
    size_t end = offsetOf(text, *spec.precision);
    text = text.substr(0, end); // npos, when the text is shorter, takes all of it
  }
  return pad(text, spec, '<');
}

template <typename T> static std::string formatComplex(std::complex<T> value, const FormatSpec *spec) {
  FormatSpec part = spec ? *spec : FormatSpec{};
  part.width = 0;
  auto partText = [&](T x, const FormatSpec &s) { return layOut(floatText(double(x), shortest(x), s), s); };
  const bool minus = std::signbit(value.imag()) && !std::isnan(value.imag());
  std::string out = partText(value.real(), part) + (minus ? " - " : " + ");
  part.sign = 0;
  out += partText(minus ? -value.imag() : value.imag(), part) + "i";
  return spec ? pad(out, *spec, '>') : out;
}

// `spec` may be null.
template <typename T> static void appendTyped(std::string &out, const T &value, const FormatSpec *spec) {
  if constexpr (isText<T>) {
    if (spec)
      out += formatText(textOf(value), *spec);
    else
      out += textOf(value);
  } else if constexpr (isComplex<T>) {
    out += formatComplex(value, spec);
  } else if constexpr (std::is_same_v<T, bool>) {
    const char *word = value ? "true" : "false";
    if (spec && spec->type && spec->type != 's')
      return appendTyped<int64_t>(out, value, spec);
    out += spec ? formatText(word, *spec) : word;
  } else if constexpr (isInteger<T>) {
    const bool negative = value < 0;
    if (!spec) {
      char buffer[24];
      out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
    } else if (spec->type && std::string_view("eEfFgG%").find(spec->type) != std::string_view::npos) {
      out += layOut(floatText(double(value), "", *spec), *spec);
    } else {
      out += layOut(integerText(negative, negative ? 0 - uint64_t(value) : uint64_t(value), *spec), *spec);
    }
  } else if (spec) {
    out += layOut(floatText(double(value), spec->type || spec->precision ? "" : shortest(value), *spec), *spec);
  } else {
    appendShortest(out, value);
  }
}

static void append(std::string &out, dg_type type, const void *value, const FormatSpec *spec) {
  withType(type, [&](auto tag) {
    appendTyped(out, *static_cast<const decltype(tag)::type *>(value), spec);
  });
}

void append(std::string &out, dg_type type, const void *value) { append(out, type, value, nullptr); }

std::string format(dg_type type, const void *value) {
  std::string out;
  append(out, type, value, nullptr);
  return out;
}

std::string format(dg_type type, const void *value, const FormatSpec &spec) {
  std::string out;
  append(out, type, value, &spec);
  return out;
}

static constexpr int64_t mostElements = 1000, edge = 3;

template <typename T> struct ArrayPrinter {
  const ArrayView &array;
  const FormatSpec *spec;
  bool cut;
  std::string out;

  void element(const T &value) {
    if constexpr (isText<T>)
      out += quote(spec ? formatText(textOf(value), *spec) : textOf(value));
    else
      appendTyped(out, value, spec);
  }

  void axis(int axis, const T *at) {
    if (axis == array.rank)
      return element(*at);
    const int64_t extent = array.extents[axis];
    out += '[';
    for (int64_t k = 0; k < extent; ++k) {
      if (k)
        out += ", ";
      if (cut && extent > 2 * edge && k == edge) {
        out += "..., ";
        k = extent - edge;
      }
      this->axis(axis + 1, at + k * array.strides[axis]);
    }
    out += ']';
  }
};

bool isLong(const int64_t *extents, int rank) {
  int64_t shown = 1;
  for (int axis = 0; axis < rank; ++axis)
    if (__builtin_mul_overflow(shown, std::max<int64_t>(extents[axis], 1), &shown))
      return true;
  return shown > mostElements;
}

static std::string formatArray(const ArrayView &array, const FormatSpec *spec) {
  return withType(array.type, [&](auto tag) {
    using T = decltype(tag)::type;
    ArrayPrinter<T> printer{array, spec, isLong(array.extents, array.rank), {}};
    printer.axis(0, static_cast<const T *>(array.data));
    return std::move(printer.out);
  });
}

static void nest(std::string &out, int axis, int rank, const int64_t *extents, bool cut, int64_t *index,
                 const std::function<void(std::string &, const int64_t *)> &append) {
  if (axis == rank)
    return append(out, index);
  out += '[';
  for (int64_t k = 0; k < extents[axis]; ++k) {
    if (k)
      out += ", ";
    if (cut && extents[axis] > 2 * edge && k == edge) {
      out += "..., ";
      k = extents[axis] - edge;
    }
    index[axis] = k;
    nest(out, axis + 1, rank, extents, cut, index, append);
  }
  out += ']';
}

std::string formatNested(int rank, const int64_t *extents, const std::function<void(std::string &, const int64_t *)> &append) {
  int64_t index[DG_MAX_RANK] = {}, count = 1;
  for (int axis = 0; axis < rank; ++axis)
    count *= extents[axis];
  std::string out;
  nest(out, 0, rank, extents, count > mostElements, index, append);
  return out;
}

std::string format(const ArrayView &array) { return formatArray(array, nullptr); }
std::string format(const ArrayView &array, const FormatSpec &spec) { return formatArray(array, &spec); }

} // namespace dagger::text
