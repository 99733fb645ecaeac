// Functions: graph code is put in line, everything else becomes a func.func, once for each context it is called from.
#include "compiler/lower/Lowering.h"
#include <charconv>

using namespace mlir;

namespace dagger::lower {

// What a call of `f` in `where` calls.
func::FuncOp Lowering::function(const hir::Function *f, Context where) {
  if (f->kind != hir::FunctionKind::Fn && !(f->kind == hir::FunctionKind::Extern && where == Context::Scalar))
    where = Context::Task;
  auto [it, isNew] = functions.try_emplace({f, where});
  if (!isNew)
    return it->second;
  SmallVector<Type> inputs, results;
  SmallVector<bool> updated;
  auto passed = [&](const Leaf &leaf) -> Type {
    bool isFuture = where == Context::Host && leaf.rank == 0 && leaf.element->kind != TypeKind::Str;
    return isFuture ? Type(tensorType(scalarType(leaf.element), 0)) : leafType(leaf);
  };
  for (const Leaf &leaf : leaves(f->result))
    results.push_back(passed(leaf));
  for (const hir::Param &p : f->params)
    for (const Leaf &leaf : leaves(p.var->type)) {
      inputs.push_back(passed(leaf));
      updated.push_back(p.isInout);
      if (p.isInout)
        results.push_back(passed(leaf));
    }
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(module.getBody());
  bool isTaskVersion = f->kind == hir::FunctionKind::Fn && where == Context::Task;
  bool isHostVersion = f->kind == hir::FunctionKind::Fn && where == Context::Host;
  bool isRaw = f->kind == hir::FunctionKind::Extern && where == Context::Scalar;
  bool isExtern = f->kind == hir::FunctionKind::Extern; // its body calls the C function of that name
  std::string name = isRaw ? f->externSymbol : f->symbol + (isExtern ? ".extern" : isTaskVersion ? ".task" : isHostVersion ? ".host" : "");
  auto saved = std::make_pair(state.functionName, state.callSite);
  state.functionName = f->name;
  state.callSite.reset();
  auto func = func::FuncOp::create(builder, loc(f->span), name, builder.getFunctionType(inputs, results));
  std::tie(state.functionName, state.callSite) = saved;
  func.setPrivate();
  func->setAttr("task.name", builder.getStringAttr(f->name));
  if (f->kind == hir::FunctionKind::Task || isExtern)
    func->setAttr("task.is_task", builder.getUnitAttr());
  func->setAttr(task::contextAttr, builder.getStringAttr(where == Context::Host   ? task::hostContext
                                                         : where == Context::Task ? task::taskContext
                                                                                  : task::scalarContext));
  if (f->kind == hir::FunctionKind::Task && !f->mayPrint && !llvm::is_contained(updated, true))
    func->setAttr(task::spawnableAttr, builder.getUnitAttr());
  for (auto [i, is] : llvm::enumerate(updated))
    if (is)
      func.setArgAttr(unsigned(i), task::inoutAttr, builder.getUnitAttr());
  functions[{f, where}] = func;
  if (f->kind == hir::FunctionKind::Extern) {
    // The C function stays outside; what it takes is said by attributes, and the code generator makes the call.
    if (!isRaw) {
      SmallVector<Attribute> types, names;
      for (auto [k, p] : llvm::enumerate(f->params)) {
        types.push_back(builder.getStringAttr(p.var->type->isArray() ? elementName(p.var->type->element) : elementName(p.var->type)));
        SmallVector<Attribute> extents;
        if (k < f->externExtents.size())
          for (const std::string &n : f->externExtents[k])
            extents.push_back(builder.getStringAttr(n));
        names.push_back(builder.getArrayAttr(extents));
      }
      int64_t threads = threadsOf(f);
      func->setAttr("task.extern", builder.getDictionaryAttr({
                                       builder.getNamedAttr("threads", builder.getI64IntegerAttr(threads)),
                                       builder.getNamedAttr("symbol", builder.getStringAttr(f->externSymbol)),
                                       builder.getNamedAttr("library", builder.getStringAttr(f->library)),
                                       builder.getNamedAttr("types", builder.getArrayAttr(types)),
                                       builder.getNamedAttr("extents", builder.getArrayAttr(names)),
                                   }));
    }
    return func;
  }
  pending.push_back([this, func, f, where] { emitBody(func, f, where); });
  return func;
}

void Lowering::emitPending() {
  while (!pending.empty()) {
    auto next = std::move(pending.front());
    pending.pop_front();
    next();
  }
}

Val Lowering::functionBody(const hir::Block *block, const hir::Type *result, Span span) {
  bool hasResult = result && result->kind != TypeKind::Void;
  if (!effects(block).returns)
    return emitBlock(block, result);
  auto saved = std::make_tuple(state.returned, state.result, state.broken, state.continued);
  state.returned = freshVar(boolType);
  state.result = hasResult ? freshVar(result) : nullptr;
  Location at = loc(span);
  state.env[state.returned] = boolean(false, at);
  if (hasResult)
    state.env[state.result] = zero(result, at);
  Val value = emitBlock(block, result);
  Val out;
  if (hasResult) {
    // A block that ends in `return` has no value of its own.
    bool endsInReturn = !block->value && !block->statements.empty() && block->statements.back()->kind == hir::StmtKind::Return;
    if (endsInReturn) {
      out = state.env[state.result];
    } else {
      Val returned = state.env[state.result];
      out = branch(at, state.env[state.returned].parts[0], {}, [&] { return returned; }, [&] { return value; });
    }
  }
  std::tie(state.returned, state.result, state.broken, state.continued) = saved;
  return out;
}

void Lowering::emitBody(func::FuncOp func, const hir::Function *f, Context where) {
  State outer = std::move(state);
  state = State();
  state.context = where;
  state.function = f;
  state.functionName = f->name;
  state.loops = f->isRecursive; // it repeats as a loop does
  OpBuilder::InsertionGuard guard(builder);
  Block *entry = func.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  size_t next = 0;
  for (const hir::Param &p : f->params) {
    Val value;
    for (size_t k = leaves(p.var->type).size(); k > 0; --k)
      value.parts.push_back(entry->getArgument(unsigned(next++)));
    state.env[p.var] = value;
  }
  Values results;
  if (f->kind == hir::FunctionKind::GroupKernel) {
    emitGroupKernel(f, false);
  } else {
    // The workers that @threads asks for are held while the body runs.
    Location at = loc(f->span);
    Value held;
    if (int threads = threadsOf(f))
      held = runtime("dg_threads_hold", {constInt(builder.getI32Type(), threads, at)}, builder.getI32Type(), at, true, true);
    Val value = functionBody(f->body, f->result, f->span);
    if (held)
      task::RuntimeOp::create(builder, at, TypeRange(), "dg_threads_release", held, /*spec=*/StringAttr(), /*with_context=*/true,
                              /*with_location=*/false, /*pure=*/false);
    if (value.view) {
      unsupported(f->span, "an array as the result of a scalar function");
      value = zero(f->result, loc(f->span));
    }
    results = value.parts;
  }
  for (const hir::Param &p : f->params)
    if (p.isInout)
      results.append(state.env[p.var].parts);
  for (auto [value, type] : llvm::zip(results, func.getResultTypes()))
    if (value.getType() != type)
      value = isFuture(value) ? plain(value, loc(f->span)) : future(value, loc(f->span));
  func::ReturnOp::create(builder, loc(f->span), results);
  state = std::move(outer);
}

// ---- parts of functions ---------------------------------------------------------------------------------------------

const Lowering::Outlined &Lowering::outline(const hir::Block *body, ArrayRef<Var *> params, const hir::Type *result, Location at) {
  auto [it, isNew] = outlines.try_emplace(body);
  Outlined &out = it->second;
  if (!isNew)
    return out;
  llvm::SetVector<const Var *> used;
  freeVars(body, used);
  for (const State::Point &p : state.points)
    if (p.fill)
      used.insert(p.fill);
  for (const Var *v : used)
    if (state.env.count(v) && !llvm::is_contained(params, v))
      out.captured.push_back(v);
  SmallVector<Type> inputs, results;
  for (Value c : valuesOf(out.captured))
    inputs.push_back(isFuture(c) ? cast<RankedTensorType>(c.getType()).getElementType() : c.getType());
  for (const Var *v : params)
    for (const Leaf &leaf : leaves(v->type))
      inputs.push_back(leafType(leaf));
  for (const Leaf &leaf : leaves(result))
    results.push_back(leafType(leaf));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(module.getBody());
  std::string name = (state.function ? state.function->symbol : std::string("graph")) + ".each" + std::to_string(outlined++);
  out.func = func::FuncOp::create(builder, at, name, builder.getFunctionType(inputs, results));
  out.func.setPrivate();
  out.func->setAttr("task.name", builder.getStringAttr(state.functionName));
  out.func->setAttr("task.outlined", builder.getUnitAttr());
  out.func->setAttr(task::contextAttr, builder.getStringAttr(task::taskContext));
  State outer = state;
  Block *entry = out.func.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  state.context = Context::Task;
  state.env.clear();
  state.point.clear();
  state.turnMemory.clear(); // the checker lets no such body reach what a parallel loop writes
  state.turnArrays.clear();
  size_t next = 0;
  auto bindTo = [&](const Var *v, size_t count) {
    Val value;
    for (; count > 0; --count)
      value.parts.push_back(entry->getArgument(unsigned(next++)));
    state.env[v] = value;
  };
  for (const Var *v : out.captured)
    bindTo(v, outer.env[v].parts.size());
  for (const Var *v : params)
    bindTo(v, leaves(v->type).size());
  Values values = plain(emitBlock(body, result).parts, at);
  func::ReturnOp::create(builder, at, values);
  state = std::move(outer);
  return out;
}

Val Lowering::callOutlined(const Outlined &body, ValueRange params, Location at) {
  Values operands = plain(valuesOf(body.captured), at);
  operands.append(params.begin(), params.end());
  return Val(Values(func::CallOp::create(builder, at, body.func, operands).getResults()));
}

Val Lowering::kernelBody(const hir::Block *body, ArrayRef<Var *> params, const hir::Type *result, Location at) {
  if (state.context != Context::Kernel || kernelCode.holds(body))
    return emitBlock(body, result);
  Values arguments;
  for (const Var *v : params)
    arguments.append(plain(state.env[v].parts, at));
  return callOutlined(outline(body, params, result, at), arguments, at);
}

// ---- entries --------------------------------------------------------------------------------------------------------

// A default as the command line would write it.
static std::string defaultText(const Expr *e) {
  switch (e->type->kind) {
  case TypeKind::Bool: return e->intValue ? "true" : "false";
  case TypeKind::Int: return e->type->isSigned ? std::to_string(e->intValue) : std::to_string(uint64_t(e->intValue));
  case TypeKind::Float: {
    char buffer[64];
    auto end = std::to_chars(buffer, buffer + sizeof buffer, e->floatValue).ptr;
    std::string out(buffer, end);
    return out.find_first_of(".en") == std::string::npos ? out + ".0" : out;
  }
  case TypeKind::Date: {
    // Days since 1970-01-01 to the civil calendar, in eras of 400 years that begin in March.
    int64_t z = e->intValue + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day = z - era * 146097, year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int64_t inYear = day - (365 * year + year / 4 - year / 100), month = (5 * inYear + 2) / 153;
    char buffer[32];
    snprintf(buffer, sizeof buffer, "%04d-%02d-%02d", int(year + era * 400 + (month >= 10)), int(month < 10 ? month + 3 : month - 9),
             int(inYear - (153 * month + 2) / 5 + 1));
    return buffer;
  }
  default: return e->text;
  }
}

void Lowering::emitEntry(const hir::Function *f, bool isTest) {
  state = State();
  state.context = Context::Host;
  state.function = f;
  state.functionName = f->name;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(module.getBody());
  SmallVector<Type> inputs;
  SmallVector<Attribute> parameters;
  for (const hir::Param &p : f->params) {
    inputs.push_back(scalarType(p.var->type));
    SmallVector<NamedAttribute> fields{
        builder.getNamedAttr("name", builder.getStringAttr(p.var->name)),
        builder.getNamedAttr("doc", builder.getStringAttr(p.doc)),
        builder.getNamedAttr("type", builder.getStringAttr(elementName(p.var->type))),
    };
    if (p.defaultValue)
      fields.push_back(builder.getNamedAttr("default", builder.getStringAttr(defaultText(p.defaultValue))));
    parameters.push_back(builder.getDictionaryAttr(fields));
  }
  auto func = func::FuncOp::create(builder, loc(f->span), isTest ? f->symbol : "main", builder.getFunctionType(inputs, {}));
  func->setAttr(task::contextAttr, builder.getStringAttr(task::hostContext));
  if (isTest) {
    func->setAttr("task.test", builder.getStringAttr(f->title));
  } else {
    func->setAttr("task.parameters", builder.getArrayAttr(parameters));
    func->setAttr("task.doc", builder.getStringAttr(f->doc));
  }
  Block *entry = func.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  for (auto [p, argument] : llvm::zip_equal(f->params, entry->getArguments()))
    state.env[p.var] = Value(argument);
  functionBody(f->body, nullptr, f->span);
  func::ReturnOp::create(builder, loc(f->span));
}

Val Lowering::inlineCall(const hir::Function *f, ArrayRef<Val> arguments, Location site, SmallVectorImpl<Val> &updated) {
  auto saved = std::make_tuple(state.function, state.functionName, state.callSite, state.returned, state.result, state.broken, state.continued);
  for (auto [p, argument] : llvm::zip_equal(f->params, arguments))
    state.env[p.var] = argument;
  state.function = f;
  state.functionName = f->name;
  state.callSite = site;
  Val value = functionBody(f->body, f->result, f->span);
  for (const hir::Param &p : f->params)
    if (p.isInout)
      updated.push_back(state.env[p.var]);
  std::tie(state.function, state.functionName, state.callSite, state.returned, state.result, state.broken, state.continued) = saved;
  return value;
}

} // namespace dagger::lower
