// The visitor that makes MLIR of the typed program. One class in several files, each about one idea; this header is
// their common vocabulary.
#pragma once
#include "compiler/hir/KernelCode.h"
#include "compiler/hir/Walker.h"
#include "compiler/lower/Lower.h"
#include "mlir-dialects/Array/IR/Array.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/SetVector.h"
#include <deque>
#include <functional>
#include <map>
#include <memory>

namespace dagger::lower {

using hir::Expr;
using hir::Op;
using hir::Stmt;
using hir::TypeKind;
using hir::Var;
using hir::Walker;
using mlir::Location;
using mlir::OpBuilder;
using mlir::RankedTensorType;
using mlir::Value;
using mlir::ValueRange;
using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::SmallVectorImpl;
using Values = SmallVector<Value, 2>;

struct View;

// A value of the language. Tuples are flat: one part for each leaf; an array of tuples is one tensor for each leaf. In
// kernels an array may be a view instead: not in memory, but computed at each read.
struct Val {
  Values parts;
  std::shared_ptr<View> view;
  Val() = default;
  Val(Value value) : parts{value} {}
  Val(Values values) : parts(std::move(values)) {}
};

struct View {
  Values extents;                             // index
  std::function<Val(ValueRange indices)> read; // in range; emits code at the builder
};

// Where code runs decides what a value may be: see the task dialect. Kernel: the region of a structured operation.
enum class Context { Host, Task, Scalar, Kernel };

// A leaf of a flattened type.
struct Leaf {
  const hir::Type *element; // a scalar
  int rank;                 // 0: not in an array
};

// What a piece of the typed program does to the variables around it, and how it may be left early.
struct Effects {
  llvm::SmallVector<const Var *, 4> assigned; // that are declared outside
  bool returns = false, breaks = false, continues = false;
  bool exits() const { return returns || breaks || continues; }
};

using VarList = SmallVector<const Var *, 4>;

class Lowering {
public:
  Lowering(const hir::Program &program, mlir::MLIRContext &context, Diagnostics &diagnostics);
  mlir::OwningOpRef<mlir::ModuleOp> run(const Options &options);

private:
  // ---- Types.cpp: types, constants, locations
  mlir::Type scalarType(const hir::Type *);
  RankedTensorType tensorType(mlir::Type element, int rank);
  mlir::Type leafType(const Leaf &leaf) { return leaf.rank ? tensorType(scalarType(leaf.element), leaf.rank) : scalarType(leaf.element); }
  void flatten(const hir::Type *, SmallVectorImpl<Leaf> &, int rank = 0);
  SmallVector<Leaf, 2> leaves(const hir::Type *type) { SmallVector<Leaf, 2> out; flatten(type, out); return out; }
  // The parts that field `index` of a tuple, or of an array of tuples, has: first and number.
  std::pair<unsigned, unsigned> fieldRange(const hir::Type *, int index);
  Location loc(Span);
  Val zero(const hir::Type *, Location);
  Value zeroScalar(mlir::Type, Location);
  Value constInt(mlir::Type, int64_t, Location);
  Value constIndex(int64_t, Location);
  Value constFloat(mlir::Type, double, Location);
  Value text(llvm::StringRef, Location);
  Value toIndex(Value, bool isSigned, Location);
  Value fromIndex(Value, mlir::Type, Location);
  Value extent(Value tensor, int64_t axis, Location);
  Values extents(Value tensor, Location);
  static bool isFuture(Value);
  static bool isUnsigned(const hir::Type *type) { return type->kind == TypeKind::Bool || (type->kind == TypeKind::Int && !type->isSigned); }
  // The scalar itself: on the host this looks at it, in a kernel it reads it.
  Value plain(Value, Location);
  Value future(Value, Location);
  Values plain(ValueRange values, Location at) { Values out; for (Value v : values) out.push_back(plain(v, at)); return out; }
  static std::string elementName(const hir::Type *);
  Val unsupported(Span, const std::string &what, const hir::Type *type = nullptr);
  void failIf(Value condition, int code, llvm::StringRef text, Location);
  const Var *freshVar(const hir::Type *type);

