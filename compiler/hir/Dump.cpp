// The typed program as text: stable from run to run, close to the language, with every implicit step visible.
// Variables are written name.id with ids counted per function, so that a dump does not depend on what else is compiled.
#include "compiler/hir/Hir.h"
#include <cstdio>
#include <unordered_map>

namespace dagger::hir {
namespace {

const char *nameOf(Op op) {
  switch (op) {
  case Op::Neg: return "neg";
  case Op::BitNot: return "bitnot";
  case Op::Not: return "not";
  case Op::Add: return "add";
  case Op::Sub: return "sub";
  case Op::Mul: return "mul";
  case Op::Div: return "div";
  case Op::FloorDiv: return "floordiv";
  case Op::Mod: return "mod";
  case Op::Pow: return "pow";
  case Op::BitAnd: return "bitand";
  case Op::BitOr: return "bitor";
  case Op::BitXor: return "bitxor";
  case Op::Shl: return "shl";
  case Op::Shr: return "shr";
  case Op::Eq: return "eq";
  case Op::Ne: return "ne";
  case Op::Lt: return "lt";
  case Op::Le: return "le";
  case Op::Gt: return "gt";
  case Op::Ge: return "ge";
  case Op::Fma: return "fma";
  case Op::ArrayLit: return "array";
  case Op::Element: return "element";
  case Op::Tile: return "tile";
  default: return "?";
  }
}

const char *nameOf(ReduceKind kind) {
  static const char *const names[] = {"sum", "prod", "min", "max", "any", "all", "count", "argmin", "argmax", "mean", "variance", "std", "custom"};
  return names[int(kind)];
}

const char *nameOf(Outside outside) {
  static const char *const names[] = {"none", "clamp", "wrap", "reflect", "value"};
  return names[int(outside)];
}

class Dumper {
public:
  std::string out;

  void program(const Program &program) {
    for (const Function *function : program.functions)
      dump(*function);
  }

private:
  std::unordered_map<const Var *, int> numbers;
  int indent = 0;

  std::string name(const Var *var) {
    if (!var)
      return "<none>";
    auto it = numbers.emplace(var, int(numbers.size())).first;
    return var->name + "." + std::to_string(it->second);
  }

  void line(const std::string &text) { out += std::string(size_t(indent) * 2, ' ') + text + "\n"; }

  static std::string quoted(const std::string &text) {
    std::string result = "\"";
    for (char c : text) {
      if (c == '\n')
        result += "\\n";
      else if (c == '"' || c == '\\')
        (result += '\\') += c;
      else
        result += c;
    }
    return result + "\"";
  }

  static std::string number(double value) {
    char text[40];
    for (int digits = 1; digits <= 17; ++digits) {
      snprintf(text, sizeof text, "%.*g", digits, value);
      if (std::strtod(text, nullptr) == value)
        break;
    }
    return text;
  }

  void dump(const Function &function) {
    numbers.clear();
    static const char *const kinds[] = {"fn", "task", "kernel", "extern", "test"};
    std::string head = std::string(kinds[int(function.kind)]) + " @" + function.symbol + "(";
    for (size_t i = 0; i < function.params.size(); ++i) {
      const Param &param = function.params[i];
      head += (i ? ", " : "") + std::string(param.isInout ? "inout " : "") + name(param.var) + ": " + toString(param.var->type);
      if (param.defaultValue)
        head += " = " + text(param.defaultValue);
    }
    head += ") -> " + toString(function.result);
    if (function.isScalar) head += " scalar";
    if (function.isRecursive) head += " recursive";
    if (function.mayPrint) head += " prints";
    if (function.callsTasks) head += " tasks";
    for (const Annotation &a : function.annotations)
      head += " " + text(a);
    if (!function.indexVars.empty()) {
      head += " at (";
      for (size_t i = 0; i < function.indexVars.size(); ++i)
        head += (i ? ", " : "") + name(function.indexVars[i]);
      head += ") group (";
      for (size_t i = 0; i < function.groupShape.size(); ++i)
        head += (i ? ", " : "") + text(function.groupShape[i]);
      head += ") lane " + name(function.lane);
    }
    if (function.kind == FunctionKind::Extern)
      head += " from " + quoted(function.library) + " " + function.externSymbol;
    if (!function.body) {
      line(head);
      return;
    }
    line(head + " {");
    body(*function.body);
    line("}");
  }

  void body(const Block &block) {
    ++indent;
    for (const Stmt *stmt : block.statements)
      statement(*stmt);
    if (block.value)
      line("=> " + text(block.value));
    --indent;
  }

