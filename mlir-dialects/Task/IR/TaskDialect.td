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
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::dagger::array::ArrayDialect"];
}

def Task_Future : TypeDef<Task_Dialect, "Future"> {
  let mnemonic = "future";
  let summary = "the results of a task that was spawned in a task";
  let parameters = (ins ArrayRefParameter<"::mlir::Type">:$types);
  let assemblyFormat = "`<` $types `>`";
}

def Task_Operand : AttrDef<Task_Dialect, "Operand"> {
  let mnemonic = "operand";
  let summary = "how a launch reaches an operand from a point of its index space";
  let description = [{
    Axis k of the operand follows axis `axes[k]` of the index space, times `scale[k]`, widened by the halo; -1: all of
    that axis whatever the point. `mapped`: the region sees the one element at the point, else it sees the whole array.
    `exact`: along axes that are followed at scale 1 the extents must be equal, which the runtime checks. Otherwise an axis of
    another extent is reached as a whole.
    ```mlir
    #task.operand<"read", mapped = true, exact = true, axes = [0, 1], scale = [1, 1], low = [0, 0], high = [0, 0]>
    ```
  }];
  let parameters = (ins StringRefParameter<"read, write, update or commute: as dg_access">:$access, "bool":$mapped, "bool":$exact, ArrayRefParameter<"int64_t">:$axes,
                        ArrayRefParameter<"int64_t">:$scale, ArrayRefParameter<"int64_t">:$low, ArrayRefParameter<"int64_t">:$high);
  let genVerifyDecl = 1;
  let assemblyFormat = [{
    `<` $access `,` `mapped` `=` $mapped `,` `exact` `=` $exact `,` `axes` `=` custom<Numbers>($axes)
    `,` `scale` `=` custom<Numbers>($scale) `,` `low` `=` custom<Numbers>($low) `,` `high` `=` custom<Numbers>($high) `>`
  }];
}
#endif
