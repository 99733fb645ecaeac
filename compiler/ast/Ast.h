// The syntax tree: what was written, nothing resolved. Built by compiler/parse, read by compiler/sema and the formatter.
// Nodes are owned by the File's arena; pointers between them are plain and live as long as the File.
#pragma once
#include "compiler/diag/Source.h"
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace dagger::ast {

struct Node {
  Span span;
  virtual ~Node() = default;
};

struct Expr;
struct Stmt;
struct Block;

struct Name { std::string text; Span span; };

// ---- types -------------------------------------------------------------------------------------------------------
struct Extent { enum Kind { Number, Named, Any } kind = Any; int64_t number = 0; std::string name; Span span; };

struct TypeExpr : Node {
  enum Kind { Scalar, Array, Table, Graph, List, Tuple, Function, Named } kind = Scalar;
  std::string name;                 // Scalar: "f64"…; Named: record or type parameter, with its path "nn.Mlp"
  std::vector<TypeExpr *> args;     // Array: [element]; Table, Graph, List: type arguments; Tuple: elements;
                                    // Function: parameters then result; Named: type arguments
  std::vector<Extent> extents;      // Array
  std::vector<Expr *> numbers;      // decimal(p, s)
  bool optional = false;            // T?
};

// ---- annotations -------------------------------------------------------------------------------------------------
struct Argument { std::string name; Span nameSpan; bool isInout = false; std::string as; Expr *value = nullptr; Span span; };
struct Annotation { std::string name; Span span; std::vector<Argument> args; bool hasParens = false; };

// ---- expressions -------------------------------------------------------------------------------------------------
enum class ExprKind { Integer, Float, Bool, Missing, String, Name, Column, Tuple, Array, Comprehension, Record, If, Lambda,
                      InlineKernel, Unary, Binary, Range, Member, TupleMember, Call, Index, BlockExpr };

struct Expr : Node {
  const ExprKind kind;
  explicit Expr(ExprKind k) : kind(k) {}
};
struct IntegerLit : Expr { IntegerLit() : Expr(ExprKind::Integer) {} std::string text; uint64_t value = 0; bool tooBig = false; std::string suffix; };
struct FloatLit : Expr { FloatLit() : Expr(ExprKind::Float) {} std::string text; double value = 0; std::string suffix; };
struct BoolLit : Expr { BoolLit() : Expr(ExprKind::Bool) {} bool value = false; };
struct MissingLit : Expr { MissingLit() : Expr(ExprKind::Missing) {} };
// "a {x:.3} b": pieces alternate text and expression as written; text has its escapes resolved.
struct StringLit : Expr {
  StringLit() : Expr(ExprKind::String) {}
  struct Piece { std::string text; Expr *expr = nullptr; std::string format; Span formatSpan; Span span; };
  std::vector<Piece> pieces;
};
struct NameExpr : Expr { NameExpr() : Expr(ExprKind::Name) {} std::string name; };          // also type names: f32, Point
struct ColumnExpr : Expr { ColumnExpr() : Expr(ExprKind::Column) {} std::string name; };    // .fare
struct TupleExpr : Expr { TupleExpr() : Expr(ExprKind::Tuple) {} std::vector<Expr *> elements; }; // () has none; (e) is no tuple
struct ArrayLit : Expr { ArrayLit() : Expr(ExprKind::Array) {} std::vector<Expr *> elements; };

struct Pattern { Span span; std::string name; std::vector<Pattern> elements; bool isTuple() const { return !elements.empty(); } };
struct Comprehension : Expr {
  Comprehension() : Expr(ExprKind::Comprehension) {}
  struct Clause { Pattern pattern; Expr *in = nullptr; };
  Expr *body = nullptr;
  std::vector<Clause> clauses;
  Expr *condition = nullptr;        // null without `if`
};
struct RecordLit : Expr {
  RecordLit() : Expr(ExprKind::Record) {}
  std::string type; Span typeSpan;  // with its path
  struct Field { Name name; Expr *value; };
  std::vector<Field> fields;
};
struct IfExpr : Expr {              // `else if` is an else block that holds one IfExpr as its value
  IfExpr() : Expr(ExprKind::If) {}
  Expr *condition = nullptr; Block *then = nullptr; Block *otherwise = nullptr;
};
struct Lambda : Expr { Lambda() : Expr(ExprKind::Lambda) {} std::vector<Name> params; Expr *body = nullptr; }; // body may be BlockExpr
struct BlockExpr : Expr { BlockExpr() : Expr(ExprKind::BlockExpr) {} Block *block = nullptr; };
struct InlineKernel : Expr {        // at (i, j) in (n, m) outside clamp => body
  InlineKernel() : Expr(ExprKind::InlineKernel) {}
  std::vector<Name> indices; std::vector<Expr *> extents; Expr *outside = nullptr; Expr *body = nullptr;
};
struct Unary : Expr { Unary() : Expr(ExprKind::Unary) {} std::string op; Expr *operand = nullptr; };           // - ~ not
struct Binary : Expr { Binary() : Expr(ExprKind::Binary) {} std::string op; Span opSpan; Expr *lhs = nullptr, *rhs = nullptr; }; // all others, |> and ?? too
struct RangeExpr : Expr { RangeExpr() : Expr(ExprKind::Range) {} Expr *low = nullptr, *high = nullptr, *step = nullptr; }; // step null: 1
struct Member : Expr { Member() : Expr(ExprKind::Member) {} Expr *object = nullptr; Name name; };              // p.x, math.pi, a.T
struct TupleMember : Expr { TupleMember() : Expr(ExprKind::TupleMember) {} Expr *object = nullptr; int64_t index = 0; };
struct Call : Expr { Call() : Expr(ExprKind::Call) {} Expr *callee = nullptr; std::vector<TypeExpr *> typeArgs; std::vector<Argument> args; };
struct Subscript { enum Kind { Value, Slice } kind = Value; Expr *value = nullptr; Expr *low = nullptr, *high = nullptr, *step = nullptr; Span span; };
struct IndexExpr : Expr { IndexExpr() : Expr(ExprKind::Index) {} Expr *object = nullptr; std::vector<Subscript> subscripts; };

// ---- statements --------------------------------------------------------------------------------------------------
enum class StmtKind { Let, Var, Shared, Assign, Atomic, Barrier, For, While, Break, Continue, Return, Assert, Expr, Block };

struct Stmt : Node {
  const StmtKind kind;
  std::vector<Annotation> annotations;
  explicit Stmt(StmtKind k) : kind(k) {}
};
struct Block : Stmt { Block() : Stmt(StmtKind::Block) {} std::vector<Stmt *> statements; }; // its value: a last ExprStmt
struct LetStmt : Stmt { explicit LetStmt(bool isVar) : Stmt(isVar ? StmtKind::Var : StmtKind::Let) {} Pattern pattern; TypeExpr *type = nullptr; Expr *value = nullptr; bool isBroken = false; /* only its names could be read */ };
struct SharedStmt : Stmt { SharedStmt() : Stmt(StmtKind::Shared) {} Name name; TypeExpr *type = nullptr; };
struct AssignStmt : Stmt { AssignStmt() : Stmt(StmtKind::Assign) {} Expr *place = nullptr; std::string op; Span opSpan; Expr *value = nullptr; }; // op "=", "+="…
struct AtomicStmt : Stmt { AtomicStmt() : Stmt(StmtKind::Atomic) {} Expr *place = nullptr; std::string op; Expr *value = nullptr; };
struct BarrierStmt : Stmt { BarrierStmt() : Stmt(StmtKind::Barrier) {} };
struct ForStmt : Stmt { ForStmt() : Stmt(StmtKind::For) {} bool isParallel = false; Pattern pattern; Expr *in = nullptr; Block *body = nullptr; };
struct WhileStmt : Stmt { WhileStmt() : Stmt(StmtKind::While) {} Expr *condition = nullptr; Block *body = nullptr; };
struct BreakStmt : Stmt { BreakStmt() : Stmt(StmtKind::Break) {} };
struct ContinueStmt : Stmt { ContinueStmt() : Stmt(StmtKind::Continue) {} };
struct ReturnStmt : Stmt { ReturnStmt() : Stmt(StmtKind::Return) {} Expr *value = nullptr; };
struct AssertStmt : Stmt { AssertStmt() : Stmt(StmtKind::Assert) {} Expr *condition = nullptr; Expr *message = nullptr; };
struct ExprStmt : Stmt { ExprStmt() : Stmt(StmtKind::Expr) {} Expr *expr = nullptr; };

// ---- declarations ------------------------------------------------------------------------------------------------
enum class DeclKind { Import, Const, Record, Function, Extern, Test };

struct Decl : Node {
  const DeclKind kind;
  std::string doc;                  // the ## lines before it, without the marks
  std::vector<Annotation> annotations;
  Name name;
  explicit Decl(DeclKind k) : kind(k) {}
};
struct ImportDecl : Decl { ImportDecl() : Decl(DeclKind::Import) {} std::string path; Span pathSpan; bool isFile = false; }; // name: what it is called here
struct ConstDecl : Decl { ConstDecl() : Decl(DeclKind::Const) {} Expr *value = nullptr; };
struct RecordDecl : Decl {
  RecordDecl() : Decl(DeclKind::Record) {}
  struct Field { Name name; TypeExpr *type; std::string doc; };
  std::vector<Field> fields;
};
struct Param { Name name; bool isInout = false; TypeExpr *type = nullptr; Expr *defaultValue = nullptr; std::string doc; Span span; };
struct TypeParam { Name name; Name bound; };   // bound empty: any
struct KernelForm { std::vector<Name> indices; Expr *outside = nullptr; std::vector<Expr *> group; bool isGroup = false; Span span; };
struct FunctionDecl : Decl {
  enum Form { Fn, Task, Kernel } form = Fn;
  FunctionDecl() : Decl(DeclKind::Function) {}
  std::vector<TypeParam> typeParams; std::vector<Param> params; TypeExpr *result = nullptr; Block *body = nullptr;
  KernelForm at;                    // kernels
};
struct ExternDecl : Decl { ExternDecl() : Decl(DeclKind::Extern) {} std::vector<Param> params; TypeExpr *result = nullptr; std::string library; Span librarySpan; };
struct TestDecl : Decl { TestDecl() : Decl(DeclKind::Test) {} std::string title; Block *body = nullptr; };

struct File {
  int source = -1;
  std::vector<Decl *> decls;
  struct Comment { Span span; std::string text; bool ownLine; };
  std::vector<Comment> comments;    // in order, for the formatter
  std::vector<uint32_t> angles;     // where `<` and `>` stand around types and are no operators; in order, for the formatter
  std::deque<std::unique_ptr<Node>> arena;
  template <class T, class... A> T *make(Span span, A &&...a) {
    auto node = std::make_unique<T>(std::forward<A>(a)...);
    T *raw = node.get();
    raw->span = span;
    arena.push_back(std::move(node));
    return raw;
  }
};

} // namespace dagger::ast