  // A block inside an expression: on one line where it is only a value.
  std::string text(const Block *block) {
    if (!block)
      return "{}";
    if (block->statements.empty())
      return block->value ? "{ " + text(block->value) + " }" : "{}";
    std::string saved = std::move(out);
    out.clear();
    body(*block);
    std::string inner = std::move(out);
    out = std::move(saved);
    return "{\n" + inner + std::string(size_t(indent) * 2, ' ') + "}";
  }

  std::string text(const Annotation &annotation) {
    std::string result = "@" + annotation.name;
    if (annotation.args.empty() && annotation.words.empty())
      return result;
    result += "(";
    bool first = true;
    for (const std::string &word : annotation.words) {
      result += (first ? "" : ", ") + word;
      first = false;
    }
    for (const Expr *arg : annotation.args) {
      result += (first ? "" : ", ") + text(arg);
      first = false;
    }
    return result + ")";
  }

  std::string list(const std::vector<Expr *> &args, size_t from = 0) {
    std::string result;
    for (size_t i = from; i < args.size(); ++i)
      result += (i > from ? ", " : "") + text(args[i]);
    return result;
  }

  std::string text(const std::vector<Subscript> &subscripts) {
    std::string result = "[";
    for (size_t i = 0; i < subscripts.size(); ++i) {
      const Subscript &s = subscripts[i];
      if (i)
        result += ", ";
      switch (s.kind) {
      case Subscript::Index: result += text(s.value); break;
      case Subscript::Gather: result += "gather " + text(s.value); break;
      case Subscript::Mask: result += "mask " + text(s.value); break;
      case Subscript::Range:
        result += (s.low ? text(s.low) : "") + ".." + (s.high ? text(s.high) : "") + (s.step ? " by " + text(s.step) : "");
        break;
      }
    }
    return result + "]";
  }

  std::string text(const Place &place) {
    std::string result = name(place.root);
    for (const Place::Step &step : place.path) {
      if (step.kind == Place::Step::Field)
        result += "." + std::to_string(step.field);
      else if (step.kind == Place::Step::Subscripts)
        result += text(step.subscripts);
      else
        result += ".tile(" + list(step.tile) + ")";
    }
    return result;
  }

  std::string text(const Lambda &lambda) {
    std::string result = "(";
    for (size_t i = 0; i < lambda.params.size(); ++i)
      result += (i ? ", " : "") + name(lambda.params[i]) + ": " + toString(lambda.params[i]->type);
    return result + ") => " + text(lambda.body);
  }

  std::string attrs(const Expr &e) {
    std::string result;
    for (const Expr::Attr &a : e.attrs)
      result += " " + a.name + "=" + (a.text.empty() ? std::to_string(a.intValue) : quoted(a.text));
    return result;
  }

