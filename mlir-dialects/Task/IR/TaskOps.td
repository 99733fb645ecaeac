// The operations of the task dialect.
#ifndef DAGGER_TASK_OPS
#define DAGGER_TASK_OPS
include "mlir-dialects/Array/IR/ArrayDialect.td"
include "mlir-dialects/Task/IR/TaskDialect.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Task_Op<string mnemonic, list<Trait> traits = []> : Op<Task_Dialect, mnemonic, traits>;

def Task_CallOp : Task_Op<"call", [AttrSizedOperandSegments, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a task as a node of the graph; stands in host functions only";
  let description = [{
    The operands are the callee's arguments in order: scalars, scalars that are not there yet (tensors of rank 0),
    arrays, texts. `boxes` lists the arguments of which only a box is passed, with as many starts and counts as the
    array has axes, one after the other: the callee sees just the box, and its update replaces just the box. `updates`
    lists the arguments that the callee marks `task.inout`. The results are the callee's declared results (scalars as
    tensors of rank 0), then for each update the new value of the whole operand.

    `statement` says that the call is looked at where it stands; `prints` that its output has a place in the program's
    order; `places` holds the text of each updated place, `where` the location of each box, for messages.
    ```mlir
    %b = task.call @gemm(%a, %a, %a) boxes [0, 1, 2] [%i, %k, %j, %k, %i, %j] [%t, %t, %t, %t, %t, %t]
           updates [2] : (tensor<?x?xf64>, tensor<?x?xf64>, tensor<?x?xf64>) -> tensor<?x?xf64>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<AnyType>:$args, DenseI32ArrayAttr:$boxes,
                       Variadic<Index>:$starts, Variadic<Index>:$counts, DenseI32ArrayAttr:$updates,
                       Optional<I64>:$priority, UnitAttr:$statement, UnitAttr:$prints,
                       DefaultValuedAttr<I32Attr, "0">:$retries, OptionalAttr<StrAttr>:$name,
                       OptionalAttr<StrArrayAttr>:$places, OptionalAttr<LocationArrayAttr>:$where);
  let results = (outs Variadic<AnyType>:$results);
  let assemblyFormat = [{
    $callee `(` $args `)` `boxes` $boxes `[` $starts `]` `[` $counts `]` `updates` $updates (`priority` $priority^)?
    attr-dict `:` functional-type($args, $results)
  }];
  let hasVerifier = 1;
}

def Task_LaunchOp : Task_Op<"launch", [AttrSizedOperandSegments, RecursiveMemoryEffects, IsolatedFromAbove,
                                       DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "one kernel over an index space of chunks: a whole grid of tasks as one operation";
  let description = [{
    Stands for a task a chunk of the index space, in constant space. `access` says for each array, then for each
    result, how it is reached from a point. The region's arguments are the point, then for each array its element
    (mapped) or itself, then the scalars; it uses nothing from around it. `kind` says what the region is:

    - `map`: yields an element of each result for the point;
    - `stencil`: the same, with `array.shifted` reads of whole arrays, which have halos;
    - `steps`: a stencil of the one array that is not mapped, taken as often as the last scalar says, each time on what it
      yielded before; halos are those of all steps;
    - `blocks`: the last reduced axis of the index space counts blocks of the fixed reduction tree; yields the
      accumulators (and `present`) of one element, then what it is in results that have all elements; `combine` combines two;
      results are the blocks' accumulators, then whether there are any, then those, of which a point has 1024 elements;
    - `combine`: the operands are what `blocks` made; combines all blocks along `reduced` axes pairwise;
    - `scan`: a point is a row; results are the running combinations along `axis`;
    - `prefix`: the same of arrays with one axis, where a point is a block of 1024 elements; tasks begin in the order of their
      points, and hand on what they and those before them come to;
    - `groups`: a point is a group of a kernel's lanes; the region sees whole arrays and yields nothing, it updates in place.

    `combine` takes two sets of accumulators, then what it uses besides: the last arrays and the last scalars (of `blocks`
    those before its length).

    With `tasks` each point is a task of its own, which fails alone; `repeatable`: to run one again changes nothing that can be
    seen; `statement` says that the launch is looked at where it
    stands; `values` that its kernel hands arrays to functions. An `update` operand lies in an array that `array.own` gave; what the
    region yields goes to the `update` operands first, then to the results. The last scalar of `blocks` is the length of
    the blocked axis.

    A launch with a `kernel` says how much `arithmetic` an element of it is, where that is known: operations on floating-point
    numbers of 32 bits; one on 64 bits counts twice.

    Once references are counted, the bits of `dying` say which arrays the launch takes over: a result may lie where one of
    them lay.
    ```mlir
    %v = task.launch "map" over (%n) arrays(%u : tensor<?xf64>) scalars(%k : f64) shapes(%n) {
    ^bb0(%i: index, %x: f64, %s: f64):
      %y = arith.mulf %x, %s : f64
      array.yield %y : f64
    } combine {} {access = [#task.operand<"read", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>,
                   #task.operand<"write", mapped = true, exact = true, axes = [0], scale = [1], low = [0], high = [0]>]} : tensor<?xf64>
    ```
  }];
  let arguments = (ins StrAttr:$kind, Variadic<Index>:$extents, Variadic<AnyRankedTensor>:$arrays, Variadic<AnyType>:$scalars,
                       Variadic<Index>:$shapes, Optional<I64>:$priority,
                       TypedArrayAttrBase<Task_Operand, "how each operand is reached">:$access,
                       OptionalAttr<DenseI64ArrayAttr>:$reduced, OptionalAttr<ArrayAttr>:$identity, OptionalAttr<StrAttr>:$fails,
                       UnitAttr:$tasks, UnitAttr:$repeatable, UnitAttr:$prints, UnitAttr:$statement, UnitAttr:$values,
                       OptionalAttr<FlatSymbolRefAttr>:$kernel, OptionalAttr<I64Attr>:$arithmetic,
                       DefaultValuedAttr<I64Attr, "0">:$dying);
  let regions = (region AnyRegion:$body, AnyRegion:$combine);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $kind `over` `(` $extents `)` (`arrays` `(` $arrays^ `:` type($arrays) `)`)? (`scalars` `(` $scalars^ `:` type($scalars) `)`)?
    (`shapes` `(` $shapes^ `)`)? (`priority` $priority^)? $body `combine` $combine attr-dict (`:` type($results)^)?
  }];
  let hasVerifier = 1;
}

// ---- group kernels --------------------------------------------------------------------------------------------------

def Task_GroupsOp : Task_Op<"groups", [RecursiveMemoryEffects, AttrSizedOperandSegments]> {
  let summary = "a group kernel over its grid of groups";
  let description = [{
    The region's arguments are the group's place in the grid, then each of `arrays`; it stands for one group, whose lanes are
    loops in it. `access` says how each array is reached from a group: `update` in boxes that no two groups share, or all
    of it in the order of the groups; `commute` by `task.atomic` alone. The results are the new values of the arrays that
    are not just read, in order. Inside, those are memory: `task.load`, `task.store` and `task.atomic` stand for what they
    hold at that moment. Everything else is captured.
    ```mlir
    %b = task.groups over (%count) arrays(%a : tensor<?xi64>) {
    ^bb0(%g: index, %h: tensor<?xi64>):
      task.atomic "add" %one to %h[%g] : tensor<?xi64>
      array.yield
    } {access = [#task.operand<"commute", mapped = false, exact = false, axes = [-1], scale = [1], low = [0], high = [0]>]} : tensor<?xi64>
    ```
  }];
  let arguments = (ins Variadic<Index>:$grid, Variadic<AnyRankedTensor>:$arrays, Optional<I64>:$priority,
                       TypedArrayAttrBase<Task_Operand, "how each array is reached">:$access, UnitAttr:$statement);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    `over` `(` $grid `)` (`arrays` `(` $arrays^ `:` type($arrays) `)`)? (`priority` $priority^)? $body attr-dict
    (`:` type($results)^)?
  }];
  let hasVerifier = 1;
}

// ---- parallel loops -------------------------------------------------------------------------------------------------

def Task_ParallelForOp : Task_Op<"parallel_for", [AttrSizedOperandSegments, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the turns of a loop in a task, on several threads";
  let description = [{
    The callee runs the turns from its first argument on, below its second one; the other arguments are `captured`, which it
    only reads, then `arrays`, in which each turn has elements of its own to itself: for the callee these are memory, reached
    by `task.load` and `task.store`. It may be called for parts of the turns on up to `threads` threads at once. The results
    are the new values of `arrays`.
    ```mlir
    %b = task.parallel_for @body over %n threads 4 captured(%x : f64) arrays(%a : tensor<?xf64>) : tensor<?xf64>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, Index:$turns, I32Attr:$threads, Variadic<AnyType>:$captured,
                       Variadic<AnyRankedTensor>:$arrays);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let builders = [OpBuilder<(ins "::mlir::FlatSymbolRefAttr":$callee, "::mlir::Value":$turns, "int32_t":$threads,
                                 "::mlir::ValueRange":$captured, "::mlir::ValueRange":$arrays), [{
    build($_builder, $_state, arrays.getTypes(), callee, turns, $_builder.getI32IntegerAttr(threads), captured, arrays);
  }]>];
  let assemblyFormat = [{
    $callee `over` $turns `threads` $threads (`captured` `(` $captured^ `:` type($captured) `)`)?
    (`arrays` `(` $arrays^ `:` type($arrays) `)`)? attr-dict (`:` type($results)^)?
  }];
}

class Task_MemoryOp<string mnemonic> : Task_Op<mnemonic, [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let hasVerifier = 1;
}

def Task_LoadOp : Task_MemoryOp<"load"> {
  let summary = "an element of an array that a group kernel or a parallel loop updates, as it is now";
  let description = [{
    ```mlir
    %x = task.load %a[%i] {in_bounds} : tensor<?xf64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array, Variadic<Index>:$indices, UnitAttr:$in_bounds);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$array `[` $indices `]` attr-dict `:` type($array) `->` type($result)";
}

def Task_StoreOp : Task_MemoryOp<"store"> {
  let summary = "writes an element of an array that a group kernel or a parallel loop updates";
  let description = [{
    ```mlir
    task.store %x to %a[%i] {in_bounds} : f64 to tensor<?xf64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array, Variadic<Index>:$indices, AnyType:$value, UnitAttr:$in_bounds);
  let assemblyFormat = "$value `to` $array `[` $indices `]` attr-dict `:` type($value) `to` type($array)";
}

def Task_AtomicOp : Task_MemoryOp<"atomic"> {
  let summary = "combines an integer into an element that other groups may combine into at the same time";
  let description = [{
    `kind` is `add`, `and`, `or` or `xor`: of these the order does not show.
    ```mlir
    task.atomic "add" %x to %a[%i] : i64 to tensor<?xi64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array, Variadic<Index>:$indices, AnyType:$value, StrAttr:$kind, UnitAttr:$in_bounds);
  let assemblyFormat = "$kind $value `to` $array `[` $indices `]` attr-dict `:` type($value) `to` type($array)";
}

def Task_SpawnOp : Task_Op<"spawn", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "starts a task inside a task; its scalar results come with task.join";
  let description = [{
    ```mlir
    %f = task.spawn @fib(%n) : (i64) -> !task.future<i64>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<AnyType>:$args);
  let results = (outs Task_Future:$future);
  let assemblyFormat = "$callee `(` $args `)` attr-dict `:` functional-type($args, $future)";
}

def Task_JoinOp : Task_Op<"join", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the results of a task that was spawned, once it has ended";
  let description = [{
    Joins come in the reverse order of spawns, in the same block. The operands are the spawn's: if no other thread took
    the task, this is an ordinary call of it.
    ```mlir
    %x = task.join %f @fib(%n) : !task.future<i64>, (i64) -> i64
    ```
  }];
  let arguments = (ins Task_Future:$future, FlatSymbolRefAttr:$callee, Variadic<AnyType>:$args);
  let results = (outs Variadic<AnyType>:$results);
  let assemblyFormat = "$future $callee `(` $args `)` attr-dict `:` type($future) `,` functional-type($args, $results)";
}

def Task_AwaitOp : Task_Op<"await", [
    TypesMatchWith<"the result is what stands in the future", "future", "result",
                   "::llvm::cast<::mlir::ShapedType>($_self).getElementType()">]> {
  let summary = "looks at a scalar that may not be there yet; stands in host functions only";
  let description = [{
    ```mlir
    %x = task.await %f : tensor<f64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$future);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$future attr-dict `:` type($future)";
  let hasVerifier = 1;
}

def Task_KeepOp : Task_Op<"keep"> {
  let summary = "nobody uses these values, yet they are computed: what fails in them fails the program at its end";
  let description = [{
    It does not look at them. Without it the optimizer would drop what makes them, and the failure with it.

    ```mlir
    task.keep %y : tensor<?xf64>
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$values);
  let assemblyFormat = "$values attr-dict `:` type($values)";
}

def Task_PrintOp : Task_Op<"print"> {
  let summary = "prints a text, in program order";
  let description = [{
    ```mlir
    task.print %s
    ```
  }];
  let arguments = (ins Array_Str:$text);
  let assemblyFormat = "$text attr-dict";
}

def Task_OrderOp : Task_Op<"order"> {
  let summary = "waits until all effects before this have happened";
  let description = [{
    ```mlir
    task.order
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Task_AssertOp : Task_Op<"assert"> {
  let summary = "stops the program with DG9001 when a condition does not hold";
  let description = [{
    ```mlir
    task.assert %c, %message
    ```
  }];
  let arguments = (ins I1:$condition, Optional<Array_Str>:$message);
  let assemblyFormat = "$condition (`,` $message^)? attr-dict";
}

def Task_CheckExtentOp : Task_Op<"check_extent"> {
  let summary = "stops the program with DG9003 when two extents differ; the text says which they are";
  let description = [{
    ```mlir
    task.check_extent %n, %m, "`n` of `x` and of `y`"
    ```
    With `axis` they are extents along it, and the text is not used.
  }];
  let arguments = (ins Index:$left, Index:$right, StrAttr:$text, OptionalAttr<I64Attr>:$axis);
  let assemblyFormat = "$left `,` $right `,` $text attr-dict";
  let builders = [OpBuilder<(ins "::mlir::Value":$left, "::mlir::Value":$right, "::llvm::StringRef":$text), [{
    build($_builder, $_state, left, right, $_builder.getStringAttr(text), ::mlir::IntegerAttr());
  }]>, OpBuilder<(ins "::mlir::Value":$left, "::mlir::Value":$right, "int64_t":$axis), [{
    build($_builder, $_state, left, right, $_builder.getStringAttr(""), $_builder.getI64IntegerAttr(axis));
  }]>];
}

def Task_FailOp : Task_Op<"fail"> {
  let summary = "stops the program with an error of the language; no terminator, but never returns";
  let description = [{
    ```mlir
    task.fail 9004 "division by zero"
    ```
  }];
  let arguments = (ins I32Attr:$code, StrAttr:$text);
  let assemblyFormat = "$code $text attr-dict";
}

def Task_RuntimeOp : Task_Op<"runtime"> {
  let summary = "calls a C function of the runtime";
  let description = [{
    The C signature follows the types: iN and floats by value (i1 as uint8_t), texts as `dg_str *`, arrays as
    `dg_array *`; `spec` is a C string behind the operands; with `with_context` the context comes first, with `with_location` a `const dg_location *` last. With `pure` it
    has no effect and fails never.
    ```mlir
    %s = task.runtime "dg_str_concat"(%a, %b) : (!array.str, !array.str) -> !array.str
    ```
  }];
  let arguments = (ins StrAttr:$function, Variadic<AnyType>:$args, OptionalAttr<StrAttr>:$spec,
                       UnitAttr:$with_context, UnitAttr:$with_location, UnitAttr:$pure);
  let results = (outs Variadic<AnyType>:$results);
  let assemblyFormat = "$function `(` $args `)` attr-dict `:` functional-type($args, $results)";
}

def Task_ReplicateOp : Task_Op<"replicate", [AttrSizedOperandSegments, AllTypesMatch<["carried", "results"]>, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a loop of the host that every thread may go through, making the calls that are its own";
  let description = [{
    The callee takes turns `from <= k < to` of the loop: its arguments are these two, what the loop reads and what it carries, which
    it returns as it is then. It does nothing but call tasks without results and compute numbers. What is carried is consumed.
    `counted` says that its turns begin with `task.next_counted`.
    ```mlir
    %b:2 = task.replicate @main.turns for %n reads(%width : i64) carries(%x, %y : tensor<?xf64>, tensor<?xf64>)
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, Index:$turns, Variadic<AnyType>:$reads, Variadic<AnyType>:$carried, UnitAttr:$counted);
  let results = (outs Variadic<AnyType>:$results);
  let assemblyFormat = [{
    $callee `for` $turns (`reads` `(` $reads^ `:` type($reads) `)`)? `carries` `(` $carried `:` type($carried) `)` attr-dict
  }];
  let extraClassDeclaration = [{ static constexpr llvm::StringLiteral suffix = ".turns"; }];
}
def Task_BeginPlanOp : Task_Op<"begin_plan"> {
  let summary = "a loop with a plan follows: each of its turns submits the same launches over rotated arrays";
  let description = [{
    ```mlir
    task.begin_plan
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Task_NextTurnOp : Task_Op<"next_turn"> {
  let summary = "a turn of a loop with a plan begins";
  let description = [{
    ```mlir
    task.next_turn
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Task_EndPlanOp : Task_Op<"end_plan"> {
  let summary = "the end of what task.begin_plan began";
  let description = [{
    ```mlir
    task.end_plan
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Task_BeginCountedOp : Task_Op<"begin_counted"> {
  let summary = "a loop follows whose number of turns is known";
  let description = [{
    ```mlir
    task.begin_counted %low to %high step %step
    ```
  }];
  let arguments = (ins Index:$low, Index:$high, Index:$step);
  let assemblyFormat = "$low `to` $high `step` $step attr-dict";
}

def Task_NextCountedOp : Task_Op<"next_counted"> {
  let summary = "a turn of a counted loop begins";
  let description = [{
    ```mlir
    task.next_counted
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Task_EndCountedOp : Task_Op<"end_counted"> {
  let summary = "the end of what task.begin_counted began";
  let description = [{
    ```mlir
    task.end_counted
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Task_BeginAnnotatedOp : Task_Op<"begin_annotated"> {
  let summary = "from here on launches have this name and this priority";
  let description = [{
    Both steer only: a launch that moves out, or that another one is fused with, does what it did.

    ```mlir
    task.begin_annotated "smooth" priority %p
    ```
  }];
  let arguments = (ins OptionalAttr<StrAttr>:$name, Optional<I64>:$priority);
  let assemblyFormat = "($name^)? (`priority` $priority^)? attr-dict";
}

def Task_EndAnnotatedOp : Task_Op<"end_annotated"> {
  let summary = "the end of what task.begin_annotated began";
  let description = [{
    ```mlir
    task.end_annotated
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Task_BeginSequentialOp : Task_Op<"begin_sequential"> {
  let summary = "from here on each task starts when the one before has ended";
  let description = [{
    ```mlir
    task.begin_sequential
    ```
  }];
  let assemblyFormat = "attr-dict";
}

def Task_EndSequentialOp : Task_Op<"end_sequential"> {
  let summary = "the end of what task.begin_sequential began";
  let description = [{
    ```mlir
    task.end_sequential
    ```
  }];
  let assemblyFormat = "attr-dict";
}
#endif
