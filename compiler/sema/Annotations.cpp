// Annotations: known names, arguments that make sense, and the one that a program can see, @chunks.
#include "compiler/sema/Checker.h"
#include <algorithm>

namespace dagger::sema {

static void collectWords(const ast::Expr *expr, std::vector<std::string> &words, bool &ok) {
  if (expr->kind == ast::ExprKind::Name) {
    words.push_back(static_cast<const ast::NameExpr *>(expr)->name);
  } else if (expr->kind == ast::ExprKind::Binary && static_cast<const ast::Binary *>(expr)->op == "or") {
    collectWords(static_cast<const ast::Binary *>(expr)->lhs, words, ok);
    collectWords(static_cast<const ast::Binary *>(expr)->rhs, words, ok);
  } else {
    ok = false;
  }
}

std::vector<hir::Annotation> Checker::annotations(const std::vector<ast::Annotation> &list, Annotated what) {
  bool onDeclaration = what == Annotated::Declaration || what == Annotated::Task;
  static const std::vector<std::string> known = {"on", "chunks", "spread", "threads", "name", "priority", "retry", "memory", "sequential", "precise", "fast", "checkpoint"};
  std::vector<hir::Annotation> result;
  for (const ast::Annotation &annotation : list) {
    hir::Annotation out;
    out.name = annotation.name;
    out.span = annotation.span;
    if (std::find(known.begin(), known.end(), annotation.name) == known.end()) {
      Diagnostic &d = error(2008, annotation.span, "there is no annotation `@" + annotation.name + "`");
      if (auto near = nearest(annotation.name, known))
        d.help = "did you mean `@" + *near + "`?";
      continue;
    }
    if (annotation.name == "checkpoint" || annotation.name == "spread" || annotation.name == "memory") {
      notYet(6005, annotation.span, "`@" + annotation.name + "` is").help = "leave it out: it would not change what the program means";
      continue;
    }
    if (annotation.name == "threads" && what != Annotated::Task) {
      error(5019, annotation.span, "`@threads` stands before the declaration of a `task`, which has several threads inside");
      continue;
    }
    bool isOfTasks = annotation.name == "name" || annotation.name == "priority" || annotation.name == "retry";
    if ((what == Annotated::Declaration && isOfTasks) || (onDeclaration && annotation.name == "sequential")) {
      error(5019, annotation.span, "`@" + annotation.name + "` stands before " + (annotation.name == "sequential" ? "a statement or block" : "the declaration of a `task`, or before a statement"));
      continue;
    }
    if (annotation.name == "on") {
      bool ok = !annotation.args.empty(), isNode = false;
      for (const ast::Argument &argument : annotation.args) {
        if (argument.name == "node")
          isNode = true;
        else if (!argument.name.empty() || !argument.value)
          ok = false;
        else
          collectWords(argument.value, out.words, ok);
      }
      if (isNode) {
        notYet(6003, annotation.span, "several nodes are");
        continue;
      }
      static const std::vector<std::string> allowed = {"cpu", "gpu", "cuda", "hip", "level_zero", "opencl"};
      for (const std::string &word : out.words)
        if (ok && std::find(allowed.begin(), allowed.end(), word) == allowed.end()) {
          Diagnostic &d = error(5019, annotation.span, "`@" + annotation.name + "` does not know `" + word + "`");
          if (auto near = nearest(word, allowed))
            d.help = "did you mean `" + *near + "`?";
          out.words.clear();
          break;
        }
      if (!ok) {
        error(5019, annotation.span, "`@on` is written @on(cpu), @on(gpu or cpu)");
        continue;
      }
      if (!out.words.empty() && std::find(out.words.begin(), out.words.end(), "cpu") == out.words.end()) {
        notYet(6003, annotation.span, "devices other than the CPU are").help = "write `@on(" + out.words[0] + " or cpu)`";
        continue;
      }
      result.push_back(out);
      continue;
    }
    size_t wanted = annotation.name == "sequential" || annotation.name == "precise" || annotation.name == "fast" ? 0 : 1;
    if (annotation.name == "chunks" ? annotation.args.empty() : annotation.args.size() != wanted) {
      error(5019, annotation.span, "`@" + annotation.name + "` takes " + (annotation.name == "chunks" ? "the extents of a chunk" : wanted ? "one argument" : "no argument"));
      continue;
    }
    if (annotation.name == "chunks") {
      if (what != Annotated::Variable)
        error(5019, annotation.span, "`@chunks` stands before the `let` or `var` of an array");
      continue; // applied where the array is declared
    }
    bool isText = annotation.name == "name";
    bool ok = true;
    for (const ast::Argument &argument : annotation.args) {
      if (onDeclaration && !state->sink) {
        std::vector<hir::Stmt *> sink;
        state->sink = &sink;
        Value value = checkScalar(argument.value, isText ? strType : i64, "the argument of `@" + annotation.name + "`");
        state->sink = nullptr;
        ok &= !bad(value);
        out.args.push_back(value.expr);
      } else {
        Value value = checkScalar(argument.value, isText ? strType : i64, "the argument of `@" + annotation.name + "`");
        ok &= !bad(value);
        out.args.push_back(value.expr);
      }
    }
    // What is part of the compiled call is known before the program runs.
    if (ok && annotation.name != "priority")
      for (const hir::Expr *arg : out.args) {
        int64_t most = annotation.name == "retry" ? 255 : 4096;
        if (isText ? arg->op != hir::Op::Const : !foldInteger(arg).has_value()) {
          error(5019, annotation.args[0].value->span, "the argument of `@" + annotation.name + "` is known before the program runs: a literal or a `const`");
          ok = false;
        } else if (!isText && (*foldInteger(arg) < 1 || *foldInteger(arg) > most)) {
          error(5019, annotation.args[0].value->span, "the argument of `@" + annotation.name + "` is 1 to " + std::to_string(most));
          ok = false;
        }
      }
    if (ok)
      result.push_back(out);
  }
  return result;
}

// What `@chunks` says about a variable of this type, evaluated once; nothing if nothing is said.
std::vector<hir::Expr *> Checker::chunks(const hir::Type *type, const std::vector<ast::Annotation> &list) {
  std::vector<hir::Expr *> result;
  for (const ast::Annotation &annotation : list) {
    if (annotation.name != "chunks" || bad(type) || annotation.args.empty())
      continue;
    if (!type->isArray() || annotation.args.size() != size_t(type->rank)) {
      error(5019, annotation.span, "`@chunks` takes one extent for each axis of the array, which is " + toString(type));
      return {};
    }
    result.clear();
    for (const ast::Argument &argument : annotation.args) {
      Value chunk = once(checkScalar(argument.value, i64, "the extent of a chunk"), "chunk");
      if (bad(chunk))
        return {};
      if (auto constant = foldInteger(chunk.expr); constant && *constant < 1) {
        error(5019, argument.value->span, "the extent of a chunk is at least 1");
        return {};
      }
      result.push_back(chunk.expr);
    }
  }
  return result;
}

Value Checker::applyChunks(Value value, const std::vector<hir::Expr *> &chunks) {
  if (chunks.empty() || bad(value))
    return value;
  std::vector<hir::Expr *> args = {value.expr};
  args.insert(args.end(), chunks.begin(), chunks.end());
  return library("rechunk", value.type(), value.expr->span, args, value.shape);
}

} // namespace dagger::sema
