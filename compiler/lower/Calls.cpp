// Calls: in line, direct, or as a node of the graph.
#include "compiler/lower/Lowering.h"

using namespace mlir;

namespace dagger::lower {

// The arguments in the order of the parameters; an inout one is what stands in its place now.
void Lowering::arguments(const Expr *e, SmallVectorImpl<Val> &out) {
  size_t plainNext = 0, placeNext = 0;
  for (const hir::Param &p : e->callee->params)
    out.push_back(p.isInout ? readPlace(e->places[placeNext++]) : emit(e->args[plainNext++]));
}

void Lowering::writeUpdates(const Expr *e, ArrayRef<Val> updated) {
  for (auto [place, value] : llvm::zip_equal(e->places, updated))
    writePlace(place, value, place.type);
}

Val Lowering::callDirect(const Expr *e, func::FuncOp func, bool futures) {
  Location at = loc(e->span);
  SmallVector<Val> values;
  arguments(e, values);
  Values operands;
  for (const Val &v : values) {
    if (v.view || v.parts.empty())
      return unsupported(e->span, "an array argument of `" + e->callee->name + "` here", e->type);
    operands.append(v.parts);
  }
  for (auto [operand, type] : llvm::zip_equal(operands, func.getArgumentTypes()))
    if (operand.getType() != type)
      operand = isFuture(operand) ? plain(operand, at) : future(operand, at);
  auto op = func::CallOp::create(builder, at, func, operands);
  ValueRange results = op.getResults();
  Val out(Values(results.take_front(leaves(e->type).size())));
  results = results.drop_front(out.parts.size());
  SmallVector<Val> updated;
  for (const hir::Place &place : e->places) {
    size_t count = leaves(place.type).size();
    updated.push_back(Val(Values(results.take_front(count))));
    results = results.drop_front(count);
  }
  writeUpdates(e, updated);
  return out;
}

// A group kernel that is a launch of its own: not if it is to be repeated or has a name of its own, nor if two of its places
// may overlap, which is found where a task begins.
bool Lowering::isLaunchable(const Expr *e) {
  if (e->callee->kind != hir::FunctionKind::GroupKernel || state.retries || !state.callName.empty())
    return false;
  llvm::SmallPtrSet<const Var *, 4> roots;
  return llvm::all_of(e->places, [&](const hir::Place &place) { return roots.insert(place.root).second; });
}

Val Lowering::emitCall(const Expr *e) {
  const hir::Function *f = e->callee;
  Location at = loc(e->span);
  bool onHost = state.context == Context::Host, inTask = state.context == Context::Task;
  if (f->kind == hir::FunctionKind::Extern) {
    bool isPlain = f->library.empty() && e->places.empty() && f->result->isScalar();
    for (const hir::Param &p : f->params)
      isPlain &= p.var->type->isScalar() && p.var->type->kind != TypeKind::Str;
    if (isPlain) {
      // A C function of numbers: no task, callable from everywhere.
      func::FuncOp callee = function(f, Context::Scalar);
      Values operands;
      for (const Expr *a : e->args)
        operands.push_back(emit(a).parts[0]);
      return lift(operands, at, [&](ValueRange v) { return Values(func::CallOp::create(builder, at, callee, v).getResults()); });
    }
  }
  if (f->kind != hir::FunctionKind::Fn) {
    if (onHost && isLaunchable(e))
      return launchGroups(e), Val();
    if (onHost)
      return callTask(e, f->result->kind == TypeKind::Void);
    if (inTask)
      return callDirect(e, function(f, Context::Task), false);
    return unsupported(e->span, "a call of `" + f->name + "` inside a kernel", e->type);
  }
  bool isScalarCode = f->isScalar && kernelCode.isFunction(f);
  if (isScalarCode) {
    SmallVector<Val> values;
    arguments(e, values);
    Values operands;
    for (const Val &v : values)
      operands.append(v.parts);
    func::FuncOp callee = function(f, Context::Scalar);
    return lift(operands, at, [&](ValueRange v) { return Values(func::CallOp::create(builder, at, callee, v).getResults()); });
  }
  if (inTask)
    return callDirect(e, function(f, Context::Task), false);
  if (onHost && f->isRecursive)
    return callDirect(e, function(f, Context::Host), true);
  if (!onHost && f->isRecursive)
    return unsupported(e->span, "a call of `" + f->name + "` inside a kernel", e->type);
  SmallVector<Val> values, updated;
  arguments(e, values);
  Val out = inlineCall(f, values, at, updated);
  writeUpdates(e, updated);
  return out;
}

// A place of which the task gets just a box of the variable's array.
bool Lowering::boxOf(const hir::Place &place, Values &starts, Values &counts) {
  if (place.path.empty() || leaves(place.type).size() != 1 || !place.type->isArray())
    return false;
  const hir::Place::Step &step = place.path.back();
  Location at = loc(place.span);
  auto [first, count] = placeParts(place);
  Value array = state.env[place.root].parts[first];
  if (step.kind == hir::Place::Step::Tile) {
    Values tile;
    for (const Expr *e : step.tile)
      tile.push_back(emitIndex(e));
    Box b = tileBox(array, tile, at);
    starts = b.starts;
    counts = b.counts;
    return true;
  }
  if (step.kind != hir::Place::Step::Subscripts)
    return false;
  for (const hir::Subscript &s : step.subscripts)
    if (s.kind != hir::Subscript::Range || s.step)
      return false;
  Box b = box(Val(array), step.subscripts, at);
  starts = b.starts;
  counts = b.counts;
  return true;
}

Val Lowering::callTask(const Expr *e, bool statement) {
  const hir::Function *f = e->callee;
  Location at = loc(e->span);
  func::FuncOp callee = function(f, Context::Task);
  struct Update {
    const hir::Place *place;
    unsigned first, count;    // of the callee's updated results
    bool isBox;
    unsigned part = 0;        // of the root, for a box
  };
  Values operands, starts, counts;
  SmallVector<int32_t> boxes, updates;
  SmallVector<Update> places;
  SmallVector<Attribute> texts;
  SmallVector<std::tuple<const Var *, unsigned, Values, Values>> updatedBoxes;
  size_t plainNext = 0, placeNext = 0;
  auto text = [&](Span span) {
    if (!span.valid())
      return std::string();
    const std::string &source = program.sources->get(span.file).text;
    return source.substr(span.begin, span.end - span.begin);
  };
  for (const hir::Param &p : f->params) {
    if (!p.isInout) {
      const Expr *a = e->args[plainNext++];
      // A tile or slice of a variable is passed as a box of it, so that the call does not hold a second view.
      bool isTile = a->op == Op::Tile;
      bool isRange = a->op == Op::Slice && llvm::all_of(a->subscripts, [](const hir::Subscript &s) { return s.kind == hir::Subscript::Range && !s.step; });
      if ((isTile || isRange) && a->args[0]->op == Op::Local && leaves(a->type).size() == 1) {
        Val array = emit(a->args[0]);
        Values tile;
        for (size_t i = 1; isTile && i < a->args.size(); ++i)
          tile.push_back(emitIndex(a->args[i]));
        Box b = isTile ? tileBox(array.parts[0], tile, at) : box(array, a->subscripts, at);
        boxes.push_back(int32_t(operands.size()));
        starts.append(b.starts);
        counts.append(b.counts);
        operands.push_back(array.parts[0]);
        continue;
      }
      operands.append(emit(a).parts);
      continue;
    }
    const hir::Place &place = e->places[placeNext++];
    Values boxStarts, boxCounts;
    auto [first, count] = placeParts(place);
    // A second box of one array in one call is passed as a value of its own: two results of one array would exclude
    // each other. That the two do not overlap is tested here.
    bool isSecond = llvm::any_of(updatedBoxes, [&](auto &other) { return std::get<0>(other) == place.root && std::get<1>(other) == first; });
    bool isBox = boxOf(place, boxStarts, boxCounts);
    if (isBox) {
      for (auto &[root, part, otherStarts, otherCounts] : updatedBoxes) {
        if (root != place.root || part != first)
          continue;
        Value overlap = boolean(true, at);
        for (size_t axis = 0; axis < boxStarts.size(); ++axis) {
          auto before = [&](Value s, Value c, Value t) -> Value {
            return arith::CmpIOp::create(builder, at, arith::CmpIPredicate::slt, t, arith::AddIOp::create(builder, at, s, c));
          };
          overlap = arith::AndIOp::create(builder, at, overlap, before(boxStarts[axis], boxCounts[axis], otherStarts[axis]));
          overlap = arith::AndIOp::create(builder, at, overlap, before(otherStarts[axis], otherCounts[axis], boxStarts[axis]));
        }
        failIf(overlap, 9009, "two inout places overlap: " + text(e->span), at);
      }
      updatedBoxes.push_back({place.root, first, boxStarts, boxCounts});
    }
    Val value;
    if (isBox && !isSecond) {
      boxes.push_back(int32_t(operands.size()));
      starts.append(boxStarts);
      counts.append(boxCounts);
      value = Val(state.env[place.root].parts[first]);
      places.push_back({&place, unsigned(updates.size()), 1, true, first});
    } else {
      value = readPlace(place);
      places.push_back({&place, unsigned(updates.size()), unsigned(value.parts.size()), false});
    }
    for (Value part : value.parts) {
      updates.push_back(int32_t(operands.size()));
      operands.push_back(part);
      texts.push_back(builder.getStringAttr(text(place.span)));
    }
  }
  SmallVector<Type> results;
  for (Type type : callee.getResultTypes())
    results.push_back(isa<RankedTensorType>(type) ? type : Type(RankedTensorType::get({}, type)));
  auto op = task::CallOp::create(builder, at, results, FlatSymbolRefAttr::get(callee.getSymNameAttr()), operands,
                                 builder.getDenseI32ArrayAttr(boxes), starts, counts, builder.getDenseI32ArrayAttr(updates),
                                 state.priority.value_or(Value()), statement ? builder.getUnitAttr() : UnitAttr(),
                                 f->mayPrint ? builder.getUnitAttr() : UnitAttr(), builder.getI32IntegerAttr(state.retries),
                                 state.callName.empty() ? StringAttr() : builder.getStringAttr(state.callName),
                                 texts.empty() ? ArrayAttr() : builder.getArrayAttr(texts));
  ValueRange all = op.getResults();
  unsigned own = leaves(f->result).size();
  ValueRange updated = all.drop_front(own);
  for (const Update &u : places) {
    if (u.isBox) {
      // The result is the whole array with the box replaced.
      state.env[u.place->root].parts[u.part] = updated[u.first];
      continue;
    }
    writePlace(*u.place, Val(Values(updated.slice(u.first, u.count))), u.place->type);
  }
  return Val(Values(all.take_front(own)));
}

} // namespace dagger::lower
