// Group kernels: the lanes of a group run one after another between barriers.
//
// What stands between two barriers of a block runs to its end for each lane before the next lane begins. A statement with
// a barrier in it runs in lockstep: its loops and branches turn the same way for all lanes (the checker saw to that), so lane 0
// decides. Each lane has its own copy of the kernel's variables, which is exchanged with the frame's when its turn comes;
// parameters and shared memory are the frame's alone.
//
// The last group is full: in lanes past the end, a simple statement that mentions the point is skipped, and so is one that
// mentions a variable which only such statements set.
#include "compiler/interp/Compiler.h"
#include <algorithm>

namespace dagger::interp {
namespace {

struct Group {
  int64_t lanes = 1;
  std::vector<std::vector<std::byte>> memory; // of each lane
  int64_t current = -1;
};
// Reached from the frame's slot of the kernel.
using GroupRef = Group *;

struct Lanes {
  size_t groupSlot, begin, end; // `begin` to `end`: what each lane has for itself
  const size_t *laneEnd;        // known only when the kernel is compiled to its end
  void enter(Frame &frame, Group &group, int64_t lane) const {
    if (group.current == lane)
      return;
    size_t size = *laneEnd - begin;
    if (group.current >= 0)
      memcpy(group.memory[size_t(group.current)].data(), frame.slot(begin), size);
    if (group.memory[size_t(lane)].empty())
      group.memory[size_t(lane)].resize(size);
    memcpy(frame.slot(begin), group.memory[size_t(lane)].data(), size);
    group.current = lane;
  }
  Group &group(Frame &frame) const { return *at<GroupRef>(frame.slot(groupSlot)); }
};

// Statements without a barrier, for all lanes.
struct ForLanes final : Action {
  Action *body;
  Lanes lanes;
  ForLanes(Action *body, Lanes lanes) : body(body), lanes(lanes) {}
  Flow run(Frame &frame) override {
    Group &group = lanes.group(frame);
    Flow flow = Flow::Next;
    for (int64_t lane = 0; lane < group.lanes; ++lane) {
      lanes.enter(frame, group, lane);
      flow = body->run(frame); // uniform where it is not Next
    }
    return flow;
  }
};

// What lane 0 decides for all, before an action that runs in lockstep.
struct AsLaneZero final : Typed<bool> {
  Typed<bool> *condition;
  Lanes lanes;
  AsLaneZero(Typed<bool> *condition, Lanes lanes) : condition(condition), lanes(lanes) {}
  bool eval(Frame &frame) override {
    lanes.enter(frame, lanes.group(frame), 0);
    return condition->eval(frame);
  }
};

struct UniformIf final : Action {
  Typed<bool> *condition;
  Action *then, *otherwise;
  UniformIf(Typed<bool> *condition, Action *then, Action *otherwise) : condition(condition), then(then), otherwise(otherwise) {}
  Flow run(Frame &frame) override {
    if (condition->eval(frame))
      return then->run(frame);
    return otherwise ? otherwise->run(frame) : Flow::Next;
  }
};

struct UniformWhile final : Action {
  Typed<bool> *condition;
  Action *body;
  UniformWhile(Typed<bool> *condition, Action *body) : condition(condition), body(body) {}
  Flow run(Frame &frame) override {
    while (condition->eval(frame)) {
      Flow flow = body->run(frame);
      if (flow == Flow::Return)
        return flow;
      if (flow == Flow::Break)
        break;
    }
    return Flow::Next;
  }
};

struct UniformFor final : Action {
  IndexNode *low, *high, *step;
  const hir::Type *type;
  size_t offset;
  Action *body;
  Lanes lanes;
  UniformFor(IndexNode *low, IndexNode *high, IndexNode *step, const hir::Type *type, size_t offset, Action *body, Lanes lanes)
      : low(low), high(high), step(step), type(type), offset(offset), body(body), lanes(lanes) {}
  Flow run(Frame &frame) override {
    Group &group = lanes.group(frame);
    lanes.enter(frame, group, 0);
    __int128 from = low->eval(frame), to = high->eval(frame), by = step ? step->eval(frame) : 1;
    if (by == 0)
      fail(frame, span, failures::BadExtentOrStep, failures::stepIsZero());
    for (__int128 i = from; by > 0 ? i < to : i > to; i += by) {
      for (int64_t lane = 0; lane < group.lanes; ++lane) {
        lanes.enter(frame, group, lane);
        withScalar(type, [&]<class T>() {
          if constexpr (std::is_integral_v<T>)
            at<T>(frame.slot(offset)) = T(i);
        });
      }
      Flow flow = body->run(frame);
      if (flow == Flow::Return)
        return flow;
      if (flow == Flow::Break)
        break;
    }
    return Flow::Next;
  }
};

// What mentions the point, in a lane that may lie past the end.
struct UnlessPast final : Action {
  Action *action;
  size_t pastSlot;
  UnlessPast(Action *action, size_t pastSlot) : action(action), pastSlot(pastSlot) {}
  Flow run(Frame &frame) override { return at<bool>(frame.slot(pastSlot)) ? Flow::Next : action->run(frame); }
};

// All groups, one after another.
struct LaunchAction final : Action {
  Action *body;
  Lanes lanes;
  ArrayNode *space; // its extents are the index space
  std::vector<int64_t> shape;
  std::vector<size_t> indexSlots;
  size_t laneSlot, pastSlot;
  struct SharedArray { size_t slot; const Layout *element; std::vector<int64_t> extents; };
  std::vector<SharedArray> shared;
  Flow run(Frame &frame) override {
    ArrayRef array = space->eval(frame);
    size_t rank = shape.size();
    int64_t groups = 1, counts[DG_MAX_RANK];
    Group group;
    for (size_t axis = 0; axis < rank; ++axis) {
      counts[axis] = (array->extents[axis] + shape[axis] - 1) / shape[axis];
      groups *= counts[axis];
      group.lanes *= shape[axis];
    }
    for (int64_t number = 0; number < groups; ++number) {
      group.memory.assign(size_t(group.lanes), {});
      group.current = -1;
      memset(frame.slot(lanes.begin), 0, *lanes.laneEnd - lanes.begin);
      at<GroupRef>(frame.slot(lanes.groupSlot)) = &group;
      for (const SharedArray &s : shared)
        at<ArrayRef>(frame.slot(s.slot)) = located(frame, span, [&] {
          return ArrayRef::create(s.element, int(s.extents.size()), s.extents.data());
        });
      for (int64_t lane = 0; lane < group.lanes; ++lane) {
        lanes.enter(frame, group, lane);
        at<int64_t>(frame.slot(laneSlot)) = lane;
        for (int64_t axis = int64_t(rank) - 1, inGroup = lane, groupAt = number; axis >= 0; --axis) {
          size_t a = size_t(axis);
          int64_t index = groupAt % counts[a] * shape[a] + inGroup % shape[a];
          at<int64_t>(frame.slot(indexSlots[a])) = index;
          if (index >= array->extents[a])
            at<bool>(frame.slot(pastSlot)) = true;
          groupAt /= counts[a];
          inGroup /= shape[a];
        }
      }
      body->run(frame);
      at<GroupRef>(frame.slot(lanes.groupSlot)) = nullptr;
    }
    // Lanes hold numbers alone; what lies in the frame is the last one's.
    return Flow::Next;
  }
};

bool hasBarrier(const hir::Block *block);
bool hasBarrier(const hir::Stmt *s) {
  if (s->kind == hir::StmtKind::Barrier || hasBarrier(s->body))
    return true;
  return s->kind == hir::StmtKind::Eval && s->value->op == hir::Op::If &&
         (hasBarrier(s->value->blocks[0]) || (s->value->blocks.size() > 1 && hasBarrier(s->value->blocks[1])));
}
bool hasBarrier(const hir::Block *block) {
  if (block)
    for (const hir::Stmt *s : block->statements)
      if (hasBarrier(s))
        return true;
  return false;
}

// Which variables a statement uses.
void mentioned(const hir::Expr *e, std::set<const hir::Var *> &vars);
void mentioned(const hir::Block *block, std::set<const hir::Var *> &vars);
void mentioned(const std::vector<hir::Subscript> &subscripts, std::set<const hir::Var *> &vars) {
  for (const hir::Subscript &s : subscripts)
    mentioned(s.value, vars), mentioned(s.low, vars), mentioned(s.high, vars), mentioned(s.step, vars);
}
void mentioned(const hir::Place &place, std::set<const hir::Var *> &vars) {
  if (place.root)
    vars.insert(place.root);
  for (const hir::Place::Step &step : place.path)
    mentioned(step.subscripts, vars);
}
void mentioned(const hir::Stmt *s, std::set<const hir::Var *> &vars) {
  mentioned(s->place, vars);
  for (const hir::Expr *e : {s->value, s->high, s->step, s->message})
    mentioned(e, vars);
  for (const hir::Expr *e : s->args)
    mentioned(e, vars);
  mentioned(s->body, vars);
}
void mentioned(const hir::Block *block, std::set<const hir::Var *> &vars) {
  if (!block)
    return;
  for (const hir::Stmt *s : block->statements)
    mentioned(s, vars);
  mentioned(block->value, vars);
}
void mentioned(const hir::Expr *e, std::set<const hir::Var *> &vars) {
  if (!e)
    return;
  if (e->op == hir::Op::Local)
    vars.insert(e->var);
  for (const hir::Expr *arg : e->args)
    mentioned(arg, vars);
  for (const hir::Block *block : e->blocks)
    mentioned(block, vars);
  mentioned(e->subscripts, vars);
  for (const hir::Place &place : e->places)
    mentioned(place, vars);
  if (e->lambda)
    mentioned(e->lambda->body, vars);
}

// Whether control may go elsewhere than behind the statement: all lanes do, or none.
bool leaves(const hir::Stmt *s, bool inLoop);
bool leaves(const hir::Block *block, bool inLoop) {
  return block && (std::any_of(block->statements.begin(), block->statements.end(), [&](auto *s) { return leaves(s, inLoop); }));
}
bool leaves(const hir::Stmt *s, bool inLoop) {
  using hir::StmtKind;
  switch (s->kind) {
  case StmtKind::Return: return true;
  case StmtKind::Break:
  case StmtKind::Continue: return !inLoop;
  case StmtKind::For:
  case StmtKind::While: return leaves(s->body, true);
  default: break;
  }
  if (leaves(s->body, inLoop))
    return true;
  return s->value && s->value->op == hir::Op::If &&
         std::any_of(s->value->blocks.begin(), s->value->blocks.end(), [&](auto *b) { return leaves(b, inLoop); });
}

void collectShared(const hir::Block *block, std::vector<const hir::Stmt *> &shared) {
  for (const hir::Stmt *s : block->statements)
    if (s->kind == hir::StmtKind::Shared)
      shared.push_back(s);
}

// Compiles a block of a group kernel into actions on all lanes.
template <class CompileStatement, class CompileCondition, class CompileIndex, class Slot> struct LockstepCompiler {
  Machine &machine;
  Lanes lanes;
  CompileStatement compileStatement;
  CompileCondition compileCondition;
  CompileIndex compileIndex;
  Slot slotOf;

  Action *block(const hir::Block *b) {
    auto *sequence = machine.node<Sequence>(b->span);
    Sequence *run = nullptr; // what a lane does before the next one begins
    std::vector<const hir::Stmt *> statements(b->statements.begin(), b->statements.end());
    if (b->value) {
      hir::Stmt &eval = machine.stmts.emplace_back(hir::Stmt{hir::StmtKind::Eval, b->value->span});
      eval.value = b->value;
      statements.push_back(&eval);
    }
    for (const hir::Stmt *s : statements) {
      if (s->kind == hir::StmtKind::Barrier || s->kind == hir::StmtKind::Shared) {
        run = nullptr;
      } else if (hasBarrier(s)) {
        run = nullptr;
        sequence->actions.push_back(statement(s));
      } else {
        if (!run) {
          run = machine.node<Sequence>(s->span);
          sequence->actions.push_back(machine.node<ForLanes>(s->span, run, lanes));
        }
        run->actions.push_back(compileStatement(s));
        if (leaves(s, false))
          run = nullptr;
      }
    }
    return sequence;
  }

  Action *statement(const hir::Stmt *s) {
    using hir::StmtKind;
    if (s->kind == StmtKind::Block)
      return block(s->body);
    if (s->kind == StmtKind::Eval) {
      const hir::Expr *e = s->value;
      auto *condition = machine.node<AsLaneZero>(s->span, compileCondition(e->args[0]), lanes);
      Action *then = block(e->blocks[0]);
      return machine.node<UniformIf>(s->span, condition, then,
                                     e->blocks.size() > 1 && e->blocks[1] ? block(e->blocks[1]) : nullptr);
    }
    if (s->kind == StmtKind::While) {
      auto *condition = machine.node<AsLaneZero>(s->span, compileCondition(s->value), lanes);
      return machine.node<UniformWhile>(s->span, condition, block(s->body));
    }
    IndexNode *low = compileIndex(s->value), *high = compileIndex(s->high), *step = s->step ? compileIndex(s->step) : nullptr;
    size_t offset = slotOf(s->var);
    return machine.node<UniformFor>(s->span, low, high, step, s->var->type, offset, block(s->body), lanes);
  }
};

} // namespace

// A simple statement is skipped by itself; one with a header, as a whole if the header mentions the point.
Action *Compiler::statement(const hir::Stmt *s) {
  if (point.empty())
    return anyStatement(s);
  std::set<const hir::Var *> vars;
  const hir::Expr *condition = s->kind == hir::StmtKind::Eval && s->value->op == hir::Op::If ? s->value->args[0] : nullptr;
  if (condition)
    mentioned(condition, vars);
  else if (s->kind == hir::StmtKind::For || s->kind == hir::StmtKind::While)
    for (const hir::Expr *e : {s->value, s->high, s->step})
      mentioned(e, vars);
  else if (s->kind != hir::StmtKind::Block)
    mentioned(s, vars);
  bool skips = std::any_of(vars.begin(), vars.end(), [&](const hir::Var *var) { return point.count(var) > 0; });
  if (!skips)
    return anyStatement(s);
  if (s->var)
    point.insert(s->var);
  return make<UnlessPast>(s->span, anyStatement(s), pastSlot);
}

void Compiler::groupKernel() {
  const hir::Function &f = *code.function;
  auto *launch = make<LaunchAction>(f.span);
  std::vector<const hir::Stmt *> shared;
  collectShared(f.body, shared);
  for (const hir::Stmt *s : shared) {
    LaunchAction::SharedArray array{slotOf(s->var), layout(s->var->type->element), {}};
    for (const hir::Expr *extent : s->args)
      array.extents.push_back(extent->intValue);
    launch->shared.push_back(std::move(array));
  }
  launch->lanes.groupSlot = newSlot(layout(f.lane ? f.lane->type : f.indexVars[0]->type)); // 8 bytes, as a pointer is
  launch->lanes.begin = code.frameSize;
  launch->lanes.laneEnd = &code.frameSize;
  for (const hir::Var *var : f.indexVars)
    launch->indexSlots.push_back(slotOf(var));
  launch->laneSlot = f.lane ? slotOf(f.lane) : newSlot(layout(f.indexVars[0]->type));
  pastSlot = launch->pastSlot = newSlot(layout(f.indexVars[0]->type));
  point.insert(f.indexVars.begin(), f.indexVars.end());
  for (const hir::Expr *extent : f.groupShape)
    launch->shape.push_back(extent->intValue);
  for (const hir::Param &param : f.params)
    if (param.var->type->isArray()) {
      hir::Expr &read = machine.exprs.emplace_back(hir::Expr{hir::Op::Local, param.var->type, param.var->span});
      read.var = param.var;
      launch->space = array(&read);
      break;
    }
  auto compileStatement = [this](const hir::Stmt *s) { return statement(s); };
  auto compileCondition = [this](const hir::Expr *e) { return typed<bool>(e); };
  auto compileIndex = [this](const hir::Expr *e) { return index(e); };
  auto slot = [this](const hir::Var *var) { return slotOf(var); };
  LockstepCompiler<decltype(compileStatement), decltype(compileCondition), decltype(compileIndex), decltype(slot)> lockstep{
      machine, launch->lanes, compileStatement, compileCondition, compileIndex, slot};
  launch->body = lockstep.block(f.body);
  code.body = launch;
}

} // namespace dagger::interp
