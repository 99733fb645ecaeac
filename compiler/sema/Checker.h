// The checker: one object for one program. Its member functions are spread over files of one idea each; this header is
// their table of contents.
#pragma once
#include "compiler/sema/Sema.h"
#include "compiler/sema/Values.h"
#include "compiler/sema/Walk.h"
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace dagger::sema {

struct Module;
struct Scope;

// A function as declared: one for every FunctionDecl or ExternDecl.
struct FunctionInfo {
  std::string name;                    // for messages: "norm", "linalg.norm"
  const ast::Decl *decl = nullptr;
  const Module *module = nullptr;
  const std::vector<ast::TypeParam> *typeParams = nullptr;
  const std::vector<ast::Param> *params = nullptr;
  const ast::TypeExpr *result = nullptr;
  const ast::FunctionDecl *function = nullptr; // or
  const ast::ExternDecl *external = nullptr;
  int instances = 0;
  bool isTask() const { return external || function->form == ast::FunctionDecl::Task; }
  bool isKernel() const { return function && function->form == ast::FunctionDecl::Kernel; }
  bool isGroupKernel() const { return isKernel() && function->at.isGroup; }
  bool isFn() const { return function && function->form == ast::FunctionDecl::Fn; }
};

struct RecordInfo { const ast::RecordDecl *decl = nullptr; const Module *module = nullptr; std::string name; const hir::Type *type = nullptr; bool resolving = false; };

// A source file, or one of the modules that are always there.
struct Module {
  std::string name;                    // "linalg"; "" for the root
  std::string path;
  const ast::File *file = nullptr;     // null: native functions only
  bool isStdlib = false;
  std::map<std::string, const ast::Decl *> decls;
  std::map<std::string, const Module *> imports;
  std::map<std::string, std::unique_ptr<FunctionInfo>> functions;
  std::map<std::string, std::unique_ptr<RecordInfo>> records;
};

// A lambda or a function held by a name. Calls of it are elaborated where they stand.
struct FunctionValue;

enum class Why { Let, Var, Param, Inout, Loop, Index, Extent, Lane, Captured }; // Captured: a `var`, as a lambda found it

// A name of a local scope.
struct Local {
  hir::Var *var = nullptr;
  Shape shape;
  std::shared_ptr<FunctionValue> function; // then var is null
  Span span;
  Why why = Why::Let;
  std::vector<hir::Expr *> chunks;     // of an array declared with @chunks: constants and variables that do not change
};

enum class Boundary { None, Lambda, Kernel, Comprehension };

struct Scope {
  Scope *parent = nullptr;
  Boundary boundary = Boundary::None;  // stands between this scope and its parent
  std::unordered_map<std::string, Local> names;
};

struct FunctionValue {
  int id = 0;                          // the same for a closure however it is passed on
  const FunctionInfo *info = nullptr;  // a declared function, or
  std::string builtin;                 // a function of the library, or
  const ast::Lambda *lambda = nullptr; // a lambda with what it captured
  std::vector<std::pair<std::string, Local>> captures;
  std::vector<const hir::Type *> params; // what a function type says of it, if there is one
  const hir::Type *gives = nullptr;
  const Module *module = nullptr;
  std::map<std::string, const hir::Type *> typeParams;
};

enum class Context { Graph, Task, Kernel, Group, Scalar /* a lambda that is mapped */ };

// The innermost point kernel around an expression.
struct KernelFrame {
  KernelFrame *parent = nullptr;
  std::vector<hir::Var *> indexVars;
  std::vector<Extent> extents;
  hir::Outside outside = hir::Outside::None;
  const hir::Type *outsideType = nullptr; // of a value; of a literal, the first type that is read under the rule
  hir::Expr *outsideValue = nullptr;
  const hir::Type *hint = nullptr; // of its elements
  const ast::Expr *outsideLiteral = nullptr; // the value adapts to what is read
  std::vector<const hir::Var *> guarded; // index variables that a condition around here has looked at
};

// The function that is being elaborated.
struct FunctionState {
  hir::Function *function = nullptr;
  const Module *module = nullptr;
  std::map<std::string, const hir::Type *> typeParams;
  std::set<std::string> reassigned;    // names that some assignment in the body replaces as a whole
  const hir::Type *result = nullptr;
  const ast::TypeExpr *resultExpr = nullptr;
  Context context = Context::Graph;
  std::set<const ast::Expr *> lastValues; // of a function that declares no result
  int loops = 0;
  bool inLambda = false, inKernel = false, inComprehension = false;
  bool isPrecise = false;              // under @precise: elementary functions are the C library's
  bool isFast = false;                 // under @fast
  Scope *scope = nullptr;
  std::vector<hir::Stmt *> *sink = nullptr;
  KernelFrame *kernel = nullptr;
  std::unordered_set<const hir::Var *> divergent; // Group: variables that may differ between lanes
  const std::vector<hir::Stmt *> *groupBody = nullptr; // Group: the kernel's own statements
  int64_t sharedBytes = 0;             // Group: of `shared` memory so far
  bool isDivergent = false;            // Group: under a condition that may
  std::vector<Span> loopBarriers;      // Group: barriers of the loop that is being checked
  bool divergentExit = false;          // Group: some lanes may leave that loop before others
};

// A function still to be elaborated, with its parameters already made.
struct PendingInstance {
  hir::Function *function = nullptr;
  const FunctionInfo *info = nullptr;
  std::map<std::string, const hir::Type *> typeParams;
  std::vector<std::pair<std::string, Local>> functionParams; // function-valued parameters, with captures renamed
  std::vector<hir::Var *> params;      // one for each declared parameter; null for function-valued ones
};

struct Edge { hir::Function *from, *to; Span span; Context context; };
struct Effect { hir::Function *function; Span span; Context context; std::string what; };

// One argument of a call in its parameter's slot.
struct Slot {
  const ast::Param *param = nullptr;
  const ast::Argument *argument = nullptr; // null: default, or `value` given
  const ast::Expr *expr = nullptr;
  bool isDefault = false, given = false, isDone = false, isMapped = false;
  Value value;
  hir::Place place;
  std::shared_ptr<FunctionValue> function;
  Span span;
};

struct ExtentBinding { Extent extent; Span span; std::string what; };
using ExtentBindings = std::map<std::string, ExtentBinding>;

// A call of a library function, with its arguments by parameter name.
struct LibraryCall {
  std::string name;
  const ast::Call *call = nullptr;
  Span span;
  std::vector<const ast::Argument *> rest;                      // positional ones
  std::map<std::string, const ast::Argument *> named;
  std::vector<Value> given;                                      // values that stand before the positional ones (pipe, method)
  const hir::Type *hint = nullptr;
  size_t count() const { return given.size() + rest.size(); }
};

class Checker {
public:
  Checker(const Options &options, SourceManager &sources, Diagnostics &diagnostics);
  std::unique_ptr<hir::Program> run(const ast::File &root);

private:
  // ---- Checker.cpp: the run, errors, small constructors
  Diagnostic &error(int code, Span span, std::string message);
  Diagnostic &notYet(int code, Span span, const std::string &what);
  std::string quote(Span span) const;  // the source there, for a help that shows what to write; "…" if it is long
  const hir::Type *scalar(hir::TypeKind kind, int width = 0, bool isSigned = true) { return program->scalar(kind, width, isSigned); }
  bool bad(const hir::Type *type) const { return type == errorType; }
  bool bad(const Value &value) const { return value.expr->type == errorType; }
  Value poison(Span span);
  Value make(hir::Op op, const hir::Type *type, Span span, std::vector<hir::Expr *> args = {}, Shape shape = {});
  Value nothing(Span span);            // the value of a call without one
  Value constant(const hir::Type *type, Span span, int64_t integer, double floating = 0);
  Value integer(int64_t value, Span span) { return constant(i64, span, value, double(value)); }
  Value text(const std::string &text, Span span);
  Value local(const Local &local, Span span);
  Value readVar(hir::Var *var, const Shape &shape, Span span);
  Value library(const std::string &name, const hir::Type *type, Span span, std::vector<hir::Expr *> args, Shape shape = {});
  Value once(Value value, const std::string &name); // evaluated now, into a variable, unless it is one or a constant
  hir::Stmt *emit(hir::StmtKind kind, Span span);
  hir::Var *newVar(const std::string &name, const hir::Type *type, bool isMutable, Span span);
  struct Nested { hir::Block *block; Value value; };
  Nested inBlock(Span span, const std::function<Value()> &body); // collects what `body` emits
  Value blockValue(const Nested &nested, Span span);

  // ---- Modules.cpp, Scopes.cpp
  Module *loadModule(const std::string &path, const std::string &name, Span span, bool isStdlib);
  void declare(Module &module, const ast::File &file);
  void checkBounds(const std::vector<ast::TypeParam> &);
  void checkDefaults(const std::vector<ast::Param> &);
  const Module *standardModule(const std::string &name, Span span);
  std::string findStandard(const std::string &name);
  Local *lookup(const std::string &name, Boundary *crossed = nullptr);
  void bind(const std::string &name, Local local, Span span);
  const Module *moduleNamed(const std::string &name, Span span);
  bool isFailedImport(const std::string &name) const; // its error has been reported
  const FunctionInfo *functionNamed(const Module &module, const std::string &name) const;
  std::vector<std::string> visibleNames() const;
  static std::string fieldHelp(const std::string &name, const hir::Type *);
  void unknownName(const std::string &name, Span span);
  struct ScopeGuard {
    ScopeGuard(Checker &checker, Boundary boundary = Boundary::None);
    ~ScopeGuard();
    Checker &checker;
    Scope *saved;
  };

  // ---- Types.cpp
  const hir::Type *scalarNamed(const std::string &name);
  const hir::Type *resolve(const ast::TypeExpr *type, bool quiet = false);
  const hir::Type *recordType(RecordInfo &info);
  RecordInfo *recordNamed(const std::string &path, Span span, bool quiet);
  bool unify(const ast::TypeExpr *pattern, const hir::Type *actual, std::map<std::string, const hir::Type *> &bindings);
  bool isInteger(const hir::Type *t) const { return t->kind == hir::TypeKind::Int; }
  static bool isTime(const hir::Type *t) { return t->kind == hir::TypeKind::Date || t->kind == hir::TypeKind::Timestamp; }
  bool isFloat(const hir::Type *t) const { return t->kind == hir::TypeKind::Float; }
  bool isNumber(const hir::Type *t) const { return isInteger(t) || isFloat(t) || t->kind == hir::TypeKind::Complex; }
  static const hir::Type *elementOf(const hir::Type *t) { return t && t->isArray() ? t->element : t; }
  bool satisfies(const hir::Type *type, const std::string &bound);
  Value expect(Value value, const hir::Type *type, const std::string &what = "");
  void mismatch(Span span, const hir::Type *expected, const hir::Type *found, const std::string &what);

  // ---- Extents.cpp
  Extent extentOf(const hir::Expr *expr) const;
  Value extent(const Value &array, int axis, Span span);
  Shape unknownShape(const hir::Type *type);
  Shape varShape(const hir::Var *var, const hir::Type *type);
  static bool differ(const Extent &a, const Extent &b) { return a.comparable(b) && a.number != b.number; }
  static bool equal(const Extent &a, const Extent &b) { return a.comparable(b) && a.number == b.number; }
  Shape broadcast(const std::vector<Value> &values, Span span, bool &ok);
  Shape join(const Shape &a, const Shape &b);
  void bindExtents(const ast::TypeExpr *type, const Shape &shape, ExtentBindings &bindings, Span span, const std::string &what, int code = 4001);
  Shape shapeFrom(const ast::TypeExpr *type, const hir::Type *actual, const ExtentBindings &bindings);
  Extent localExtent(const ast::Extent &extent);
  Value checkShape(Value value, const ast::TypeExpr *type, const std::string &what); // against extents that name locals
  std::optional<int64_t> foldInteger(const hir::Expr *expr) const;

  // ---- Literals.cpp
  bool isFlexible(const ast::Expr *expr);
  bool isFlexible(const ast::Block *block);
  bool isLiteral(const ast::Expr *expr); // a number or a constant, with or without a sign, that is flexible
  const hir::Type *naturalType(const ast::Expr *expr);
  Value integerLiteral(const ast::IntegerLit &lit, const hir::Type *hint, bool negative, Span span);
  Value floatLiteral(const ast::FloatLit &lit, const hir::Type *hint, bool negative, Span span);
  Value stringLiteral(const ast::StringLit &lit);
  Value arrayLiteral(const ast::ArrayLit &lit, const hir::Type *hint);
  Value recordLiteral(const ast::RecordLit &lit);
  bool checkFormat(const std::string &format, const hir::Type *type, Span span);

  // ---- Expressions.cpp
  Value check(const ast::Expr *expr, const hir::Type *hint = nullptr);
  Value checkInner(const ast::Expr *expr, const hir::Type *hint);
  Value checkScalar(const ast::Expr *expr, const hir::Type *type, const std::string &what);
  Value name(const ast::NameExpr &expr, const hir::Type *hint);
  Value constantNamed(const Module &module, const ast::ConstDecl &decl, Span span, const hir::Type *hint);
  Value member(const ast::Member &expr, const hir::Type *hint);
  Value field(const Value &object, int index, Span span);
  Value ifExpr(const ast::IfExpr &expr, const hir::Type *hint, bool wantValue);
  Value condition(const ast::Expr *expr);
  Value comprehension(const ast::Comprehension &expr, const hir::Type *hint);
  struct Iteration { Value count; std::function<void(Value index)> bind; bool ok = false; };

  // ---- Operators.cpp
  Value unary(const ast::Unary &expr, const hir::Type *hint);
  Value binary(const ast::Binary &expr, const hir::Type *hint);
  std::pair<Value, Value> operands(const ast::Expr *lhs, const ast::Expr *rhs, const hir::Type *hint, bool flexibleToFloat = false);
  Value arithmetic(const std::string &op, Value lhs, Value rhs, Span span, Span opSpan, bool lhsProduct, bool rhsProduct);
  Value compare(const std::string &op, const Value &lhs, Value rhs, Span span);
  Value logical(bool isAnd, const ast::Binary &expr);
  Value isIn(const ast::Binary &expr);
  bool sameOperands(Value &lhs, Value &rhs, Span opSpan, const std::string &op);
  Value convert(Value value, const hir::Type *to, Span span);
  Value convertScalar(Value value, const hir::Type *to, Span span);

  // ---- Maps.cpp
  using Build = std::function<hir::Expr *(const std::vector<hir::Expr *> &)>;
  Value elementwise(Span span, const std::vector<Value> &operands, const Build &build);
  hir::Expr *node(hir::Op op, const hir::Type *type, Span span, std::vector<hir::Expr *> args);
  hir::Expr *ifNode(hir::Expr *condition, hir::Expr *then, hir::Expr *otherwise, Span span);
  Value where(const Value &condition, const Value &then, const Value &otherwise, Span span);

  // ---- Subscripts.cpp
  Value index(const ast::IndexExpr &expr);
  std::vector<hir::Subscript> subscripts(const Value &object, const ast::IndexExpr &expr, Shape &shape, const hir::Type *&type, bool &ok);
  bool constantOffset(const hir::Expr *expr, hir::Var *&indexVar, int64_t &offset);
  hir::Expr *ruledIndex(hir::Outside rule, hir::Expr *index, hir::Expr *extent, hir::Expr *&isInside);
  hir::Expr *outsideFor(KernelFrame &frame, const hir::Type *type);
  void checkOffset(const hir::Expr *subscript, const Extent &extent, const hir::Type *type, Span span, const std::string &array);
  Value stringSlice(Value object, const ast::IndexExpr &expr);
  hir::Expr *tileIndex(const ast::Expr *expr);
  std::vector<hir::Expr *> tileIndices(const Value &array, const ast::Call &call);

  // ---- Places.cpp
  bool place(const ast::Expr *expr, hir::Place &place, Shape &shape, bool forInout);
  Value readPlace(const hir::Place &place, const Shape &shape);
  void evaluateOnce(hir::Place &place);
  void assign(const ast::AssignStmt &stmt);
  void assignTo(const ast::AssignStmt &stmt, size_t firstPart);
  enum class Overlap { No, Maybe, Yes };
  Overlap overlap(const hir::Place &a, const hir::Place &b);
  bool sameExpr(const hir::Expr *a, const hir::Expr *b) const;
  void checkGroupWrite(const hir::Place &place);

  // ---- PartsOfParts.cpp
  hir::Place openPart(hir::Place outer);
  void readParts(size_t first);
  void writeParts(size_t first);
  const hir::Place &outermost(const hir::Place &place) const;
  Value callFunction(const FunctionInfo &info, const ast::Call *call, const std::vector<ast::Argument> *arguments, std::vector<Value> given, const hir::Type *hint, Span span);

  // ---- Calls.cpp
  Value call(const ast::Call &expr, const hir::Type *hint, const std::vector<Value> &given = {}, Span givenSpan = {});
  Value callPlainly(const FunctionInfo &info, const ast::Call *call, const std::vector<ast::Argument> *arguments, std::vector<Value> given, const hir::Type *hint, Span span);
  bool matchArguments(const FunctionInfo &info, const std::vector<ast::Argument> *arguments, const std::vector<Value> &given, std::vector<Slot> &slots, Span span);
  Value method(const ast::Call &expr, const ast::Member &member, const hir::Type *hint);
  Value streamMethod(const ast::Call &expr, const ast::Member &member, const Local &local);
  bool inoutArgument(Slot &slot, const FunctionInfo &info);
  Value buildCall(const FunctionInfo &info, hir::Function *function, std::vector<Slot> &slots, const Shape &shape, Span span);
  void record(hir::Function *callee, Span span);

  // ---- FunctionValues.cpp
  std::shared_ptr<FunctionValue> functionValue(const ast::Expr *expr, bool quiet);
  std::shared_ptr<FunctionValue> closure(const ast::Lambda &lambda, bool snapshot);
  Value apply(const FunctionValue &function, std::vector<Value> args, Span span, const hir::Type *hint = nullptr);
  Value inlineLambda(const FunctionValue &function, std::vector<Value> args, Span span, const hir::Type *hint);
  hir::Lambda *scalarLambda(const FunctionValue &function, std::vector<const hir::Type *> params, const hir::Type *result, Span span, const hir::Type **found = nullptr);

  // ---- FunctionResults.cpp
  static bool givesFunction(const FunctionInfo &info);
  const FunctionInfo *makerCalled(const ast::Expr *expr);
  std::shared_ptr<FunctionValue> madeFunction(const FunctionInfo &info, const ast::Call &call);
  void sign(FunctionValue &function, const ast::TypeExpr &type);
  Value callValue(const FunctionValue &function, const ast::Call &call, std::vector<Value> args, const hir::Type *hint);

  // ---- Instances.cpp
  hir::Function *instantiate(const FunctionInfo &info, const std::map<std::string, const hir::Type *> &typeParams, std::vector<Slot> &slots, Span span);
  void ownCaptures(FunctionValue &function, std::vector<hir::Var *> &vars);
  void capturedValues(const FunctionValue &function, Span span, std::vector<hir::Expr *> &values);
  void elaborate(PendingInstance &pending);
  void elaboratePending();
  void prologue(const FunctionInfo &info, PendingInstance &pending);
  void elaborateMain(const FunctionInfo &info);
  void elaborateTest(const ast::TestDecl &test, const Module &module);
  Shape declareExtents(const ast::TypeExpr *type, const Value &param, const std::string &paramName, std::map<std::string, std::string> &from, const FunctionInfo &info);
  static void collectReassigned(const ast::Block *body, std::set<std::string> &names); // that an assignment replaces
  void findLastValues(const ast::Block *body);
  void finishBody(const ast::Block *body, hir::Block *block);
  hir::Expr *checkResult(Value value, Span span);
  void checkUnreached(const Module &module);

  // ---- Kernels.cpp
  Value inlineKernel(const ast::InlineKernel &expr, const hir::Type *hint);
  Value at(Span span, const std::vector<ast::Name> &indices, std::vector<Value> extents, const ast::Expr *outside,
           const std::function<Value(const hir::Type *)> &body, const hir::Type *elementHint);
  void elaboratePointKernel(const FunctionInfo &info, hir::Block *block);
  void elaborateGroupKernel(const FunctionInfo &info, hir::Block *block);
  bool parseOutside(const ast::Expr *expr, hir::Outside &outside, Value &value);
  bool isDivergent(const hir::Expr *expr) const;
  void shared(const ast::SharedStmt &stmt);
  void atomic(const ast::AtomicStmt &stmt);
  void barrier(const ast::Stmt &stmt);

  // ---- Statements.cpp
  struct BlockResult { Value value; bool hasValue = false, diverges = false; };
  BlockResult statements(const ast::Block &block, bool wantValue, const hir::Type *hint);
  hir::Block *plainBlock(const ast::Block &block, bool *diverges = nullptr);
  bool statement(const ast::Stmt &stmt); // true: nothing comes out of it
  bool expressionStatement(const ast::Expr &expr, Span span);
  void let(const ast::LetStmt &stmt);
  void destructure(const ast::Pattern &pattern, Value value, bool isMutable, Why why);
  void declareVar(const std::string &name, const Value &value, bool isMutable, Span span, Why why);
  bool forStmt(const ast::ForStmt &stmt);
  bool mayBeParallel() const; // whether a `parallel for` may stand here
  bool whileStmt(const ast::WhileStmt &stmt);
  struct LoopGuard;
  void returnStmt(const ast::ReturnStmt &stmt);
  struct RangeBounds { Value low, high, step; bool ok = false; };
  RangeBounds rangeBounds(const ast::RangeExpr &range);
  Iteration iterate(const ast::Pattern &pattern, const ast::Expr *in);

  // ---- Annotations.cpp
  // The statements of the typed program that one of the source became, and what is said of it.
  struct AnnotatedStatements { std::vector<hir::Annotation> list; std::vector<hir::Stmt *> statements; };
  void findUnknownNames(const ast::Lambda &lambda);
  void checkAnnotated(const AnnotatedStatements &group);
  enum class Annotated { Task, Declaration, Variable, Statement };
  std::vector<hir::Annotation> annotations(const std::vector<ast::Annotation> &list, Annotated what);
  static bool has(const std::vector<hir::Annotation> &list, std::string_view name) {
    return std::any_of(list.begin(), list.end(), [&](const hir::Annotation &a) { return a.name == name; });
  }
  std::vector<hir::Expr *> chunks(const hir::Type *type, const std::vector<ast::Annotation> &list);
  Value applyChunks(Value value, const std::vector<hir::Expr *> &chunks);

  // ---- Library*.cpp: functions of the library that are no declarations
  using LibraryFunction = Value (Checker::*)(LibraryCall &);
  struct LibraryEntry { LibraryFunction function; std::vector<std::string> parameters; int least = 0; int most = -1; };
  static const std::map<std::string, LibraryEntry> &libraryTable();
  static void addReductions(std::map<std::string, LibraryEntry> &);
  static void addArrays(std::map<std::string, LibraryEntry> &);
  static void addText(std::map<std::string, LibraryEntry> &);
  static void addInputOutput(std::map<std::string, LibraryEntry> &);
  static void addRandomAndLinear(std::map<std::string, LibraryEntry> &);
  static int mathArity(const std::string &name, char *domain = nullptr);
  bool isLibraryName(const std::string &name) const;
  Value callLibrary(const std::string &name, const ast::Call *call, std::vector<Value> given, const hir::Type *hint, Span span);
  Value mathCall(const std::string &name, const ast::Call *call, const std::vector<Value> &given, const hir::Type *hint, Span span);
  Value math(const std::string &name, std::vector<Value> args, Span span);
  Value mathConstant(const std::string &name, Span span, const hir::Type *hint);
  Value conversion(const hir::Type *to, const ast::Call &call, std::vector<Value> given, Span span);
  // Arguments of a library call.
  Value argument(LibraryCall &call, size_t i, const hir::Type *hint = nullptr);
  const ast::Argument *namedArgument(LibraryCall &call, const std::string &name);
  Value arrayArgument(LibraryCall &call, size_t i);
  Value textArgument(LibraryCall &call, size_t i);
  std::vector<hir::Expr *> extentArguments(LibraryCall &call, size_t from, std::vector<Extent> &extents, bool &ok);
  Value integerArgument(const ast::Expr *expr);
  std::optional<int64_t> constantArgument(LibraryCall &call, const std::string &name);
  std::optional<bool> flagArgument(LibraryCall &call, const std::string &name);
  int axisArgument(LibraryCall &call, int rank, bool &ok);
  const hir::Type *typeArgument(LibraryCall &call, const hir::Type *fallback);

  Value reduction(LibraryCall &), minMax(LibraryCall &), reduceCall(LibraryCall &), scanCall(LibraryCall &), whereCall(LibraryCall &);
  static bool isOrdered(const hir::Type *); // whether `sort` takes it
  Value lenCall(LibraryCall &), zerosCall(LibraryCall &), fillCall(LibraryCall &), iotaCall(LibraryCall &), linspaceCall(LibraryCall &);
  void sortByLastKeys(Value &array, Value &keys, bool descending, Span span);
  Value reshapeCall(LibraryCall &), transposeCall(LibraryCall &), concatCall(LibraryCall &), sortCall(LibraryCall &), argsortCall(LibraryCall &), uniqueCall(LibraryCall &);
  Value stringCall(LibraryCall &), bytesCall(LibraryCall &);
  Value printCall(LibraryCall &), showCall(LibraryCall &), saveCall(LibraryCall &), readCall(LibraryCall &), plotCall(LibraryCall &);
  Value randomCall(LibraryCall &), linalgCall(LibraryCall &), tileTaskCall(LibraryCall &), matrixProduct(Value lhs, Value rhs, Span span);
  Value reduceOver(hir::ReduceKind kind, Value array, int axis, const Value *mask, Span span);

  // ---- Dates.cpp
  static void addDates(std::map<std::string, LibraryEntry> &);
  static bool isDuration(const hir::Type *type);
  Value dateCall(LibraryCall &), datePart(LibraryCall &);
  Value dateFunction(const std::string &name, std::vector<Value> args, Span span); // one of stdlib/dates.dg
  std::optional<Value> dateArithmetic(const std::string &op, Value lhs, Value rhs, Span span);

  // ---- Effects.cpp
  void effect(const std::string &what, Span span);
  void closeFacts();

  // ---- ParallelLoops.cpp
  void checkParallelLoops();

  static const char *notThereYet(const std::string &name, int &code);

  const Options &options;
  SourceManager &sources;
  Diagnostics *diagnostics;
  std::unique_ptr<hir::Program> program = std::make_unique<hir::Program>();
  hir::Type errorTypeStorage;
  const hir::Type *errorType, *i64, *f64, *boolType, *strType, *voidType;
  std::map<std::string, std::unique_ptr<Module>> modules; // by path
  std::vector<std::string> loading;
  Module *root = nullptr;
  std::deque<Scope> scopes;
  std::deque<PendingInstance> pending;
  std::map<std::string, hir::Function *> instances;
  std::set<std::string> symbols;
  std::vector<Edge> edges;
  std::vector<AnnotatedStatements> annotated;
  // Of lambdas that nothing has called yet: names in them that stand for nothing. A call checks all of the body.
  struct UnknownName { std::string name, near; Span span; };
  std::map<const ast::Lambda *, std::vector<UnknownName>> uncalled;
  std::vector<Effect> effects;
  std::unordered_map<const hir::Var *, Extent> aliases;       // immutable integers whose value is a known extent
  std::unordered_map<const hir::Expr *, Extent> exprExtents;  // Extent nodes
  std::unordered_map<const hir::Expr *, std::vector<Shape>> freshMaps; // the shapes of a Map's arguments
  FunctionState *state = nullptr;
  Diagnostic repeated;                 // takes what error() has said before
  std::set<const ast::ConstDecl *> knownConstants; // that something names
  // Parts of parts that the statement or call being checked changes: what they are in, and the variable in its stead.
  struct OpenPart { hir::Place outer; hir::Var *part = nullptr; };
  std::deque<OpenPart> openParts;
  int depth = 0, functionValueIds = 0, constDepth = 0, making = 0;
  bool toldDepth = false;              // that something is nested too deeply, once
  friend struct ScopeGuard;
  friend struct LoopGuard;
};

} // namespace dagger::sema
