// The typed program ("HIR"): what sema makes of the syntax tree, and all that later levels see of the language.
//
// Everything is resolved and monomorphic: names are Vars and Functions, named and default arguments are in place, type
// parameters and function-valued arguments are instantiated away, literals have their type, implicit maps over arrays are
// `Map`s, `a * b + c` is an explicit `Fma`, `x |> f(y)` is a call, extents in signatures are ordinary variables with
// explicit checks. Two things read it and share nothing else: compiler/interp (the reference execution) and
// compiler/lower (to MLIR). Nodes are owned by the Program's arenas; pointers are plain.
#pragma once
#include "compiler/diag/Source.h"
#include <deque>
#include <string>
#include <vector>

namespace dagger::hir {

// ---- types: interned in the Program, so equal types are equal pointers -------------------------------------------
enum class TypeKind { Void, Bool, Int, Float, Complex, Str, Date, Timestamp, Array, Tuple };

struct Type {
  TypeKind kind = TypeKind::Void;
  int width = 0;                      // Int 8…64, Float 16…64, Complex 64 or 128
  bool isSigned = true;               // Int
  bool isBrain = false;               // Float: bf16
  const Type *element = nullptr;      // Array: what isElement(); a Tuple is an array for each of its scalars in memory
  int rank = 0;                       // Array: >= 1
  std::vector<const Type *> elements; // Tuple
  std::vector<std::string> fields;    // Tuple that is a record: its field names, as many as elements
  std::string record;                 // Tuple that is a record: its name
  bool isFlat = false;                // Tuple: all of its elements are what isElement()
  bool isScalar() const { return kind != TypeKind::Array && kind != TypeKind::Tuple && kind != TypeKind::Void; }
  bool isArray() const { return kind == TypeKind::Array; }
  bool isTuple() const { return kind == TypeKind::Tuple; }
  // Whether arrays can hold it: no array, and no tuple with one inside.
  bool isElement() const { return isTuple() ? isFlat : isScalar(); }
};
std::string toString(const Type *);   // as the language writes it: "[f64; _, _]", "Point", "(i64, str)"

struct Function;
struct Expr;
struct Stmt;

// A variable: a parameter, `let`, `var`, loop or index variable, a bound extent. Assigned only where `isMutable`.
struct Var {
  std::string name;                   // not unique; ids are
  int id = 0;                         // unique in the Program
  const Type *type = nullptr;
  bool isMutable = false;
  Span span;
  Function *function = nullptr;
  bool isReplaceable = false;         // a `var` of arrays without chunks of its own: a whole new array can take its place
  std::vector<Expr *> chunks;         // declared with @chunks: constants and Vars; what a callee gives back is cut so, too
};

// A block's value is `value` (null: none). Its statements run in order.
struct Block { std::vector<Stmt *> statements; Expr *value = nullptr; Span span; };

// Scalar code with parameters. Free Vars are captured from around it. It prints nothing and assigns no outer Var.
struct Lambda { std::vector<Var *> params; Block *body = nullptr; Span span; };

// One subscript. Index: `value` (integer, checked). Range: low/high/step (null low/high: open on that side; a negative
// step walks down from the last element of low..high). Gather: `value` is an integer array of rank 1. Mask: a bool array
// of rank 1 (on its axis) or, as the only subscript, of the array's own rank (then the result has rank 1).
struct Subscript { enum Kind { Index, Range, Gather, Mask } kind = Index; Expr *value = nullptr, *low = nullptr, *high = nullptr, *step = nullptr; };

// A place that can be assigned or passed `inout`: a variable and a path into it. A Subscripts step is last; Fields come before.
struct Place {
  Var *root = nullptr;
  struct Step { enum Kind { Field, Subscripts, Tile } kind = Field; int field = 0; std::vector<Subscript> subscripts; std::vector<Expr *> tile; };
  std::vector<Step> path;
  const Type *type = nullptr;         // of what stands there
  Span span;
};

enum class Outside { None, Clamp, Wrap, Reflect, Value };

enum class ReduceKind { Sum, Prod, Min, Max, Any, All, Count, ArgMin, ArgMax, Mean, Variance, Std, Custom };

// ---- expressions -------------------------------------------------------------------------------------------------
enum class Op {
  // scalars
  Const,        // intValue / floatValue (+ imagValue) / text, by type; bool in intValue; Date in days, Timestamp in microseconds
  Local,        // var
  Convert,      // args[0] to `type`: between Bool, Int, Float, Complex; as language.md says (truncate, saturate, NaN to 0);
                // between Date and i64: the days
  Neg, BitNot, Not,
  Add, Sub, Mul, Div, FloorDiv, Mod, Pow,        // both args and the result of one type (Div: floating or complex only)
  BitAnd, BitOr, BitXor, Shl, Shr,
  Eq, Ne, Lt, Le, Gt, Ge,                        // args of one type (Str by code point, Tuples by Eq and Ne only); result Bool
  Fma,          // args a, b, c: one fused a * b + c; negations are Neg nodes on the args
  Math,         // an elementwise function of the standard library: text is its name ("sin" "erf" "atan2" "abs" "min" "max"
                // "floor" "round" "popcount" "is_nan" "real" "conj" …; list in compiler/hir/Math.def), args of scalar types
  If,           // args[0] Bool; blocks[0], blocks[1] (may be null without value); `and` and `or` are Ifs
  BlockExpr,    // blocks[0]
  Call,         // callee; args for plain parameters, places for inout ones, both in parameter order (see Function::params)
  Tuple,        // args; records too
  Field,        // args[0], intValue: which element; of an Array of Tuples: the array of that element
  // text
  Format,       // an interpolated string: text pieces[0] arg0 pieces[1] arg1 … pieces[n]; formats[i] may be empty
  // arrays
  Extent,       // extent of args[0] (Array) along axis intValue: i64
  ArrayLit,     // args: scalars (rank 1) or arrays of equal rank (checked equal extents)
  Element,      // args[0] Array, args[1…rank] integer subscripts: one element, bounds checked
  OffsetRead,   // in a point kernel with an `outside` rule: args[0] Array, read at index variable + offsets[i] along axis i;
                // indexVars[i] is the At's index variable for axis i; the At's rule governs
  Slice,        // args[0], subscripts, at least one of which is no Index: a value of that moment
  Tile,         // args[0], args[1…]: tile indices; Tiles: args[0], axis intValue
  Tiles,
  Map,          // lambda over args (arrays and scalars) that broadcast: axes align from the last, stretch[k] has bit a set
                // where arg k's own axis a has compile-time extent 1 and stretches; other extents are checked equal.
                // Lambda params are the args' element types; a Tuple result gives a Tuple of Arrays
  At,           // a point kernel: indexVars over args (extents, i64) ; blocks[0] is the body and its value the element;
                // outside rule in `outside` (Value: in outsideValue)
  Comprehension,// like At but its body is graph code (may call tasks) in index order: indexVars over args = extents from 0;
                // element types as `type`; an array body stacks (equal extents checked). conditionBlock filters (rank 1) if not null
  Reduce,       // reduceKind of args[0] over axis intValue (-1: all), mask = args[1] if present (same shape, Bool);
                // Custom: lambda (a, b) and init = args[1]; ArgMin and ArgMax over all: index in row-major order
  Scan,         // inclusive, rank 1 or along axis intValue; reduceKind Sum, Prod, Min, Max or Custom with lambda
  Library,      // everything else of the standard library that is native: text is its name (compiler/hir/Library.def), args,
                // named flags in attrs. Covers zeros fill iota reshape transpose concat sort argsort unique matmul random.*
                // linalg.* read save plot.* str functions
};

struct Expr {
  Op op;
  const Type *type = nullptr;
  Span span;
  std::vector<Expr *> args;
  bool isFast = false; // under @fast: its arithmetic on floats may be reordered, contracted, and done without the sign of zero
  int64_t intValue = 0;
  double floatValue = 0, imagValue = 0;
  std::string text;
  Var *var = nullptr;
  Function *callee = nullptr;
  Lambda *lambda = nullptr;
  std::vector<Block *> blocks;
  Block *conditionBlock = nullptr;
  std::vector<Var *> indexVars;
  std::vector<int64_t> offsets;
  std::vector<Subscript> subscripts;
  std::vector<Place> places;
  std::vector<uint32_t> stretch;
  Outside outside = Outside::None;
  Expr *outsideValue = nullptr;
  ReduceKind reduceKind = ReduceKind::Sum;
  std::vector<std::string> pieces, formats;
  struct Attr { std::string name; int64_t intValue = 0; std::string text; };
  std::vector<Attr> attrs;            // compile-time flags of Library nodes, e.g. {"descending", 1}
};

// ---- statements --------------------------------------------------------------------------------------------------
enum class StmtKind {
  Let,          // var = value (declares it; value null: declared by `var x: T` and assigned before use)
  Assign,       // place = value; compound assignments are desugared, their subscripts evaluated once
  Eval,         // value for its effect: a call, an If without value
  For,          // var from value to high (exclusive, or down to high exclusive if step is negative) by step; all i64 or var's type
  While,        // value; body
  Break, Continue,
  Return,       // value or null
  Assert,       // value; message (null: none)
  Print,        // args: joined by one space, ends in a newline
  Block,        // body, for its annotations
  Barrier, Atomic /* place op= value */, Shared /* var: array with constant extents in `args` */,
  CheckExtent,  // value == high (both i64), or the program stops: text says which extent disagrees and where each comes from
};

struct Annotation { std::string name; std::vector<Expr *> args; std::vector<std::string> words; Span span; }; // @on(gpu): words

struct Stmt {
  StmtKind kind;
  Span span;
  Var *var = nullptr;
  Place place;
  Expr *value = nullptr, *high = nullptr, *step = nullptr, *message = nullptr;
  Op op = Op::Add;                    // Atomic: Add, BitAnd, BitOr, BitXor; Math with text "min" or "max"
  std::string text;
  std::vector<Expr *> args;
  Block *body = nullptr;
  bool isParallel = false;            // parallel for
  std::vector<Annotation> annotations;
};

// ---- functions ---------------------------------------------------------------------------------------------------
// Point kernels are Fns whose body is an At. A scalar Fn (only scalars in and out, no effects, no tasks) may be called
// anywhere, also in kernels and lambdas.
enum class FunctionKind { Fn, Task, GroupKernel, Extern, Test };

struct Param { Var *var = nullptr; bool isInout = false; std::string doc; Expr *defaultValue = nullptr; /* main only: a Const */ };

struct Function {
  FunctionKind kind = FunctionKind::Fn;
  std::string name;                   // as written, for messages: "norm", "linalg.gemm"
  std::string symbol;                 // unique among the Program's functions
  std::vector<Param> params;
  const Type *result = nullptr;       // Void: none
  Block *body = nullptr;              // null: Extern
  std::string doc, title;             // title: Test
  std::string library, externSymbol;  // Extern: "libfit.so" ("" = the runtime's own), "fit"
  std::vector<std::vector<std::string>> externExtents; // Extern: extent names per parameter, for the C signature
  std::vector<Expr *> groupShape;     // GroupKernel: constants; indexVars: the point, `lane` the index in the group
  std::vector<Var *> indexVars;
  Var *lane = nullptr;
  std::vector<Annotation> annotations;
  Span span;
  // Facts, closed over callees:
  bool isScalar = false;              // see above
  bool isRecursive = false;
  bool mayPrint = false;              // print, save, plot: needs the order of effects
  bool callsTasks = false;
};

struct Program {
  const SourceManager *sources = nullptr;
  std::vector<Function *> functions;  // every instance that main or a test reaches
  Function *main = nullptr;           // null: none
  std::vector<Function *> tests;      // of the root file
  bool isChecked = false;             // --checked: integer overflow stops

