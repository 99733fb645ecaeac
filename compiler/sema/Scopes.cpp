// Names inside functions.
#include "compiler/sema/Checker.h"

namespace dagger::sema {

Checker::ScopeGuard::ScopeGuard(Checker &checker, Boundary boundary) : checker(checker), saved(checker.state->scope) {
  checker.scopes.push_back({saved, boundary, {}});
  checker.state->scope = &checker.scopes.back();
}

Checker::ScopeGuard::~ScopeGuard() { checker.state->scope = saved; }

Local *Checker::lookup(const std::string &name, Boundary *crossed) {
  if (crossed)
    *crossed = Boundary::None;
  for (Scope *scope = state ? state->scope : nullptr; scope; scope = scope->parent) {
    auto it = scope->names.find(name);
    if (it != scope->names.end())
      return &it->second;
    if (crossed && scope->boundary != Boundary::None)
      *crossed = scope->boundary;
  }
  return nullptr;
}

void Checker::bind(const std::string &name, Local local, Span span) {
  if (name == "_")
    return;
  local.span = span;
  auto [it, isNew] = state->scope->names.emplace(name, local);
  if (!isNew) {
    Diagnostic &d = error(2002, span, "`" + name + "` is declared twice in one block");
    d.notes.push_back({it->second.span, "the first declaration is here"});
    d.help = "choose another name, or assign with `" + name + " = …` if it is a `var`";
    it->second = local;
  }
}

std::vector<std::string> Checker::visibleNames() const {
  std::vector<std::string> names;
  if (state)
    for (const Scope *scope = state->scope; scope; scope = scope->parent)
      for (const auto &[name, local] : scope->names)
        names.push_back(name);
  const Module *module = state ? state->module : root;
  for (const auto &[name, decl] : module->decls)
    if (name != "main") // nobody means that
      names.push_back(name);
  for (const auto &[name, import] : module->imports)
    names.push_back(name);
  for (const auto &[name, entry] : libraryTable())
    names.push_back(name);
#define DG_MATH(name, arity, domain) names.push_back(#name);
#include "compiler/hir/Math.def"
#undef DG_MATH
  for (const char *name : {"math", "random", "graph", "plot", "true", "false"})
    names.push_back(name);
  return names;
}

// The field that was meant, or those that there are.
std::string Checker::fieldHelp(const std::string &name, const hir::Type *type) {
  if (auto near = nearest(name, type->fields))
    return "did you mean `" + *near + "`?";
  std::string all;
  for (size_t i = 0; i < type->fields.size(); ++i)
    all += (i ? i + 1 == type->fields.size() ? " and " : ", " : "") + ("`" + type->fields[i] + "`");
  return all.empty() ? "" : "its fields are " + all;
}

void Checker::unknownName(const std::string &name, Span span) {
  int code = 0;
  if (const char *what = notThereYet(name, code)) {
    notYet(code, span, "`" + name + "`: " + what);
    return;
  }
  Diagnostic &d = error(2001, span, "nothing here is called `" + name + "`");
  // What other languages call it.
  static const std::map<std::string, const char *> habits = {
      {"linalg", "write `import linalg` at the top of the file"},
      {"range", "a range is written `0..n`, with a step `0..n by 2`"},
      {"arange", "write `iota(n)` for 0, 1, …, or linspace(a, b, n)"},
      {"ones", "write `fill(1.0, n)`"},
      {"full", "write `fill(v, n)`"},
      {"array", "an array is written `[1, 2, 3]`"},
      {"list", "an array is written `[1, 2, 3]`"},
      {"length", "write `len(a)`"},
      {"size", "write `len(a)`"},
      {"println", "write `print(…)`"},
      {"printf", "write `print(\"{x:.3}\")`"},
      {"pow", "write `a ** b`"},
      {"null", "a value is never absent; use a number such as `math.nan`, or a `bool` beside it"},
      {"nil", "a value is never absent; use a number such as `math.nan`, or a `bool` beside it"},
      {"None", "a value is never absent; use a number such as `math.nan`, or a `bool` beside it"},
      {"True", "write `true`"},
      {"False", "write `false`"},
      {"pi", "write `math.pi`"},
      {"inf", "write `math.inf`"},
      {"nan", "write `math.nan`"},
      {"dot", "write `a @ b`"},
      {"matmul", "write `a @ b`"},
      {"transpose", "write `a.T`"},
      {"int", "write `i64(x)`"},
      {"float", "write `f64(x)`"},
      {"string", "write `str(x)`"},
      {"map", "write `[f(x) for x in a]`; a function of scalars maps over arrays by itself"},
      {"filter", "write `[x for x in a if …]`, or `a[a > 0]`"},
      {"append", "write `concat(a, [x])`"},
      {"push", "write `concat(a, [x])`"},
  };
  if (auto habit = habits.find(name); habit != habits.end())
    d.help = habit->second;
  else if (auto near = nearest(name, visibleNames()))
    d.help = "did you mean `" + *near + "`?";
}

// What the language has and this compiler has not; the code says which part it belongs to.
const char *Checker::notThereYet(const std::string &name, int &code) {
  static const std::map<std::string, std::pair<int, const char *>> names = {
      {"table", {6001, "tables are"}}, {"derive", {6001, "tables are"}}, {"select", {6001, "tables are"}}, {"drop", {6001, "tables are"}},
      {"group", {6001, "tables are"}}, {"join", {6001, "tables are"}}, {"take", {6001, "tables are"}}, {"skip", {6001, "tables are"}},
      {"distinct", {6001, "tables are"}}, {"union", {6001, "tables are"}}, {"explode", {6001, "tables are"}}, {"window", {6001, "tables are"}},
      {"pivot", {6001, "tables are"}}, {"unpivot", {6001, "tables are"}}, {"describe", {6001, "tables are"}}, {"desc", {6001, "tables are"}},
      {"median", {6001, "tables are"}}, {"quantile", {6001, "tables are"}}, {"count_distinct", {6001, "tables are"}}, {"collect", {6001, "tables are"}},
      {"graph", {6002, "graphs are"}}, {"grad", {6004, "differentiation is"}}, {"value_and_grad", {6004, "differentiation is"}},
      {"nn", {6004, "learning is"}}, {"is_missing", {6007, "optional values are"}}};
  auto it = names.find(name);
  if (it == names.end())
    return nullptr;
  code = it->second.first;
  return it->second.second;
}

} // namespace dagger::sema
