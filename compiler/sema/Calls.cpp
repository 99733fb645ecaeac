// Calls: which function, which argument stands for which parameter, and what type parameters stand for.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

using hir::Op;

Value Checker::call(const ast::Call &expr, const hir::Type *hint, const std::vector<Value> &given, Span givenSpan) {
  Span span = expr.span;
  auto checkArguments = [&] {
    for (const ast::Argument &argument : expr.args)
      if (argument.value->kind != ast::ExprKind::Lambda && argument.value->kind != ast::ExprKind::Column)
        check(argument.value);
    return poison(span);
  };
  for (const Value &value : given)
    if (bad(value))
      return poison(span); // what is wrong with a table is wrong with the columns in the arguments too
  switch (expr.callee->kind) {
  case ast::ExprKind::Name: {
    const std::string &name = static_cast<const ast::NameExpr *>(expr.callee)->name;
    if (Local *known = lookup(name)) {
      if (known->function) {
        std::shared_ptr<FunctionValue> function = known->function;
        if (function->info)
          return callFunction(*function->info, &expr, &expr.args, given, hint, span);
        if (!function->builtin.empty())
          return callLibrary(function->builtin, &expr, given, hint, span);
        return callValue(*function, expr, given, hint);
      }
      if (!bad(known->var->type))
        error(3009, expr.callee->span, "`" + name + "` is " + toString(known->var->type) + ", not a function").notes.push_back({known->span, "it is declared here"});
      return checkArguments();
    }
    auto decl = state->module->decls.find(name);
    if (decl != state->module->decls.end()) {
      if (const FunctionInfo *info = functionNamed(*state->module, name))
        return callFunction(*info, &expr, &expr.args, given, hint, span);
      Diagnostic &d = error(3009, expr.callee->span, "`" + name + "` is not a function");
      if (decl->second->kind == ast::DeclKind::Record)
        d.help = "a record is written " + name + " { field: value, … }";
      return checkArguments();
    }
    auto typeParam = state->typeParams.find(name);
    if (typeParam != state->typeParams.end() && typeParam->second)
      return conversion(typeParam->second, expr, given, span);
    if (name != "str" && name != "date")
      if (const hir::Type *to = scalarNamed(name))
        return conversion(to, expr, given, span);
    if (mathArity(name) || isLibraryName(name))
      return callLibrary(name, &expr, given, hint, span);
    unknownName(name, expr.callee->span);
    int code = 0;
    return notThereYet(name, code) ? poison(span) : checkArguments();
  }
  case ast::ExprKind::Member: {
    auto &member = *static_cast<const ast::Member *>(expr.callee);
    if (member.object->kind == ast::ExprKind::Name) {
      const std::string &object = static_cast<const ast::NameExpr *>(member.object)->name;
      if (!lookup(object)) {
        if (isFailedImport(object))
          return checkArguments();
        if (const Module *module = moduleNamed(object, member.object->span)) {
          if (const FunctionInfo *info = functionNamed(*module, member.name.text))
            return callFunction(*info, &expr, &expr.args, given, hint, span);
          std::string full = module->name + "." + member.name.text;
          if (module->isStdlib && module->name == "math" && (mathArity(member.name.text)))
            return callLibrary(member.name.text, &expr, given, hint, span);
          if (module->isStdlib && isLibraryName(full))
            return callLibrary(full, &expr, given, hint, span);
          size_t before = diagnostics->count();
          Value value = this->member(member, nullptr); // says what is wrong with the name
          if (diagnostics->count() == before && !bad(value))
            error(3009, expr.callee->span, "`" + object + "." + member.name.text + "` is not a function");
          return checkArguments();
        }
      }
    }
    return method(expr, member, hint);
  }
  case ast::ExprKind::Lambda: {
    std::vector<Value> args = given;
    for (const ast::Argument &argument : expr.args)
      args.push_back(check(argument.value));
    return apply(*closure(*static_cast<const ast::Lambda *>(expr.callee), false), args, span, hint);
  }
  case ast::ExprKind::Call: {
    auto &inner = *static_cast<const ast::Call *>(expr.callee);
    int code = 0;
    if (inner.callee->kind == ast::ExprKind::Name)
      if (const char *what = notThereYet(static_cast<const ast::NameExpr *>(inner.callee)->name, code)) {
        notYet(code, inner.span, what);
        return checkArguments();
      }
    if (const FunctionInfo *maker = makerCalled(expr.callee)) {
      auto function = madeFunction(*maker, inner);
      return function ? callValue(*function, expr, given, hint) : checkArguments();
    }
    [[fallthrough]];
  }
  default: {
    Value value = check(expr.callee);
    if (!bad(value))
      error(3009, expr.callee->span, toString(value.type()) + " is not a function");
    return checkArguments();
  }
  }
}

