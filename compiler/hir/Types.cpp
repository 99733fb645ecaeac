// Interning of types, and their names as the language writes them.
#include "compiler/hir/Hir.h"

namespace dagger::hir {

static bool sameStructure(const Type &a, const Type &b) {
  return a.kind == b.kind && a.width == b.width && a.isSigned == b.isSigned && a.isBrain == b.isBrain &&
         a.element == b.element && a.rank == b.rank && a.elements == b.elements && a.fields == b.fields &&
         a.record == b.record;
}

// The parts of a type are interned themselves, so a comparison never goes deeper than one level.
static const Type *intern(std::deque<Type> &types, Type wanted) {
  for (const Type &known : types)
    if (sameStructure(known, wanted))
      return &known;
  types.push_back(std::move(wanted));
  return &types.back();
}

const Type *Program::scalar(TypeKind kind, int width, bool isSigned, bool isBrain) {
  Type type;
  type.kind = kind;
  type.width = width;
  type.isSigned = isSigned;
  type.isBrain = isBrain;
  return intern(types, std::move(type));
}

const Type *Program::array(const Type *element, int rank) {
  Type type;
  type.kind = TypeKind::Array;
  type.element = element;
  type.rank = rank;
  return intern(types, std::move(type));
}

const Type *Program::tuple(std::vector<const Type *> elements, std::vector<std::string> fields, std::string record) {
  Type type;
  type.kind = TypeKind::Tuple;
  type.isFlat = true;
  for (const Type *element : elements)
    type.isFlat = type.isFlat && element->isElement();
  type.elements = std::move(elements);
  type.fields = std::move(fields);
  type.record = std::move(record);
  return intern(types, std::move(type));
}

// Types can share parts, so their text can be exponentially longer than they are: it is cut where it gets unreadable.
static void append(std::string &out, const Type *type) {
  if (out.size() > 200) {
    out += "...";
    return;
  }
  switch (type->kind) {
  case TypeKind::Void: out += "nothing"; return;
  case TypeKind::Bool: out += "bool"; return;
  case TypeKind::Int: out += (type->isSigned ? "i" : "u") + std::to_string(type->width); return;
  case TypeKind::Float: out += (type->isBrain ? "bf" : "f") + std::to_string(type->width); return;
  case TypeKind::Complex: out += "c" + std::to_string(type->width); return;
  case TypeKind::Str: out += "str"; return;
  case TypeKind::Date: out += "date"; return;
  case TypeKind::Timestamp: out += "timestamp"; return;
  case TypeKind::Array:
    out += "[";
    append(out, type->element);
    out += "; ";
    for (int axis = 0; axis < type->rank; ++axis)
      out += axis ? ", _" : "_";
    out += "]";
    return;
  case TypeKind::Tuple:
    if (!type->record.empty()) {
      out += type->record;
      return;
    }
    out += "(";
    for (size_t i = 0; i < type->elements.size(); ++i) {
      if (i)
        out += ", ";
      append(out, type->elements[i]);
    }
    out += ")";
    return;
  }
}

std::string toString(const Type *type) {
  std::string out;
  if (!type)
    return "nothing";
  append(out, type);
  return out;
}

} // namespace dagger::hir
