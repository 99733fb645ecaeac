// The native standard library: what is a loop over elements becomes one, everything else is a call.
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;

namespace dagger::lower {

Val Lowering::libraryOp(const Expr *e, StringRef name, bool effect) {
  SmallVector<LibraryArgument> arguments;
  for (const Expr *a : e->args)
    arguments.push_back({emit(a), leaves(a->type), a->span});
  auto wanted = leaves(e->type);
  if (!e->type->isArray() || wanted.size() == 1)
    return libraryOp(e, name, arguments, wanted, effect);
  // What moves records about moves each of their arrays.
  Val out;
  for (auto [k, leaf] : llvm::enumerate(wanted)) {
    SmallVector<LibraryArgument> own(arguments);
    for (auto [argument, a] : llvm::zip_equal(own, e->args))
      if (a->type == e->type)
        argument = {Val(argument.value.parts[k]), {argument.leaves[k]}, argument.span};
    out.parts.append(libraryOp(e, name, own, leaf, effect).parts);
  }
  return out;
}

Val Lowering::libraryOp(const Expr *e, StringRef name, ArrayRef<LibraryArgument> arguments, ArrayRef<Leaf> wanted, bool effect) {
  Location at = loc(e->span);
  Values arrays, numbers, reals, texts;
  SmallVector<Attribute> types, resultTypes;
  for (const LibraryArgument &argument : arguments) {
    for (auto [part, leaf] : llvm::zip_equal(argument.value.parts, argument.leaves)) {
      if (leaf.rank > 0) {
        arrays.push_back(part);
        types.push_back(builder.getStringAttr(elementName(leaf.element)));
        continue;
      }
      Value scalar = plain(part, at);
      if (leaf.element->kind == TypeKind::Str) {
        texts.push_back(scalar);
      } else if (leaf.element->kind == TypeKind::Float) {
        if (!scalar.getType().isF64())
          scalar = arith::ExtFOp::create(builder, at, builder.getF64Type(), scalar);
        reals.push_back(scalar);
      } else if (leaf.element->kind == TypeKind::Complex) {
        return unsupported(argument.span, "a complex number as an argument of `" + e->text + "`", e->type);
      } else {
        if (!scalar.getType().isInteger(64))
          scalar = isUnsigned(leaf.element) ? Value(arith::ExtUIOp::create(builder, at, builder.getI64Type(), scalar))
                                            : Value(arith::ExtSIOp::create(builder, at, builder.getI64Type(), scalar));
        numbers.push_back(scalar);
      }
    }
  }
  auto attr = [&](StringRef wanted, int64_t otherwise) {
    for (const Expr::Attr &a : e->attrs)
      if (a.name == wanted)
        return a.intValue;
    return otherwise;
  };
  // Flags that the entry takes as numbers, in its order.
  auto number = [&](int64_t value) { numbers.push_back(constInt(builder.getI64Type(), value, at)); };
  if (name == "concat" || name == "sort")
    number(attr("axis", 0));
  if (name == "sort" || name == "argsort")
    number(attr("descending", 0));
  if (name == "read.numbers")
    number(attr("columns", 0));
  for (const Expr::Attr &a : e->attrs)
    if (a.name == "colors")
      texts.push_back(text(a.text, at));
  SmallVector<NamedAttribute> flags;
  for (const Expr::Attr &a : e->attrs)
    flags.push_back(builder.getNamedAttr(a.name, a.text.empty() ? Attribute(builder.getI64IntegerAttr(a.intValue)) : Attribute(builder.getStringAttr(a.text))));
  SmallVector<mlir::Type> results;
  for (const Leaf &leaf : wanted) {
    results.push_back(tensorType(scalarType(leaf.element), leaf.rank));
    resultTypes.push_back(builder.getStringAttr(elementName(leaf.element)));
  }
  if (effect && state.context == Context::Host)
    task::OrderOp::create(builder, at);
  auto op = array::LibraryOp::create(builder, at, results, builder.getStringAttr(name), arrays, numbers, reals, texts, builder.getArrayAttr(types),
                                     builder.getArrayAttr(resultTypes), flags.empty() ? DictionaryAttr() : builder.getDictionaryAttr(flags),
                                     effect ? builder.getUnitAttr() : UnitAttr());
  Val out(Values(op.getResults()));
  if (state.context != Context::Host)
    for (Value &part : out.parts)
      part = plain(part, at);
  return out;
}

Val Lowering::emitLibrary(const Expr *e) {
  Location at = loc(e->span);
  StringRef name = e->text;
  // Those that give an array of texts or bytes are in the array library.
  if (name.starts_with("str.") && !e->type->isArray())
    return textFunction(e);
  if (name == "random.uniform_at" || name == "random.normal_at") {
    // One number of a stream: a pure function of seed and index, callable from everywhere.
    Values operands;
    for (const Expr *a : e->args)
      operands.push_back(emitScalar(a));
    return runtime(name == "random.uniform_at" ? "dg_random_uniform" : "dg_random_normal", operands, scalarType(e->type), at);
  }
  if (name == "random.integers_at") {
    Values operands; // an empty range stops
    for (const Expr *a : e->args)
      operands.push_back(emitScalar(a));
    return runtime("dg_random_integers", operands, scalarType(e->type), at, true, true);
  }
  if (state.context == Context::Kernel || state.context == Context::Scalar) {
    Val view = e->type->isArray() ? viewLibrary(e) : Val();
    return view.view ? view : unsupported(e->span, "`" + e->text + "` inside a kernel", e->type);
  }
  if (name == "zeros" || name == "fill") {
    bool isFill = name == "fill";
    Val value = isFill ? emit(e->args[0]) : zero(e->type->element, at);
    Values space;
    for (size_t i = isFill; i < e->args.size(); ++i)
      space.push_back(emitIndex(e->args[i]));
    Values futures;
    SmallVector<AffineMap> maps;
    for (Value v : value.parts)
      if (isFuture(v)) {
        futures.push_back(v);
        maps.push_back(AffineMap::get(space.size(), 0, {}, &context));
      }
    return generic(at, space, futures, maps, {}, [&](ValueRange elements) {
      Values out;
      size_t next = 0;
      for (Value v : value.parts)
        out.push_back(isFuture(v) ? elements[next++] : v);
      return out;
    });
  }
  if (name == "iota") {
    hir::Type wide;
    wide.kind = TypeKind::Int;
    wide.width = 64;
    return generic(at, {emitIndex(e->args[0])}, {}, {}, {}, [&](ValueRange) {
      Value i = fromIndex(pointIndices(1, at)[0], builder.getI64Type(), at);
      return Values{convert(i, &wide, e->type->element, at)};
    });
  }
  if (name == "reshape" || name == "rechunk") {
    Val array = emit(e->args[0]);
    Values shape;
    for (size_t i = 1; i < e->args.size(); ++i)
      shape.push_back(emitIndex(e->args[i]));
    for (Value &part : array.parts) {
      if (name == "rechunk")
        part = array::RechunkOp::create(builder, at, part.getType(), part, shape);
      else
        part = array::ReshapeOp::create(builder, at, tensorType(cast<RankedTensorType>(part.getType()).getElementType(), int(shape.size())), part, shape);
    }
    return array;
  }
  if (name == "transpose") {
    Val array = emit(e->args[0]);
    for (Value &part : array.parts)
      part = array::TransposeOp::create(builder, at, part.getType(), part);
    return array;
  }
  auto shown = name == "show" ? leaves(e->args[0]->type) : decltype(leaves(e->type))();
  // The runtime shows numbers and texts; dates are numbers to it.
  bool isText = shown.size() > 1 || (shown.size() == 1 && (shown[0].element->kind == TypeKind::Date || shown[0].element->kind == TypeKind::Timestamp));
  if (isText) {
    Value shown = formatValue(emit(e->args[0]), e->args[0]->type, "", at);
    if (!shown)
      return unsupported(e->span, "showing such a value", e->type);
    task::PrintOp::create(builder, at, concat(shown, text("\n", at), at));
    return Val();
  }
  bool effect = name == "save" || name == "show" || name.starts_with("plot.");
  return libraryOp(e, name, effect);
}

} // namespace dagger::lower
