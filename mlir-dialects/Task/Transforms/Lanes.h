// Code that computes several points at a time: vectors of numbers, with a mask where points part.
#pragma once
#include "mlir-dialects/Task/IR/Callee.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace dagger::task {

constexpr unsigned vectorBits = 512;

unsigned bitsOf(mlir::Type type);
bool isLaneType(mlir::Type type);
// Whether it makes one number of others and nothing else: it may be computed for points that do not get there.
// Divisions by what is not known may not, and take as long for several points as for one after the other.
bool isArithmetic(mlir::Operation *op);
// Whether it is arithmetic, branches and loops of numbers, and nothing else. `callers` are those that it must not call.
bool isArithmetic(mlir::func::FuncOp function, llvm::SmallPtrSetImpl<mlir::Operation *> &callers);

// Writes operations for all lanes. A lane that is not active computes too, but what it computes is not used.
class Lanes {
public:
  Lanes(mlir::OpBuilder builder, int64_t count) : builder(builder), count(count) {}

  // What each value became: a number for each point, or one number, which is the first point's and, where the value is
  // in `strides`, grows by so much from point to point.
  mlir::IRMapping vectors, scalars;
  llvm::DenseMap<mlir::Value, int64_t> strides;
  llvm::DenseSet<mlir::Value> alike; // whose operations give one number

  mlir::Operation *emit(mlir::Block &block); // gives what the block ends with
  mlir::Value vectorOf(mlir::Value value);
  llvm::SmallVector<mlir::Value> vectorsOf(mlir::ValueRange values);

  mlir::OpBuilder builder;

private:
  struct Tested {
    mlir::Value condition;
    llvm::SmallVector<mlir::Value> values;
  };

  mlir::VectorType typeOf(mlir::Type scalar) const { return mlir::VectorType::get(count, scalar); }
  mlir::Value scalarOf(mlir::Value value) const { return scalars.lookupOrDefault(value); }
  bool isAlike(mlir::Value value) const { return !vectors.contains(value) && !strides.contains(value); }
  mlir::Value constant(mlir::Location loc, mlir::TypedAttr value);
  mlir::Value splat(mlir::Location loc, mlir::Value value);
  mlir::Value both(mlir::Location loc, mlir::Value a, mlir::Value b);
  void emit(mlir::Operation *op);
  void emitIf(mlir::scf::IfOp branch);
  llvm::SmallVector<mlir::Value> emitSide(mlir::Block &side, mlir::Value lanes);
  void emitWhile(mlir::scf::WhileOp loop);
  void emitFor(mlir::scf::ForOp loop);
  void emitCommonIf(mlir::scf::IfOp branch);
  void emitCommonFor(mlir::scf::ForOp loop);
  llvm::SmallVector<mlir::Value> emitLoop(mlir::Location loc, mlir::ValueRange inits, llvm::ArrayRef<bool> isKept,
                                          llvm::function_ref<Tested(mlir::ValueRange)> test,
                                          llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ValueRange)> turn,
                                          mlir::TypeRange resultTypes);

  int64_t count;
  mlir::Value active{}; // none: all
};

} // namespace dagger::task
