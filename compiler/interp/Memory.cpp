#include "compiler/interp/Memory.h"
#include "compiler/interp/Failure.h"
#include <cstdlib>

namespace dagger::interp {

ArrayObject::~ArrayObject() {
  if (!element->isTrivial)
    for (int64_t i = 0; i < count; ++i)
      element->clear(data + i * int64_t(element->size));
  free(data);
}

ArrayRef ArrayRef::create(const Layout *element, int rank, const int64_t *extents) {
  int64_t count = 1;
  bool overflows = false;
  for (int axis = 0; axis < rank; ++axis) {
    if (extents[axis] < 0)
      throw PlainFailure{failures::BadExtentOrStep, failures::negativeExtent(extents[axis])};
    overflows |= __builtin_mul_overflow(count, extents[axis], &count);
  }
  int64_t bytes = 0;
  overflows |= __builtin_mul_overflow(count, int64_t(element->size), &bytes);
  auto *data = overflows ? nullptr : static_cast<std::byte *>(calloc(size_t(bytes) + 8, 1));
  if (!data)
    throw PlainFailure{failures::OutOfMemory, failures::outOfMemory(overflows ? ~uint64_t(0) : uint64_t(bytes))};
  auto *object = new ArrayObject;
  object->element = element;
  object->rank = rank;
  std::copy(extents, extents + rank, object->extents);
  object->count = count;
  object->data = data;
  return ArrayRef(object);
}

ArrayObject &ArrayRef::own() {
  if (object->refs == 1)
    return *object;
  ArrayRef copy = create(object->element, object->rank, object->extents);
  std::copy(object->chunk, object->chunk + DG_MAX_RANK, copy->chunk);
  const Layout *element = object->element;
  if (element->isTrivial)
    memcpy(copy->data, object->data, size_t(object->count) * element->size);
  else
    for (int64_t i = 0; i < object->count; ++i)
      element->copy(copy->data + i * int64_t(element->size), object->data + i * int64_t(element->size));
  *this = std::move(copy);
  return *object;
}

void Layout::copy(std::byte *to, const std::byte *from) const {
  if (isTrivial)
    memcpy(to, from, size);
  else if (type->isArray())
    at<ArrayRef>(to) = at<ArrayRef>(from);
  else if (type->isTuple())
    for (auto &[offset, layout] : fields) {
      clearFailed(to + offset);
      layout->copy(to + offset, from + offset);
      if (const FailureRef *failed = reinterpret_cast<FailureRef *const *>(from + offset)[-1])
        failedIn(to + offset) = new FailureRef(*failed);
    }
  else
    at<Str>(to) = at<Str>(from);
}

void Layout::move(std::byte *to, std::byte *from) const {
  if (to == from)
    return;
  if (!isTrivial)
    clear(to);
  memcpy(to, from, size);
  memset(from, 0, size);
}

void Layout::clear(std::byte *value) const {
  if (isTrivial)
    memset(value, 0, size);
  else if (type->isArray())
    at<ArrayRef>(value) = {};
  else if (type->isTuple())
    for (auto &[offset, layout] : fields) {
      clearFailed(value + offset);
      layout->clear(value + offset);
    }
  else
    at<Str>(value) = {};
}

const Layout *Layouts::of(const hir::Type *type) {
  std::unique_ptr<Layout> &layout = layouts[type];
  if (layout)
    return layout.get();
  layout = std::make_unique<Layout>();
  Layout *result = layout.get(); // the map may grow below, the layout stays
  result->type = type;
  if (type->isTuple()) {
    result->isTrivial = false;
    for (const hir::Type *element : type->elements) {
      const Layout *field = of(element);
      result->size += 8;
      result->fields.push_back({result->size, field});
      result->size += (field->size + 7) / 8 * 8;
    }
  } else if (type->kind != hir::TypeKind::Void) {
    withValue(type, [&]<class T>() {
      result->size = sizeof(T);
      result->isTrivial = std::is_trivially_destructible_v<T>;
    });
  }
  return result;
}

dg_type libraryType(const hir::Type *type) {
  static constexpr dg_type signedTypes[] = {DG_I8, DG_I16, DG_I32, DG_I64}, unsignedTypes[] = {DG_U8, DG_U16, DG_U32, DG_U64};
  switch (type->kind) {
  case hir::TypeKind::Bool: return DG_BOOL;
  case hir::TypeKind::Int: return (type->isSigned ? signedTypes : unsignedTypes)[__builtin_ctz(unsigned(type->width)) - 3];
  case hir::TypeKind::Float: return type->width == 16 ? type->isBrain ? DG_BF16 : DG_F16 : type->width == 32 ? DG_F32 : DG_F64;
  case hir::TypeKind::Complex: return type->width == 64 ? DG_C64 : DG_C128;
  case hir::TypeKind::Str: return DG_STR;
  default: return DG_I64;
  }
}

} // namespace dagger::interp
