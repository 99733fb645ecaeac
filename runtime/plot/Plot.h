// Charts as .svg files: what plot.line, plot.scatter, plot.bar and plot.heat draw.
//
// Arrays are of numbers (no complex ones) and of rank 1, but for heat's; x and y must be as long as each other. Points
// with NaN or infinity are left out (a line has a gap there). Files stay small however many points there are: what can't
// be told apart at the chart's resolution is drawn once. The file is written as io::OutputFile writes. No state; any thread.
#pragma once
#include "dagger/Result.h"
#include "runtime/io/Io.h"
#include <optional>
#include <string>

namespace dagger::plot {

struct Labels {
  std::string title, x, y; // UTF-8; an empty one takes no room
};

// x may be null in all of these: then it counts 0, 1, 2, …
std::optional<Failure> line(const std::string &path, const ArrayView *x, const ArrayView &y, const Labels &labels = {});
std::optional<Failure> scatter(const std::string &path, const ArrayView *x, const ArrayView &y,
                               const Labels &labels = {});
// One bar for each element, from zero; x is numbers or text, and stands below the bars in the order it has.
std::optional<Failure> bar(const std::string &path, const ArrayView *x, const ArrayView &y, const Labels &labels = {});
// A rank-2 array as colours, row 0 on top, with a scale beside it; colours and range as in io::writePng.
std::optional<Failure> heat(const std::string &path, const ArrayView &values, const Labels &labels = {},
                            const io::PngOptions &options = {});

} // namespace dagger::plot
