// Results that no cache holds: written past the caches, their lines are not fetched only to be overwritten. Which
// stores go there is known when LLVM has made vectors of them (compiler/codegen/cpu/StreamStores.cpp). Here a kernel
// says when they should, and begins the loop over a row at a line of the cache, so that they are whole lines.
#include "mlir-dialects/Task/Transforms/KernelBuilder.h"

using namespace mlir;

namespace dagger::task {
namespace {

constexpr int64_t lineBytes = 64, cachedBytes = 32 << 20;
constexpr int64_t mostPerByte = 7; // operations, as a launch counts its arithmetic

// Whether the launch writes all of it and reads nothing of it.
bool isOverwritten(KernelBuilder &kernel, unsigned number) {
  StringRef access = kernel.operands[number].access.getAccess();
  return access == "write" ||
         (access == "update" && kernel.launch.getBody().front().getArgument(kernel.rank + number).use_empty());
}

// What is to begin at a line in each row: the first that the loops over rows write one element behind the other.
const KernelOperand *streamedResult(KernelBuilder &kernel) {
  for (auto [number, operand] : llvm::enumerate(kernel.operands))
    if (isOverwritten(kernel, number) && operand.denseAxis >= 0 && operand.element.isIntOrFloat() &&
        operand.denseAxis == int(operand.access.getAxes().size()) - 1)
      return &operand;
  return nullptr;
}

int64_t bytesOf(Type element) { return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8); }

// Whether its extents are constants, and so few that caches hold it.
bool isKnownSmall(KernelBuilder &kernel, const KernelOperand &operand) {
  int64_t bytes = bytesOf(operand.element);
  for (Value extent : kernel.launch.getExtents()) {
    auto known = getConstantIntValue(extent);
    if (!known || *known > cachedBytes) return false;
    if ((bytes *= *known) > cachedBytes) return false;
  }
  return true;
}

// Whether a point is so much arithmetic that memory has time. Then nothing is gained by a store past the caches, and what is kept on
// the stack meanwhile is stored behind it: prices of options took 15 % longer by two threads.
bool isArithmetic(KernelBuilder &kernel) {
  int64_t bytes = 0;
  for (const KernelOperand &operand : kernel.operands)
    if (operand.element.isIntOrFloat()) bytes += bytesOf(operand.element);
  auto count = kernel.launch.getArithmetic();
  return count && int64_t(*count) > mostPerByte * bytes;
}

} // namespace

Value exceedsCaches(KernelBuilder &kernel, const KernelOperand &operand) {
  OpBuilder &b = kernel.builder;
  Value count = kernel.constant(1);
  for (Value extent : operand.extents) count = arith::MulIOp::create(b, kernel.loc, count, extent);
  return arith::CmpIOp::create(b, kernel.loc, arith::CmpIPredicate::sgt, count,
                               kernel.constant(cachedBytes / bytesOf(operand.element)));
}

void announceStreams(KernelBuilder &kernel) {
  const KernelOperand *result = streamedResult(kernel);
  if (result && !isKnownSmall(kernel, *result) && !isArithmetic(kernel)) announceStream(kernel, *result);
}

void announceStream(KernelBuilder &kernel, const KernelOperand &result) {
  OpBuilder &b = kernel.builder;
  Location loc = kernel.loc;
  Value streams = exceedsCaches(kernel, result);
  for (const KernelOperand &operand : kernel.operands) { // what is overwritten in place has been fetched already
    if (operand.access.getAccess() != "read" || !operand.access.getMapped()) continue;
    Value isElsewhere = LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::ne, operand.data, result.data);
    streams = arith::AndIOp::create(b, loc, streams, isElsewhere);
  }
  Value nothing = LLVM::ZeroOp::create(b, loc, LLVM::LLVMPointerType::get(b.getContext()));
  Value fetches = LLVM::ConstantOp::create(b, loc, b.getI32Type(), b.getI32IntegerAttr(fetchesRows(kernel)));
  LLVM::Annotation::create(b, loc, streams.getType(), streams, nothing, nothing, fetches);
  kernel.streams = streams;
}

void endStreams(KernelBuilder &kernel) {
  if (!kernel.streams) return;
  OpBuilder::InsertionGuard guard(kernel.builder);
  auto past = scf::IfOp::create(kernel.builder, kernel.loc, kernel.streams, false);
  kernel.builder.setInsertionPointToStart(past.thenBlock());
  LLVM::FenceOp::create(kernel.builder, kernel.loc, LLVM::AtomicOrdering::seq_cst, "");
}

// How many elements from an index on, or up to it, do not fill a line.
static Value apartFromLine(KernelBuilder &kernel, ArrayRef<Value> outer, Value at, bool isBehind) {
  OpBuilder &b = kernel.builder;
  Location loc = kernel.loc;
  const KernelOperand &result = *streamedResult(kernel);
  Type i64 = b.getI64Type();
  auto number = [&](int64_t value) -> Value { return arith::ConstantIntOp::create(b, loc, i64, value); };
  SmallVector<Value> point(outer);
  point.push_back(at);
  Value address = LLVM::PtrToIntOp::create(b, loc, i64, kernel.addressOf(result, kernel.indicesAt(result, point)));
  if (isBehind) address = arith::SubIOp::create(b, loc, number(0), address);
  Value apart = arith::AndIOp::create(b, loc, address, number(lineBytes - 1));
  return arith::IndexCastOp::create(b, loc, b.getIndexType(),
                                    arith::DivUIOp::create(b, loc, apart, number(bytesOf(result.element))));
}

Value lineFrom(KernelBuilder &kernel, ArrayRef<Value> outer, Value at) {
  return arith::AddIOp::create(kernel.builder, kernel.loc, at, apartFromLine(kernel, outer, at, true));
}

Value lineUntil(KernelBuilder &kernel, ArrayRef<Value> outer, Value at) {
  return arith::SubIOp::create(kernel.builder, kernel.loc, at, apartFromLine(kernel, outer, at, false));
}

// What lies before the first line, and the rest.
void inStreamedParts(KernelBuilder &kernel, ArrayRef<Value> outer, Value from, Value to,
                     function_ref<void(Value from, Value to)> body) {
  OpBuilder &b = kernel.builder;
  Location loc = kernel.loc;
  Value edge = arith::MinSIOp::create(b, loc, lineFrom(kernel, outer, from), to);
  edge = arith::SelectOp::create(b, loc, kernel.streams, edge, from);
  inBothRanges(kernel, {from, edge}, {edge, to}, body);
}

void inBothRanges(KernelBuilder &kernel, Range first, Range second, function_ref<void(Value from, Value to)> body,
                  function_ref<void()> between) {
  OpBuilder &b = kernel.builder;
  Location loc = kernel.loc;
  Value zero = kernel.constant(0), one = kernel.constant(1), two = kernel.constant(2);
  auto choose = [&](Value condition, Value a, Value otherwise) -> Value {
    return arith::SelectOp::create(b, loc, condition, a, otherwise);
  };
  auto isThere = [&](Range range) -> Value {
    return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, range.first, range.second);
  };
  Value begin = between ? zero : choose(isThere(first), zero, one), end = choose(isThere(second), two, one);
  kernel.markScalar(kernel.loop(begin, end, {}, [&](Value number, ValueRange) -> SmallVector<Value> {
    Value isFirst = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, number, zero);
    body(choose(isFirst, first.first, second.first), choose(isFirst, first.second, second.second));
    if (!between) return {};
    auto behindFirst = scf::IfOp::create(b, loc, isFirst, false);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(behindFirst.thenBlock());
    between();
    return {};
  }));
}

} // namespace dagger::task
