// Elements, views, ownership and the native library, over handles.
#include "mlir-dialects/Conversion/TaskToLLVM/Pattern.h"
#include "dagger/library.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace dagger::task {
namespace {

Type elementOf(Value tensor) { return cast<ShapedType>(tensor.getType()).getElementType(); }
int64_t rankOf(Value tensor) { return cast<RankedTensorType>(tensor.getType()).getRank(); }

void checkIndices(Abi &abi, ConversionPatternRewriter &rewriter, Operation *op, Value array, ValueRange indices) {
  Location loc = op->getLoc();
  Value context = Abi::context(op);
  for (auto [axis, index] : llvm::enumerate(indices)) {
    Value extent = abi.extent(rewriter, loc, array, axis);
    Value inside = LLVM::ICmpOp::create(rewriter, loc, LLVM::ICmpPredicate::ult, index, extent);
    require(rewriter, loc, inside, [&, i = index, a = int64_t(axis)] {
      abi.call(rewriter, loc, "dg_fail_index", {}, {context, i, abi.constant(rewriter, loc, abi.i64, a), extent, abi.location(rewriter, loc)});
    });
  }
}
void look(Abi &abi, OpBuilder &builder, Operation *op, Value array) {
  if (Abi::isHost(op))
    abi.call(builder, op->getLoc(), "dg_array_look", {}, {Abi::context(op), array, abi.location(builder, op->getLoc())});
}
Value loadOwned(Abi &abi, OpBuilder &builder, Location loc, Type element, Value address) {
  Value value = abi.load(builder, loc, element, address);
  if (isa<array::StrType>(element)) abi.call(builder, loc, "dg_str_retain", abi.ptr, value);
  return value;
}

struct Text : Pattern<array::TextOp> {
  REWRITE(array::TextOp) {
    rewriter.replaceOp(op, abi.text(rewriter, op.getLoc(), op.getValue()));
    return success();
  }
};

struct Element : Pattern<array::ElementOp> {
  REWRITE(array::ElementOp) {
    look(abi, rewriter, op, adaptor.getArray());
    if (!op.getInBounds()) checkIndices(abi, rewriter, op, adaptor.getArray(), adaptor.getIndices());
    Type element = elementOf(op.getArray());
    Value address = abi.address(rewriter, op.getLoc(), adaptor.getArray(), adaptor.getIndices(), element);
    rewriter.replaceOp(op, loadOwned(abi, rewriter, op.getLoc(), element, address));
    return success();
  }
};

struct CheckIndex : Pattern<array::CheckIndexOp> {
  REWRITE(array::CheckIndexOp) {
    // The shape is enough: what the elements are is not looked at. Waits where the shape follows from data.
    if (Abi::isHost(op))
      abi.call(rewriter, op.getLoc(), "dg_array_extent", abi.i64,
               {Abi::context(op), adaptor.getArray(), abi.constant(rewriter, op.getLoc(), abi.i64, 0)});
    checkIndices(abi, rewriter, op, adaptor.getArray(), adaptor.getIndices());
    rewriter.eraseOp(op);
    return success();
  }
};

struct LookShape : Pattern<array::LookShapeOp> {
  REWRITE(array::LookShapeOp) {
    if (Abi::isHost(op)) abi.call(rewriter, op.getLoc(), "dg_array_look_shape", {}, {Abi::context(op), adaptor.getArray()});
    rewriter.eraseOp(op);
    return success();
  }
};

void storeElement(Abi &abi, ConversionPatternRewriter &rewriter, Location loc, Type element, Value array, ValueRange indices, Value value) {
  Value address = abi.address(rewriter, loc, array, indices, element);
  if (isa<array::StrType>(element)) {
    abi.call(rewriter, loc, "dg_str_retain", abi.ptr, value);
    abi.call(rewriter, loc, "dg_str_release", {}, abi.load(rewriter, loc, element, address));
  }
  abi.store(rewriter, loc, value, address);
}

struct Insert : Pattern<array::InsertOp> {
  REWRITE(array::InsertOp) {
    checkIndices(abi, rewriter, op, adaptor.getArray(), adaptor.getIndices());
    storeElement(abi, rewriter, op.getLoc(), elementOf(op.getArray()), adaptor.getArray(), adaptor.getIndices(), adaptor.getValue());
    rewriter.replaceOp(op, adaptor.getArray());
    return success();
  }
};

// In a task, what a parallel loop updates; in kernels these are lowered with the launch.
struct Load : Pattern<LoadOp> {
  REWRITE(LoadOp) {
    if (!op.getInBounds()) checkIndices(abi, rewriter, op, adaptor.getArray(), adaptor.getIndices());
    Type element = elementOf(op.getArray());
    Value address = abi.address(rewriter, op.getLoc(), adaptor.getArray(), adaptor.getIndices(), element);
    rewriter.replaceOp(op, loadOwned(abi, rewriter, op.getLoc(), element, address));
    return success();
  }
};
struct Store : Pattern<StoreOp> {
  REWRITE(StoreOp) {
    if (!op.getInBounds()) checkIndices(abi, rewriter, op, adaptor.getArray(), adaptor.getIndices());
    storeElement(abi, rewriter, op.getLoc(), elementOf(op.getArray()), adaptor.getArray(), adaptor.getIndices(), adaptor.getValue());
    rewriter.eraseOp(op);
    return success();
  }
};

struct Slice : Pattern<array::SliceOp> {
  REWRITE(array::SliceOp) {
    Location loc = op.getLoc();
    Value result = abi.call(rewriter, loc, op->hasAttr(array::placeAttr) ? "dg_array_place" : "dg_array_slice", abi.ptr,
                            {Abi::context(op), adaptor.getArray(), abi.list(rewriter, op, adaptor.getStarts(), abi.i64),
                             abi.list(rewriter, op, adaptor.getCounts(), abi.i64), abi.list(rewriter, op, adaptor.getSteps(), abi.i64),
                             abi.constant(rewriter, loc, abi.i32, op.getDropped()), abi.location(rewriter, loc)});
    rewriter.replaceOp(op, result);
    return success();
  }
};

struct Reshape : Pattern<array::ReshapeOp> {
  REWRITE(array::ReshapeOp) {
    Location loc = op.getLoc();
    rewriter.replaceOp(op, abi.call(rewriter, loc, "dg_array_reshape", abi.ptr,
                                    {Abi::context(op), adaptor.getArray(), abi.constant(rewriter, loc, abi.i64, adaptor.getExtents().size()),
                                     abi.list(rewriter, op, adaptor.getExtents(), abi.i64), abi.location(rewriter, loc)}));
    return success();
  }
};

struct Transpose : Pattern<array::TransposeOp> {
  REWRITE(array::TransposeOp) {
    rewriter.replaceOp(op, abi.call(rewriter, op.getLoc(), "dg_array_transpose", abi.ptr, {Abi::context(op), adaptor.getArray()}));
    return success();
  }
};

struct Rechunk : Pattern<array::RechunkOp> {
  REWRITE(array::RechunkOp) {
    rewriter.replaceOp(op, abi.call(rewriter, op.getLoc(), "dg_array_rechunk", abi.ptr,
                                    {Abi::context(op), adaptor.getArray(), abi.list(rewriter, op, adaptor.getChunk(), abi.i64),
                                     abi.location(rewriter, op.getLoc())}));
    return success();
  }
};

struct Tiles : Pattern<array::TilesOp> {
  REWRITE(array::TilesOp) {
    Location loc = op.getLoc();
    rewriter.replaceOp(op, abi.call(rewriter, loc, "dg_array_tiles", abi.i64,
                                    {Abi::context(op), adaptor.getArray(), abi.constant(rewriter, loc, abi.i64, op.getAxis()), abi.location(rewriter, loc)}));
    return success();
  }
};

struct TileBox : Pattern<array::TileBoxOp> {
  REWRITE(array::TileBoxOp) {
    Location loc = op.getLoc();
    int64_t rank = rankOf(op.getArray());
    Value starts = abi.slot(op, abi.i64, rank), counts = abi.slot(op, abi.i64, rank);
    Block *rest = nullptr;
    if (rank == 1 && Abi::isHost(op)) rest = known(rewriter, op, adaptor.getArray(), adaptor.getTile()[0]);
    abi.call(rewriter, loc, "dg_array_tile_box", {},
             {Abi::context(op), adaptor.getArray(), abi.list(rewriter, op, adaptor.getTile(), abi.i64), starts, counts, abi.location(rewriter, loc)});
    SmallVector<Value> box;
    for (Value part : {starts, counts})
      for (int64_t axis = 0; axis < rank; ++axis)
        box.push_back(LLVM::LoadOp::create(rewriter, loc, abi.i64,
                                           LLVM::GEPOp::create(rewriter, loc, abi.ptr, abi.i64, part, ArrayRef<LLVM::GEPArg>{int32_t(axis)})));
    if (rest) {
      LLVM::BrOp::create(rewriter, loc, box, rest);
      box.assign(rest->args_begin(), rest->args_end());
    }
    rewriter.replaceOp(op, box);
    return success();
  }

private:
  // Rows have a hundred thousand tiles that a loop goes through: once the handle knows them, its box is a product. The builder stays
  // where it is not known; the block that is given takes the box, and goes on.
  Block *known(ConversionPatternRewriter &rewriter, array::TileBoxOp op, Value array, Value number) const {
    Location loc = op.getLoc();
    Value isKnown = LLVM::ICmpOp::create(rewriter, loc, LLVM::ICmpPredicate::ult, number, abi.tiles(rewriter, loc, array));
    Block *block = rewriter.getInsertionBlock(), *rest = rewriter.splitBlock(block, rewriter.getInsertionPoint());
    rest->addArguments({abi.i64, abi.i64}, {loc, loc});
    Block *quick = rewriter.createBlock(rest->getParent(), Region::iterator(rest));
    Value tile = abi.tile(rewriter, loc, array), start = LLVM::MulOp::create(rewriter, loc, number, tile);
    Value left = LLVM::SubOp::create(rewriter, loc, abi.extent(rewriter, loc, array, 0), start);
    LLVM::BrOp::create(rewriter, loc, ValueRange{start, LLVM::UMinOp::create(rewriter, loc, tile, left)}, rest);
    Block *slow = rewriter.createBlock(rest->getParent(), rest->getParent()->end());
    rewriter.setInsertionPointToEnd(block);
    LLVM::CondBrOp::create(rewriter, loc, isKnown, quick, ValueRange(), slow, ValueRange(), std::make_pair<uint32_t, uint32_t>(1u << 20, 1));
    rewriter.setInsertionPointToEnd(slow);
    return rest;
  }
};

template <class Op> struct Count : Pattern<Op> {
  using Pattern<Op>::Pattern;
  LogicalResult matchAndRewrite(Op op, Op::Adaptor adaptor, ConversionPatternRewriter &rewriter) const override {
    bool isText = isa<array::StrType>(op.getValue().getType()), retains = std::is_same_v<Op, array::RetainOp>;
    StringRef name = isText ? (retains ? "dg_str_retain" : "dg_str_release") : (retains ? "dg_array_retain" : "dg_array_release");
    this->abi.call(rewriter, op.getLoc(), name, isText && retains ? this->abi.ptr : Type(), adaptor.getValue());
    rewriter.eraseOp(op);
    return success();
  }
};

struct Own : Pattern<array::OwnOp> {
  REWRITE(array::OwnOp) {
    Location loc = op.getLoc();
    if (!op.getBeside().empty()) {
      rewriter.replaceOp(op, abi.call(rewriter, loc, "dg_array_own_beside", abi.ptr,
                                      {Abi::context(op), adaptor.getArray(), abi.list(rewriter, op, adaptor.getBeside(), abi.ptr),
                                       abi.constant(rewriter, loc, abi.i32, op.getBeside().size()), abi.location(rewriter, loc)}));
      return success();
    }
    rewriter.replaceOp(op, abi.call(rewriter, loc, "dg_array_own", abi.ptr,
                                    {Abi::context(op), adaptor.getArray(), abi.constant(rewriter, loc, abi.i32, op.getContiguous()), abi.location(rewriter, loc)}));
    return success();
  }
};

// The number of a library function is its place in the runtime's list.
int libraryNumber(StringRef name) {
  static const StringRef names[] = {
#define X(id, name, operands) name,
      DG_LIBRARY_FUNCTIONS(X)
#undef X
  };
  const StringRef *found = llvm::find(names, name);
  return found == std::end(names) ? -1 : int(found - names);
}
int typeNumberOf(StringRef name, Type element) {
  return llvm::StringSwitch<int>(name).Case("bool", 0).Case("i8", 1).Case("i16", 2).Case("i32", 3).Case("i64", 4).Case("u8", 5)
      .Case("u16", 6).Case("u32", 7).Case("u64", 8).Case("f16", 9).Case("bf16", 10).Case("f32", 11).Case("f64", 12).Case("c64", 13)
      .Case("c128", 14).Case("str", 15).Default(Abi::typeNumber(element));
}

struct Library : Pattern<array::LibraryOp> {
  REWRITE(array::LibraryOp) {
    Location loc = op.getLoc();
    int number = libraryNumber(op.getName());
    if (number < 0) return op.emitOpError() << "names no function of the library: " << op.getName();
    auto count = [&](size_t n) { return abi.constant(rewriter, loc, abi.i32, n); };
    std::string types, ranks, arrayTypes;
    for (auto [array, name] : llvm::zip(op.getArrays(), op.getTypes()))
      arrayTypes.push_back(char(typeNumberOf(cast<StringAttr>(name).getValue(), elementOf(array))));
    for (auto [result, name] : llvm::zip(op.getResults(), op.getResultTypes())) {
      auto type = cast<RankedTensorType>(result.getType());
      types.push_back(char(typeNumberOf(cast<StringAttr>(name).getValue(), type.getElementType())));
      ranks.push_back(char(type.getRank()));
    }
    size_t results = op->getNumResults();
    Value room = results ? abi.slot(op, abi.ptr, results) : abi.null(rewriter, loc);
    types.push_back(0), ranks.push_back(0), arrayTypes.push_back(0); // never empty constants
    abi.call(rewriter, loc, "dg_library", {},
             {Abi::context(op), count(number), abi.list(rewriter, op, adaptor.getArrays(), abi.ptr), abi.bytes(rewriter, loc, arrayTypes),
              count(adaptor.getArrays().size()), abi.list(rewriter, op, adaptor.getNumbers(), abi.i64), count(adaptor.getNumbers().size()),
              abi.list(rewriter, op, adaptor.getReals(), Float64Type::get(op.getContext())), count(adaptor.getReals().size()),
              abi.list(rewriter, op, adaptor.getTexts(), abi.ptr), count(adaptor.getTexts().size()), abi.bytes(rewriter, loc, types),
              abi.bytes(rewriter, loc, ranks), room, count(results), abi.location(rewriter, loc)});
    SmallVector<Value> values;
    for (size_t i = 0; i < results; ++i)
      values.push_back(LLVM::LoadOp::create(rewriter, loc, abi.ptr, LLVM::GEPOp::create(rewriter, loc, abi.ptr, abi.ptr, room, ArrayRef<LLVM::GEPArg>{int32_t(i)})));
    rewriter.replaceOp(op, values);
    return success();
  }
};

// ---- tensors ----------------------------------------------------------------------------------------------------------
struct Dim : Pattern<tensor::DimOp> {
  REWRITE(tensor::DimOp) {
    Location loc = op.getLoc();
    std::optional<int64_t> axis = op.getConstantIndex();
    if (!axis) return op.emitOpError("needs a constant axis");
    Value extent = Abi::isHost(op) ? abi.call(rewriter, loc, "dg_array_extent", abi.i64,
                                              {Abi::context(op), adaptor.getSource(), abi.constant(rewriter, loc, abi.i64, *axis)})
                                   : abi.extent(rewriter, loc, adaptor.getSource(), *axis);
    rewriter.replaceOp(op, extent);
    return success();
  }
};

struct Extract : Pattern<tensor::ExtractOp> {
  REWRITE(tensor::ExtractOp) {
    look(abi, rewriter, op, adaptor.getTensor());
    Type element = elementOf(op.getTensor());
    rewriter.replaceOp(op, loadOwned(abi, rewriter, op.getLoc(), element,
                                     abi.address(rewriter, op.getLoc(), adaptor.getTensor(), adaptor.getIndices(), element)));
    return success();
  }
};

// The launches that make them have been submitted: the runtime knows of their failures.
struct Keep : Pattern<KeepOp> {
  REWRITE(KeepOp) {
    rewriter.eraseOp(op);
    return success();
  }
};

struct Await : Pattern<AwaitOp> {
  REWRITE(AwaitOp) {
    look(abi, rewriter, op, adaptor.getFuture());
    Type element = elementOf(op.getFuture());
    rewriter.replaceOp(op, loadOwned(abi, rewriter, op.getLoc(), element, abi.data(rewriter, op.getLoc(), adaptor.getFuture())));
    return success();
  }
};

Value newArray(Abi &abi, OpBuilder &builder, Operation *op, Type element, ValueRange extents) {
  Location loc = op->getLoc();
  return abi.call(builder, loc, "dg_array_new", abi.ptr,
                  {Abi::context(op), abi.constant(builder, loc, abi.i8, Abi::typeNumber(element)), abi.constant(builder, loc, abi.i64, extents.size()),
                   abi.list(builder, op, extents, abi.i64), abi.constant(builder, loc, abi.i32, isa<array::StrType>(element)), abi.location(builder, loc)});
}

struct FromElements : Pattern<tensor::FromElementsOp> {
  REWRITE(tensor::FromElementsOp) {
    Location loc = op.getLoc();
    auto type = cast<RankedTensorType>(op.getType());
    SmallVector<Value> extents;
    for (int64_t extent : type.getShape()) extents.push_back(abi.constant(rewriter, loc, abi.i64, extent));
    Value array = newArray(abi, rewriter, op, type.getElementType(), extents), data = abi.data(rewriter, loc, array);
    for (auto [index, value] : llvm::enumerate(adaptor.getElements())) {
      if (isa<array::StrType>(type.getElementType())) abi.call(rewriter, loc, "dg_str_retain", abi.ptr, value);
      abi.store(rewriter, loc, value, LLVM::GEPOp::create(rewriter, loc, abi.ptr, abi.inMemory(type.getElementType()), data, ArrayRef<LLVM::GEPArg>{int32_t(index)}));
    }
    rewriter.replaceOp(op, array);
    return success();
  }
};

// A constant array: a new one with a copy of its elements, so that it can be updated in place like any other.
struct Constant : Pattern<arith::ConstantOp> {
  REWRITE(arith::ConstantOp) {
    auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
    auto type = dyn_cast<RankedTensorType>(op.getType());
    if (!elements || !type) return failure();
    Location loc = op.getLoc();
    Type element = type.getElementType();
    SmallVector<Value> extents;
    for (int64_t extent : type.getShape()) extents.push_back(abi.constant(rewriter, loc, abi.i64, extent));
    Value array = newArray(abi, rewriter, op, element, extents), data = abi.data(rewriter, loc, array);
    // As the elements lie in memory: bool is a byte.
    std::string image;
    for (Attribute value : elements.getValues<Attribute>()) {
      SmallVector<APInt, 2> parts;
      if (auto number = dyn_cast<FloatAttr>(value)) parts.push_back(number.getValue().bitcastToAPInt());
      else if (auto number = dyn_cast<IntegerAttr>(value)) parts.push_back(number.getValue());
      else
        for (Attribute part : cast<ArrayAttr>(value)) parts.push_back(cast<FloatAttr>(part).getValue().bitcastToAPInt()); // complex
      for (const APInt &part : parts) image.append(reinterpret_cast<const char *>(part.getRawData()), (part.getBitWidth() + 7) / 8);
    }
    Value size = abi.constant(rewriter, loc, abi.i64, image.size());
    if (!image.empty()) LLVM::MemcpyOp::create(rewriter, loc, data, abi.bytes(rewriter, loc, image), size, /*isVolatile=*/false);
    rewriter.replaceOp(op, array);
    return success();
  }
};

struct Empty : Pattern<tensor::EmptyOp> {
  REWRITE(tensor::EmptyOp) {
    SmallVector<Value> extents;
    unsigned dynamic = 0;
    for (int64_t extent : op.getType().getShape())
      extents.push_back(ShapedType::isDynamic(extent) ? adaptor.getDynamicSizes()[dynamic++] : abi.constant(rewriter, op.getLoc(), abi.i64, extent));
    rewriter.replaceOp(op, newArray(abi, rewriter, op, op.getType().getElementType(), extents));
    return success();
  }
};

struct Cast : Pattern<tensor::CastOp> {
  REWRITE(tensor::CastOp) {
    rewriter.replaceOp(op, adaptor.getSource());
    return success();
  }
};
} // namespace

void populateArrayPatterns(RewritePatternSet &patterns, Abi &abi) {
  patterns.add<Text, Element, CheckIndex, LookShape, Insert, Load, Store, Slice, Reshape, Transpose, Rechunk, Tiles, TileBox, Count<array::RetainOp>,
               Count<array::ReleaseOp>, Own, Library, Dim, Extract, Await, Keep, FromElements, Empty, Cast>(abi);
  patterns.add<Constant>(abi, /*benefit=*/2); // before the one for scalars
}
} // namespace dagger::task
