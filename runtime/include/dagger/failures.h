// The run-time failures of the language: their codes, their texts, and how one is shown. The compiled program's runtime
// and the reference interpreter both take them from here, so that a program fails with the same words either way.
//
// C++, header only, and independent of the rest. Each code has a page, docs/errors/DG9nnn.md.
#ifndef DAGGER_FAILURES_H
#define DAGGER_FAILURES_H
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dagger::failures {

enum Code : int32_t {
  AssertionFailed = 9001,
  IndexOutOfRange = 9002,
  ExtentsDiffer = 9003,
  DivisionByZero = 9004,
  IntegerOverflow = 9005,
  EmptyArray = 9006,
  File = 9007,              // the text comes from the file library: what, which file, which row
  Extern = 9008,            // the text is the extern's own
  PlacesOverlap = 9009,
  OutOfMemory = 9010,
  RecursionTooDeep = 9011,
  BadText = 9012,
  SliceOutOfRange = 9013,
  BadExtentOrStep = 9014,
  LinearAlgebra = 9015,     // the text comes from the linear algebra library
};

// ---- the texts ---------------------------------------------------------------------------------------------------------
inline std::string assertionFailed(std::string_view message = {}) {
  return message.empty() ? "assertion failed" : "assertion failed: " + std::string(message);
}
inline std::string indexOutOfRange(int64_t index, int64_t axis, int64_t extent) {
  return "index " + std::to_string(index) + " is out of range: axis " + std::to_string(axis) + " has extent " +
         std::to_string(extent);
}
inline std::string extentsDiffer(int64_t a, int64_t b, int64_t axis) {
  return "extents differ: " + std::to_string(a) + " and " + std::to_string(b) + " along axis " + std::to_string(axis);
}
inline std::string divisionByZero() { return "division by zero"; }
inline std::string integerOverflow() { return "integer overflow"; }
// `name` as the program writes the operation: min, max, argmin, argmax.
inline std::string emptyArray(std::string_view name) { return std::string(name) + " of an empty array"; }
// Two places of one call, as the program writes them.
inline std::string placesOverlap(std::string_view a, std::string_view b) {
  return "two inout places overlap: " + std::string(a) + " and " + std::string(b);
}
inline std::string outOfMemory(uint64_t bytes) { return "out of memory: " + std::to_string(bytes) + " bytes"; }
inline std::string recursionTooDeep() { return "recursion is too deep"; }
// `quoted` is the text as a string literal with its quotes, `type` a type of the language. The article follows how the
// type is spoken: an i64, an f64, a u8, a bool.
inline std::string badText(std::string_view quoted, std::string_view type) {
  bool an = !type.empty() && (type[0] == 'i' || type[0] == 'f');
  return std::string(quoted) + " is not " + (an ? "an " : "a ") + std::string(type);
}
// low..high as they come out after open ends are filled in.
inline std::string sliceOutOfRange(int64_t low, int64_t high, int64_t axis, int64_t extent) {
  return "slice " + std::to_string(low) + ".." + std::to_string(high) + " is out of range: axis " +
         std::to_string(axis) + " has extent " + std::to_string(extent);
}
inline std::string negativeExtent(int64_t extent) { return "negative extent " + std::to_string(extent); }
inline std::string stepIsZero() { return "step is zero"; }
// Reshaping to another number of elements is a matter of extents as well (DG9003).
inline std::string reshapeDiffers(int64_t from, int64_t to) {
  return "extents differ: reshape of " + std::to_string(from) + " elements to " + std::to_string(to);
}

// ---- how a failure is shown --------------------------------------------------------------------------------------------
// One place on the way to the failure; the first is where it happened. `function` as the program names it.
struct Place {
  std::string_view file, function;
  int32_t line = 0, column = 0;
};

// The chunk of a launch that failed: one range for each axis of its index space; an axis that is not cut is shown as `..`.
struct ChunkRange {
  int64_t low, high;
  bool whole;
};

// "error[DG9002]: index 12 is out of range: …\n  at prog.dg:5:9 in task `step`, chunk [0..128, ..]\n  called from …\n".
// `task` is the running task's or launch's name, empty where graph code failed (then the place's function is named).
// `chunk` is empty where there is only one.
inline std::string show(int32_t code, std::string_view text, const std::vector<Place> &places, std::string_view task = {},
                        const std::vector<ChunkRange> &chunk = {}) {
  std::string out = "error[DG" + std::to_string(code) + "]: " + std::string(text) + "\n";
  bool first = true;
  for (const Place &place : places) {
    out += first ? "  at " : "  called from ";
    out += std::string(place.file) + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
    if (first && !task.empty())
      out += " in task `" + std::string(task) + "`";
    else if (!place.function.empty())
      out += " in `" + std::string(place.function) + "`";
    if (first && !chunk.empty()) {
      out += ", chunk [";
      for (size_t axis = 0; axis < chunk.size(); ++axis) {
        out += axis ? ", " : "";
        out += chunk[axis].whole ? ".." : std::to_string(chunk[axis].low) + ".." + std::to_string(chunk[axis].high);
      }
      out += "]";
    }
    out += "\n";
    first = false;
  }
  return out;
}

} // namespace dagger::failures
#endif
