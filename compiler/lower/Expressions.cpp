// One expression: dispatch, and what is about no kind of value in particular.
#include "compiler/lower/Lowering.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;

namespace dagger::lower {

Val Lowering::lift(ValueRange operands, Location at, const std::function<Values(ValueRange)> &compute, bool canFail) {
  bool isText = llvm::any_of(operands, [](Value v) { return isa<array::StrType>(getElementTypeOrSelf(v.getType())); });
  bool hasFuture = llvm::any_of(operands, [](Value v) { return isFuture(v); });
  bool isLifted = hasFuture || (canFail && state.defersFailures);
  if (!isLifted || isText || state.context != Context::Host)
    return Val(compute(plain(operands, at)));
  Values futures;
  SmallVector<AffineMap> maps;
  for (Value v : operands)
    if (isFuture(v)) {
      futures.push_back(v);
      maps.push_back(AffineMap::get(0, 0, &context));
    }
  return generic(at, {}, futures, maps, {}, [&](ValueRange inside) {
    Values all(operands);
    size_t next = 0;
    for (Value &v : all)
      if (isFuture(v))
        v = inside[next++];
    return compute(all);
  });
}

Val Lowering::field(const Val &value, const hir::Type *type, int index) {
  auto [first, count] = fieldRange(type, index);
  if (!value.view)
    return Val(Values(ArrayRef<Value>(value.parts).slice(first, count)));
  Val out;
  auto view = value.view;
  out.view = std::make_shared<View>();
  out.view->extents = view->extents;
  out.view->read = [view, first = first, count = count](ValueRange at) {
    return Val(Values(ArrayRef<Value>(view->read(at).parts).slice(first, count)));
  };
  return out;
}

Val Lowering::call(const hir::Lambda *lambda, ArrayRef<Val> arguments) {
  for (auto [param, argument] : llvm::zip_equal(lambda->params, arguments))
    state.env[param] = argument;
  return kernelBody(lambda->body, lambda->params, lambda->body->value ? lambda->body->value->type : nullptr, loc(lambda->span));
}

// NaN and infinity are what they are.
void Lowering::FastArithmetic::notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) {
  if (auto arithmetic = dyn_cast<arith::ArithFastMathInterface>(op); arithmetic && isOn)
    op->setAttr(arithmetic.getFastMathAttrName(),
                arith::FastMathFlagsAttr::get(op->getContext(), arith::FastMathFlags::reassoc | arith::FastMathFlags::nsz | arith::FastMathFlags::arcp |
                                                                    arith::FastMathFlags::contract | arith::FastMathFlags::afn));
}

