#include "dagger/OutOfMemory.h"
#include "runtime/plot/Chart.h"
#include "runtime/text/Text.h"
#include <algorithm>
#include <cmath>

namespace dagger::plot {

// Longer names are cut, or they would leave no room for the bars.
static constexpr int64_t mostLetters = 16;

static Result<std::vector<std::string>> barNames(const ArrayView *x, size_t count) {
  std::vector<std::string> names(count);
  if (x && x->rank != 1)
    return Failure{"x has rank " + std::to_string(x->rank) + ", not 1"};
  if (x && size_t(x->extents[0]) != count)
    return Failure{"x has " + std::to_string(x->extents[0]) + " elements, y " + std::to_string(count)};
  for (size_t k = 0; k < count; ++k) {
    if (!x) {
      names[k] = std::to_string(k);
      continue;
    }
    const char *element =
        static_cast<const char *>(x->data) + int64_t(k) * x->strides[0] * int64_t(dg_type_size(x->type));
    names[k] = text::format(x->type, element);
    if (names[k].ends_with(".0")) // years that came from a file of floats
      names[k].resize(names[k].size() - 2);
    if (text::length(names[k]) > mostLetters)
      names[k] = std::string(*text::slice(names[k], 0, mostLetters - 1)) + "…";
  }
  return names;
}

// Names of one line if they fit below their bars, slanted otherwise; of too many only every second, fifth, …
static void drawNames(Chart &chart, const std::vector<std::string> &names, double slot, bool slanted) {
  const double base = chart.frame.top + chart.frame.height;
  double room = 18;
  if (!slanted)
    for (const std::string &name : names)
      room = std::max(room, textWidth(name) + 10);
  size_t every = 1;
  for (size_t step = 1; double(every) * slot < room; ++step) {
    static constexpr size_t factors[] = {1, 2, 5};
    size_t tens = step / 3;
    every = factors[step % 3] * size_t(std::pow(10.0, double(tens)));
  }
  for (size_t k = 0; k < names.size(); k += every) {
    const double x = chart.frame.left + (double(k) + 0.5) * slot;
    const std::string &name = names[k];
    if (slanted)
      chart.addText(0, 0, name, "text-anchor=\"end\" transform=\"translate(" + px(x + 4) + " " + px(base + 15) +
                                    ") rotate(-35)\"");
    else
      chart.addText(x, base + 20, name, "text-anchor=\"middle\"");
  }
}

// More bars than pixels: each column of a pixel shows the extremes of the bars in it.
static std::string bars(const Chart &chart, const std::vector<double> &values, double slot) {
  const size_t columns = std::min(values.size(), size_t(chart.frame.width));
  const double width = slot >= 3 ? slot * 0.76 : chart.frame.width / double(std::max<size_t>(1, columns)) + 0.2;
  std::string path;
  for (size_t column = 0; column < columns; ++column) {
    double low = 0, high = 0;
    for (size_t k = column * values.size() / columns; k < (column + 1) * values.size() / columns; ++k)
      if (std::isfinite(values[k])) {
        low = std::min(low, values[k]);
        high = std::max(high, values[k]);
      }
    if (low == high)
      continue;
    const double center = chart.frame.left + (double(column) + 0.5) * chart.frame.width / double(columns);
    path += "M" + px(center - width / 2) + " " + px(chart.top(high)) + "h" + px(width) + "V" + px(chart.top(low)) + "h" +
            px(-width) + "z";
  }
  return "<path d=\"" + path + "\" fill=\"" + seriesColor + "\"/>\n";
}

static std::optional<Failure> draw(const std::string &path, const ArrayView *x, const ArrayView &y, const Labels &labels) {
  auto values = numbers(y, "y");
  if (!values)
    return cannotPlot(path, values.failure());
  auto names = barNames(x, values->size());
  if (!names)
    return cannotPlot(path, names.failure());
  auto range = finiteRange(*values);
  if (!range)
    return cannotPlot(path, range.failure());

  // Bars start at zero, so it is always on the axis.
  Axis yAxis = makeAxis(std::min(0.0, range->low), std::max(0.0, range->high), 7, Ends::Rounded);
  Chart chart(labels, Axis{}, yAxis);
  const double slot = chart.frame.width / double(std::max<size_t>(1, values->size()));
  double widest = 0;
  for (const std::string &name : *names)
    widest = std::max(widest, textWidth(name));
  const bool slanted = widest + 8 > slot && x && x->type == DG_STR;
  if (slanted)
    chart.frame.height -= widest * 0.57;

  chart.drawGrid(true, false);
  chart.add(bars(chart, *values, slot));
  chart.drawYTicks();
  const std::string zero = px(chart.top(0));
  chart.add("<path d=\"M" + px(chart.frame.left) + " " + zero + "h" + px(chart.frame.width) +
            "\" stroke=\"#596069\" fill=\"none\"/>\n");
  drawNames(chart, *names, slot, slanted);
  chart.drawLabels();
  return save(path, chart);
}

std::optional<Failure> bar(const std::string &path, const ArrayView *x, const ArrayView &y, const Labels &labels) {
  return orOutOfMemory("cannot plot " + path, [&] { return draw(path, x, y, labels); });
}

} // namespace dagger::plot
