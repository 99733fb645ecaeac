#include "runtime/plot/Chart.h"
#include "dagger/ElementTypes.h"
#include "runtime/io/File.h"
#include "runtime/text/Text.h"
#include <algorithm>
#include <charconv>

namespace dagger::plot {

std::string px(double value) {
  char buffer[48];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, 1).ptr;
  std::string_view text(buffer, size_t(end - buffer));
  if (text.ends_with(".0"))
    text.remove_suffix(2);
  return std::string(text == "-0" ? "0" : text);
}

std::string escapeXml(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '&': out += "&amp;"; break;
    case '"': out += "&quot;"; break;
    default:
      if (uint8_t(c) >= 0x20) // XML has no way to write the others
        out += c;
    }
  }
  return out;
}

// Digits and small letters of the common sans-serif faces are a little over half as wide as the size of the font.
double textWidth(std::string_view text) { return double(text::length(text)) * fontSize * 0.57; }

static double widestLabel(const Axis &axis) {
  double widest = 0;
  for (const Tick &tick : axis.ticks)
    widest = std::max(widest, textWidth(tick.label));
  return widest;
}

Chart::Chart(const Labels &labels, Axis xAxis, Axis yAxis) : x(std::move(xAxis)), y(std::move(yAxis)), labels(labels) {
  const double left = 18 + widestLabel(y) + (labels.y.empty() ? 0 : 24);
  const double right = std::max(22.0, x.ticks.empty() ? 0 : textWidth(x.ticks.back().label) / 2 + 6);
  const double top = 18 + (labels.title.empty() ? 0 : 26) + (y.factor.empty() ? 0 : 14);
  const double bottom = 36 + (labels.x.empty() ? 0 : 24) + (x.factor.empty() ? 0 : 8);
  frame = {left, top, sheetWidth - left - right, sheetHeight - top - bottom};
}

void Chart::addText(double x, double y, std::string_view text, std::string_view attributes) {
  body.append("<text x=\"").append(px(x)).append("\" y=\"").append(px(y)).append("\" ").append(attributes).append(">");
  body.append(escapeXml(text)).append("</text>\n");
}

static std::string segment(double x1, double y1, double x2, double y2) {
  return "M" + px(x1) + " " + px(y1) + "L" + px(x2) + " " + px(y2);
}

void Chart::drawGrid(bool horizontal, bool vertical) {
  std::string path;
  if (horizontal)
    for (const Tick &tick : y.ticks)
      path += segment(frame.left, top(tick.value), frame.left + frame.width, top(tick.value));
  if (vertical)
    for (const Tick &tick : x.ticks)
      path += segment(left(tick.value), frame.top, left(tick.value), frame.top + frame.height);
  body += "<path d=\"" + path + "\" stroke=\"#e4e6ea\" fill=\"none\"/>\n";
}

void Chart::drawXTicks() {
  const double base = frame.top + frame.height;
  std::string path = segment(frame.left, base, frame.left + frame.width, base);
  for (const Tick &tick : x.ticks) {
    path += segment(left(tick.value), base, left(tick.value), base + 5);
    addText(left(tick.value), base + 20, tick.label, "text-anchor=\"middle\"");
  }
  body += "<path d=\"" + path + "\" stroke=\"#596069\" fill=\"none\"/>\n";
  if (!x.factor.empty())
    addText(frame.left + frame.width, base + 36, x.factor, "text-anchor=\"end\"");
}

void Chart::drawYTicks() {
  std::string path = segment(frame.left, frame.top, frame.left, frame.top + frame.height);
  for (const Tick &tick : y.ticks) {
    path += segment(frame.left - 5, top(tick.value), frame.left, top(tick.value));
    addText(frame.left - 9, top(tick.value) + 4.5, tick.label, "text-anchor=\"end\"");
  }
  body += "<path d=\"" + path + "\" stroke=\"#596069\" fill=\"none\"/>\n";
  if (!y.factor.empty())
    addText(frame.left, frame.top - 9, y.factor, "text-anchor=\"middle\"");
}

void Chart::drawLabels() {
  const double middle = frame.left + frame.width / 2;
  if (!labels.title.empty())
    addText(middle, 27, labels.title, "text-anchor=\"middle\" font-size=\"17\" font-weight=\"600\" fill=\"#1d2126\"");
  if (!labels.x.empty())
    addText(middle, sheetHeight - 12, labels.x, "text-anchor=\"middle\" font-size=\"14\"");
  if (!labels.y.empty()) {
    const std::string place = px(frame.top + frame.height / 2);
    addText(0, 0, labels.y, "text-anchor=\"middle\" font-size=\"14\" transform=\"translate(20 " + place +
                                ") rotate(-90)\"");
  }
}

std::string Chart::svg() const {
  const std::string size = px(sheetWidth) + "\" height=\"" + px(sheetHeight);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + size + "\" viewBox=\"0 0 " + px(sheetWidth) +
                    " " + px(sheetHeight) + "\" font-family=\"'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif\" " +
                    "font-size=\"" + px(fontSize) + "\" fill=\"#3c434b\">\n<rect width=\"100%\" height=\"100%\" " +
                    "fill=\"#fff\"/>\n";
  return out + body + "</svg>\n";
}

Result<std::vector<double>> numbers(const ArrayView &array, const char *what) {
  if (array.rank != 1)
    return Failure{std::string(what) + " has rank " + std::to_string(array.rank) + ", not 1"};
  return withType(array.type, [&](auto tag) -> Result<std::vector<double>> {
    using T = decltype(tag)::type;
    if constexpr (isText<T> || isComplex<T>) {
      return Failure{std::string(what) + " holds " + dg_type_name(array.type) + ", which is no number on an axis"};
    } else {
      std::vector<double> values(size_t(array.extents[0]));
      for (int64_t k = 0; k < array.extents[0]; ++k)
        values[size_t(k)] = double(static_cast<const T *>(array.data)[k * array.strides[0]]);
      return values;
    }
  });
}

Result<Points> points(const ArrayView *x, const ArrayView &y) {
  auto ys = numbers(y, "y");
  if (!ys)
    return ys.failure();
  Points result;
  result.y = std::move(*ys);
  if (!x) {
    result.x.resize(result.y.size());
    for (size_t k = 0; k < result.x.size(); ++k)
      result.x[k] = double(k);
    return result;
  }
  auto xs = numbers(*x, "x");
  if (!xs)
    return xs.failure();
  if (xs->size() != result.y.size())
    return Failure{"x has " + std::to_string(xs->size()) + " elements, y " + std::to_string(result.y.size())};
  result.x = std::move(*xs);
  return result;
}

Result<Range> finiteRange(const std::vector<double> &values) {
  Range range{INFINITY, -INFINITY};
  for (double value : values)
    if (std::isfinite(value)) {
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    }
  if (range.low > range.high)
    return Range{0, 1};
  if (std::max(std::fabs(range.low), std::fabs(range.high)) > 1e300)
    return Failure{"values beyond 1e300 do not fit an axis"};
  return range;
}

Failure cannotPlot(const std::string &path, const Failure &why) { return {"cannot plot " + path + ": " + why.text}; }

std::optional<Failure> save(const std::string &path, const Chart &chart) { return io::writeFile(path, chart.svg()); }

} // namespace dagger::plot
