// What all charts share: the sheet, the frame with its axes, and the data as doubles. Internal to the charts.
#pragma once
#include "runtime/plot/Axis.h"
#include "runtime/plot/Plot.h"
#include <vector>

namespace dagger::plot {

constexpr double sheetWidth = 800, sheetHeight = 480, fontSize = 13;
constexpr const char *seriesColor = "#2a6fb0";

// A rectangle of the sheet, in pixels, y downwards.
struct Box {
  double left, top, width, height;
};

class Chart {
public:
  Chart(const Labels &labels, Axis x, Axis y);

  Axis x, y;
  Box frame;  // where the data goes; an author may change it before drawing

  double left(double value) const { return frame.left + x.position(value) * frame.width; }
  double top(double value) const { return frame.top + (1 - y.position(value)) * frame.height; }

  void drawGrid(bool horizontal = true, bool vertical = true);
  void drawXTicks();
  void drawYTicks();
  void drawLabels();                        // title and axis labels
  void add(std::string_view svg) { body += svg; }
  void addText(double x, double y, std::string_view text, std::string_view attributes);

  // The whole picture.
  std::string svg() const;

private:
  Labels labels;
  std::string body;
};

// "12.3": a coordinate, which needs no more than a tenth of a pixel.
std::string px(double value);
std::string escapeXml(std::string_view text);
// About how wide the text is, in pixels.
double textWidth(std::string_view text);

// The elements of a rank-1 array of numbers; `what` names it in the failure.
Result<std::vector<double>> numbers(const ArrayView &array, const char *what);
struct Points {
  std::vector<double> x, y;
};
// x and y of equal length; a missing x counts from 0.
Result<Points> points(const ArrayView *x, const ArrayView &y);
// The least and greatest finite value; fails if they are too far apart for arithmetic.
struct Range {
  double low, high; // 0 and 1 if there is none
};
Result<Range> finiteRange(const std::vector<double> &values);

std::optional<Failure> save(const std::string &path, const Chart &chart);
Failure cannotPlot(const std::string &path, const Failure &why);

} // namespace dagger::plot
