#include "compiler/ast/Dump.h"
#include <utility>

namespace dagger::ast {

namespace {

// Either one statement a line with indentation, or, inside expressions, all on one line.
class Dumper {
public:
  std::string text;

  void file(const File &file) {
    for (const Decl *decl : file.decls) declaration(*decl);
  }

  void type(const TypeExpr &t) {
    switch (t.kind) {
    case TypeExpr::Array:
      text += "[";
      type(*t.args[0]);
      text += "; ";
      list(t.extents, [&](const Extent &e) {
        text += e.kind == Extent::Number ? std::to_string(e.number) : e.kind == Extent::Any ? "_" : e.name;
      });
      text += "]";
      break;
    case TypeExpr::Tuple:
      text += "(";
      list(t.args, [&](const TypeExpr *arg) { type(*arg); });
      text += ")";
      break;
    case TypeExpr::Function:
      text += "((";
      for (size_t i = 0; i + 1 < t.args.size(); ++i) {
        text += i ? ", " : "";
        type(*t.args[i]);
      }
      text += ") -> ";
      type(*t.args.back());
      text += ")";
      break;
    case TypeExpr::Scalar:
      text += t.name;
      if (!t.numbers.empty()) parenthesized(t.numbers);
      break;
    case TypeExpr::Named:
      text += t.name;
      typeArgs(t.args);
      break;
    case TypeExpr::Table:
      text += "table";
      typeArgs(t.args);
      break;
    case TypeExpr::Graph:
      text += "graph";
      typeArgs(t.args);
      break;
    case TypeExpr::List:
      text += "list";
      typeArgs(t.args);
      break;
    }
    if (t.optional) text += "?";
  }

  void expr(const Expr &e) {
    switch (e.kind) {
    case ExprKind::Integer:
      text += as<IntegerLit>(e).text + (as<IntegerLit>(e).tooBig ? "!" : "");
      break;
    case ExprKind::Float:
      text += as<FloatLit>(e).text;
      break;
    case ExprKind::Bool:
      text += as<BoolLit>(e).value ? "true" : "false";
      break;
    case ExprKind::Missing:
      text += "missing";
      break;
    case ExprKind::String:
      string(as<StringLit>(e));
      break;
    case ExprKind::Name:
      text += as<NameExpr>(e).name;
      break;
    case ExprKind::Column:
      text += "." + as<ColumnExpr>(e).name;
      break;
    case ExprKind::Tuple:
      parenthesized(as<TupleExpr>(e).elements);
      break;
    case ExprKind::Array:
      text += "[";
      list(as<ArrayLit>(e).elements, [&](const Expr *element) { expr(*element); });
      text += "]";
      break;
    case ExprKind::Comprehension:
      comprehension(as<Comprehension>(e));
      break;
    case ExprKind::Record:
      record(as<RecordLit>(e));
      break;
    case ExprKind::If:
      ifExpr(as<IfExpr>(e));
      break;
    case ExprKind::Lambda:
      text += "((";
      list(as<Lambda>(e).params, [&](const Name &name) { text += name.text; });
      text += ") => ";
      expr(*as<Lambda>(e).body);
      text += ")";
      break;
    case ExprKind::InlineKernel:
      inlineKernel(as<InlineKernel>(e));
      break;
    case ExprKind::Unary:
      text += "(" + as<Unary>(e).op + (as<Unary>(e).op == "not" ? " " : "");
      expr(*as<Unary>(e).operand);
      text += ")";
      break;
    case ExprKind::Binary:
      text += "(";
      expr(*as<Binary>(e).lhs);
      text += " " + as<Binary>(e).op + " ";
      expr(*as<Binary>(e).rhs);
      text += ")";
      break;
    case ExprKind::Range:
      text += "(";
      range(as<RangeExpr>(e));
      text += ")";
      break;
    case ExprKind::Member:
      expr(*as<Member>(e).object);
      text += "." + as<Member>(e).name.text;
      break;
    case ExprKind::TupleMember:
      expr(*as<TupleMember>(e).object);
      text += "." + std::to_string(as<TupleMember>(e).index);
      break;
    case ExprKind::Call:
      expr(*as<Call>(e).callee);
      typeArgs(as<Call>(e).typeArgs);
      arguments(as<Call>(e).args);
      break;
    case ExprKind::Index:
      expr(*as<IndexExpr>(e).object);
      text += "[";
      list(as<IndexExpr>(e).subscripts,
           [&](const Subscript &s) { s.kind == Subscript::Value ? expr(*s.value) : range(s); });
      text += "]";
      break;
    case ExprKind::BlockExpr:
      inlineBlock(*as<BlockExpr>(e).block);
      break;
    }
  }