  // ---- Analysis.cpp: questions to the typed program
  const Effects &effects(const hir::Block *);
  const Effects &effects(const Stmt *);
  VarList assigned(const Effects &);           // those that are bound now, with the flags of what it may leave
  bool contains(const hir::Block *, llvm::function_ref<bool(const Expr *)>, llvm::function_ref<bool(const Stmt *)>);
  bool mayPrint(const hir::Block *);
  bool canFail(const Expr *);                  // an operator, given its operands
  bool defersFailures(const hir::Function *);  // scalar code that may fail, in which no statement looks at what failed
  bool usesArrays(const hir::Function *);      // there is an array in it, or in what it calls
  bool isRead(const Var *);                    // anywhere in the program
  void freeVars(const hir::Block *, llvm::SetVector<const Var *> &);

  // ---- Functions.cpp
  mlir::func::FuncOp function(const hir::Function *, Context);
  void emitPending();
  void emitBody(mlir::func::FuncOp, const hir::Function *, Context);
  void emitEntry(const hir::Function *, bool isTest);
  Val inlineCall(const hir::Function *, ArrayRef<Val> arguments, Location, SmallVectorImpl<Val> &updated);
  struct Outlined { mlir::func::FuncOp func; VarList captured; };
  // A block as a function of its own in a task's context, where it may have arrays in memory; what it uses from around it and
  // `params` are its parameters.
  const Outlined &outline(const hir::Block *, ArrayRef<Var *> params, const hir::Type *result, Location);
  Val callOutlined(const Outlined &, ValueRange params, Location);
  // A body of a kernel: in line if a kernel can hold it.
  Val kernelBody(const hir::Block *, ArrayRef<Var *> params, const hir::Type *result, Location);
  // A block as the body of a function: its value or what `return` gave.
  Val functionBody(const hir::Block *, const hir::Type *result, Span);

  // ---- Calls.cpp
  Val emitCall(const Expr *);
  struct Annotated { Value priority; int retries = 0; std::string name; };
  Annotated annotated(ArrayRef<hir::Annotation>, Location);
  bool isLaunchable(const Expr *);
  Val callTask(const Expr *, bool statement);
  Val callDirect(const Expr *, mlir::func::FuncOp, bool futures);
  struct Chosen;
  void arguments(const Expr *, SmallVectorImpl<Val> &, SmallVectorImpl<Chosen> &);
  void writeUpdates(const Expr *, ArrayRef<Val>, ArrayRef<Chosen>);

  // ---- ControlFlow.cpp
  Val emitBlock(const hir::Block *, const hir::Type *type);
  Val emitFrom(const hir::Block *, size_t first, const hir::Type *type);
  void emit(const Stmt *);
  void emitUnguarded(const Stmt *);
  void emitFor(const Stmt *);
  void emitParallelFor(const Stmt *);   // ParallelLoops.cpp
  static int threadsOf(const hir::Function *); // what @threads says, else 0
  void emitWhile(const Stmt *);
  // How often a loop turns, and what its variable is in each turn: counted, so that it cannot run past the ends of its type.
  Value turns(Value low, Value high, Value step, bool isSigned, bool isConstStep, Location);
  Value turnValue(Value low, Value step, Value turn, Location);
  Val branch(Location, Value condition, const VarList &assigned, const std::function<Val()> &then,
             const std::function<Val()> &otherwise);
  // A loop that carries `vars`: tries with the values' kinds, and again with futures where the body made one.
  void carry(Location, const VarList &vars, const std::function<mlir::Operation *(Values &inits, SmallVectorImpl<Value> &yielded)> &make);
  // What a turn ends with, as futures where the loop carries futures.
  Values promote(Values ends, const Values &inits, Location);
  Values valuesOf(const VarList &);
  void bind(const VarList &, ValueRange);
  Value exitFlag(const Effects &, Location);
  Value boolean(bool value, Location at) { return constInt(builder.getI1Type(), value, at); }
  // for k in 0..count, or until `stop` holds
  void countedLoop(Location, Value count, const VarList &vars, const std::function<void(Value)> &body,
                   const std::function<Value()> &stop = nullptr);

