#include "dagger/ElementTypes.h"
#include "dagger/OutOfMemory.h"
#include "runtime/plot/Chart.h"
#include <algorithm>
#include <cmath>

namespace dagger::plot {

// Cells along each axis that a chart can show; of larger arrays, blocks are averaged (without NaN).
static constexpr int64_t mostCells = 1000;

namespace {
struct Cells {
  int64_t rows, columns;
  std::vector<double> values;
  Range range; // of the array itself, before averages
};
} // namespace

template <typename T> static Result<Cells> reduceToCells(const ArrayView &array) {
  const int64_t rows = array.extents[0], columns = array.extents[1];
  Cells cells{std::min(rows, mostCells), std::min(columns, mostCells), {}, {INFINITY, -INFINITY}};
  std::vector<double> sums(size_t(cells.rows * cells.columns), 0);
  std::vector<int64_t> counts(sums.size(), 0);
  for (int64_t i = 0; i < rows; ++i) {
    const T *row = static_cast<const T *>(array.data) + i * array.strides[0];
    const int64_t first = i * cells.rows / rows * cells.columns;
    for (int64_t j = 0; j < columns; ++j) {
      const double value = double(row[j * array.strides[1]]);
      if (std::isnan(value))
        continue;
      const size_t cell = size_t(first + j * cells.columns / columns);
      sums[cell] += value;
      ++counts[cell];
      if (std::isfinite(value)) {
        cells.range.low = std::min(cells.range.low, value);
        cells.range.high = std::max(cells.range.high, value);
      }
    }
  }
  if (cells.range.low > cells.range.high)
    cells.range = {0, 1};
  if (std::max(std::fabs(cells.range.low), std::fabs(cells.range.high)) > 1e300)
    return Failure{"values beyond 1e300 do not fit an axis"};
  for (size_t k = 0; k < sums.size(); ++k)
    sums[k] = counts[k] ? sums[k] / double(counts[k]) : NAN;
  cells.values = std::move(sums);
  return cells;
}

static std::string base64(std::string_view bytes) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t k = 0; k < bytes.size(); k += 3) {
    uint32_t three = 0;
    for (size_t b = 0; b < 3; ++b)
      three = three << 8 | (k + b < bytes.size() ? uint8_t(bytes[k + b]) : 0);
    for (size_t b = 0; b < 4; ++b)
      out += k + b > bytes.size() ? '=' : digits[three >> (18 - 6 * b) & 63];
  }
  return out;
}

static std::string image(const Box &box, const std::string &png, bool smooth) {
  return "<image x=\"" + px(box.left) + "\" y=\"" + px(box.top) + "\" width=\"" + px(box.width) + "\" height=\"" +
         px(box.height) + "\" preserveAspectRatio=\"none\"" + (smooth ? "" : " style=\"image-rendering:pixelated\"") +
         " href=\"data:image/png;base64," + base64(png) + "\"/>\n";
}

// The scale: the colours from the low end at the bottom to the high end on top, with ticks on its right.
static void drawScale(Chart &chart, const Box &box, const Axis &axis, io::Colors colors) {
  std::string stops;
  for (int k = 0; k <= 16; ++k) {
    io::Rgb rgb = io::colorAt(colors, k / 16.0);
    stops += "<stop offset=\"" + px(k * 6.25) + "%\" stop-color=\"rgb(" + std::to_string(rgb.red) + "," +
             std::to_string(rgb.green) + "," + std::to_string(rgb.blue) + ")\"/>";
  }
  chart.add("<defs><linearGradient id=\"scale\" x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\">" + stops +
            "</linearGradient></defs>\n<rect x=\"" + px(box.left) + "\" y=\"" + px(box.top) + "\" width=\"" +
            px(box.width) + "\" height=\"" + px(box.height) + "\" fill=\"url(#scale)\" stroke=\"#596069\"/>\n");
  const double right = box.left + box.width;
  for (const Tick &tick : axis.ticks) {
    const double y = box.top + (1 - axis.position(tick.value)) * box.height;
    chart.add("<path d=\"M" + px(right) + " " + px(y) + "h5\" stroke=\"#596069\"/>\n");
    chart.addText(right + 9, y + 4.5, tick.label, "");
  }
  if (!axis.factor.empty())
    chart.addText(box.left, box.top - 8, axis.factor, "");
}

