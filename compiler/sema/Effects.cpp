// What functions do besides computing a value, closed over what they call, and where that is not allowed.
#include "compiler/hir/KernelCode.h"
#include "compiler/sema/Checker.h"
#include <algorithm>

namespace dagger::sema {

using hir::FunctionKind;

void Checker::effect(const std::string &what, Span span) {
  if (state)
    effects.push_back({state->function, span, state->context, what});
}

static bool isScalarCode(Context context) { return context == Context::Kernel || context == Context::Group || context == Context::Scalar; }
static const char *nameOf(Context context) { return context == Context::Scalar ? "code that maps over arrays" : "a kernel"; }

// An annotation has something to act on.
void Checker::checkAnnotated(const AnnotatedStatements &group) {
  auto any = [&](bool (*does)(const hir::Stmt *)) { return std::any_of(group.statements.begin(), group.statements.end(), does); };
  for (const hir::Annotation &annotation : group.list) {
    std::string name = "`@" + annotation.name + "`";
    if (annotation.name == "retry" && !any(hir::callsTasks))
      error(5019, annotation.span, name + " stands before what calls tasks").help = any(hir::computesArrays) ? "an operation on arrays gives the same each time" : "leave it out";
    else if ((annotation.name == "name" || annotation.name == "priority") && !any(hir::callsTasks) && !any(hir::computesArrays))
      error(5019, annotation.span, name + " stands before what calls tasks or computes arrays").help = "leave it out";
  }
}

void Checker::closeFacts() {
  std::unordered_map<hir::Function *, std::vector<hir::Function *>> callees;
  for (const Edge &edge : edges)
    if (edge.from)
      callees[edge.from].push_back(edge.to);
  for (const Effect &effect : effects)
    if (effect.function && effect.what == "prints")
      effect.function->mayPrint = true;
  for (const Edge &edge : edges)
    if (edge.from && (edge.to->kind == FunctionKind::Task || edge.to->kind == FunctionKind::Extern))
      edge.from->callsTasks = true;
  for (bool changed = true; changed;) {
    changed = false;
    for (const Edge &edge : edges) {
      if (!edge.from)
        continue;
      if (edge.to->mayPrint && !edge.from->mayPrint)
        changed = edge.from->mayPrint = true;
      if (edge.to->callsTasks && !edge.from->callsTasks)
        changed = edge.from->callsTasks = true;
    }
  }
  for (hir::Function &function : program->functionArena) {
    // Recursive: it reaches itself.
    std::set<hir::Function *> seen;
    std::vector<hir::Function *> work = callees[&function];
    while (!work.empty() && !function.isRecursive) {
      hir::Function *next = work.back();
      work.pop_back();
      if (next == &function)
        function.isRecursive = true;
      else if (seen.insert(next).second)
        work.insert(work.end(), callees[next].begin(), callees[next].end());
    }
  }
  for (hir::Function &function : program->functionArena) {
    function.isScalar = function.kind == FunctionKind::Fn && !function.mayPrint && !function.callsTasks && function.result && function.result->isElement();
    for (const hir::Param &param : function.params)
      function.isScalar &= !param.isInout && param.var->type->isElement();
  }
  for (const Effect &effect : effects)
    if (isScalarCode(effect.context))
      error(5005, effect.span, std::string("nothing ") + effect.what + " in " + nameOf(effect.context));
  for (const Edge &edge : edges) {
    if (!isScalarCode(edge.context))
      continue;
    std::string name = "`" + edge.to->name + "`";
    if (edge.to->mayPrint)
      error(5005, edge.span, name + " prints: it cannot be called in " + nameOf(edge.context));
    else if (edge.to->callsTasks)
      error(5006, edge.span, name + " calls tasks: it cannot be called in " + nameOf(edge.context));
    else if (edge.to->isRecursive && edge.context != Context::Scalar)
      error(5007, edge.span, name + " is recursive: it cannot be called in a kernel").help = "write it as a loop";
  }
  for (const auto &[lambda, names] : uncalled)
    for (const UnknownName &unknown : names) {
      Diagnostic &d = error(2001, unknown.span, "nothing here is called `" + unknown.name + "`");
      if (!unknown.near.empty())
        d.help = "did you mean `" + unknown.near + "`?";
    }
  if (!diagnostics->hasErrors())
    for (const AnnotatedStatements &group : annotated)
      checkAnnotated(group);
  hir::KernelCode code;
  for (const hir::Function &function : program->functionArena)
    if (function.kind == FunctionKind::GroupKernel && function.body && !diagnostics->hasErrors())
      if (std::optional<Span> span = code.groupObstacle(&function))
        error(5020, *span, "this needs memory that a kernel with `group` does not have").help = "its arrays are its parameters and `shared` memory, which it writes element by element";
}

} // namespace dagger::sema
