#include "dagger/OutOfMemory.h"
#include "runtime/plot/Chart.h"
#include <algorithm>
#include <cmath>

namespace dagger::plot {

// Up to here each point is a dot of its own, so that overlaps show darker.
static constexpr size_t mostDots = 5000;

static std::string dots(const Chart &chart, const Points &data) {
  std::string out = std::string("<g fill=\"") + seriesColor + "\" fill-opacity=\"0.6\">\n";
  for (size_t k = 0; k < data.y.size(); ++k)
    if (std::isfinite(data.x[k]) && std::isfinite(data.y[k]))
      out += "<circle cx=\"" + px(chart.left(data.x[k])) + "\" cy=\"" + px(chart.top(data.y[k])) + "\" r=\"3\"/>\n";
  return out + "</g>\n";
}

// How many points lie on each pixel, in six shades; neighbours of one shade are drawn as one bar.
static std::string density(const Chart &chart, const Points &data) {
  const size_t width = size_t(chart.frame.width) + 1, height = size_t(chart.frame.height) + 1;
  std::vector<uint32_t> counts(width * height, 0);
  uint32_t most = 1;
  for (size_t k = 0; k < data.y.size(); ++k) {
    if (!std::isfinite(data.x[k]) || !std::isfinite(data.y[k]))
      continue;
    const size_t column = size_t(chart.left(data.x[k]) - chart.frame.left);
    const size_t row = size_t(chart.top(data.y[k]) - chart.frame.top);
    uint32_t &count = counts[std::min(row, height - 1) * width + std::min(column, width - 1)];
    most = std::max(most, ++count);
  }
  auto shade = [&](uint32_t count) {
    return count == 0 ? 0 : 1 + int(5.999 * std::log(double(count)) / std::log(double(most) + 1));
  };
  static const char *const colors[] = {"#b9d4ec", "#8bb7de", "#5b97cd", "#2a6fb0", "#1c5288", "#123659"};
  std::string paths[6];
  for (size_t row = 0; row < height; ++row)
    for (size_t column = 0; column < width;) {
      const int here = shade(counts[row * width + column]);
      size_t end = column + 1;
      while (end < width && shade(counts[row * width + end]) == here)
        ++end;
      if (here)
        paths[here - 1] += "M" + px(chart.frame.left + double(column)) + " " + px(chart.frame.top + double(row) + 0.5) +
                           "h" + std::to_string(end - column);
      column = end;
    }
  std::string out;
  for (int k = 0; k < 6; ++k)
    if (!paths[k].empty())
      out += "<path d=\"" + paths[k] + "\" stroke=\"" + colors[k] + "\" stroke-width=\"1.1\" fill=\"none\"/>\n";
  return out;
}

static std::optional<Failure> draw(const std::string &path, const ArrayView *x, const ArrayView &y, const Labels &labels) {
  auto data = points(x, y);
  if (!data)
    return cannotPlot(path, data.failure());
  auto xRange = finiteRange(data->x), yRange = finiteRange(data->y);
  for (auto *range : {&xRange, &yRange})
    if (!*range)
      return cannotPlot(path, range->failure());
  Chart chart(labels, makeAxis(xRange->low, xRange->high, 10, Ends::Rounded),
              makeAxis(yRange->low, yRange->high, 7, Ends::Rounded));
  chart.drawGrid();
  chart.drawXTicks();
  chart.drawYTicks();
  chart.add(data->y.size() <= mostDots ? dots(chart, *data) : density(chart, *data));
  chart.drawLabels();
  return save(path, chart);
}

std::optional<Failure> scatter(const std::string &path, const ArrayView *x, const ArrayView &y, const Labels &labels) {
  return orOutOfMemory("cannot plot " + path, [&] { return draw(path, x, y, labels); });
}

} // namespace dagger::plot
