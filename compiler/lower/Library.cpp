// The native standard library: what is a loop over elements becomes one, everything else is a call.
#include "compiler/lower/Lowering.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;

namespace dagger::lower {

Val Lowering::libraryOp(const Expr *e, StringRef name, bool effect) {
  Location at = loc(e->span);
  Values arrays, numbers, reals, texts;
  SmallVector<Attribute> types;
  for (const Expr *a : e->args) {
    Val value = emit(a);
    for (auto [part, leaf] : llvm::zip_equal(value.parts, leaves(a->type))) {
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
        return unsupported(a->span, "a complex number as an argument of `" + e->text + "`", e->type);
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
    flags.push_back(builder.getNamedAttr(a.name, a.text.empty() ? Attribute(builder.getI64IntegerAttr(a.intValue))
                                                                : Attribute(builder.getStringAttr(a.text))));
  auto wanted = leaves(e->type);
  if (effect && state.context == Context::Host) task::OrderOp::create(builder, at);
  auto create = [&](ValueRange arrays, ArrayRef<Attribute> types, ArrayRef<Leaf> wanted) {
    SmallVector<mlir::Type> results;
    SmallVector<Attribute> resultTypes;
    for (const Leaf &leaf : wanted) {
      results.push_back(tensorType(scalarType(leaf.element), leaf.rank));
      resultTypes.push_back(builder.getStringAttr(elementName(leaf.element)));
    }
    return array::LibraryOp::create(builder, at, results, builder.getStringAttr(name), arrays, numbers, reals, texts,
                                    builder.getArrayAttr(types), builder.getArrayAttr(resultTypes),
                                    flags.empty() ? DictionaryAttr() : builder.getDictionaryAttr(flags),
                                    effect ? builder.getUnitAttr() : UnitAttr());
  };
  Val out;
  if (name == "concat") {
    // Each field of the elements is an array of its own.
    for (size_t field = 0; field < wanted.size(); ++field) {
      Values same;
      SmallVector<Attribute> sameTypes;
      for (size_t k = field; k < arrays.size(); k += wanted.size()) {
        same.push_back(arrays[k]);
        sameTypes.push_back(types[k]);
      }
      out.parts.push_back(create(same, sameTypes, wanted[field]).getResult(0));
    }
  } else {
    out = Val(Values(create(arrays, types, wanted).getResults()));
  }
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
  bool effect = name == "save" || name == "show" || name.starts_with("plot.");
  return libraryOp(e, name, effect);
}

} // namespace dagger::lower