Value Checker::method(const ast::Call &expr, const ast::Member &member, const hir::Type *hint) {
  if (member.object->kind == ast::ExprKind::Name) {
    if (Local *known = lookup(static_cast<const ast::NameExpr *>(member.object)->name))
      if (known->var && known->var->type->isTuple() && known->var->type->record == "random.Stream")
        return streamMethod(expr, member, *known);
  }
  Value object = check(member.object);
  if (bad(object)) {
    for (const ast::Argument &argument : expr.args)
      if (argument.value->kind != ast::ExprKind::Lambda && argument.value->kind != ast::ExprKind::Column)
        check(argument.value);
    return poison(expr.span);
  }
  if (object.type()->isArray() && member.name.text == "tile") {
    std::vector<hir::Expr *> args = tileIndices(object, expr);
    if (args.empty())
      return poison(expr.span);
    args.insert(args.begin(), object.expr);
    return make(Op::Tile, object.type(), expr.span, args, unknownShape(object.type()));
  }
  if (object.type()->isArray() && member.name.text == "tiles") {
    std::optional<int64_t> axis;
    if (expr.args.size() == 1) {
      Value value = check(expr.args[0].value, i64);
      if (!bad(value))
        axis = foldInteger(value.expr);
    }
    if (!axis || *axis < 0 || *axis >= object.type()->rank) {
      error(4006, expr.span, "`tiles` takes one axis, a constant from 0 to " + std::to_string(object.type()->rank - 1));
      return poison(expr.span);
    }
    Value result = make(Op::Tiles, i64, expr.span, {object.expr});
    result.expr->intValue = *axis;
    return result;
  }
  Diagnostic &d = error(3008, member.name.span, toString(object.type()) + " has no function `" + member.name.text + "`");
  if (isLibraryName(member.name.text) || mathArity(member.name.text) || functionNamed(*state->module, member.name.text))
    d.help = "write " + member.name.text + "(…), or … |> " + member.name.text + "()";
  else if (object.type()->isArray() && (member.name.text == "append" || member.name.text == "push"))
    d.help = "an array has the extent that it was made with: write a = concat(a, [x])";
  return poison(expr.span);
}

// rng.uniform() on a `var` that holds a stream is a call that takes the stream inout.
Value Checker::streamMethod(const ast::Call &expr, const ast::Member &member, const Local &stream) {
  const Module *module = standardModule("random", expr.span);
  const FunctionInfo *info = module ? functionNamed(*module, "stream_" + member.name.text) : nullptr;
  if (!info) {
    error(2005, member.name.span, "a random stream has no function `" + member.name.text + "`").help = "it has uniform(), normal() and integers(low, high)";
    return poison(expr.span);
  }
  if (!stream.var->isMutable) {
    error(5017, member.object->span, "a random stream changes with every number: it lives in a `var`").notes.push_back({stream.span, "it is declared here"});
    return poison(expr.span);
  }
  std::vector<ast::Argument> arguments;
  ast::Argument self;
  self.isInout = true;
  self.value = member.object;
  self.span = member.object->span;
  arguments.push_back(self);
  arguments.insert(arguments.end(), expr.args.begin(), expr.args.end());
  return callFunction(*info, &expr, &arguments, {}, nullptr, expr.span);
}