  // ---- Expressions.cpp
  Val emit(const Expr *);
  Value emitScalar(const Expr *e) { return plain(emit(e).parts[0], loc(e->span)); }
  Value emitIndex(const Expr *e) { return toIndex(emitScalar(e), !isUnsigned(e->type), loc(e->span)); }
  // Scalar code on operands of which some may be futures, or that may fail where a failure is to wait for who looks: then it
  // becomes an operation of rank 0.
  Val lift(ValueRange operands, Location, const std::function<Values(ValueRange)> &compute, bool canFail = false);
  void emitLet(const Stmt *);
  Val emitIf(const Expr *);
  Val field(const Val &, const hir::Type *, int index);

  // ---- Scalars.cpp, ScalarMath.cpp, Complex.cpp
  Value constant(const Expr *);
  Value convert(Value, const hir::Type *from, const hir::Type *to, Location);
  Value unary(Op, Value, const hir::Type *, Location);
  Value binary(Op, Value, Value, const hir::Type *, Location);
  Value compare(Op, Value, Value, const hir::Type *, Location);
  Value integerBinary(Op, Value, Value, const hir::Type *, Location);
  Value floatBinary(Op, Value, Value, const hir::Type *, Location);
  Value complexBinary(Op, Value, Value, const hir::Type *, Location);
  Value integerPower(Value, Value, const hir::Type *, Location);
  Value checkedArithmetic(Op, Value, Value, bool isSigned, Location);
  Value select(Value condition, Value a, Value b, Location at) { return mlir::arith::SelectOp::create(builder, at, condition, a, b); }
  Value math(const std::string &name, ValueRange, const hir::Type *operand, const hir::Type *result, Span, Location);
  Value floatMath(llvm::StringRef name, ValueRange, Location);
  Value integerMath(llvm::StringRef name, ValueRange, const hir::Type *, Location);
  Value complexLibm(llvm::StringRef name, ValueRange, Location);
  Value complexMath(llvm::StringRef name, ValueRange, const hir::Type *result, Location);
  Value minMax(bool isMax, Value, Value, const hir::Type *, Location);
  Value libm(llvm::StringRef name, ValueRange, Location);
  Value nearestFloat(Value, const hir::Type *from, mlir::Type to, Location);

  // ---- Arrays.cpp
  Val emitElement(const Expr *);
  Val elementOrFailure(const Expr *, const Val &array, ValueRange indices);
  Val emitMap(const Expr *);
  Val emitAt(const Expr *);
  Val emitOffsetRead(const Expr *);
  Val emitArrayLit(const Expr *);
  Val literalView(const Expr *, ArrayRef<Val> elements);
  Val readElement(const Val &, ValueRange indices, Location, bool inBounds);
  // linalg.generic over `extents`; `body` gets the elements of the inputs and gives the results' elements.
  Val generic(Location, ValueRange extents, ValueRange inputs, ArrayRef<mlir::AffineMap> maps, ArrayRef<mlir::Type> elements,
              const std::function<Values(ValueRange)> &body);
  Values pointIndices(int rank, Location);
  Value emptyTensor(ValueRange extents, mlir::Type element, Location);
  // Stops where an index is not below its extent.
  void checkIndices(ValueRange indices, ValueRange extents, Location);
  bool isInBounds(Value tensor, ValueRange indices);
  ArrayRef<mlir::AffineMap> noMaps() { return {}; }

  // ---- Comprehensions.cpp
  Val emitComprehension(const Expr *);
  Val comprehensionOfTasks(const Expr *, ValueRange extents);
  Val comprehensionLoop(const Expr *, ValueRange extents);
  Val filteredComprehension(const Expr *);

  // ---- Slices.cpp
  struct Box { Values starts, counts, steps; uint32_t dropped = 0; };
  Val emitSlice(const Expr *);
  // Of the subscripts that are Index or Range; others give the whole axis.
  Box box(const Val &array, ArrayRef<hir::Subscript>, Location);
  Box tileBox(Value array, ValueRange tile, Location);
  Value gather(Value array, Value indices, int64_t axis, Location);
  Value compress(Value array, Value mask, int64_t axis, llvm::StringRef type, Location);
  Value maskIndices(Value mask, Location);
  Val sliceView(const Val &array, const Box &, Location);
  Val sliceBox(const Val &array, const Box &, Location);