  void inlineExpr(const Expr &e) {
    const bool wasInline = std::exchange(isInline, true);
    expr(e);
    isInline = wasInline;
  }

private:
  template <class T, class Base> static const T &as(const Base &node) { return static_cast<const T &>(node); }

  template <class Items, class Each> void list(const Items &items, Each each) {
    for (size_t i = 0; i < items.size(); ++i) {
      text += i ? ", " : "";
      each(items[i]);
    }
  }
  void parenthesized(const std::vector<Expr *> &items) {
    text += "(";
    list(items, [&](const Expr *item) { expr(*item); });
    text += ")";
  }
  void typeArgs(const std::vector<TypeExpr *> &args) {
    if (args.empty()) return;
    text += "<";
    list(args, [&](const TypeExpr *arg) { type(*arg); });
    text += ">";
  }
  void arguments(const std::vector<Argument> &args) {
    text += "(";
    list(args, [&](const Argument &arg) {
      text += arg.name.empty() ? "" : arg.name + " = ";
      text += arg.isInout ? "inout " : "";
      expr(*arg.value);
      text += arg.as.empty() ? "" : " as " + arg.as;
    });
    text += ")";
  }
  template <class R> void range(const R &r) { // of a RangeExpr or a Subscript
    if (r.low) expr(*r.low);
    text += "..";
    if (r.high) expr(*r.high);
    if (r.step) {
      text += " by ";
      expr(*r.step);
    }
  }

  void quoted(std::string_view content) {
    for (const char byte : content) {
      switch (byte) {
      case '\n':
        text += "\\n";
        break;
      case '\t':
        text += "\\t";
        break;
      case '\r':
        text += "\\r";
        break;
      case '\0':
        text += "\\0";
        break;
      case '"':
      case '\\':
      case '{':
      case '}':
        text += {'\\', byte};
        break;
      default:
        text += byte;
      }
    }
  }
  void string(const StringLit &s) {
    text += "\"";
    for (const StringLit::Piece &piece : s.pieces) {
      if (!piece.expr) {
        quoted(piece.text);
        continue;
      }
      text += "{";
      expr(*piece.expr);
      text += piece.format.empty() ? "}" : ":" + piece.format + "}";
    }
    text += "\"";
  }
  void record(const RecordLit &r) {
    text += r.type + " {";
    list(r.fields, [&](const RecordLit::Field &field) {
      text += (&field == r.fields.data() ? " " : "") + field.name.text + ": ";
      expr(*field.value);
    });
    text += r.fields.empty() ? "}" : " }";
  }
  void comprehension(const Comprehension &c) {
    text += "[";
    expr(*c.body);
    for (const Comprehension::Clause &clause : c.clauses) {
      text += " for ";
      pattern(clause.pattern);
      text += " in ";
      expr(*clause.in);
    }
    if (c.condition) {
      text += " if ";
      expr(*c.condition);
    }
    text += "]";
  }
  void pattern(const Pattern &p) {
    if (!p.isTuple()) {
      text += p.name;
      return;
    }
    text += "(";
    list(p.elements, [&](const Pattern &element) { pattern(element); });
    text += ")";
  }
  void indices(const std::vector<Name> &names) {
    text += "at (";
    list(names, [&](const Name &name) { text += name.text; });
    text += ")";
  }
  void inlineKernel(const InlineKernel &k) {
    text += "(";
    indices(k.indices);
    text += " in ";
    parenthesized(k.extents);
    if (k.outside) {
      text += " outside ";
      expr(*k.outside);
    }
    text += " => ";
    expr(*k.body);
    text += ")";
  }

