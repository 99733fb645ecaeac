// Elementary functions: in line where a loop of a kernel computes them, else as functions.
#include "compiler/elementary/Functions.h"
#include "mlir-dialects/Task/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMAttrs.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
namespace elementary = dagger::elementary;

namespace dagger::task {
#define GEN_PASS_DEF_EXPANDMATH
#include "mlir-dialects/Task/Transforms/Passes.h.inc"

namespace {

// Numbers that emit what elementary::Real computes. Constants have no operand to take a builder from, so the one in use
// is known to all of them.
struct Emission {
  OpBuilder &builder;
  Location loc;
  llvm::DenseMap<Attribute, Value> constants{};
  static thread_local Emission *current;

  template <class Op, class... Args> static Value make(Args &&...args) {
    return Op::create(current->builder, current->loc, std::forward<Args>(args)...);
  }
  static Value constant(TypedAttr value) {
    Value &known = current->constants[value];
    if (!known) known = make<arith::ConstantOp>(value);
    return known;
  }
};
thread_local Emission *Emission::current = nullptr;

struct Condition {
  Value value;
  friend Condition operator&(Condition a, Condition b) { return {Emission::make<arith::AndIOp>(a.value, b.value)}; }
  friend Condition operator|(Condition a, Condition b) { return {Emission::make<arith::OrIOp>(a.value, b.value)}; }
};

template <class T> struct Symbol {
  using Type = T;
  using Mask = Condition;
  static Builder &builder() { return Emission::current->builder; }
  static FloatType type() { return sizeof(T) == 8 ? FloatType(builder().getF64Type()) : builder().getF32Type(); }
  static IntegerType wordType() { return builder().getIntegerType(8 * sizeof(T)); }

  struct Word {
    Value value;
    explicit Word(Value value) : value(value) {}
    Word(uint64_t bits)
        : value(Emission::constant(builder().getIntegerAttr(wordType(), APInt(8 * sizeof(T), bits, false, true)))) {}
    friend Word operator+(Word a, Word b) { return Word(Emission::make<arith::AddIOp>(a.value, b.value)); }
    friend Word operator-(Word a, Word b) { return Word(Emission::make<arith::SubIOp>(a.value, b.value)); }
    friend Word operator&(Word a, Word b) { return Word(Emission::make<arith::AndIOp>(a.value, b.value)); }
    friend Word operator|(Word a, Word b) { return Word(Emission::make<arith::OrIOp>(a.value, b.value)); }
    friend Word operator^(Word a, Word b) { return Word(Emission::make<arith::XOrIOp>(a.value, b.value)); }
    friend Word operator<<(Word a, int count) {
      return Word(Emission::make<arith::ShLIOp>(a.value, Word(count).value));
    }
    friend Word operator>>(Word a, int count) {
      return Word(Emission::make<arith::ShRUIOp>(a.value, Word(count).value));
    }
    friend Condition operator==(Word a, Word b) {
      return {Emission::make<arith::CmpIOp>(arith::CmpIPredicate::eq, a.value, b.value)};
    }
  };

  Value value;
  explicit Symbol(Value value) : value(value) {}
  Symbol(double number) : value(Emission::constant(builder().getFloatAttr(type(), number))) {}
  explicit Symbol(Word bits) : value(Emission::make<arith::BitcastOp>(type(), bits.value)) {}
  explicit operator Word() const { return Word(Emission::make<arith::BitcastOp>(wordType(), value)); }

  static Condition compare(arith::CmpFPredicate how, Symbol a, Symbol b) {
    return {Emission::make<arith::CmpFOp>(how, a.value, b.value)};
  }
  friend Symbol operator+(Symbol a, Symbol b) { return Symbol(Emission::make<arith::AddFOp>(a.value, b.value)); }
  friend Symbol operator-(Symbol a, Symbol b) { return Symbol(Emission::make<arith::SubFOp>(a.value, b.value)); }
  friend Symbol operator*(Symbol a, Symbol b) { return Symbol(Emission::make<arith::MulFOp>(a.value, b.value)); }
  friend Symbol operator/(Symbol a, Symbol b) { return Symbol(Emission::make<arith::DivFOp>(a.value, b.value)); }
  friend Symbol operator-(Symbol a) { return Symbol(Emission::make<arith::NegFOp>(a.value)); }
  friend Condition operator<(Symbol a, Symbol b) { return compare(arith::CmpFPredicate::OLT, a, b); }
  friend Condition operator>(Symbol a, Symbol b) { return compare(arith::CmpFPredicate::OGT, a, b); }
  friend Condition operator<=(Symbol a, Symbol b) { return compare(arith::CmpFPredicate::OLE, a, b); }
  friend Condition operator==(Symbol a, Symbol b) { return compare(arith::CmpFPredicate::OEQ, a, b); }
  friend Condition isNaN(Symbol a) { return compare(arith::CmpFPredicate::UNO, a, a); }
  friend Symbol fma(Symbol a, Symbol b, Symbol c) {
    return Symbol(Emission::make<math::FmaOp>(a.value, b.value, c.value));
  }
  friend Symbol sqrt(Symbol a) { return Symbol(Emission::make<math::SqrtOp>(a.value)); }
  friend Symbol abs(Symbol a) { return Symbol(Emission::make<math::AbsFOp>(a.value)); }
  friend Symbol copysign(Symbol size, Symbol sign) {
    return Symbol(Emission::make<math::CopySignOp>(size.value, sign.value));
  }
  friend Symbol select(Condition condition, Symbol a, Symbol b) {
    return Symbol(Emission::make<arith::SelectOp>(condition.value, a.value, b.value));
  }
  static Symbol lookup(const elementary::Row &row, Word index) {
    return Symbol(Emission::make<array::LookupOp>(type(), index.value, row));
  }
  template <class U> Symbol<U> to() const {
    if constexpr (std::is_same_v<T, U>)
      return *this;
    else if constexpr (sizeof(U) > sizeof(T))
      return Symbol<U>(Emission::make<arith::ExtFOp>(Symbol<U>::type(), value));
    else
      return Symbol<U>(Emission::make<arith::TruncFOp>(Symbol<U>::type(), value));
  }
};

template <class T> Value emit(StringRef name, ValueRange x) {
#define X(function)                                                                                                    \
  if (name == #function) return elementary::function(Symbol<T>(x[0])).value;
  DAGGER_UNARY_FUNCTIONS(X)
#undef X
#define X(function)                                                                                                    \
  if (name == #function) return elementary::function(Symbol<T>(x[0]), Symbol<T>(x[1])).value;
  DAGGER_BINARY_FUNCTIONS(X)
#undef X
  llvm_unreachable("array.math knows its functions");
}

class Expander {
public:
  explicit Expander(ModuleOp module) : module(module), symbols(module) {}

  void expand(array::MathOp op) {
    func::FuncOp function = functionFor(op);
    OpBuilder builder(op);
    if (!isInKernelLoop(op)) {
      op.replaceAllUsesWith(func::CallOp::create(builder, op.getLoc(), function, op.getInputs()).getResult(0));
      op.erase();
      return;
    }
    IRMapping map;
    Block &body = function.getBody().front();
    map.map(body.getArguments(), op.getInputs());
    for (Operation &step : body.without_terminator()) builder.clone(step, map)->setLoc(op.getLoc());
    op.replaceAllUsesWith(map.lookup(body.getTerminator()->getOperand(0)));
    op.erase();
  }

  // Functions that were made only to be copied.
  void dropUnused() {
    for (auto &[key, function] : functions)
      if (SymbolTable::symbolKnownUseEmpty(function, module)) function.erase();
  }

private:
  static bool isInKernelLoop(array::MathOp op) {
    auto function = op->getParentOfType<func::FuncOp>();
    auto context = function->getAttrOfType<StringAttr>(contextAttr);
    return context && context.getValue() == "kernel" && op->getParentOfType<scf::ForOp>();
  }

  func::FuncOp functionFor(array::MathOp op) {
    Type type = op.getType();
    func::FuncOp &known = functions[{op.getFunctionAttr(), type}];
    if (known) return known;
    OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
    SmallVector<Type> types(op.getInputs().size(), type);
    known = func::FuncOp::create(builder, builder.getUnknownLoc(),
                                 (op.getFunction() + (type.isF32() ? "_f32" : "_f64")).str(),
                                 builder.getFunctionType(types, type));
    known.setPrivate();
    known->setAttr(contextAttr, builder.getStringAttr(mathContext));
    symbols.insert(known);
    Block *entry = known.addEntryBlock();
    builder.setInsertionPointToEnd(entry);
    Emission emission{builder, known.getLoc()};
    Emission::current = &emission;
    Value out = type.isF32() ? emit<float>(op.getFunction(), entry->getArguments())
                             : emit<double>(op.getFunction(), entry->getArguments());
    Emission::current = nullptr;
    func::ReturnOp::create(builder, known.getLoc(), out);
    return known;
  }

  ModuleOp module;
  SymbolTable symbols;
  llvm::MapVector<std::pair<Attribute, Type>, func::FuncOp> functions;
};

// The operations of a function wait for each other: four vectors at once keep the processor busy. LLVM takes one where
// nothing is reduced. Only loops whose turns are known to be independent and that have nothing but arithmetic are made
// so much longer, and not those that are long already.
void interleave(scf::ForOp loop) {
  constexpr int vectors = 4, longest = 600;
  auto marks = loop->getAttrOfType<LLVM::LoopAnnotationAttr>("loop_annotation");
  int length = 0;
  bool isPlain = true;
  loop.getBody()->walk([&](Operation *op) { ++length, isPlain &= op->getNumRegions() == 0 && !isa<func::CallOp>(op); });
  if (!marks || marks.getVectorize() || marks.getParallelAccesses().empty() || !isPlain || length > longest) return;
  MLIRContext *context = loop.getContext();
  auto count = LLVM::LoopInterleaveAttr::get(context, IntegerAttr::get(IntegerType::get(context, 32), vectors));
  loop->setAttr("loop_annotation", LLVM::LoopAnnotationAttr::get(context, {}, {}, count, {}, {}, {}, {}, {}, {}, {}, {},
                                                                 {}, {}, {}, marks.getParallelAccesses()));
}

struct ExpandMath : impl::ExpandMathBase<ExpandMath> {
  void runOnOperation() override {
    SmallVector<array::MathOp> all;
    getOperation().walk([&](array::MathOp op) { all.push_back(op); });
    if (all.empty()) return;
    Expander expander(getOperation());
    llvm::SetVector<scf::ForOp> loops;
    for (array::MathOp op : all)
      if (auto loop = op->getParentOfType<scf::ForOp>()) loops.insert(loop);
    for (array::MathOp op : all) expander.expand(op);
    expander.dropUnused();
    for (scf::ForOp loop : loops) interleave(loop);
  }
};
} // namespace
} // namespace dagger::task
