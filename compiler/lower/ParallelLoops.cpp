// `parallel for`: the turns as a function in a task's context, for task.parallel_for. The arrays that it writes are memory there:
// the checker has seen to it that each turn has elements of its own to itself, and touches no other.
#include "compiler/lower/Lowering.h"

using namespace mlir;

namespace dagger::lower {

int Lowering::threadsOf(const hir::Function *f) {
  for (const hir::Annotation &a : f->annotations)
    if (a.name == "threads" && !a.args.empty())
      return int(a.args[0]->intValue);
  return 0;
}

static int64_t constantStep(const Expr *step) {
  if (!step)
    return 1;
  if (step->op == Op::Const)
    return step->intValue;
  return step->op == Op::Neg && step->args[0]->op == Op::Const ? -step->args[0]->intValue : 0; // 0: known when it runs
}

void Lowering::emitParallelFor(const Stmt *s) {
  Location at = loc(s->span);
  bool isSigned = !isUnsigned(s->var->type);
  Value low = emitScalar(s->value), high = emitScalar(s->high);
  Value step = s->step ? emitScalar(s->step) : constInt(low.getType(), 1, at);
  Value count = turns(low, high, step, isSigned, constantStep(s->step) != 0, s->step ? loc(s->step->span) : at);

  VarList written, captured;
  for (const Var *v : effects(s->body).assigned)
    if (state.env.count(v))
      written.push_back(v);
  llvm::SetVector<const Var *> used;
  freeVars(s->body, used);
  for (const Var *v : used)
    if (state.env.count(v) && v != s->var && !llvm::is_contained(written, v))
      captured.push_back(v);
  // Of a record that is written in, the numbers are values still.
  Values arguments{low, step}, arrays;
  arguments.append(plain(valuesOf(captured), at));
  for (Value part : valuesOf(written))
    (isa<RankedTensorType>(part.getType()) && !isFuture(part) ? arrays : arguments).push_back(isFuture(part) ? plain(part, at) : part);

  SmallVector<mlir::Type> inputs{builder.getIndexType(), builder.getIndexType()};
  llvm::append_range(inputs, ValueRange(arguments).getTypes());
  llvm::append_range(inputs, ValueRange(arrays).getTypes());
  func::FuncOp func;
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(module.getBody());
    func = func::FuncOp::create(builder, at, state.function->symbol + ".turns" + std::to_string(outlined++), builder.getFunctionType(inputs, {}));
    func.setPrivate();
    func->setAttr("task.name", builder.getStringAttr(state.functionName));
    func->setAttr("task.outlined", builder.getUnitAttr());
    func->setAttr(task::contextAttr, builder.getStringAttr(task::taskContext));
    State outer = state;
    builder.setInsertionPointToStart(func.addEntryBlock());
    ArrayRef<BlockArgument> next = func.getArguments();
    auto take = [&] {
      Value value = next.front();
      next = next.drop_front();
      return value;
    };
    Value first = take(), last = take();
    low = take(), step = take();
    state.env.clear();
    for (const Var *v : captured)
      for (size_t n = outer.env[v].parts.size(); n > 0; --n)
        state.env[v].parts.push_back(take());
    ArrayRef<BlockArgument> memory = func.getArguments().take_back(arrays.size());
    for (const Var *v : written) {
      state.turnMemory.insert(v);
      for (Value part : outer.env[v].parts) {
        bool isArray = isa<RankedTensorType>(part.getType()) && !isFuture(part);
        state.env[v].parts.push_back(isArray ? Value(memory.front()) : take());
        if (!isArray)
          continue;
        state.turnArrays.insert(memory.front());
        memory = memory.drop_front();
      }
    }
    auto loop = scf::ForOp::create(builder, at, first, last, constIndex(1, at));
    builder.setInsertionPointToStart(loop.getBody());
    state.env[s->var] = turnValue(low, step, loop.getInductionVar(), at);
    if (effects(s->body).continues) {
      state.continued = freshVar(boolType);
      state.env[state.continued] = boolean(false, at);
    }
    emitBlock(s->body, nullptr);
    builder.setInsertionPointAfter(loop);
    func::ReturnOp::create(builder, at);
    state = std::move(outer);
  }
  auto op = task::ParallelForOp::create(builder, at, FlatSymbolRefAttr::get(func.getSymNameAttr()), count, threadsOf(state.function), arguments, arrays);
  ValueRange updated = op.getResults();
  for (const Var *v : written)
    for (Value &part : state.env[v].parts)
      if (isa<RankedTensorType>(part.getType()) && !isFuture(part)) {
        part = updated.front();
        updated = updated.drop_front();
      }
}

} // namespace dagger::lower