  // Arenas and interning.
  const Type *scalar(TypeKind kind, int width = 0, bool isSigned = true, bool isBrain = false);
  const Type *array(const Type *element, int rank);
  const Type *tuple(std::vector<const Type *> elements, std::vector<std::string> fields = {}, std::string record = "");
  Expr *expr(Op op, const Type *type, Span span) { exprs.push_back(Expr{op, type, span}); return &exprs.back(); }
  Stmt *stmt(StmtKind kind, Span span) { stmts.push_back(Stmt{kind, span}); return &stmts.back(); }
  Block *block(Span span) { blocks.push_back(Block{{}, nullptr, span}); return &blocks.back(); }
  Lambda *lambda(Span span) { lambdas.push_back(Lambda{{}, nullptr, span}); return &lambdas.back(); }
  Var *var(std::string name, const Type *type, bool isMutable, Span span) {
    vars.push_back(Var{std::move(name), int(vars.size()), type, isMutable, span, nullptr});
    return &vars.back();
  }
  Function *function() { functionArena.emplace_back(); functions.push_back(&functionArena.back()); return functions.back(); }

  std::deque<Type> types;
  std::deque<Expr> exprs;
  std::deque<Stmt> stmts;
  std::deque<Block> blocks;
  std::deque<Lambda> lambdas;
  std::deque<Var> vars;
  std::deque<Function> functionArena;
};

std::string dump(const Program &);    // readable text, for `emit --stage hir` and tests

} // namespace dagger::hir
