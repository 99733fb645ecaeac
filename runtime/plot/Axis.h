// An axis: where values lie, and which of them get a tick. Internal to the charts.
#pragma once
#include <string>
#include <vector>

namespace dagger::plot {

struct Tick {
  double value;
  std::string label;
};

struct Axis {
  double low = 0, high = 1;  // low < high
  std::vector<Tick> ticks;   // within low..high, ascending
  std::string factor;        // "×10⁶" when the labels leave a power of ten out, else empty

  // 0 at low, 1 at high.
  double position(double value) const { return (value - low) / (high - low); }
};

enum class Ends { Data, Rounded }; // the axis ends where the data does, or at the next ticks outside

// `low` and `high` are finite; equal ones, and those too close to tell apart, are widened.
Axis makeAxis(double low, double high, int mostTicks, Ends ends);

} // namespace dagger::plot
