// What the kernels of all kinds of launches share: their function, their operands, and copies of the region at a point.
#pragma once
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMAttrs.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace dagger::task {

// A strided operand as the kernel sees it: a dg_view. Indices are global.
struct KernelOperand {
  OperandAttr access;
  mlir::Type element;
  mlir::Value data;                                // !llvm.ptr
  llvm::SmallVector<mlir::Value> extents, strides; // index
  // Along which its elements mostly lie one behind the other, if the point has it as one of its last two; -1: none.
  int denseAxis = -1;
  mlir::Value ring; // null; or only so many rows are kept, a power of two, less one: index
  // Null; or room for the task's own copy, row by row, and whether atomics combine into that: i1, null if they do.
  mlir::Value copy, isCopied;
};

// The names of groups of accesses that are independent from turn to turn. Each is one of its kind, but kernels may use
// the same, so that those that do the same are equal.
using AccessGroups = llvm::SmallVector<mlir::LLVM::AccessGroupAttr>;

// Along which axes reads around a point may leave their arrays, and are tested by their rules. AllMasked: all, and the
// loop becomes vectors nonetheless.
enum class Edges { All, AllMasked, NotInnermost, None };

class KernelBuilder {
public:
  KernelBuilder(LaunchOp launch, mlir::func::FuncOp function, AccessGroups &groups);

  mlir::OpBuilder builder;
  mlir::Location loc;
  LaunchOp launch;
  unsigned rank;
  bool isBrief; // has no versions: to make them takes longer than they save
  llvm::SmallVector<KernelOperand> operands; // arrays, then results
  llvm::SmallVector<mlir::Value> low, high;  // index, of the box
  llvm::SmallVector<mlir::Value> scalars;    // as the region sees them
  mlir::Value streams;                       // null; or whether results go past the caches: i1
  mlir::Value lines;                         // null; or whether rows are whole lines of the cache, and do so: i1
  llvm::SmallVector<mlir::Value> totals;     // of the block's first pass; none during it

  KernelOperand &result(unsigned i) { return operands[launch.getArrays().size() + i]; }

  mlir::Value constant(int64_t value);
  mlir::Value addressOf(const KernelOperand &operand, mlir::ValueRange indices);
  mlir::Value load(const KernelOperand &operand, mlir::ValueRange indices);
  void store(const KernelOperand &operand, mlir::ValueRange indices, mlir::Value value);
  // Into the task's own copy if there is one, without an atomic instruction.
  void combineInto(const KernelOperand &operand, mlir::ValueRange indices, mlir::Value value, llvm::StringRef kind);
  void atomic(const KernelOperand &operand, mlir::ValueRange indices, mlir::Value value, llvm::StringRef kind);
  mlir::Value positionInCopy(const KernelOperand &operand, mlir::ValueRange indices);
  // Room for `count` elements on the stack, taken once on entry; element i of it.
  mlir::Value room(mlir::Type element, int64_t count);
  mlir::Value loadRoom(mlir::Type element, mlir::Value room, mlir::Value index);
  void storeRoom(mlir::Value value, mlir::Value room, mlir::Value index);

  // The indices in an operand of the element at a point.
  llvm::SmallVector<mlir::Value> indicesAt(const KernelOperand &operand, mlir::ValueRange point);

  // Loops over low <= point < high of the axes before `end`.
  void nest(unsigned end, llvm::function_ref<void(llvm::SmallVector<mlir::Value> &point)> body);
  mlir::scf::ForOp loop(mlir::Value from, mlir::Value to, mlir::ValueRange inits,
                        llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value, mlir::ValueRange)> body,
                        int64_t step = 1);

  // A copy of the launch's body at a point: what it yields.
  struct Yielded {
    llvm::SmallVector<mlir::Value> values;
    mlir::Value present;
  };
  Yielded copyBody(llvm::ArrayRef<mlir::Value> point, Edges edges);
  // Of numbers, or of vectors of numbers if all of it can be written for those.
  llvm::SmallVector<mlir::Value> combine(mlir::ValueRange left, mlir::ValueRange right);
  bool combinesVectors();

  // `body` twice: where operands lie densely along the innermost axis, which their strides then say, and where they do
  // not.
  void ifDense(llvm::function_ref<void(bool isDense)> body);

  // Loads and stores in it are independent from turn to turn: LLVM need not prove it.
  void markParallel(mlir::scf::ForOp loop);
  // The same, of a loop of few turns whose accesses stand under conditions: all of it is vectors, under masks.
  void markMasked(mlir::scf::ForOp loop);
  // It has few turns, or its accesses fit no vector: not worth the time that vectors and unrolling take to compile.
  void markScalar(mlir::scf::ForOp loop);

private:
  void markParallel(mlir::scf::ForOp loop, mlir::LLVM::LoopVectorizeAttr vectorize,
                    mlir::LLVM::LoopInterleaveAttr interleave);
  AccessGroups &groups;
  unsigned groupsUsed = 0;
  // Copies of a region's operations, in which `map` knows the region's arguments; `arrays` that are seen whole stand
  // for operands until their accesses are replaced. Gives what the region's end names.
  llvm::SmallVector<mlir::Value> copy(mlir::Block &region, mlir::IRMapping &map,
                                      llvm::ArrayRef<std::pair<mlir::Value, unsigned>> arrays,
                                      llvm::ArrayRef<mlir::Value> point, Edges edges);
  void replaceAccess(mlir::Operation *read, llvm::ArrayRef<mlir::Value> point, Edges edges);
  mlir::Value readAround(array::ShiftedOp shifted, const KernelOperand &operand, llvm::ArrayRef<mlir::Value> point,
                         Edges edges);
  mlir::Value edgeIndex(array::EdgeRule rule, mlir::Value index, mlir::Value extent);
  void checkIndices(mlir::Operation *access, mlir::ValueRange indices, const KernelOperand &operand);
  // The operand as a value, for functions that take arrays. The launch then says that it needs values.
  mlir::Value handle(unsigned operand);
  llvm::DenseMap<unsigned, mlir::Value> handles;
  mlir::Value loadFrom(mlir::Type element, mlir::Value address);
  void storeTo(mlir::Value value, mlir::Value address);
};

