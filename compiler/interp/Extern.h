// Extern tasks: functions of the C ABI in shared libraries, called through libffi.
#pragma once
#include "compiler/interp/Node.h"

namespace dagger::interp {

// language.md, "extern": scalars by value, texts as pointer and length, arrays as pointers, then each extent name once.
class ExternFunction {
public:
  explicit ExternFunction(const hir::Function &function) : function(function) {}
  // The parameters stand in `frame`. Opens the library at the first call. A failure (DG9008) is thrown with its place.
  void call(Frame &frame, const Code &code, std::byte *result);

private:
  const hir::Function &function;
  void *address = nullptr;
};

} // namespace dagger::interp
