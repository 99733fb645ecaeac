// How values lie in the interpreter's memory: text and array handles, layouts of types, slots.
//
// One rule makes everything simple: memory of zero bytes is a valid object of every type (false, 0, the empty text, an
// array without storage, a tuple of those). So frames and buffers are cleared and filled by assignment, and whatever
// way a frame is left, all of its slots can be released.
#pragma once
#include "compiler/hir/Hir.h"
#include "dagger/elements.h"
#include "dagger/ElementTypes.h"
#include <memory>
#include <unordered_map>
#include <utility>

namespace dagger::interp {

// A counted text.
class Str {
public:
  Str() = default;
  explicit Str(std::string_view text) : text(dg_str_new(text.data(), int64_t(text.size()))) {}
  Str(const Str &other) : text(dg_str_retain(other.text)) {}
  Str(Str &&other) noexcept : text(std::exchange(other.text, nullptr)) {}
  Str &operator=(Str other) noexcept { return std::swap(text, other.text), *this; }
  ~Str() {
    if (text)
      dg_str_release(text);
  }
  std::string_view view() const { return textOf(text); }
  friend bool operator==(const Str &a, const Str &b) { return a.view() == b.view(); }

private:
  dg_str *text = nullptr;
};
static_assert(sizeof(Str) == sizeof(dg_str *), "arrays of text are handed to the library as they are");

struct Layout;

// A whole array: contiguous, row-major. Never changed while it is shared.
struct ArrayObject {
  int64_t refs = 1;
  const Layout *element = nullptr;
  int rank = 0;
  int64_t extents[DG_MAX_RANK] = {};
  int64_t chunk[DG_MAX_RANK] = {}; // what @chunks asked for; chunk[0] == 0: nothing
  int64_t count = 0;
  std::byte *data = nullptr;
  ~ArrayObject();
};

class ArrayRef {
public:
  ArrayRef() = default;
  explicit ArrayRef(ArrayObject *owned) : object(owned) {}
  ArrayRef(const ArrayRef &other) : object(other.object) {
    if (object)
      ++object->refs;
  }
  ArrayRef(ArrayRef &&other) noexcept : object(std::exchange(other.object, nullptr)) {}
  ArrayRef &operator=(ArrayRef other) noexcept { return std::swap(object, other.object), *this; }
  ~ArrayRef() {
    if (object && --object->refs == 0)
      delete object;
  }
  // A zeroed array; fails with DG9014 or DG9010 (as a PlainFailure).
  static ArrayRef create(const Layout *element, int rank, const int64_t *extents);
  // An array that nobody else sees: this one, or a copy that it becomes.
  ArrayObject &own();
  ArrayObject &operator*() const { return *object; }
  ArrayObject *operator->() const { return object; }
  explicit operator bool() const { return object; }

private:
  ArrayObject *object = nullptr;
};

// A failure as it travels: what, where, and the calls that led there. Shared by all values that it made fail.
struct FailureRecord {
  int32_t code = 0;
  std::string message;
  struct Site { Span span; const hir::Function *function; };
  std::vector<Site> sites;             // where it happened, then the calls that led there
  const hir::Function *task = nullptr; // the task or kernel that ran; null in graph code
};
using FailureRef = std::shared_ptr<const FailureRecord>;

// A slot holds a value and, 8 bytes before it, a pointer that is not null when the value failed. Variables and the
// elements of tuples are slots; elements of arrays are plain.
inline FailureRef *&failedIn(std::byte *value) { return reinterpret_cast<FailureRef **>(value)[-1]; }
inline void clearFailed(std::byte *value) {
  FailureRef *&failed = failedIn(value);
  if (failed) [[unlikely]]
    delete std::exchange(failed, nullptr);
}

struct Layout {
  const hir::Type *type = nullptr;
  size_t size = 0;            // a multiple of 8 for tuples; the natural size otherwise
  bool isTrivial = true;      // holds neither handles nor slots
  std::vector<std::pair<size_t, const Layout *>> fields; // Tuple: offset of each value; its failure pointer lies before it

  // All of these take valid objects. `move` leaves zeros behind in `from`.
  void copy(std::byte *to, const std::byte *from) const;
  void move(std::byte *to, std::byte *from) const;
  void clear(std::byte *value) const;
};

// Layouts of types; equal types have one layout.
class Layouts {
public:
  const Layout *of(const hir::Type *type);

private:
  std::unordered_map<const hir::Type *, std::unique_ptr<Layout>> layouts;
};

// The library's name for the elements, if it has one: all but tuples, dates and timestamps (which are i64 to it).
dg_type libraryType(const hir::Type *type);

template <class T> T &at(std::byte *address) { return *reinterpret_cast<T *>(address); }
template <class T> const T &at(const std::byte *address) { return *reinterpret_cast<const T *>(address); }

// Calls f.template operator()<T>() with the C++ type of a scalar type.
template <class F> auto withScalar(const hir::Type *type, F &&f) {
  switch (type->kind) {
  case hir::TypeKind::Bool: return f.template operator()<bool>();
  case hir::TypeKind::Date:
  case hir::TypeKind::Timestamp: return f.template operator()<int64_t>();
  case hir::TypeKind::Int:
    switch (type->width * 2 + type->isSigned) {
    case 17: return f.template operator()<int8_t>();
    case 33: return f.template operator()<int16_t>();
    case 65: return f.template operator()<int32_t>();
    case 129: return f.template operator()<int64_t>();
    case 16: return f.template operator()<uint8_t>();
    case 32: return f.template operator()<uint16_t>();
    case 64: return f.template operator()<uint32_t>();
    default: return f.template operator()<uint64_t>();
    }
  case hir::TypeKind::Float:
    if (type->width == 16)
      return type->isBrain ? f.template operator()<BFloat16>() : f.template operator()<Half>();
    return type->width == 32 ? f.template operator()<float>() : f.template operator()<double>();
  case hir::TypeKind::Complex:
    return type->width == 64 ? f.template operator()<std::complex<float>>() : f.template operator()<std::complex<double>>();
  default: return f.template operator()<Str>();
  }
}
// Whether values of the type are single C++ values, which nodes return: all but tuples and nothing.
inline bool hasCell(const hir::Type *type) { return !type->isTuple() && type->kind != hir::TypeKind::Void; }
// The same for every type that hasCell().
template <class F> auto withValue(const hir::Type *type, F &&f) {
  return type->isArray() ? f.template operator()<ArrayRef>() : withScalar(type, std::forward<F>(f));
}

} // namespace dagger::interp
