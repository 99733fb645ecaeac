// The task dialect: tasks, futures and effects. See TaskOps.td.
#pragma once
#include "mlir-dialects/Array/IR/Array.h"
#include "mlir/IR/SymbolTable.h"

#include "mlir-dialects/Task/IR/TaskDialect.h.inc"
#define GET_ATTRDEF_CLASSES
#include "mlir-dialects/Task/IR/TaskAttrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "mlir-dialects/Task/IR/TaskTypes.h.inc"
#define GET_OP_CLASSES
#include "mlir-dialects/Task/IR/TaskOps.h.inc"

namespace dagger::task {
// Where a function's code runs: attribute `task.context` on func.func, with one of these texts. A function of
// numbers that cannot fail (`math`) takes no context.
inline constexpr llvm::StringLiteral contextAttr = "task.context", hostContext = "host", taskContext = "task",
                                     scalarContext = "scalar", mathContext = "math";
// Unit attribute of a function that may run beside what comes after its call in a task: a task that updates and prints nothing.
inline constexpr llvm::StringLiteral spawnableAttr = "task.spawnable";
// Unit attribute of a loop whose turns are independent, and which have loops of their own.
inline constexpr llvm::StringLiteral pointsAttr = "task.points";
// Of a function of numbers: the one that computes it for as many points as its vectors have lanes.
inline constexpr llvm::StringLiteral vectorAttr = "task.vector";
// Functions (row, word) that stand for array.lookup in the LLVM dialect are called this and their result's type: `f64`, `v16f32`.
inline constexpr llvm::StringLiteral lookupPrefix = "dg_lookup.";
// Unit attribute of a task that takes less time than its way through the graph.
inline constexpr llvm::StringLiteral lightAttr = "task.light";
// Unit attribute of a launch, and of its kernel, that runs once and takes less time than to make its code fast.
inline constexpr llvm::StringLiteral briefAttr = "task.brief";
// Of a launch that may begin with a kernel that was made in a hurry: its number, from 1; about how many operations a point of it is; and
// the scalar that this is to be taken times, or -1.
inline constexpr llvm::StringLiteral provisionalAttr = "task.provisional";
// Unit attribute of a module in which such launches get such kernels. In another they get better ones, which the program lists.
inline constexpr llvm::StringLiteral hastyAttr = "task.hasty";
// Unit attribute of a host function each turn of whose loops submits a launch or a task.
inline constexpr llvm::StringLiteral submitsAttr = "task.submits";
// Unit attribute of an argument that the function updates, and of a linalg.generic whose points are tasks.
inline constexpr llvm::StringLiteral inoutAttr = "task.inout", tasksAttr = "task.tasks";
} // namespace dagger::task
