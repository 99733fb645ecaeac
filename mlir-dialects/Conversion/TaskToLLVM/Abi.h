// The runtime's C ABI as LLVM: declarations, constants, and what compiled code reads of a handle directly.
#pragma once
#include "mlir-dialects/Conversion/TaskToLLVM/Passes.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "llvm/ADT/StringMap.h"

namespace dagger::task {

class Abi {
public:
  Abi(mlir::ModuleOp module, const mlir::LLVMTypeConverter &types);

  mlir::Type i8, i32, i64, ptr, none;

  // Calls a function of the runtime; declares it when it is first called. Null for a void result.
  mlir::Value call(mlir::OpBuilder &, mlir::Location, llvm::StringRef name, mlir::Type result, mlir::ValueRange arguments);
  // The program's function of that name as it is, or as it was before it was converted: types and attributes are of both. Null if
  // there is none. To ask the module walks through it.
  mlir::Operation *function(llvm::StringRef name);
  mlir::Value constant(mlir::OpBuilder &, mlir::Location, mlir::Type, int64_t value);
  mlir::Value null(mlir::OpBuilder &, mlir::Location);
  // Addresses of constants: a C string, raw bytes, an immortal dg_str, a dg_location.
  mlir::Value cString(mlir::OpBuilder &, mlir::Location, llvm::StringRef);
  mlir::Value bytes(mlir::OpBuilder &, mlir::Location, llvm::StringRef content);
  mlir::Value text(mlir::OpBuilder &, mlir::Location, llvm::StringRef);
  mlir::Value location(mlir::OpBuilder &, mlir::Location);
  // A constant struct; `fill` gives its fields in a region of the global.
  mlir::LLVM::GlobalOp structure(llvm::StringRef name, mlir::Type type,
                                 llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::OpBuilder &, mlir::Location)> fill);
  mlir::Value addressOf(mlir::OpBuilder &, mlir::Location, mlir::LLVM::GlobalOp);

  // Room on the stack of the function around `op`, taken once on entry.
  mlir::Value slot(mlir::Operation *op, mlir::Type type, int64_t count = 1);
  // An array on the stack that holds these values (i64 or ptr); null if there are none.
  mlir::Value list(mlir::OpBuilder &, mlir::Operation *op, mlir::ValueRange values, mlir::Type element);

  // The function's context: its first argument.
  static mlir::Value context(mlir::Operation *op);
  static bool isHost(mlir::Operation *op);

  // Fields of a dg_array.
  mlir::Value data(mlir::OpBuilder &, mlir::Location, mlir::Value array);
  mlir::Value extent(mlir::OpBuilder &, mlir::Location, mlir::Value array, unsigned axis);
  mlir::Value stride(mlir::OpBuilder &, mlir::Location, mlir::Value array, unsigned axis);
  // Of a row: how many tiles, 0 if that is not known, and the extent of each but the last.
  mlir::Value tiles(mlir::OpBuilder &, mlir::Location, mlir::Value array);
  mlir::Value tile(mlir::OpBuilder &, mlir::Location, mlir::Value array);
  void setData(mlir::OpBuilder &, mlir::Location, mlir::Value array, mlir::Value data);
  void setExtent(mlir::OpBuilder &, mlir::Location, mlir::Value array, unsigned axis, mlir::Value extent);
  void setStride(mlir::OpBuilder &, mlir::Location, mlir::Value array, unsigned axis, mlir::Value stride);
  // The address of an element, not checked.
  mlir::Value address(mlir::OpBuilder &, mlir::Location, mlir::Value array, mlir::ValueRange indices, mlir::Type element);
  // Elements as they lie in memory: bool is a byte. No field of a handle lies there, so that a loop that writes elements
  // need not read fields again.
  mlir::Value load(mlir::OpBuilder &, mlir::Location, mlir::Type element, mlir::Value address);
  void store(mlir::OpBuilder &, mlir::Location, mlir::Value value, mlir::Value address);
  mlir::Type inMemory(mlir::Type element);
  static int typeNumber(mlir::Type element); // dg_type

  const mlir::LLVMTypeConverter &types;
  // The kernels of launches that have a number, by it; null where a launch is gone.
  llvm::SmallVector<mlir::FlatSymbolRefAttr> numberedKernels;

private:
  mlir::Value field(mlir::OpBuilder &, mlir::Location, mlir::Type type, mlir::Value array, int32_t offset);
  mlir::ArrayAttr elements; // the alias scope of what load and store reach
  llvm::StringMap<mlir::LLVM::LLVMFuncOp> runtimeFunctions;
  llvm::StringMap<mlir::Operation *> functions;
  mlir::LLVM::GlobalOp global(mlir::Type type, mlir::Attribute value, llvm::StringRef prefix, unsigned alignment);
  mlir::LLVM::GlobalOp locationGlobal(mlir::Location, llvm::StringRef function);
  mlir::ModuleOp module;
  llvm::StringMap<mlir::LLVM::GlobalOp> known;
  llvm::DenseMap<mlir::Location, mlir::LLVM::GlobalOp> locations;
  unsigned count = 0;
};

// A condition that must hold: otherwise `fail` is emitted in a cold block. Splits the block at the builder; the builder goes on
// where it holds.
void require(mlir::RewriterBase &, mlir::Location, mlir::Value condition, llvm::function_ref<void()> fail);

void populateArrayPatterns(mlir::RewritePatternSet &, Abi &);
void populateTaskPatterns(mlir::RewritePatternSet &, Abi &);
void populateReplicatePatterns(mlir::RewritePatternSet &, Abi &);
void populateNestedPatterns(mlir::RewritePatternSet &, Abi &);
void populateParallelLoopPatterns(mlir::RewritePatternSet &, Abi &);
void populateLookupPatterns(mlir::RewritePatternSet &, Abi &);
// A function that stands for C code of somebody else: what it is called, and the extents that each parameter names.
inline constexpr llvm::StringLiteral externAttr = "task.extern";
// Set on functions that are tasks of the program.
inline constexpr llvm::StringLiteral isTaskAttr = "task.is_task";
// Links the calls of functions that may fail, for what is said of a failure. Before functions are converted.
void linkSites(mlir::ModuleOp, Abi &);
// A dg_site for a call or spawn of `callee` by `op`, on the stack; and where the context keeps the innermost one.
mlir::Value makeSite(Abi &, mlir::OpBuilder &, mlir::Operation *op, mlir::FlatSymbolRefAttr callee);
mlir::Value innermostSite(Abi &, mlir::OpBuilder &, mlir::Operation *op);
// Set on a task.spawn whose task may fail: the site is the frame's last word, so that a thief has the chain too.
inline constexpr llvm::StringLiteral failsAttr = "task.fails";
// Set on the bodies of tasks: rank and bytes of an element of each array argument. Those that are short
// and allow it get a dg_direct_body,
// whose name is made of theirs.
inline constexpr llvm::StringLiteral directAttr = "task.direct";
inline std::string directName(llvm::StringRef body) { return (body + ".direct").str(); }
void emitDirectBodies(mlir::ModuleOp, Abi &);
// Gives each of them a body, which calls the C function by the language's convention.
mlir::LogicalResult emitExterns(mlir::ModuleOp, Abi &);
// To make it faster takes longer than it does.
void leaveAsItIs(mlir::LLVM::LLVMFuncOp);
// The exported dg_program of a module with @main or tests.
mlir::LogicalResult emitProgram(mlir::ModuleOp, Abi &);

} // namespace dagger::task
