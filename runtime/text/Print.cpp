// Values and arrays as `print` shows them.
#include "runtime/text/Number.h"
#include "runtime/text/Utf8.h"

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

template <typename T> static std::string formatTyped(const T &value, const FormatSpec *spec) {
  if constexpr (isText<T>) {
    return spec ? formatText(textOf(value), *spec) : std::string(textOf(value));
  } else if constexpr (isComplex<T>) {
    return formatComplex(value, spec);
  } else if constexpr (std::is_same_v<T, bool>) {
    const char *word = value ? "true" : "false";
    if (!spec)
      return word;
    if (!spec->type || spec->type == 's')
      return formatText(word, *spec);
    return formatTyped<int64_t>(value, spec);
  } else if constexpr (isInteger<T>) {
    if (!spec)
      return std::to_string(value);
    if (spec->type && std::string_view("eEfFgG%").find(spec->type) != std::string_view::npos)
      return layOut(floatText(double(value), "", *spec), *spec);
    const bool negative = value < 0;
    return layOut(integerText(negative, negative ? 0 - uint64_t(value) : uint64_t(value), *spec), *spec);
  } else {
    if (!spec)
      return shortest(value);
    return layOut(floatText(double(value), spec->type || spec->precision ? "" : shortest(value), *spec), *spec);
  }
}

std::string format(dg_type type, const void *value) {
  return withType(type, [&](auto tag) {
    return formatTyped(*static_cast<const typename decltype(tag)::type *>(value), nullptr);
  });
}

std::string format(dg_type type, const void *value, const FormatSpec &spec) {
  return withType(type, [&](auto tag) {
    return formatTyped(*static_cast<const typename decltype(tag)::type *>(value), &spec);
  });
}

static constexpr int64_t mostElements = 1000, edge = 3;

template <typename T> struct ArrayPrinter {
  const ArrayView &array;
  const FormatSpec *spec;
  bool cut;
  std::string out;

  void element(const T &value) {
    if constexpr (isText<T>)
      out += quote(formatTyped(value, spec));
    else
      out += formatTyped(value, spec);
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

static std::string formatArray(const ArrayView &array, const FormatSpec *spec) {
  return withType(array.type, [&](auto tag) {
    using T = typename decltype(tag)::type;
    ArrayPrinter<T> printer{array, spec, array.count() > mostElements, {}};
    printer.axis(0, static_cast<const T *>(array.data));
    return std::move(printer.out);
  });
}

std::string format(const ArrayView &array) { return formatArray(array, nullptr); }
std::string format(const ArrayView &array, const FormatSpec &spec) { return formatArray(array, &spec); }

} // namespace dagger::text