void buildMap(KernelBuilder &);   // map and stencil
void buildSteps(KernelBuilder &); // of a stencil
// A map's or stencil's elements along the innermost axis.
void buildElements(KernelBuilder &, llvm::SmallVector<mlir::Value> outer, mlir::Value from, mlir::Value to,
                   Edges edges);
// Whether no cache holds all of an operand: i1.
mlir::Value exceedsCaches(KernelBuilder &, const KernelOperand &);
// Sets `streams`, if results may go past the caches; to be followed by `endStreams` behind all loops.
void announceStreams(KernelBuilder &);
void announceStream(KernelBuilder &, const KernelOperand &result);
void endStreams(KernelBuilder &);
// Part of a row, up to the first line of the result and behind.
void inStreamedParts(KernelBuilder &, llvm::ArrayRef<mlir::Value> outer, mlir::Value from, mlir::Value to,
                     llvm::function_ref<void(mlir::Value from, mlir::Value to)> body);
// Where a line of the result begins in a row: at or behind an index; at or before it. Only of what may be streamed.
mlir::Value lineFrom(KernelBuilder &, llvm::ArrayRef<mlir::Value> outer, mlir::Value at);
mlir::Value lineUntil(KernelBuilder &, llvm::ArrayRef<mlir::Value> outer, mlir::Value at);
// One body for two ranges, each of which may be empty: a second would take longer to compile. And what goes in between.
using Range = std::pair<mlir::Value, mlir::Value>;
void inBothRanges(KernelBuilder &, Range first, Range second,
                  llvm::function_ref<void(mlir::Value from, mlir::Value to)> body,
                  llvm::function_ref<void()> between = nullptr);
// Points from one to another of a row, at which indices are known to be inside wherever `elements` is to take them so.
void withTestedReads(KernelBuilder &, llvm::ArrayRef<mlir::Value> outer, mlir::Value from, mlir::Value to,
                     llvm::function_ref<void(mlir::Value from, mlir::Value to)> elements);
// The part of an axis in which no shifted read leaves its array: from, to; up to `end` if none could.
std::pair<mlir::Value, mlir::Value> interior(KernelBuilder &, unsigned axis, mlir::Value end);
// Whether it asks for rows before they are read; of the others around them, caches have most already.
inline bool fetchesRows(KernelBuilder &kernel) { return kernel.launch.getKind() == "stencil" && kernel.rank >= 3; }
// Of the rows around a row, the one furthest ahead along the first axis, which no cache holds yet, around the next row of
// the box: of each operand that is read so, its number and the indices without the last.
llvm::SmallVector<std::pair<unsigned, llvm::SmallVector<mlir::Value>>> furthestRows(KernelBuilder &,
                                                                                    llvm::ArrayRef<mlir::Value> outer);
// Whether a stencil's rows can be written line by line (LineRows.cpp), and whether this box's are such: i1. Then all rows
// of which no other axis is at an edge are built so.
bool hasLineRows(KernelBuilder &);
mlir::Value areLineRows(KernelBuilder &);
void buildLineRow(KernelBuilder &, llvm::ArrayRef<mlir::Value> outer);
bool isCrosswise(KernelBuilder &); // rows of the index space are columns of an operand
void buildCrosswise(KernelBuilder &);
void buildBlocks(KernelBuilder &);
void buildCombine(KernelBuilder &);
void buildScan(KernelBuilder &);
void buildPrefix(KernelBuilder &);
void buildGroups(KernelBuilder &);

} // namespace dagger::task
