// Parallel loops as OpenMP: a parallel region whose threads share the chunks of the turns. The runtime says how many threads and
// chunks there are, and runs each chunk behind an edge of its own: a failure must not leave the region by itself.
#include "mlir-dialects/Conversion/TaskToLLVM/Pattern.h"
#include "dagger/runtime.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/OpenMP/OpenMPDialect.h"

using namespace mlir;

namespace dagger::task {
namespace {

struct ParallelFor : Pattern<ParallelForOp> {
  REWRITE(ParallelForOp) {
    Location loc = op.getLoc();
    Value context = Abi::context(op);
    SmallVector<Type> types(op.getCaptured().getTypes());
    llvm::append_range(types, op.getArrays().getTypes());
    SmallVector<Type> fields;
    for (Type type : types) fields.push_back(abi.inMemory(type));
    auto packed = LLVM::LLVMStructType::getLiteral(op.getContext(), fields);
    SmallVector<Value> values(adaptor.getCaptured());
    llvm::append_range(values, adaptor.getArrays());
    Value frame = values.empty() ? abi.null(rewriter, loc) : abi.slot(op, packed);
    for (auto [index, value] : llvm::enumerate(values)) abi.store(rewriter, loc, value, fieldOf(rewriter, loc, packed, frame, index));
    LLVM::LLVMFuncOp turns = wrapper(op, packed, types);

    Value loop = abi.slot(op, abi.i64, sizeof(dg_loop) / 8);
    abi.call(rewriter, loc, "dg_loop_begin", {},
             {context, loop, adaptor.getTurns(), abi.constant(rewriter, loc, abi.i32, op.getThreads()), abi.location(rewriter, loc)});
    auto loadAt = [&](Type type, int32_t offset) -> Value {
      return LLVM::LoadOp::create(rewriter, loc, type, LLVM::GEPOp::create(rewriter, loc, abi.ptr, abi.i8, loop, ArrayRef<LLVM::GEPArg>{offset}));
    };
    omp::ParallelOperands team;
    team.numThreads = loadAt(abi.i32, offsetof(dg_loop, threads));
    Value chunks = loadAt(abi.i64, offsetof(dg_loop, chunks)), zero = abi.constant(rewriter, loc, abi.i64, 0), one = abi.constant(rewriter, loc, abi.i64, 1);
    {
      OpBuilder::InsertionGuard guard(rewriter);
      auto parallel = omp::ParallelOp::create(rewriter, loc, team);
      rewriter.createBlock(&parallel.getRegion());
      omp::WsloopOperands sharing;
      sharing.scheduleKind = omp::ClauseScheduleKindAttr::get(op.getContext(), omp::ClauseScheduleKind::Dynamic);
      auto share = omp::WsloopOp::create(rewriter, loc, sharing);
      omp::TerminatorOp::create(rewriter, loc);
      rewriter.createBlock(&share.getRegion());
      omp::LoopNestOperands bounds;
      bounds.loopLowerBounds = {zero};
      bounds.loopUpperBounds = {chunks};
      bounds.loopSteps = {one};
      auto nest = omp::LoopNestOp::create(rewriter, loc, bounds);
      Block *body = rewriter.createBlock(&nest.getRegion(), {}, {abi.i64}, {loc});
      Value thread = abi.call(rewriter, loc, "omp_get_thread_num", abi.i32, {});
      abi.call(rewriter, loc, "dg_loop_chunk", {}, {loop, thread, body->getArgument(0), LLVM::AddressOfOp::create(rewriter, loc, turns), frame});
      omp::YieldOp::create(rewriter, loc);
    }
    abi.call(rewriter, loc, "dg_loop_end", {}, {context, loop});
    rewriter.replaceOp(op, adaptor.getArrays());
    return success();
  }

  Value fieldOf(OpBuilder &builder, Location loc, LLVM::LLVMStructType packed, Value frame, size_t index) const {
    return LLVM::GEPOp::create(builder, loc, abi.ptr, packed, frame, ArrayRef<LLVM::GEPArg>{0, int32_t(index)});
  }

  // The callee for the runtime, as dg_turns: takes its arguments out of the frame.
  LLVM::LLVMFuncOp wrapper(ParallelForOp op, LLVM::LLVMStructType packed, ArrayRef<Type> types) const {
    Location loc = op.getLoc();
    auto module = op->getParentOfType<ModuleOp>();
    OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
    auto function = LLVM::LLVMFuncOp::create(builder, loc, (op.getCallee() + ".turns").str(),
                                             LLVM::LLVMFunctionType::get(abi.none, {abi.ptr, abi.i64, abi.i64, abi.ptr}), LLVM::Linkage::Internal);
    Block *entry = function.addEntryBlock(builder);
    builder.setInsertionPointToStart(entry);
    SmallVector<Value> arguments(entry->getArguments().take_front(3));
    for (auto [index, type] : llvm::enumerate(types))
      arguments.push_back(abi.load(builder, loc, type, fieldOf(builder, loc, packed, entry->getArgument(3), index)));
    SmallVector<Type> argumentTypes;
    for (Value argument : arguments) argumentTypes.push_back(argument.getType());
    LLVM::CallOp::create(builder, loc, LLVM::LLVMFunctionType::get(abi.none, argumentTypes), op.getCalleeAttr(), arguments);
    LLVM::ReturnOp::create(builder, loc, ValueRange());
    return function;
  }
};
} // namespace

void populateParallelLoopPatterns(RewritePatternSet &patterns, Abi &abi) { patterns.add<ParallelFor>(abi); }
} // namespace dagger::task
