// Who owns what: the passes that make updates in place and frees explicit.
#ifndef DAGGER_ARRAY_OWNERSHIP_PASSES
#define DAGGER_ARRAY_OWNERSHIP_PASSES
include "mlir/Pass/PassBase.td"

def MaterializeCopies : Pass<"materialize-copies", "::mlir::func::FuncOp"> {
  let summary = "a copy of every array that is updated, before its update";
  let description = [{
    In: value semantics. An operation that gives an array with a part replaced reads its operand as a value.
    Out: each such operand is the result of an `array.own`, which stands for a copy. Nothing else may use that result.
    Refuses: an `array.own` that somebody else uses as well; it does not count as a copy.
    Why: updates then write where they stand, and what makes that right is one visible operation.
  }];
  let dependentDialects = ["::dagger::array::ArrayDialect"];
}

def CountReferences : Pass<"count-references", "::mlir::func::FuncOp"> {
  let summary = "each counted value is given up at its last use";
  let description = [{
    In: copies are materialized. Arrays and texts are values of SSA.
    Out: a value that an operation makes is owned by its block until its last use; there it is handed over if the use
    consumes it, else an `array.release` follows. A consuming use that is not the last is preceded by `array.retain`.
    A branch that holds the last use takes the value over, and the other branch releases it.
    Refuses: to let a launch take over an array that it reads twice, that is read after it, or that comes from around the loop.
    Why: storage is freed at its last use, and is shared exactly when an older value can still be seen, so that an
    `array.own` copies only then.
  }];
  let dependentDialects = ["::dagger::array::ArrayDialect"];
}

def OwnBesideViews : Pass<"own-beside-views", "::mlir::func::FuncOp"> {
  let summary = "views that a call of a task reads do not make it copy the array that it updates";
  let description = [{
    In: references are counted. A call of a task that updates the result of an `array.own`.
    Out: the views that only this call reads stand beside that `array.own`.
    Refuses: a view that something else reads, or that is made behind the `array.own`; an `array.own` with another user.
    Why: a call has the values that its arguments have before it, and copies just those that share elements with what it updates.
  }];
  let dependentDialects = ["::dagger::array::ArrayDialect"];
}

def ElideOwns : Pass<"elide-owns", "::mlir::func::FuncOp"> {
  let summary = "an array that is the only value in its buffer already is not asked to be that again";
  let description = [{
    In: references are counted. In tasks, `array.own` of what an update, a loop or a branch gives.
    Out: no such `array.own` where the array stems from another one and has not been retained, viewed or given away since; what a
    loop carries and owns in every turn is owned once before it.
    Refuses: functions of the host, where launches still read; an array that a call or a spawned task is given; one of two that a
    branch gives; a loop of which only some turns own it; copies that are asked to lie in one piece.
    Why: it is a call, and behind a call a loop must read the array's fields again.
  }];
  let dependentDialects = ["::dagger::array::ArrayDialect"];
}
#endif