// Rows count downwards, so the values of the axis run from the last row to the first.
static Axis indexAxis(int64_t count) { return makeAxis(-0.5, double(count) - 0.5, 8, Ends::Data); }

static void keepWholeTicks(Axis &axis, bool downwards) {
  std::erase_if(axis.ticks, [](const Tick &tick) { return tick.value != std::round(tick.value) || tick.value < 0; });
  if (downwards)
    std::swap(axis.low, axis.high);
}

static std::optional<Failure> draw(const std::string &path, const ArrayView &values, const Labels &labels,
                                   const io::PngOptions &options) {
  if (values.rank != 2)
    return cannotPlot(path, {"the array has rank " + std::to_string(values.rank) + ", not 2"});
  auto cells = withType(values.type, [&](auto tag) -> Result<Cells> {
    using T = decltype(tag)::type;
    if constexpr (isText<T> || isComplex<T>)
      return Failure{std::string("values of type ") + dg_type_name(values.type) + " have no colour"};
    else
      return reduceToCells<T>(values);
  });
  if (!cells)
    return cannotPlot(path, cells.failure());
  if (cells->values.empty())
    return cannotPlot(path, {"the array has no elements"});

  io::PngOptions colors = options;
  if (!colors.hasRange) {
    colors.hasRange = true;
    colors.low = cells->range.low;
    colors.high = cells->range.high;
  }
  const int64_t extents[] = {cells->rows, cells->columns}, strides[] = {cells->columns, 1};
  auto png = io::encodePng({DG_F64, 2, cells->values.data(), extents, strides}, colors);
  if (!png)
    return cannotPlot(path, png.failure());

  Axis x = indexAxis(values.extents[1]), y = indexAxis(values.extents[0]);
  keepWholeTicks(x, false);
  keepWholeTicks(y, true);
  Axis scale = makeAxis(std::min(colors.low, colors.high), std::max(colors.low, colors.high), 7, Ends::Data);
  if (colors.low > colors.high)
    std::swap(scale.low, scale.high);
  double scaleLabels = 0;
  for (const Tick &tick : scale.ticks)
    scaleLabels = std::max(scaleLabels, textWidth(tick.label));

  Chart chart(labels, x, y);
  Box &frame = chart.frame;
  frame.width -= scaleLabels + 40;
  if (!scale.factor.empty()) {
    frame.top += 14;
    frame.height -= 14;
  }
  // Cells are squares as long as neither side becomes a sliver.
  const double aspect = double(values.extents[1]) / double(values.extents[0]);
  if (aspect > 0.25 && aspect < 4) {
    const double width = std::min(frame.width, frame.height * aspect);
    const double height = std::min(frame.height, width / aspect);
    frame.left += (frame.width - width) / 2;
    frame.width = width;
    frame.top += (frame.height - height) / 2;
    frame.height = height;
  }
  const bool smooth = double(cells->columns) > frame.width || double(cells->rows) > frame.height;
  chart.add(image(frame, *png, smooth));
  chart.drawXTicks();
  chart.drawYTicks();
  drawScale(chart, {frame.left + frame.width + 18, frame.top, 16, frame.height}, scale, colors.colors);
  chart.drawLabels();
  return save(path, chart);
}

std::optional<Failure> heat(const std::string &path, const ArrayView &values, const Labels &labels,
                            const io::PngOptions &options) {
  return orOutOfMemory("cannot plot " + path, [&] { return draw(path, values, labels, options); });
}

} // namespace dagger::plot
