// Native functions of the standard library (Library.def), as the interpreter calls them.
#pragma once
#include "compiler/interp/Node.h"
#include "runtime/io/OwnedArray.h"
#include <optional>

namespace dagger::interp {

// One call: evaluated arguments, and where the result goes. Functions throw PlainFailure.
struct LibraryCall {
  Frame &frame;
  const hir::Expr &e;
  const std::vector<std::byte *> &args;
  std::byte *to;

  size_t count() const { return args.size(); }
  const hir::Type *type(size_t i) const { return e.args[i]->type; }
  ArrayRef &array(size_t i) const { return at<ArrayRef>(args[i]); }
  std::string_view text(size_t i) const { return at<Str>(args[i]).view(); }
  int64_t integer(size_t i) const; // of any integer type
  double real(size_t i) const;     // of any number type
  int64_t attr(const char *name, int64_t otherwise = 0) const;
  std::string textAttr(const char *name) const;
  const Layout *layout(const hir::Type *type) const { return frame.machine->layouts.of(type); }

  // A new array that becomes the result.
  ArrayObject &make(int rank, const int64_t *extents) const;
  void give(std::string_view text) const { at<Str>(to) = Str(text); }
  void give(ArrayRef array) const { at<ArrayRef>(to) = std::move(array); }
  // The elements are copied, texts with a reference of their own; rank 0 gives a scalar.
  void give(OwnedArray &array, const hir::Type *type, std::byte *to) const;
  void give(Result<OwnedArray> array, int32_t code) const;
};

using LibraryFunction = void (*)(const LibraryCall &);

// Null if there is none of that name.
LibraryFunction arrayFunction(const std::string &name);   // LibraryArrays.cpp
LibraryFunction textFunction(const std::string &name);    // LibraryText.cpp
LibraryFunction fileFunction(const std::string &name);    // LibraryFiles.cpp: files, plots, show
LibraryFunction numberFunction(const std::string &name);  // LibraryNumbers.cpp: random numbers, linear algebra

// The library's view of an array; `strides` must live as long.
struct View : ArrayView {
  int64_t steps[DG_MAX_RANK];
  View(const ArrayObject &array);
  View(const View &) = delete;
};

void check(std::optional<Failure> failure, int32_t code);

// linalg.potrf and the like: the interpreter's own extern functions, called with the parameters in `frame`; false: unknown.
bool callTileTask(const std::string &name, Frame &frame, const Code &code);

} // namespace dagger::interp
