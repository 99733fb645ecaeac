// Spawns and joins of tasks inside tasks, in line: the frames of dagger/spawn.h. The runtime is entered only when a frame was
// taken, or must be shown to thieves.
#include "mlir-dialects/Conversion/TaskToLLVM/Pattern.h"
#include "dagger/spawn.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;

namespace dagger::task {
namespace {
enum : int32_t { runOffset = 8, contextOffset = 16, dataOffset = 24, frameBytes = 64, words = 4, siteOffset = dataOffset + 8 * words, headOffset = 0, limitOffset = 8, splitOffset = 16 };
static_assert(offsetof(dg_frame, run) == runOffset && offsetof(dg_frame, context) == contextOffset && offsetof(dg_frame, data) == dataOffset &&
              sizeof(dg_frame) == frameBytes && offsetof(dg_worker, head) == headOffset && offsetof(dg_worker, limit) == limitOffset &&
              offsetof(dg_worker, split) == splitOffset);

Value byteAt(Abi &abi, OpBuilder &b, Location loc, Value base, int32_t offset) {
  return LLVM::GEPOp::create(b, loc, abi.ptr, abi.i8, base, ArrayRef<LLVM::GEPArg>{offset});
}
LLVM::LoadOp loadAt(Abi &abi, OpBuilder &b, Location loc, Type type, Value base, int32_t offset) {
  return LLVM::LoadOp::create(b, loc, type, byteAt(abi, b, loc, base, offset), 8);
}
void storeAt(Abi &abi, OpBuilder &b, Location loc, Value value, Value base, int32_t offset) {
  LLVM::StoreOp::create(b, loc, value, byteAt(abi, b, loc, base, offset), 8);
}
void relaxed(LLVM::LoadOp load) { load.setOrdering(LLVM::AtomicOrdering::monotonic); }

// How the arguments and the results travel: in the frame's words, one each, if they fit; else in a struct on the spawner's
// stack, whose address is the first word. The spawner joins before it returns, so that the struct outlives the task. The last
// word is for the site of the call.
struct Parcel {
  SmallVector<Type> arguments, results; // converted
  LLVM::LLVMStructType structure;       // arguments, then results; null if the frame's words are enough

  Parcel(Abi &abi, TypeRange from, TypeRange to) {
    for (Type type : from) arguments.push_back(abi.types.convertType(type));
    for (Type type : to) results.push_back(abi.types.convertType(type));
    auto fits = [](Type type) { return isa<LLVM::LLVMPointerType>(type) || (type.isIntOrFloat() && type.getIntOrFloatBitWidth() <= 64); };
    if (arguments.size() <= words && results.size() <= words && llvm::all_of(arguments, fits) && llvm::all_of(results, fits)) return;
    SmallVector<Type> fields(arguments);
    llvm::append_range(fields, results);
    structure = LLVM::LLVMStructType::getLiteral(abi.i64.getContext(), fields);
  }