Val Lowering::emit(const Expr *e) {
  llvm::SaveAndRestore<bool> within(fast.isOn, e->isFast);
  Location at = loc(e->span);
  bool inKernel = state.context == Context::Kernel || state.context == Context::Scalar;
  auto asView = [&] {
    Val out;
    out.view = viewOf(e);
    if (!out.view)
      return unsupported(e->span, "this array inside a kernel or scalar function", e->type);
    return out;
  };
  switch (e->op) {
  case Op::Const: return constant(e);
  case Op::Local: {
    auto it = state.env.find(e->var);
    if (it == state.env.end())
      return unsupported(e->span, "`" + e->var->name + "` here", e->type);
    if (it->second.view && !e->type->isArray()) // a number that a group kernel updates
      return it->second.view->read({});
    if (inKernel && !it->second.view && e->type->isScalar())
      return plain(it->second.parts[0], at);
    return it->second;
  }
  case Op::Convert:
    return lift({emit(e->args[0]).parts[0]}, at,
                [&](ValueRange v) { return Values{convert(v[0], e->args[0]->type, e->type, at)}; });
  case Op::Neg:
  case Op::BitNot:
  case Op::Not:
    return lift({emit(e->args[0]).parts[0]}, at, [&](ValueRange v) { return Values{unary(e->op, v[0], e->type, at)}; });
  case Op::Add:
  case Op::Sub:
  case Op::Mul:
  case Op::Div:
  case Op::FloorDiv:
  case Op::Mod:
  case Op::Pow:
  case Op::BitAnd:
  case Op::BitOr:
  case Op::BitXor:
  case Op::Shl:
  case Op::Shr: {
    Value a = emit(e->args[0]).parts[0], b = emit(e->args[1]).parts[0];
    return lift({a, b}, at, [&](ValueRange v) { return Values{binary(e->op, v[0], v[1], e->type, at)}; }, canFail(e));
  }
  case Op::Eq:
  case Op::Ne:
  case Op::Lt:
  case Op::Le:
  case Op::Gt:
  case Op::Ge: {
    Val a = emit(e->args[0]), b = emit(e->args[1]);
    auto types = leaves(e->args[0]->type);
    if (types.empty() || types[0].rank > 0)
      return unsupported(e->span, "this comparison", e->type);
    Values both = a.parts;
    both.append(b.parts);
    return lift(both, at, [&](ValueRange v) {
      // Tuples are equal when all of their elements are.
      Value result;
      for (size_t i = 0; i < types.size(); ++i) {
        Value one = compare(e->op, v[i], v[i + types.size()], types[i].element, at);
        if (!result)
          result = one;
        else if (e->op == Op::Ne)
          result = arith::OrIOp::create(builder, at, result, one);
        else
          result = arith::AndIOp::create(builder, at, result, one);
      }
      return Values{result};
    });
  }
  case Op::Fma:
  case Op::Math: {
    Values operands;
    for (const Expr *a : e->args)
      operands.push_back(emit(a).parts[0]);
    std::string name = e->op == Op::Fma ? "fma" : e->text;
    return lift(operands, at, [&](ValueRange v) {
      Value result = math(name, v, e->args[0]->type, e->type, e->span, at);
      return Values{result};
    });
  }
  case Op::If: return emitIf(e);
  case Op::BlockExpr: return emitBlock(e->blocks[0], e->type);
  case Op::Call: return emitCall(e);
  case Op::Tuple: {
    Val out;
    for (const Expr *a : e->args) {
      Val value = emit(a);
      if (value.view)
        return unsupported(a->span, "an array in a tuple inside a kernel", e->type);
      out.parts.append(value.parts);
    }
    return out;
  }
  case Op::Field: return field(emit(e->args[0]), e->args[0]->type, int(e->intValue));
  case Op::Format: return emitFormat(e);
  case Op::Extent: {
    Val array = emit(e->args[0]);
    if (!array.view && !inKernel && !cast<RankedTensorType>(array.parts[0].getType()).hasStaticShape())
      array::LookShapeOp::create(builder, at, array.parts[0]);
    Value n = array.view ? array.view->extents[e->intValue] : extent(array.parts[0], e->intValue, at);
    return fromIndex(n, scalarType(e->type), at);
  }
  case Op::ArrayLit: return emitArrayLit(e);
  case Op::Element: return emitElement(e);
  case Op::OffsetRead: return emitOffsetRead(e);
  case Op::Slice: return inKernel ? asView() : emitSlice(e);
  case Op::Tile: {
    Val array = emit(e->args[0]);
    Values tile;
    for (size_t i = 1; i < e->args.size(); ++i)
      tile.push_back(emitIndex(e->args[i]));
    if (array.view)
      return unsupported(e->span, "a tile inside a kernel", e->type);
    return sliceBox(array, tileBox(array.parts[0], tile, at), at);
  }
  case Op::Tiles: {
    Val array = emit(e->args[0]);
    if (array.view)
      return unsupported(e->span, "tiles inside a kernel", e->type);
    return fromIndex(array::TilesOp::create(builder, at, builder.getIndexType(), array.parts[0], e->intValue), scalarType(e->type), at);
  }
  case Op::Map: return inKernel ? asView() : emitMap(e);
  case Op::At: return inKernel ? asView() : emitAt(e);
  case Op::Comprehension: return emitComprehension(e);
  case Op::Reduce: return emitReduce(e);
  case Op::Scan: return emitScan(e);
  case Op::Library: return emitLibrary(e);
  }
  return unsupported(e->span, "this expression", e->type);
}

} // namespace dagger::lower