  // ---- statements

  void line() { text += isInline ? (text.ends_with("{") ? " " : "; ") : "\n" + std::string(2 * indent, ' '); }

  void block(const Block &b) {
    text += "{";
    ++indent;
    for (const Stmt *stmt : b.statements) {
      line();
      statement(*stmt);
    }
    --indent;
    if (!isInline) line();
    text += isInline && !b.statements.empty() ? " }" : "}";
  }
  void inlineBlock(const Block &b) {
    const bool wasInline = std::exchange(isInline, true);
    block(b);
    isInline = wasInline;
  }
  void ifExpr(const IfExpr &e) {
    text += "if ";
    inlineExpr(*e.condition);
    text += " ";
    block(*e.then);
    if (!e.otherwise) return;
    text += " else ";
    block(*e.otherwise);
  }
  void annotations(const std::vector<Annotation> &list) {
    for (const Annotation &annotation : list) {
      text += "@" + annotation.name;
      if (annotation.hasParens) {
        const bool wasInline = std::exchange(isInline, true);
        arguments(annotation.args);
        isInline = wasInline;
      }
      text += " ";
    }
  }

  void statement(const Stmt &s) {
    annotations(s.annotations);
    switch (s.kind) {
    case StmtKind::Let:
    case StmtKind::Var: {
      const auto &let = as<LetStmt>(s);
      text += s.kind == StmtKind::Let ? "let " : "var ";
      pattern(let.pattern);
      if (let.type) {
        text += ": ";
        type(*let.type);
      }
      text += " = ";
      if (let.value) inlineExpr(*let.value);
      break;
    }
    case StmtKind::Shared:
      text += "shared " + as<SharedStmt>(s).name.text + ": ";
      type(*as<SharedStmt>(s).type);
      break;
    case StmtKind::Assign:
      inlineExpr(*as<AssignStmt>(s).place);
      text += " " + as<AssignStmt>(s).op + " ";
      inlineExpr(*as<AssignStmt>(s).value);
      break;
    case StmtKind::Atomic:
      text += "atomic ";
      inlineExpr(*as<AtomicStmt>(s).place);
      text += " " + as<AtomicStmt>(s).op + " ";
      inlineExpr(*as<AtomicStmt>(s).value);
      break;
    case StmtKind::Barrier:
      text += "barrier";
      break;
    case StmtKind::For:
      text += as<ForStmt>(s).isParallel ? "parallel for " : "for ";
      pattern(as<ForStmt>(s).pattern);
      text += " in ";
      inlineExpr(*as<ForStmt>(s).in);
      text += " ";
      block(*as<ForStmt>(s).body);
      break;
    case StmtKind::While:
      text += "while ";
      inlineExpr(*as<WhileStmt>(s).condition);
      text += " ";
      block(*as<WhileStmt>(s).body);
      break;
    case StmtKind::Break:
      text += "break";
      break;
    case StmtKind::Continue:
      text += "continue";
      break;
    case StmtKind::Return:
      text += "return";
      if (as<ReturnStmt>(s).value) {
        text += " ";
        inlineExpr(*as<ReturnStmt>(s).value);
      }
      break;
    case StmtKind::Assert:
      text += "assert ";
      inlineExpr(*as<AssertStmt>(s).condition);
      if (as<AssertStmt>(s).message) {
        text += ", ";
        inlineExpr(*as<AssertStmt>(s).message);
      }
      break;
    case StmtKind::Expr:
      // An `if` of its own shows its blocks as the loops do.
      if (const Expr &e = *as<ExprStmt>(s).expr; e.kind == ExprKind::If)
        ifExpr(as<IfExpr>(e));
      else
        inlineExpr(e);
      break;
    case StmtKind::Block:
      block(as<Block>(s));
      break;
    }
  }