  Value place(Abi &abi, OpBuilder &b, Location loc, Value base, size_t index, bool isResult) const {
    if (!structure) return byteAt(abi, b, loc, base, dataOffset + 8 * int32_t(index));
    return LLVM::GEPOp::create(b, loc, abi.ptr, structure, base, ArrayRef<LLVM::GEPArg>{0, int32_t(index + (isResult ? arguments.size() : 0))});
  }
  // `base`: the frame, or the struct.
  void put(Abi &abi, OpBuilder &b, Location loc, Value base, ValueRange values, bool isResult) const {
    for (auto [index, value] : llvm::enumerate(values)) LLVM::StoreOp::create(b, loc, value, place(abi, b, loc, base, index, isResult));
  }
  SmallVector<Value> take(Abi &abi, OpBuilder &b, Location loc, Value base, bool isResult) const {
    SmallVector<Value> values;
    for (auto [index, type] : llvm::enumerate(isResult ? results : arguments))
      values.push_back(LLVM::LoadOp::create(b, loc, type, place(abi, b, loc, base, index, isResult)));
    return values;
  }
};

SmallVector<Value> callTask(Abi &abi, OpBuilder &b, Location loc, FlatSymbolRefAttr callee, const Parcel &parcel, Value context, ValueRange arguments) {
  SmallVector<Value> all{context};
  llvm::append_range(all, arguments);
  SmallVector<Type> types{abi.ptr};
  llvm::append_range(types, parcel.arguments);
  Type returned = parcel.results.empty() ? abi.none
                  : parcel.results.size() == 1 ? parcel.results[0]
                                               : LLVM::LLVMStructType::getLiteral(abi.i64.getContext(), parcel.results);
  auto call = LLVM::CallOp::create(b, loc, LLVM::LLVMFunctionType::get(returned, types), callee, all);
  SmallVector<Value> results;
  if (parcel.results.size() == 1) results.push_back(call.getResult());
  else
    for (size_t i = 0; i < parcel.results.size(); ++i) results.push_back(LLVM::ExtractValueOp::create(b, loc, call.getResult(), int64_t(i)));
  return results;
}

// void g.frame(dg_context *, dg_frame *): what a thief calls.
LLVM::LLVMFuncOp thiefOf(Abi &abi, SpawnOp op, const Parcel &parcel) {
  auto module = op->getParentOfType<ModuleOp>();
  std::string name = (op.getCallee() + ".frame").str();
  if (auto known = module.lookupSymbol<LLVM::LLVMFuncOp>(name)) return known;
  Location loc = op.getLoc();
  OpBuilder b = OpBuilder::atBlockEnd(module.getBody());
  auto function = LLVM::LLVMFuncOp::create(b, loc, name, LLVM::LLVMFunctionType::get(abi.none, {abi.ptr, abi.ptr}), LLVM::Linkage::Internal);
  Block *entry = function.addEntryBlock(b);
  b.setInsertionPointToStart(entry);
  Value context = entry->getArgument(0), base = entry->getArgument(1);
  if (op->hasAttr(failsAttr)) {
    Value last = LLVM::GEPOp::create(b, loc, abi.ptr, abi.ptr, context, ArrayRef<LLVM::GEPArg>{1});
    LLVM::StoreOp::create(b, loc, loadAt(abi, b, loc, abi.ptr, base, siteOffset), last);
  }
  if (parcel.structure) base = loadAt(abi, b, loc, abi.ptr, base, dataOffset);
  SmallVector<Value> arguments = parcel.take(abi, b, loc, base, false);
  parcel.put(abi, b, loc, base, callTask(abi, b, loc, op.getCalleeAttr(), parcel, context, arguments), true);
  LLVM::ReturnOp::create(b, loc, ValueRange());
  return function;
}

Value workerOf(Abi &abi, OpBuilder &b, Operation *op) { return loadAt(abi, b, op->getLoc(), abi.ptr, Abi::context(op), 0); }

struct Spawn : Pattern<SpawnOp> {
  REWRITE(SpawnOp) {
    Location loc = op.getLoc();
    Parcel parcel(abi, op.getArgs().getTypes(), op.getFuture().getType().getTypes());
    Value context = Abi::context(op), worker = workerOf(abi, rewriter, op);
    Value frame = loadAt(abi, rewriter, loc, abi.ptr, worker, headOffset), base = frame;
    if (parcel.structure) {
      base = abi.slot(op, parcel.structure);
      storeAt(abi, rewriter, loc, base, frame, dataOffset);
    }
    parcel.put(abi, rewriter, loc, base, adaptor.getArgs(), false);
    if (op->hasAttr(failsAttr)) storeAt(abi, rewriter, loc, makeSite(abi, rewriter, op, op.getCalleeAttr()), frame, siteOffset);
    storeAt(abi, rewriter, loc, LLVM::AddressOfOp::create(rewriter, loc, thiefOf(abi, op, parcel)), frame, runOffset);
    storeAt(abi, rewriter, loc, context, frame, contextOffset);
    auto taken = LLVM::StoreOp::create(rewriter, loc, abi.null(rewriter, loc), frame, 8);
    taken.setOrdering(LLVM::AtomicOrdering::monotonic);
    storeAt(abi, rewriter, loc, byteAt(abi, rewriter, loc, frame, frameBytes), worker, headOffset);
    auto limit = loadAt(abi, rewriter, loc, abi.ptr, worker, limitOffset);
    relaxed(limit);
    Value isSlow = LLVM::ICmpOp::create(rewriter, loc, LLVM::ICmpPredicate::uge, frame, limit);
    Block *block = rewriter.getInsertionBlock(), *rest = rewriter.splitBlock(block, rewriter.getInsertionPoint());
    Block *slow = rewriter.createBlock(rest->getParent(), rest->getParent()->end());
    abi.call(rewriter, loc, "dg_spawn_slow", {}, {context, frame});
    LLVM::BrOp::create(rewriter, loc, ValueRange(), rest);
    rewriter.setInsertionPointToEnd(block);
    LLVM::CondBrOp::create(rewriter, loc, isSlow, slow, ValueRange(), rest, ValueRange(), std::make_pair<uint32_t, uint32_t>(1, 1u << 20));
    rewriter.replaceOp(op, frame);
    return success();
  }
};

struct Join : Pattern<JoinOp> {
  REWRITE(JoinOp) {
    Location loc = op.getLoc();
    Parcel parcel(abi, op.getArgs().getTypes(), op.getFuture().getType().getTypes());
    Value context = Abi::context(op), worker = workerOf(abi, rewriter, op);
    // All that was spawned since has been joined, so this frame is the last: to read the head would make each join wait for what the
    // last spawn or join wrote.
    Value frame = adaptor.getFuture();
    Value split = loadAt(abi, rewriter, loc, abi.ptr, worker, splitOffset);
    Value isMine = LLVM::ICmpOp::create(rewriter, loc, LLVM::ICmpPredicate::ule, split, frame);
    Block *block = rewriter.getInsertionBlock(), *rest = rewriter.splitBlock(block, rewriter.getInsertionPoint());
    for (Type type : parcel.results) rest->addArgument(type, loc);
    Region *region = rest->getParent();
    Block *quick = rewriter.createBlock(region, region->end());
    storeAt(abi, rewriter, loc, frame, worker, headOffset);
    Block *call = rewriter.createBlock(region, region->end());
    LLVM::BrOp::create(rewriter, loc, callTask(abi, rewriter, loc, op.getCalleeAttr(), parcel, context, adaptor.getArgs()), rest);
    rewriter.setInsertionPointToEnd(quick);
    LLVM::BrOp::create(rewriter, loc, ValueRange(), call);
    Block *slow = rewriter.createBlock(region, region->end());
    Value ended = abi.call(rewriter, loc, "dg_join_slow", abi.ptr, context);
    Value nobody = LLVM::ICmpOp::create(rewriter, loc, LLVM::ICmpPredicate::eq, ended, abi.null(rewriter, loc));
    Block *taken = rewriter.createBlock(region, region->end());
    Value base = parcel.structure ? Value(loadAt(abi, rewriter, loc, abi.ptr, ended, dataOffset)) : ended;
    LLVM::BrOp::create(rewriter, loc, parcel.take(abi, rewriter, loc, base, true), rest);
    rewriter.setInsertionPointToEnd(slow);
    LLVM::CondBrOp::create(rewriter, loc, nobody, call, taken);
    rewriter.setInsertionPointToEnd(block);
    LLVM::CondBrOp::create(rewriter, loc, isMine, quick, ValueRange(), slow, ValueRange(), std::make_pair<uint32_t, uint32_t>(1u << 20, 1));
    rewriter.replaceOp(op, rest->getArguments());
    return success();
  }
};
} // namespace

void populateNestedPatterns(RewritePatternSet &patterns, Abi &abi) { patterns.add<Spawn, Join>(abi); }
} // namespace dagger::task