bool Checker::matchArguments(const FunctionInfo &info, const std::vector<ast::Argument> *arguments, const std::vector<Value> &given, std::vector<Slot> &slots, Span span) {
  const auto &params = *info.params;
  slots.resize(params.size());
  for (size_t i = 0; i < params.size(); ++i)
    slots[i].param = &params[i];
  auto signature = [&] {
    std::string text = info.name + "(";
    for (size_t i = 0; i < params.size(); ++i)
      text += (i ? ", " : "") + std::string(params[i].isInout ? "inout " : "") + params[i].name.text;
    return text + ")";
  };
  size_t next = 0;
  bool ok = true, tooMany = false;
  for (const Value &value : given) {
    if (next >= slots.size()) {
      tooMany = true;
      break;
    }
    slots[next].given = true;
    slots[next].value = value;
    slots[next].span = value.expr->span;
    ++next;
  }
  if (arguments)
    for (const ast::Argument &argument : *arguments) {
      size_t index = next;
      if (!argument.name.empty()) {
        index = 0;
        while (index < params.size() && params[index].name.text != argument.name)
          ++index;
        if (index == params.size()) {
          Diagnostic &d = error(3006, argument.nameSpan, "`" + info.name + "` has no parameter `" + argument.name + "`");
          std::vector<std::string> names;
          for (const ast::Param &param : params)
            names.push_back(param.name.text);
          if (auto near = nearest(argument.name, names))
            d.help = "did you mean `" + *near + "`?";
          else
            d.notes.push_back({{}, "it is " + signature()});
          ok = false;
          continue;
        }
        if (slots[index].argument || slots[index].given) {
          error(3006, argument.nameSpan, "parameter `" + argument.name + "` is given twice");
          ok = false;
          continue;
        }
      } else {
        if (next >= slots.size()) {
          tooMany = true;
          break;
        }
        ++next;
      }
      slots[index].argument = &argument;
      slots[index].expr = argument.value;
      slots[index].span = argument.value ? argument.value->span : argument.span;
    }
  if (tooMany) {
    error(3005, span, "`" + info.name + "` takes " + std::to_string(params.size()) + (params.size() == 1 ? " argument, " : " arguments, ") + std::to_string((arguments ? arguments->size() : 0) + given.size()) + " are given").notes.push_back({info.decl->name.span, "it is " + signature()});
    return false;
  }
  std::string missing;
  for (Slot &slot : slots)
    if (!slot.argument && !slot.given) {
      if (slot.param->defaultValue) {
        slot.isDefault = true;
        slot.expr = slot.param->defaultValue;
        slot.span = span;
      } else {
        missing += (missing.empty() ? "`" : ", `") + slot.param->name.text + "`";
      }
    }
  if (!missing.empty() && ok) {
    error(3005, span, "`" + info.name + "` lacks " + missing).notes.push_back({info.decl->name.span, "it is " + signature()});
    ok = false;
  }
  return ok;
}

bool Checker::inoutArgument(Slot &slot, const FunctionInfo &info) {
  if (slot.given || slot.isDefault || !slot.argument->isInout) {
    Diagnostic &d = error(5002, slot.span, "`" + slot.param->name.text + "` of `" + info.name + "` is `inout`: the call says so too");
    d.help = "write `inout` before the argument";
    return false;
  }
  Shape shape;
  size_t firstPart = openParts.size();
  if (!place(slot.expr, slot.place, shape, true))
    return false;
  readParts(firstPart);
  slot.value = readPlace(slot.place, shape);
  slot.isDone = true;
  return true;
}

// The integers that a signature's extents name.
static void collectExtents(const ast::TypeExpr *type, std::set<std::string> &names) {
  if (!type)
    return;
  for (const ast::Extent &extent : type->extents)
    if (extent.kind == ast::Extent::Named)
      names.insert(extent.name);
  for (const ast::TypeExpr *arg : type->args)
    collectExtents(arg, names);
}

