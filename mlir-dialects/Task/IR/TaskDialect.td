// The dialect of tasks, futures, and what can be seen from outside.
#ifndef DAGGER_TASK_DIALECT
#define DAGGER_TASK_DIALECT
include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"

def Task_Dialect : Dialect {
  let name = "task";
  let cppNamespace = "::dagger::task";
  let summary = "tasks, futures and effects";
  let description = [{
    A function says by `task.context` where its code runs:

    - "host": graph code, `main` and the tests. A scalar that is not there yet is a tensor of rank 0; `task.await`
      looks at it.
    - "task": the body of a task, or a function that one calls. Everything is immediate.
    - "scalar": pure scalar code that may be called from anywhere, kernels included.

    On arguments of "task" functions `task.inout` marks what is updated: the function returns its declared results,
    then the new value of each such argument, in order. A `linalg.generic` with the unit attribute `task.tasks` is a
    launch whose every point is a task: its region calls "task" functions.
  }];
  let useDefaultTypePrinterParser = 1;
  let dependentDialects = ["::dagger::array::ArrayDialect"];
}

def Task_Future : TypeDef<Task_Dialect, "Future"> {
  let mnemonic = "future";
  let summary = "the results of a task that was spawned in a task";
  let parameters = (ins ArrayRefParameter<"::mlir::Type">:$types);
  let assemblyFormat = "`<` $types `>`";
}
#endif