  // ---- Places.cpp
  // What the last step of a place's path names, evaluated once: a call reads and writes the same elements.
  struct Chosen {
    Box box;                                             // of the array; no axes: the place is the whole of it
    SmallVector<std::pair<int64_t, Value>, 1> selectors; // axes of that box, and the positions on them
    Value total;                                         // a mask of the array's own rank: the number of elements
    bool isElement = false;
    bool isWhole() const { return box.starts.empty() && !total; }
  };
  Chosen choose(const hir::Place &);
  Val readPlace(const hir::Place &, const Chosen *known = nullptr);
  void writePlace(const hir::Place &, const Val &, const hir::Type *valueType, const Chosen *known = nullptr);
  Value replacement(Value array, Value value, Location);
  Value writeChosen(Value array, const Chosen &, Value value, Location);
  Value scatter(Value array, ArrayRef<std::pair<int64_t, Value>> selectors, Value value, Location);
  Value positions(const hir::Subscript &, int64_t axis, Value extent, Location);
  Value overlap(const Chosen &, const Chosen &, Location);
  void checkOverlaps(const Expr *, ArrayRef<Chosen>);
  std::pair<unsigned, unsigned> placeParts(const hir::Place &);

  // ---- Views.cpp: arrays in kernels
  std::shared_ptr<View> viewOf(const Expr *);
  std::shared_ptr<View> viewOf(const Val &, Location);
  std::map<const Var *, Val> keep(const hir::Block *);
  Val with(const std::map<const Var *, Val> &kept, const std::function<Val()> &make);

  // ---- Reductions.cpp, KernelReductions.cpp
  Val emitReduce(const Expr *);
  Val emitScan(const Expr *);
  struct Reduction;
  Reduction reduction(const Expr *);
  Val structuredReduce(const Expr *, const Reduction &, const Val &array, const Val *mask);
  Val kernelReduce(const Expr *, const Reduction &);
  struct KernelReduction;
  std::pair<Values, Value> kernelTree(const KernelReduction &, ValueRange point);
  Value kernelCount(const KernelReduction &, ValueRange point);
  Val kernelReduceAt(const KernelReduction &, ValueRange point);
  Values combine(const Reduction &, ValueRange, ValueRange, Location);
  Values joinBlocks(const Reduction &, ValueRange, ValueRange, Location);
  bool isMoments(const Reduction &); // a variance
  Value countToNumber(const Reduction &, Value count, Location);
  Value meanOf(const Reduction &, Value sum, Value count, Location);
  Values distanceFrom(Value x, Value mean, Location);
  Value varianceOf(const Reduction &, Value count, Value distances, Value squares, Location);
  Val finish(const Expr *, const Reduction &, Val accumulated, Value count);
  Val call(const hir::Lambda *, ArrayRef<Val>);

  // ---- Library.cpp, Text.cpp
  Val emitLibrary(const Expr *);
  struct LibraryArgument { Val value; llvm::SmallVector<Leaf> leaves; Span span; };
  Val libraryOp(const Expr *, llvm::StringRef name, bool effect);
  Val libraryOp(const Expr *, llvm::StringRef name, llvm::ArrayRef<LibraryArgument>, llvm::ArrayRef<Leaf> results, bool effect);
  Val textFunction(const Expr *);
  Val viewLibrary(const Expr *);
  Value runtime(llvm::StringRef function, ValueRange, mlir::Type result, Location, bool context = false, bool location = false,
                const std::string *spec = nullptr);
  Value format(Value, const Leaf &, const std::string &spec, Location);
  Value formatTuples(const Val &, const hir::Type *, const std::string &spec, Location);
  Value formatValue(const Val &, const hir::Type *, const std::string &spec, Location);
  Value concat(Value, Value, Location);
  Val emitFormat(const Expr *);
  void emitPrint(const Stmt *);