  std::string text(const Expr *pointer) {
    if (!pointer)
      return "<null>";
    const Expr &e = *pointer;
    const std::string type = ": " + toString(e.type);
    switch (e.op) {
    case Op::Const:
      switch (e.type->kind) {
      case TypeKind::Bool: return e.intValue ? "true" : "false";
      case TypeKind::Float: return number(e.floatValue) + toString(e.type);
      case TypeKind::Complex: return "(" + number(e.floatValue) + ", " + number(e.imagValue) + ")" + toString(e.type);
      case TypeKind::Str: return quoted(e.text);
      default: return std::to_string(e.intValue) + toString(e.type);
      }
    case Op::Local: return name(e.var);
    case Op::Convert: return toString(e.type) + "(" + text(e.args[0]) + ")";
    case Op::Math: return e.text + "(" + list(e.args) + ")";
    case Op::If:
      return "if " + text(e.args[0]) + " " + text(e.blocks[0]) + (e.blocks.size() > 1 && e.blocks[1] ? " else " + text(e.blocks[1]) : "");
    case Op::BlockExpr: return text(e.blocks[0]);
    case Op::Call: {
      std::string result = "@" + e.callee->symbol + "(";
      size_t arg = 0, place = 0;
      for (size_t i = 0; i < e.callee->params.size(); ++i) {
        result += i ? ", " : "";
        if (e.callee->params[i].isInout)
          result += "inout " + (place < e.places.size() ? text(e.places[place++]) : std::string("<missing>"));
        else
          result += arg < e.args.size() ? text(e.args[arg++]) : std::string("<missing>");
      }
      return result + ")";
    }
    case Op::Tuple: return (e.type->record.empty() ? "tuple" : e.type->record) + "(" + list(e.args) + ")";
    case Op::Field: return text(e.args[0]) + "." + std::to_string(e.intValue);
    case Op::Format: {
      std::string result = "format(" + quoted(e.pieces[0]);
      for (size_t i = 0; i < e.args.size(); ++i)
        result += ", " + text(e.args[i]) + (e.formats[i].empty() ? "" : ":" + e.formats[i]) + ", " + quoted(e.pieces[i + 1]);
      return result + ")";
    }
    case Op::Extent: return "extent(" + text(e.args[0]) + ", " + std::to_string(e.intValue) + ")";
    case Op::OffsetRead: {
      std::string result = "offset(" + text(e.args[0]);
      for (size_t i = 0; i < e.offsets.size(); ++i)
        result += ", " + name(e.indexVars[i]) + (e.offsets[i] < 0 ? " - " : " + ") + std::to_string(e.offsets[i] < 0 ? 0 - uint64_t(e.offsets[i]) : uint64_t(e.offsets[i]));
      return result + ")";
    }
    case Op::Slice: return "slice(" + text(e.args[0]) + ", " + text(e.subscripts) + ")" + type;
    case Op::Tiles: return "tiles(" + text(e.args[0]) + ", " + std::to_string(e.intValue) + ")";
    case Op::Map: {
      std::string result = "map(";
      for (size_t i = 0; i < e.args.size(); ++i) {
        result += (i ? ", " : "") + text(e.args[i]);
        if (i < e.stretch.size() && e.stretch[i])
          result += " stretch " + std::to_string(e.stretch[i]);
      }
      return result + "; " + text(*e.lambda) + ")" + type;
    }
    case Op::At:
    case Op::Comprehension: {
      std::string result = e.op == Op::At ? "at (" : "each (";
      for (size_t i = 0; i < e.indexVars.size(); ++i)
        result += (i ? ", " : "") + name(e.indexVars[i]) + " in " + text(e.args[i]);
      result += ")";
      if (e.outside != Outside::None)
        result += std::string(" outside ") + nameOf(e.outside) + (e.outsideValue ? " " + text(e.outsideValue) : "");
      if (e.conditionBlock)
        result += " if " + text(e.conditionBlock);
      return result + " " + text(e.blocks[0]) + type;
    }
    case Op::Reduce:
    case Op::Scan: {
      std::string result = std::string(e.op == Op::Reduce ? "reduce." : "scan.") + nameOf(e.reduceKind) + "(" + list(e.args);
      if (e.intValue >= 0)
        result += ", axis " + std::to_string(e.intValue);
      if (e.lambda)
        result += "; " + text(*e.lambda);
      return result + ")" + type;
    }
    case Op::Library: return e.text + "(" + list(e.args) + attrs(e) + ")" + type;
    default: return std::string(nameOf(e.op)) + "(" + list(e.args) + ")" + (e.op == Op::ArrayLit || e.op == Op::Tile ? type : "");
    }
  }

  void statement(const Stmt &s) {
    std::string prefix;
    for (const Annotation &a : s.annotations)
      prefix += text(a) + " ";
    switch (s.kind) {
    case StmtKind::Let:
      line(prefix + (s.var->isMutable ? "var " : "let ") + name(s.var) + ": " + toString(s.var->type) + (s.value ? " = " + text(s.value) : ""));
      return;
    case StmtKind::Assign: line(prefix + text(s.place) + " = " + text(s.value)); return;
    case StmtKind::Eval: line(prefix + text(s.value)); return;
    case StmtKind::For:
      line(prefix + (s.isParallel ? "parallel for " : "for ") + name(s.var) + " in " + text(s.value) + ".." + text(s.high) +
           (s.step ? " by " + text(s.step) : "") + " {");
      body(*s.body);
      line("}");
      return;
    case StmtKind::While:
      line(prefix + "while " + text(s.value) + " {");
      body(*s.body);
      line("}");
      return;
    case StmtKind::Break: line("break"); return;
    case StmtKind::Continue: line("continue"); return;
    case StmtKind::Return: line(s.value ? "return " + text(s.value) : "return"); return;
    case StmtKind::Assert: line("assert " + text(s.value) + (s.message ? ", " + text(s.message) : "")); return;
    case StmtKind::Print: line(prefix + "print(" + list(s.args) + ")"); return;
    case StmtKind::Block:
      line(prefix + "{");
      body(*s.body);
      line("}");
      return;
    case StmtKind::Barrier: line("barrier"); return;
    case StmtKind::Atomic: line("atomic " + text(s.place) + " " + (s.op == Op::Math ? s.text : nameOf(s.op)) + "= " + text(s.value)); return;
    case StmtKind::Shared: line("shared " + name(s.var) + ": " + toString(s.var->type) + " (" + list(s.args) + ")"); return;
    case StmtKind::CheckExtent: line("check " + text(s.value) + " == " + text(s.high) + " " + quoted(s.text)); return;
    }
  }
};

} // namespace

std::string dump(const Program &program) {
  Dumper dumper;
  dumper.program(program);
  return std::move(dumper.out);
}

} // namespace dagger::hir