Value Checker::callPlainly(const FunctionInfo &info, const ast::Call *callExpr, const std::vector<ast::Argument> *arguments, std::vector<Value> given, const hir::Type *hint, Span span) {
  if (givesFunction(info)) {
    error(3022, span, "`" + info.name + "` gives a function, which can be named with `let`, called, or passed where a function is wanted");
    return poison(span);
  }
  std::vector<Slot> slots;
  auto checkRest = [&] {
    for (Slot &slot : slots)
      if (!slot.isDone && slot.expr && !slot.isDefault && slot.expr->kind != ast::ExprKind::Lambda && !slot.function && !slot.given && !functionValue(slot.expr, true))
        check(slot.expr);
    return poison(span);
  };
  if (!matchArguments(info, arguments, std::move(given), slots, span))
    return checkRest();

  std::map<std::string, const hir::Type *> bindings;
  for (const ast::TypeParam &param : *info.typeParams)
    bindings[param.name.text] = nullptr;
  if (callExpr && !callExpr->typeArgs.empty()) {
    if (callExpr->typeArgs.size() > info.typeParams->size()) {
      error(3005, span, "`" + info.name + "` has " + std::to_string(info.typeParams->size()) + " type parameters");
      return checkRest();
    }
    for (size_t i = 0; i < callExpr->typeArgs.size(); ++i) {
      const hir::Type *type = resolve(callExpr->typeArgs[i]);
      if (bad(type))
        return checkRest();
      bindings[(*info.typeParams)[i].name.text] = type;
    }
  }
  // A type of the signature, as far as it is known; the error type where it is not.
  auto inSignature = [&](auto &&body) {
    FunctionState inside;
    inside.module = info.module;
    inside.typeParams = bindings;
    inside.function = state->function;
    inside.sink = state->sink;
    scopes.push_back({});
    inside.scope = &scopes.back();
    FunctionState *saved = state;
    state = &inside;
    auto result = body();
    state = saved;
    return result;
  };
  auto paramType = [&](const ast::TypeExpr *type) { return inSignature([&] { return resolve(type, true); }); };
  auto isFunctionParam = [](const ast::Param &param) { return param.type && param.type->kind == ast::TypeExpr::Function; };

  bool mayMap = info.isFn() && !info.params->empty();
  for (const ast::Param &param : *info.params)
    mayMap &= !param.isInout && param.type && (param.type->kind == ast::TypeExpr::Scalar || (param.type->kind == ast::TypeExpr::Named && bindings.count(param.type->name)));

  bool ok = true;
  auto checkSlot = [&](Slot &slot) {
    const ast::Param &param = *slot.param;
    const hir::Type *wanted = paramType(param.type);
    const hir::Type *slotHint = bad(wanted) ? nullptr : wanted;
    if (param.isInout) {
      slot.isDone = true;
      if (!inoutArgument(slot, info)) {
        ok = false;
        return;
      }
    } else if (slot.given) {
      slot.isDone = true;
    } else {
      if (slot.argument && slot.argument->isInout) {
        error(5003, slot.span, "`" + param.name.text + "` of `" + info.name + "` is not `inout`").help = "leave `inout` out";
        ok = false;
      }
      slot.isDone = true;
      if (!slotHint && isFlexible(slot.expr) && param.type->kind == ast::TypeExpr::Named && bindings.count(param.type->name)) {
        // A literal for a type parameter that nothing else says: what its bound makes of it.
        for (const ast::TypeParam &typeParam : *info.typeParams)
          if (typeParam.name.text == param.type->name && typeParam.bound.text == "float")
            slotHint = f64;
      }
      slot.value = slot.isDefault ? inSignature([&] { return check(slot.expr, slotHint); }) : check(slot.expr, slotHint);
    }
    if (bad(slot.value)) {
      ok = false;
      return;
    }
    if (slot.value.type() == voidType) {
      error(3024, slot.value.expr->span, "expected a value for `" + param.name.text + "` of `" + info.name + "`, this has none");
      ok = false;
      return;
    }
    const hir::Type *type = slot.value.type();
    if (mayMap && type->isArray()) {
      type = type->element;
      slot.isMapped = true;
    }
    if (!unify(param.type, type, bindings)) {
      const hir::Type *expected = paramType(param.type);
      if (!bad(expected))
        mismatch(slot.span, expected, slot.value.type(), "argument `" + param.name.text + "` of `" + info.name + "`");
      else
        error(3001, slot.span, "argument `" + param.name.text + "` of `" + info.name + "` cannot be " + toString(slot.value.type()));
      ok = false;
    }
  };
  // Values that know their type first, literals after them, functions last.
  for (Slot &slot : slots)
    if (!isFunctionParam(*slot.param) && (slot.given || slot.param->isInout || !isFlexible(slot.expr)))
      checkSlot(slot);
  if (hint && info.result)
    if (auto trial = bindings; unify(info.result, hint, trial))
      for (auto &[name, type] : trial) // only where no argument says more
        if (!bindings[name] && type)
          for (const Slot &slot : slots)
            if (!slot.isDone && slot.param->type && slot.param->type->kind == ast::TypeExpr::Named && slot.param->type->name == name)
              bindings[name] = type;
  for (Slot &slot : slots)
    if (!isFunctionParam(*slot.param) && !slot.isDone)
      checkSlot(slot);
  for (Slot &slot : slots)
    if (isFunctionParam(*slot.param)) {
      slot.isDone = true;
      slot.function = slot.expr ? functionValue(slot.expr, false) : nullptr;
      if (!slot.function) {
        ok = false;
        continue;
      }
      // A lambda's own value may say what the result's type parameters stand for.
      const ast::TypeExpr *type = slot.param->type;
      std::vector<const hir::Type *> paramTypes;
      bool known = !type->args.empty();
      for (size_t i = 0; i + 1 < type->args.size(); ++i) {
        paramTypes.push_back(paramType(type->args[i]));
        known &= !bad(paramTypes.back());
      }
      if (!known)
        continue;
      const hir::Type *result = paramType(type->args.back()), *found = nullptr;
      scalarLambda(*slot.function, paramTypes, bad(result) ? nullptr : result, slot.span, &found);
      if (!found || bad(found))
        ok = false;
      else if (!unify(type->args.back(), found, bindings) || (!bad(result) && result != found)) {
        mismatch(slot.span, bad(result) ? errorType : result, found, "what `" + slot.param->name.text + "` gives");
        ok = false;
      }
    }
  if (hint && info.result && ok)
    if (auto trial = bindings; unify(info.result, hint, trial))
      bindings = trial;
  if (!ok)
    return poison(span);
  for (const ast::TypeParam &param : *info.typeParams) {
    const hir::Type *&type = bindings[param.name.text];
    if (!type && param.bound.text == "float")
      type = f64; // as a literal alone would be
    if (!type) {
      error(3011, span, "nothing says what `" + param.name.text + "` of `" + info.name + "` is").help = "write " + info.name + "<f64>(…), with the type that is meant";
      return poison(span);
    }
    if (!satisfies(type, param.bound.text)) {
      Diagnostic &d = error(3010, span, "`" + param.name.text + "` of `" + info.name + "` is " + (param.bound.text == "int" ? "an integer" : param.bound.text == "float" ? "a floating-point number" : "a number") + ", found " + toString(type));
      d.notes.push_back({param.name.span, "it is bounded here"});
      return poison(span);
    }
  }
  bool mapped = false;
  for (Slot &slot : slots) {
    if (slot.function)
      continue;
    const hir::Type *expected = paramType(slot.param->type);
    if (bad(expected)) {
      inSignature([&] { return resolve(slot.param->type); });
      ok = false;
      continue;
    }
    const hir::Type *found = slot.isMapped ? slot.value.type()->element : slot.value.type();
    if (found != expected) {
      mismatch(slot.span, expected, slot.value.type(), "argument `" + slot.param->name.text + "` of `" + info.name + "`");
      ok = false;
    }
    mapped |= slot.isMapped;
  }
  const hir::Type *result = inSignature([&] { return resolve(info.result); });
  if (bad(result) || !ok)
    return poison(span);

  // Extents of the signature: what they are here, and whether the arguments agree.
  std::set<std::string> named;
  for (const ast::Param &param : *info.params)
    collectExtents(param.type, named);
  collectExtents(info.result, named);
  ExtentBindings extents;
  size_t errorsBefore = diagnostics->count();
  for (Slot &slot : slots)
    if (!slot.function && !mapped && named.count(slot.param->name.text) && isInteger(slot.value.type()))
      extents[slot.param->name.text] = {extentOf(slot.value.expr), slot.span, "argument `" + slot.param->name.text + "`"};
  for (Slot &slot : slots)
    if (!slot.function)
      bindExtents(slot.param->type, slot.value.shape, extents, slot.span, "`" + slot.param->name.text + "`");
  if (diagnostics->count() != errorsBefore)
    return poison(span);
  for (size_t i = 0; i < slots.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (slots[i].place.root && slots[j].place.root) {
        const hir::Place &a = outermost(slots[i].place), &b = outermost(slots[j].place);
        Overlap common = overlap(a, b);
        bool isPart = a.root != slots[i].place.root || b.root != slots[j].place.root;
        if (common == Overlap::No || (common == Overlap::Maybe && !isPart))
          continue;
        if (isPart) {
          notYet(6009, slots[i].span, "a part of a part beside another place of the same array is");
          return poison(span);
        }
        Diagnostic &d = error(5011, slots[i].span, "two `inout` places of one call overlap");
        d.notes.push_back({slots[j].span, "the other one is here"});
        return poison(span);
      }

  if (info.isTask() || info.isGroupKernel()) {
    std::string what = info.isTask() ? "task `" + info.name + "` is called" : "kernel `" + info.name + "` is called";
    if (state->context == Context::Kernel || state->context == Context::Group || state->context == Context::Scalar) {
      error(5006, span, what + (state->context == Context::Scalar ? " in code that maps over arrays" : " in a kernel")).help = "call it outside; a comprehension `[f(i) for i in 0..n]` calls a task for each element";
      return poison(span);
    }
  }
  hir::Function *function = instantiate(info, bindings, slots, span);
  if (!function)
    return poison(span);
  if (mapped) {
    Context saved = state->context;
    if (saved == Context::Graph || saved == Context::Task)
      state->context = Context::Scalar;
    record(function, span);
    state->context = saved;
    std::vector<Value> values;
    for (Slot &slot : slots)
      values.push_back(slot.value);
    return elementwise(span, values, [&](const std::vector<hir::Expr *> &a) {
      hir::Expr *inner = node(Op::Call, result, span, a);
      inner->callee = function;
      return inner;
    });
  }
  record(function, span);
  return buildCall(info, function, slots, shapeFrom(info.result, result, extents), span);
}

Value Checker::buildCall(const FunctionInfo &info, hir::Function *function, std::vector<Slot> &slots, const Shape &shape, Span span) {
  if (info.external && !info.module->isStdlib) {
    // No body of the callee could check its extents; what is the runtime's own does.
    std::map<std::string, hir::Expr *> seen;
    for (Slot &slot : slots) {
      if (slot.param->type->kind != ast::TypeExpr::Array)
        continue;
      for (size_t axis = 0; axis < slot.param->type->extents.size(); ++axis) {
        const ast::Extent &declared = slot.param->type->extents[axis];
        if (declared.kind == ast::Extent::Any)
          continue;
        if (!slot.param->isInout)
          slot.value = once(slot.value, slot.param->name.text);
        hir::Expr *actual = extent(slot.value, int(axis), slot.span).expr;
        hir::Expr *expected = declared.kind == ast::Extent::Number ? integer(declared.number, slot.span).expr : seen[declared.name];
        if (!expected) {
          seen[declared.name] = actual;
          continue;
        }
        if (equal(extentOf(actual), extentOf(expected)))
          continue;
        hir::Stmt *stmt = emit(hir::StmtKind::CheckExtent, slot.span);
        stmt->value = actual;
        stmt->high = expected;
        stmt->text = "extent " + std::to_string(axis) + " of `" + slot.param->name.text + "` must be " + (declared.kind == ast::Extent::Number ? std::to_string(declared.number) : "`" + declared.name + "`");
      }
    }
  }
  Value result = make(Op::Call, function->result, span, {}, shape);
  result.expr->callee = function;
  std::vector<hir::Expr *> captured;
  for (Slot &slot : slots) {
    if (slot.function) {
      capturedValues(*slot.function, slot.span, captured);
    } else if (slot.param->isInout) {
      result.expr->places.push_back(slot.place);
    } else {
      result.expr->args.push_back(slot.value.expr);
    }
  }
  result.expr->args.insert(result.expr->args.end(), captured.begin(), captured.end());
  for (const Slot &slot : slots)
    if (slot.param->isInout && state->context == Context::Group) {
      state->divergent.insert(slot.place.root);
      checkGroupWrite(slot.place);
    }
  return result;
}

void Checker::record(hir::Function *callee, Span span) { edges.push_back({state->function, callee, span, state->context}); }

} // namespace dagger::sema
