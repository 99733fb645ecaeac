// Native array functions: how a call travels to the task that does it.
#pragma once
#include "dagger/library.h"
#include "runtime/abi/Call.h"
#include "runtime/io/OwnedArray.h"

namespace dagger::rt {

// The frame of such a task. Its texts come as arrays of rank 0 behind the others.
struct LibraryFrame {
  int32_t function, arrays, texts, numbers, reals, results;
  const dg_location *location;
  uint8_t resultType[8], resultRank[8];
  // Then the numbers, the reals and the types of the arrays.
  const int64_t *number() const { return reinterpret_cast<const int64_t *>(this + 1); }
  const double *real() const { return reinterpret_cast<const double *>(number() + numbers); }
  const uint8_t *arrayType() const { return reinterpret_cast<const uint8_t *>(real() + reals); }
};

// What went wrong: a code and a text from malloc; null: nothing.
struct LibraryError {
  int32_t code = 0;
  char *text = nullptr;
};

inline ArrayView viewOf(const dg_array *a) { return {dg_type(a->type), a->rank, a->data, a->extents, a->strides}; }
// An array with its elements as the language reads them.
inline ArrayView argument(const LibraryFrame &frame, dg_array *const *arrays, int index) {
  ArrayView view = viewOf(arrays[index]);
  view.type = dg_type(frame.arrayType()[index]);
  return view;
}
inline std::string_view textArgument(const LibraryFrame &frame, dg_array *const *arrays, int index) {
  return textOf(*reinterpret_cast<dg_str **>(arrays[frame.arrays + index]->data));
}

// A handle on the memory of a library's result. Texts in it pass to the handle.
dg_array *takeOwned(dg_context *context, OwnedArray &array);

// Each does its functions and returns results with dg_task_return.
LibraryError runArrays(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays);
LibraryError runFiles(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays);
LibraryError runLinear(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays);
// Functions whose result is made in chunks; false if this call is not for them.
bool launchRandom(dg_context *context, const LibraryFrame &frame, dg_array **results);
bool launchConcat(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays, dg_array **results);
bool launchMatmul(dg_context *context, const LibraryFrame &frame, dg_array *const *arrays, dg_array **results);

} // namespace dagger::rt
