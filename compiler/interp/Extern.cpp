#include "compiler/interp/Extern.h"
#include "compiler/interp/Library.h"
#include <algorithm>
#include <csetjmp>
#include <cstdlib>
#include <dlfcn.h>
#include <ffi.h>
#include <unistd.h>

namespace dagger::interp {

// Where dg_fail goes back to; one extern runs at a time.
static jmp_buf *failTarget = nullptr;
static std::string failText;

} // namespace dagger::interp

// What extern code calls to fail. A runtime in the same process has its own; this one serves where there is none.
extern "C" [[gnu::weak, gnu::visibility("default"), noreturn]] void dg_fail(const char *text) {
  if (!dagger::interp::failTarget)
    abort(); // outside of every extern call there is nothing to fail
  dagger::interp::failText = text;
  longjmp(*dagger::interp::failTarget, 1);
}

namespace dagger::interp {

static ffi_type *ffiType(const hir::Type *type) {
  switch (type->kind) {
  case hir::TypeKind::Bool: return &ffi_type_uint8;
  case hir::TypeKind::Float:
    if (type->width == 16)
      return nullptr;
    return type->width == 32 ? &ffi_type_float : &ffi_type_double;
  case hir::TypeKind::Complex: return type->width == 64 ? &ffi_type_complex_float : &ffi_type_complex_double;
  case hir::TypeKind::Int:
    switch (type->width) {
    case 8: return type->isSigned ? &ffi_type_sint8 : &ffi_type_uint8;
    case 16: return type->isSigned ? &ffi_type_sint16 : &ffi_type_uint16;
    case 32: return type->isSigned ? &ffi_type_sint32 : &ffi_type_uint32;
    default: return type->isSigned ? &ffi_type_sint64 : &ffi_type_uint64;
    }
  case hir::TypeKind::Date:
  case hir::TypeKind::Timestamp: return &ffi_type_sint64;
  case hir::TypeKind::Void: return &ffi_type_void;
  default: return nullptr;
  }
}

// Kept apart: no object with a destructor may live where longjmp passes.
static bool callSafely(ffi_cif *cif, void (*address)(), void *result, void **values) {
  jmp_buf here;
  jmp_buf *before = failTarget;
  if (setjmp(here)) {
    failTarget = before;
    return false;
  }
  failTarget = &here;
  ffi_call(cif, address, result, values);
  failTarget = before;
  return true;
}

void ExternFunction::call(Frame &frame, const Code &code, std::byte *result) {
  if (function.library.empty() &&
      located(frame, function.span, [&] { return callTileTask(function.externSymbol, frame, code); }))
    return;
  auto refuse = [&](const std::string &text) { fail(frame, function.span, failures::Extern, text); };
  if (!address) {
    void *library = function.library.empty() ? dlopen(nullptr, RTLD_NOW) : nullptr;
    // dg_fail must be found by the library, also where this code itself was opened by a program that kept it to itself.
    if (Dl_info self; dladdr(reinterpret_cast<void *>(&dg_fail), &self) && self.dli_fname)
      dlopen(self.dli_fname, RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
    // Beside the program that declares it first, then wherever the system looks.
    std::string problem;
    const SourceManager *sources = frame.machine->program.sources;
    if (!library && sources && function.span.valid() && function.library[0] != '/') {
      const std::string &path = sources->get(function.span.file).path;
      size_t slash = path.rfind('/');
      std::string beside = (slash == path.npos ? "." : path.substr(0, slash)) + "/" + function.library;
      if (access(beside.c_str(), F_OK) == 0 && !(library = dlopen(beside.c_str(), RTLD_NOW)))
        problem = dlerror();
    }
    if (!library && problem.empty() && !(library = dlopen(function.library.c_str(), RTLD_NOW)))
      problem = dlerror();
    if (!library)
      refuse(std::string("cannot open `") + function.library + "`: " + problem);
    address = dlsym(library, function.externSymbol.c_str());
    if (!address)
      refuse("`" + function.library + "` has no function `" + function.externSymbol + "`");
  }
  size_t count = function.params.size();
  std::vector<ffi_type *> types;
  std::vector<void *> values;
  std::deque<int64_t> numbers;
  std::deque<void *> pointers;
  std::vector<std::string> seen;
  std::vector<int64_t> extents;
  for (size_t i = 0; i < count; ++i) {
    const hir::Param &param = function.params[i];
    const hir::Type *type = param.var->type;
    std::byte *slot = frame.slot(code.params[i].offset);
    if (type->isArray()) {
      ArrayRef &array = at<ArrayRef>(slot);
      if (param.isInout)
        array.own();
      pointers.push_back(array->data);
      types.push_back(&ffi_type_pointer);
      values.push_back(&pointers.back());
      if (i < function.externExtents.size())
        for (size_t axis = 0; axis < function.externExtents[i].size(); ++axis) {
          const std::string &name = function.externExtents[i][axis];
          if (name.empty() || name == "_" || isdigit(name[0]) || std::find(seen.begin(), seen.end(), name) != seen.end())
            continue;
          bool isParameter = false; // a value parameter of that name is passed already
          for (const hir::Param &other : function.params)
            isParameter = isParameter || (other.var->name == name && other.var->type->kind == hir::TypeKind::Int);
          seen.push_back(name);
          if (!isParameter)
            extents.push_back(array->extents[axis]);
        }
    } else if (type->kind == hir::TypeKind::Str) {
      std::string_view text = at<Str>(slot).view();
      pointers.push_back(const_cast<char *>(text.data()));
      types.push_back(&ffi_type_pointer);
      values.push_back(&pointers.back());
      numbers.push_back(int64_t(text.size()));
      types.push_back(&ffi_type_sint64);
      values.push_back(&numbers.back());
    } else {
      ffi_type *ffi = ffiType(type);
      if (!ffi)
        refuse("the reference execution passes no " + hir::toString(type) + " to extern code");
      if (param.isInout) {
        pointers.push_back(slot);
        types.push_back(&ffi_type_pointer);
        values.push_back(&pointers.back());
      } else {
        types.push_back(ffi);
        values.push_back(slot);
      }
    }
  }
  for (int64_t extent : extents) {
    numbers.push_back(extent);
    types.push_back(&ffi_type_sint64);
    values.push_back(&numbers.back());
  }
  ffi_type *resultType = ffiType(function.result);
  ffi_cif cif;
  if (!resultType || ffi_prep_cif(&cif, FFI_DEFAULT_ABI, unsigned(types.size()), resultType, types.data()) != FFI_OK)
    refuse("the reference execution cannot call a function with this signature");
  alignas(16) std::byte made[32] = {}; // libffi widens small results to a register
  if (!callSafely(&cif, reinterpret_cast<void (*)()>(address), made, values.data()))
    fail(frame, function.span, failures::Extern, std::exchange(failText, {}));
  if (function.result->kind != hir::TypeKind::Void)
    memcpy(result, made, code.result->size);
}

} // namespace dagger::interp
