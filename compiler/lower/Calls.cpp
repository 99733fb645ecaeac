// Calls: in line, direct, or as a node of the graph.
#include "compiler/lower/Lowering.h"

using namespace mlir;

namespace dagger::lower {

// What annotations say to the scheduler and the trace.
Lowering::Annotated Lowering::annotated(ArrayRef<hir::Annotation> list, Location at) {
  Annotated out;
  for (const hir::Annotation &a : list) {
    if (a.args.empty())
      continue;
    if (a.name == "priority")
      out.priority = fromIndex(emitIndex(a.args[0]), builder.getI64Type(), at);
    else if (a.name == "retry")
      out.retries = int(a.args[0]->intValue);
    else if (a.name == "name")
      out.name = a.args[0]->text;
  }
  return out;
}

static std::string textOf(const hir::Program &program, Span span) {
  return span.valid() ? program.sources->get(span.file).text.substr(span.begin, span.end - span.begin) : std::string();
}

// Two inout places of one call stand for different elements, or the program stops.
void Lowering::checkOverlaps(const Expr *e, ArrayRef<Chosen> chosen) {
  Location at = loc(e->span);
  for (size_t i = 0; i < chosen.size(); ++i)
    for (size_t k = i + 1; k < chosen.size(); ++k) {
      const hir::Place &a = e->places[i], &b = e->places[k];
      auto [first, count] = placeParts(a);
      auto [otherFirst, otherCount] = placeParts(b);
      if (a.root != b.root || first >= otherFirst + otherCount || otherFirst >= first + count)
        continue;
      // One that is the whole array meets all of the other but nothing.
      if (chosen[i].isWhole() && chosen[k].isWhole())
        continue; // the checker has refused that
      Value meets = chosen[i].isWhole() || chosen[k].isWhole() ? boolean(true, at) : overlap(chosen[i], chosen[k], at);
      failIf(meets, 9009, "two inout places overlap: " + textOf(program, a.span) + " and " + textOf(program, b.span), at);
    }
}

// The arguments in the order of the parameters; an inout one is what stands in its place now.
void Lowering::arguments(const Expr *e, SmallVectorImpl<Val> &out, SmallVectorImpl<Chosen> &chosen) {
  size_t plainNext = 0, placeNext = 0;
  for (const hir::Param &p : e->callee->params) {
    if (p.isInout)
      chosen.push_back(choose(e->places[placeNext++]));
    out.push_back(p.isInout ? Val() : emit(e->args[plainNext++]));
  }
  checkOverlaps(e, chosen);
  placeNext = 0;
  for (auto [p, value] : llvm::zip_equal(e->callee->params, out))
    if (p.isInout) {
      value = readPlace(e->places[placeNext], &chosen[placeNext]);
      ++placeNext;
    }
}

void Lowering::writeUpdates(const Expr *e, ArrayRef<Val> updated, ArrayRef<Chosen> chosen) {
  for (auto [place, value, where] : llvm::zip_equal(e->places, updated, chosen)) {
    writePlace(place, value, place.type, &where);
    if (!place.path.empty() || place.root->chunks.empty())
      continue;
    // The callee may have made a new array; that of the variable passes as it is.
    Values chunk;
    for (const Expr *extent : place.root->chunks)
      chunk.push_back(emitIndex(extent));
    for (Value &part : state.env[place.root].parts)
      part = array::RechunkOp::create(builder, loc(place.span), part.getType(), part, chunk);
  }
}

Val Lowering::callDirect(const Expr *e, func::FuncOp func, bool futures) {
  Location at = loc(e->span);
  SmallVector<Val> values;
  SmallVector<Chosen> chosen;
  arguments(e, values, chosen);
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
  writeUpdates(e, updated, chosen);
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
    // Tried again it is a task of its own; otherwise it is called like any function.
    if (inTask && (state.retries || annotated(f->annotations, at).retries))
      return Val(plain(callTask(e, false).parts, at));
    if (inTask)
      return callDirect(e, function(f, Context::Task), false);
    return unsupported(e->span, "a call of `" + f->name + "` inside a kernel", e->type);
  }
  // On the host arrays are worth launches, however small what comes out of them is.
  bool isScalarCode = f->isScalar && kernelCode.isFunction(f) && !(onHost && !f->isRecursive && usesArrays(f));
  if (isScalarCode) {
    SmallVector<Val> values;
    SmallVector<Chosen> chosen;
    arguments(e, values, chosen);
    Values operands;
    for (const Val &v : values)
      operands.append(v.parts);
    func::FuncOp callee = function(f, Context::Scalar);
    auto call = [&](ValueRange v) { return Values(func::CallOp::create(builder, at, callee, v).getResults()); };
    return lift(operands, at, call, defersFailures(f));
  }
  if (inTask)
    return callDirect(e, function(f, Context::Task), false);
  if (onHost && f->isRecursive)
    return callDirect(e, function(f, Context::Host), true);
  if (!onHost && f->isRecursive)
    return unsupported(e->span, "a call of `" + f->name + "` inside a kernel", e->type);
  SmallVector<Val> values, updated;
  SmallVector<Chosen> chosen;
  arguments(e, values, chosen);
  Val out = inlineCall(f, values, at, updated);
  writeUpdates(e, updated, chosen);
  return out;
}