  // ---- declarations

  void doc(const std::string &lines) {
    for (size_t begin = 0; !lines.empty() && begin <= lines.size();) {
      const size_t end = std::min(lines.find('\n', begin), lines.size());
      text += std::string(2 * indent, ' ') + "## " + lines.substr(begin, end - begin) + "\n";
      begin = end + 1;
    }
  }
  void params(const std::vector<Param> &params) {
    bool documented = false;
    for (const Param &param : params) documented = documented || !param.doc.empty();
    text += "(";
    ++indent;
    for (const Param &param : params) {
      text += &param == params.data() ? "" : ",";
      if (documented) {
        text += "\n";
        doc(param.doc);
        text += std::string(2 * indent, ' ');
      } else if (&param != params.data()) {
        text += " ";
      }
      text += param.isInout ? "inout " : "";
      text += param.name.text + ": ";
      type(*param.type);
      if (param.defaultValue) {
        text += " = ";
        inlineExpr(*param.defaultValue);
      }
    }
    --indent;
    text += ")";
  }
  void function(const FunctionDecl &f) {
    text += f.form == FunctionDecl::Fn ? "fn " : f.form == FunctionDecl::Task ? "task " : "kernel ";
    text += f.name.text;
    if (!f.typeParams.empty()) {
      text += "<";
      list(f.typeParams,
           [&](const TypeParam &p) { text += p.name.text + (p.bound.text.empty() ? "" : ": " + p.bound.text); });
      text += ">";
    }
    params(f.params);
    result(f.result);
    if (f.form == FunctionDecl::Kernel) {
      text += " ";
      indices(f.at.indices);
      if (f.at.outside) {
        text += " outside ";
        inlineExpr(*f.at.outside);
      }
      if (f.at.isGroup) {
        text += " group ";
        parenthesized(f.at.group);
      }
    }
    text += " ";
    block(*f.body);
  }
  void result(const TypeExpr *t) {
    if (!t) return;
    text += " -> ";
    type(*t);
  }
  void declaration(const Decl &d) {
    doc(d.doc);
    annotations(d.annotations);
    switch (d.kind) {
    case DeclKind::Import: {
      const auto &import = as<ImportDecl>(d);
      text += "import ";
      if (import.isFile) {
        text += "\"";
        quoted(import.path);
        text += "\"";
      } else {
        text += import.path;
      }
      text += " as " + d.name.text;
      break;
    }
    case DeclKind::Const:
      text += "const " + d.name.text + " = ";
      inlineExpr(*as<ConstDecl>(d).value);
      break;
    case DeclKind::Record:
      text += "record " + d.name.text + " {\n";
      ++indent;
      for (const RecordDecl::Field &field : as<RecordDecl>(d).fields) {
        doc(field.doc);
        text += std::string(2 * indent, ' ') + field.name.text + ": ";
        type(*field.type);
        text += "\n";
      }
      --indent;
      text += "}";
      break;
    case DeclKind::Function:
      function(as<FunctionDecl>(d));
      break;
    case DeclKind::Extern:
      text += "extern task " + d.name.text;
      params(as<ExternDecl>(d).params);
      result(as<ExternDecl>(d).result);
      text += " from \"";
      quoted(as<ExternDecl>(d).library);
      text += "\"";
      break;
    case DeclKind::Test:
      text += "test \"";
      quoted(as<TestDecl>(d).title);
      text += "\" ";
      block(*as<TestDecl>(d).body);
      break;
    }
    text += "\n";
  }

  size_t indent = 0;
  bool isInline = false;
};

} // namespace

std::string dump(const File &file) {
  Dumper dumper;
  dumper.file(file);
  return std::move(dumper.text);
}

std::string dump(const Expr &expr) {
  Dumper dumper;
  dumper.inlineExpr(expr);
  return std::move(dumper.text);
}

std::string dump(const TypeExpr &type) {
  Dumper dumper;
  dumper.type(type);
  return std::move(dumper.text);
}

} // namespace dagger::ast
