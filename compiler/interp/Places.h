// Places: what assignments write and `inout` passes, and the subscripts that select a part of an array.
#pragma once
#include "compiler/interp/Node.h"

namespace dagger::interp {

// A subscript's operands, compiled.
struct SubscriptNode {
  hir::Subscript::Kind kind;
  IndexNode *value = nullptr, *low = nullptr, *high = nullptr, *step = nullptr; // null: open
  ArrayNode *list = nullptr;                  // Gather, Mask
  const hir::Type *listElement = nullptr;
};

// Which elements of an array are meant, in row-major order of the result.
struct Selection {
  struct Axis {
    int64_t start = 0, step = 1, count = 0;
    bool isDropped = false;                   // an index: the result has no such axis
    bool isList = false;
    std::vector<int64_t> list;                // Gather, Mask
    int64_t at(int64_t i) const { return isList ? list[size_t(i)] : start + i * step; }
  };
  std::vector<Axis> axes;                     // one for each axis of the array
  bool isLinear = false;                      // a mask of the array's own rank: axes has one, of row-major positions
  int resultRank = 0;
  int64_t resultExtents[DG_MAX_RANK] = {};
  int64_t count = 1;

  // Calls each(position in the array, position in the result).
  template <class F> void forEach(const ArrayObject &array, F &&each) const;
};

// Fails with DG9002, DG9003, DG9013 or DG9014.
Selection select(Frame &frame, Span span, const std::vector<SubscriptNode> &subscripts, const ArrayObject &array);
Selection selectTile(Frame &frame, Span span, const std::vector<IndexNode *> &tile, const ArrayObject &array);
bool overlap(const Selection &a, const Selection &b);
// The selected elements as a new array.
ArrayRef gather(const ArrayObject &array, const Selection &selection);

// A place whose slot is known when the function is compiled.
struct PlaceNode {
  size_t slot = 0;                            // of the variable, or of the field of a tuple in it
  std::vector<size_t> checks;                 // failures of which would be the place's own
  const Layout *whole = nullptr;              // of what lies in the slot
  const hir::Var *root = nullptr;
  std::vector<int> fields;
  bool hasSubscripts = false, isTile = false, isElement = false;
  std::vector<SubscriptNode> subscripts;
  std::vector<IndexNode *> tile;
  size_t fieldOffset = 0;                     // in an array of tuples: of the field that is meant
  const Layout *field = nullptr;              // null: the whole element
  std::vector<IndexNode *> chunks;            // of a whole variable declared with @chunks
  Span span;

  bool isWhole() const { return !hasSubscripts && !isTile && !field; }
  // The subscripts at this moment; none for a whole place.
  Selection resolve(Frame &frame) const;
  void check(Frame &frame) const;             // throws if the place holds a failed value
  void take(Frame &frame, const Selection &selection, std::byte *to) const;
  void put(Frame &frame, const Selection &selection, std::byte *from, const Layout *layout) const;
  void rechunk(Frame &frame) const;           // what a callee put there, as the variable was declared
};

} // namespace dagger::interp
