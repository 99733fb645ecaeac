#include "dagger/OutOfMemory.h"
#include "runtime/plot/Chart.h"
#include <algorithm>
#include <cmath>

namespace dagger::plot {

namespace {

// Builds the path of one line. While points stay within one column of half a pixel only the first, the lowest, the
// highest and the last of them can be seen, so only these are drawn: a million points become a few thousand.
class LinePath {
public:
  explicit LinePath(const Chart &chart) : chart(chart) {}

  void point(double xValue, double yValue) {
    const double x = chart.left(xValue), y = chart.top(yValue);
    const double column = std::floor(x * 2);
    if (pending && column == currentColumn) {
      lowest = std::min(lowest, y);
      highest = std::max(highest, y);
      lastX = x;
      lastY = y;
      ++inColumn;
      return;
    }
    flush();
    currentColumn = column;
    pending = true;
    inColumn = 1;
    lastX = x;
    firstY = lowest = highest = lastY = y;
    emit(x, y);
  }

  void gap() { endStroke(); }

  std::string finish() {
    endStroke();
    return std::move(path);
  }

private:
  const Chart &chart;
  std::string path, previous;
  bool pending = false, pen = false;
  double currentColumn = 0, firstY = 0, lowest = 0, highest = 0, lastX = 0, lastY = 0;
  int64_t inColumn = 0;

  void emit(double x, double y) {
    std::string place = px(x) + " " + px(y);
    if (pen && place == previous)
      return;
    path += pen ? "L" : "M";
    path += place;
    previous = std::move(place);
    pen = true;
  }

  void flush() {
    if (pending && inColumn > 1) {
      if (inColumn > 2) {
        emit(lastX, lowest);
        emit(lastX, highest);
      }
      emit(lastX, lastY);
    }
    pending = false;
  }

  // A point alone shows as a dot, thanks to the round cap.
  void endStroke() {
    flush();
    if (pen && path[path.size() - previous.size() - 1] == 'M')
      path += "h0";
    pen = false;
  }
};

} // namespace

static std::optional<Failure> draw(const std::string &path, const ArrayView *x, const ArrayView &y, const Labels &labels) {
  auto data = points(x, y);
  if (!data)
    return cannotPlot(path, data.failure());
  auto xRange = finiteRange(data->x), yRange = finiteRange(data->y);
  for (auto *range : {&xRange, &yRange})
    if (!*range)
      return cannotPlot(path, range->failure());

  Chart chart(labels, makeAxis(xRange->low, xRange->high, 10, Ends::Data),
              makeAxis(yRange->low, yRange->high, 7, Ends::Rounded));
  LinePath built(chart);
  for (size_t k = 0; k < data->y.size(); ++k) {
    if (std::isfinite(data->x[k]) && std::isfinite(data->y[k]))
      built.point(data->x[k], data->y[k]);
    else
      built.gap();
  }
  chart.drawGrid();
  chart.add("<path d=\"" + built.finish() + "\" stroke=\"" + seriesColor +
            "\" stroke-width=\"1.6\" fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\n");
  chart.drawXTicks();
  chart.drawYTicks();
  chart.drawLabels();
  return save(path, chart);
}

std::optional<Failure> line(const std::string &path, const ArrayView *x, const ArrayView &y, const Labels &labels) {
  return orOutOfMemory("cannot plot " + path, [&] { return draw(path, x, y, labels); });
}

} // namespace dagger::plot