  // ---- GroupKernels.cpp
  void launchGroups(const Expr *call);
  void emitGroupKernel(const hir::Function *, bool isStatement);
  bool isGroupMemory(const Var *); // shared, or an array that the kernel updates
  bool isMemory(const Var *v) { return isGroupMemory(v) || state.turnMemory.contains(v); } // what is no value
  bool isOwnElement(const Expr *);
  Values groupIndices(const hir::Place &, bool &inBounds);
  Val readGroupMemory(const hir::Place &);
  void writeGroupMemory(const hir::Place &, const Val &);
  void emitAtomic(const Stmt *);
  Value allocate(ArrayRef<int64_t> shape, mlir::Type, Location); // on the stack
  Value loadRoom(Value memory, ValueRange indices, mlir::Type, Location);
  void storeRoom(Value, Value memory, ValueRange indices, Location);
  void clearRoom(Value memory, Location);

  // ---- GroupLanes.cpp
  void allocateGroup(ArrayRef<Stmt *> statements);
  void groupStatements(ArrayRef<Stmt *>);
  void groupStatement(const Stmt *);
  void laneLoop(ArrayRef<Stmt *>);
  void enterLane(ValueRange in, llvm::function_ref<bool(const Var *)> isMentioned, Location);
  // Whether this statement is skipped in lanes past the end.
  bool isGuarded(const Stmt *);
  void emitGuarded(const Stmt *);
  bool mentions(const Stmt *, llvm::function_ref<bool(const Var *)>);

  const hir::Program &program;
  mlir::MLIRContext &context;
  Diagnostics &diagnostics;
  mlir::ModuleOp module;
  // Marks the arithmetic that comes of expressions under @fast.
  struct FastArithmetic final : OpBuilder::Listener {
    bool isOn = false;
    void notifyOperationInserted(mlir::Operation *, OpBuilder::InsertPoint) override;
  } fast;
  OpBuilder builder;
  bool failed = false;

  // What one function's emission holds; saved and replaced when another one begins.
  struct State {
    Context context = Context::Host;
    std::map<const Var *, Val> env;
    const hir::Function *function = nullptr;
    std::string functionName;
    std::optional<Location> callSite;      // of the inlined function
    const Var *returned = nullptr, *result = nullptr;
    const Var *broken = nullptr, *continued = nullptr; // of the innermost loop
    struct Point { const Expr *at; const Var *fill; };
    SmallVector<Point, 2> points;          // the point kernels around, for offset reads: their `outside` values
    Values point;                          // the extents of the innermost one
    int loops = 0;          // around what is emitted, as far as they are known
    bool defersFailures = false; // a scalar that fails is looked at later: its failure is a failed value
    std::optional<Value> priority;
    int retries = 0;
    std::string callName;
    struct Group;
    std::shared_ptr<Group> group;
    // In a turn of a parallel loop: what the loop writes, and the arrays of these, which are memory.
    llvm::SmallPtrSet<const Var *, 4> turnMemory;
    llvm::SmallPtrSet<Value, 4> turnArrays;
  } state;

  std::map<std::pair<const hir::Function *, Context>, mlir::func::FuncOp> functions;
  std::deque<std::function<void()>> pending;
  std::map<const void *, Effects> effectsOf;
  std::map<const hir::Function *, bool> deferring, arrayCode;
  std::optional<llvm::DenseSet<const Var *>> variablesRead;
  hir::KernelCode kernelCode;
  std::map<const hir::Block *, Outlined> outlines;
  std::deque<Var> ownVars;
  std::deque<hir::Type> ownTypes;
  std::deque<Expr> ownExprs;
  std::deque<Stmt> ownStmts;
  std::deque<hir::Block> ownBlocks;
  hir::Type *boolType = nullptr;
  int outlined = 0;
};

// What one reduction accumulates.
struct Lowering::Reduction {
  const Expr *expr = nullptr;
  const hir::Type *element = nullptr;      // of the array
  SmallVector<mlir::Type, 2> accumulators;
  const hir::Type *accumulator = nullptr;  // the first one's type in the language
  mlir::ArrayAttr identity;                // null: of nothing it stops
  std::string fails;
};

} // namespace dagger::lower
