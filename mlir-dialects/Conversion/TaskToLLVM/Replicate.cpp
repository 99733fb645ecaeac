// Loops that every thread may go through: their frames, and the functions that take turns of them.
#include "mlir-dialects/Conversion/TaskToLLVM/Frames.h"
#include "mlir-dialects/Conversion/TaskToLLVM/Pattern.h"
#include "dagger/runtime.h"

using namespace mlir;

namespace dagger::task {
namespace {

struct Replicate : Pattern<ReplicateOp> {
  REWRITE(ReplicateOp) {
    Location loc = op.getLoc();
    // What it reads, and behind it what it carries.
    LLVM::LLVMStructType carried = packedType(abi, op.getCarried().getTypes());
    SmallVector<Type> fields(packedType(abi, op.getReads().getTypes()).getBody());
    const int32_t reads = fields.size();
    fields.push_back(carried);
    auto frame = LLVM::LLVMStructType::getLiteral(op.getContext(), fields);

    SmallVector<int64_t> places = placesIn(frame), handles;
    for (auto [value, place] : llvm::zip_first(op.getReads(), places))
      if (isa<RankedTensorType>(value.getType())) handles.push_back(place);
    for (auto [value, place] : llvm::zip_first(op.getCarried(), placesIn(carried)))
      if (isa<RankedTensorType>(value.getType())) handles.push_back(places[reads] + place);

    LLVM::LLVMFuncOp body = this->body(op, frame, carried, reads);
    auto i32 = [&](OpBuilder &b, Location l, int64_t n) -> Value { return abi.constant(b, l, abi.i32, n); };
    LLVM::GlobalOp list = abi.structure("handles", LLVM::LLVMStructType::getLiteral(op.getContext(), SmallVector<Type>(handles.size(), abi.i32)), [&](OpBuilder &b, Location l) {
      SmallVector<Value> values;
      for (int64_t place : handles) values.push_back(i32(b, l, place));
      return values;
    });
    auto type = LLVM::LLVMStructType::getLiteral(op.getContext(), {abi.i32, abi.i32, abi.ptr, abi.i32, abi.i32, abi.i32, abi.ptr, abi.ptr});
    LLVM::GlobalOp loop = abi.structure("loop", type, [&](OpBuilder &b, Location l) -> SmallVector<Value> {
      return {i32(b, l, DG_ABI_VERSION), i32(b, l, handles.size()), LLVM::AddressOfOp::create(b, l, list), i32(b, l, places[reads]),
              i32(b, l, sizeOf(carried)), i32(b, l, op.getCounted()), LLVM::AddressOfOp::create(b, l, body), abi.location(b, loc)};
    });
    Value room = abi.slot(op, frame);
    storeFields(abi, rewriter, loc, adaptor.getReads(), room, frame);
    storeFields(abi, rewriter, loc, adaptor.getCarried(), room, frame, reads);
    abi.call(rewriter, loc, "dg_replicate", {}, {Abi::context(op), abi.addressOf(rewriter, loc, loop), room, adaptor.getTurns()});
    SmallVector<Value> results;
    for (auto [index, value] : llvm::enumerate(op.getCarried()))
      results.push_back(abi.load(rewriter, loc, value.getType(), fieldAt(abi, rewriter, loc, room, frame, {reads, int32_t(index)})));
    rewriter.replaceOp(op, results);
    return success();
  }

  // Takes the callee's arguments out of the frame, and leaves what it returns where the runtime says.
  LLVM::LLVMFuncOp body(ReplicateOp op, LLVM::LLVMStructType frame, LLVM::LLVMStructType carried, int32_t reads) const {
    Location loc = op.getLoc();
    OpBuilder builder = OpBuilder::atBlockEnd(op->getParentOfType<ModuleOp>().getBody());
    auto function = LLVM::LLVMFuncOp::create(builder, loc, (op.getCallee() + ".frame").str(),
                                             LLVM::LLVMFunctionType::get(abi.none, {abi.ptr, abi.ptr, abi.i64, abi.i64, abi.ptr}), LLVM::Linkage::Internal);
    Block *entry = function.addEntryBlock(builder);
    builder.setInsertionPointToStart(entry);
    SmallVector<Value> arguments{entry->getArgument(0), entry->getArgument(2), entry->getArgument(3)};
    for (auto [index, value] : llvm::enumerate(op.getReads()))
      arguments.push_back(abi.load(builder, loc, value.getType(), fieldAt(abi, builder, loc, entry->getArgument(1), frame, int32_t(index))));
    for (auto [index, value] : llvm::enumerate(op.getCarried()))
      arguments.push_back(abi.load(builder, loc, value.getType(), fieldAt(abi, builder, loc, entry->getArgument(1), frame, {reads, int32_t(index)})));
    SmallVector<Type> given, results;
    for (Value argument : arguments) given.push_back(argument.getType());
    for (Type type : op.getResultTypes()) results.push_back(abi.types.convertType(type));
    Type returned = results.size() == 1 ? results[0] : LLVM::LLVMStructType::getLiteral(op.getContext(), results);
    auto call = LLVM::CallOp::create(builder, loc, LLVM::LLVMFunctionType::get(returned, given), op.getCalleeAttr(), arguments);
    SmallVector<Value> values{call.getResult()};
    if (results.size() > 1) {
      values.clear();
      for (size_t i = 0; i < results.size(); ++i) values.push_back(LLVM::ExtractValueOp::create(builder, loc, call.getResult(), int64_t(i)));
    }
    storeFields(abi, builder, loc, values, entry->getArgument(4), carried);
    LLVM::ReturnOp::create(builder, loc, ValueRange());
    return function;
  }
};
} // namespace

void populateReplicatePatterns(RewritePatternSet &patterns, Abi &abi) { patterns.add<Replicate>(abi); }
} // namespace dagger::task