Val Lowering::callTask(const Expr *e, bool statement) {
  const hir::Function *f = e->callee;
  Location at = loc(e->span);
  // What the declaration says holds where the call says nothing.
  auto outer = std::make_tuple(state.priority, state.retries, state.callName);
  Annotated declared = annotated(f->annotations, at);
  Value priority = state.priority ? *state.priority : declared.priority;
  int retries = state.retries ? state.retries : declared.retries;
  std::string name = state.callName.empty() ? declared.name : state.callName;
  state.priority.reset(); // arguments are calls of their own
  state.retries = 0;
  state.callName.clear();
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
  SmallVector<Attribute> texts, boxPlaces;
  size_t plainNext = 0, placeNext = 0;
  SmallVector<Chosen> chosen;
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
        boxPlaces.push_back(LocationAttr(loc(a->span)));
        starts.append(b.starts);
        counts.append(b.counts);
        operands.push_back(array.parts[0]);
        continue;
      }
      operands.append(emit(a).parts);
      continue;
    }
    const hir::Place &place = e->places[placeNext++];
    auto [first, count] = placeParts(place);
    const Chosen &where = chosen.emplace_back(choose(place));
    // A contiguous part of one array is passed as a box of the variable. A second box of one array in one call is passed as
    // a value of its own: two results of one array would exclude each other.
    bool isBox = !where.box.starts.empty() && where.selectors.empty() && !where.box.dropped && count == 1 &&
                 llvm::all_of(where.box.steps, [](Value step) { return getConstantIntValue(step) == 1; });
    bool isSecond = llvm::any_of(places, [&](const Update &other) { return other.isBox && other.place->root == place.root && other.part == first; });
    Val value;
    if (isBox && !isSecond) {
      boxes.push_back(int32_t(operands.size()));
      boxPlaces.push_back(LocationAttr(loc(place.span)));
      starts.append(where.box.starts);
      counts.append(where.box.counts);
      value = Val(state.env[place.root].parts[first]);
      places.push_back({&place, unsigned(updates.size()), 1, true, first});
    } else {
      value = readPlace(place, &where);
      places.push_back({&place, unsigned(updates.size()), unsigned(value.parts.size()), false});
    }
    for (Value part : value.parts) {
      updates.push_back(int32_t(operands.size()));
      operands.push_back(future(part, at)); // a number to be updated needs a place of its own
      texts.push_back(builder.getStringAttr(textOf(program, place.span)));
    }
  }
  checkOverlaps(e, chosen);
  SmallVector<Type> results;
  for (Type type : callee.getResultTypes())
    results.push_back(isa<RankedTensorType>(type) ? type : Type(RankedTensorType::get({}, type)));
  auto op = task::CallOp::create(builder, at, results, FlatSymbolRefAttr::get(callee.getSymNameAttr()), operands,
                                 builder.getDenseI32ArrayAttr(boxes), starts, counts, builder.getDenseI32ArrayAttr(updates),
                                 priority, statement ? builder.getUnitAttr() : UnitAttr(),
                                 f->mayPrint ? builder.getUnitAttr() : UnitAttr(), builder.getI32IntegerAttr(retries),
                                 name.empty() ? StringAttr() : builder.getStringAttr(name),
                                 texts.empty() ? ArrayAttr() : builder.getArrayAttr(texts),
                                 boxPlaces.empty() ? ArrayAttr() : builder.getArrayAttr(boxPlaces));
  ValueRange all = op.getResults();
  unsigned own = leaves(f->result).size();
  ValueRange updated = all.drop_front(own);
  for (auto [u, where] : llvm::zip_equal(places, chosen)) {
    if (u.isBox) {
      // The result is the whole array with the box replaced.
      state.env[u.place->root].parts[u.part] = updated[u.first];
      continue;
    }
    writePlace(*u.place, Val(Values(updated.slice(u.first, u.count))), u.place->type, &where);
  }
  std::tie(state.priority, state.retries, state.callName) = outer;
  return Val(Values(all.take_front(own)));
}

} // namespace dagger::lower
