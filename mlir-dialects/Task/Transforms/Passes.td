// GRAPH to KERNELS.
#ifndef DAGGER_TASK_TRANSFORMS_PASSES
#define DAGGER_TASK_TRANSFORMS_PASSES
include "mlir/Pass/PassBase.td"

def BriefLaunches : Pass<"brief-launches", "::mlir::ModuleOp"> {
  let summary = "launches that are over before better code for them would be ready";
  let description = [{
    In: launches, of which some stand in functions that run once: `main` and tests.
    Out: those outside of loops that take 50,000 operations at most say so (`task.brief`): their extents are constants, and so
    is the number of turns of each loop at a point. What makes kernels faster leaves theirs as they are.
    Refuses: launches of groups, of several steps and of tasks; arrays to combine that no launch made.
    Why: the first start of a small program is mostly the compilation of such kernels.
  }];
}

def ProvisionalLaunches : Pass<"provisional-launches", "::mlir::ModuleOp"> {
  let summary = "launches that may begin before good code for them is there";
  let description = [{
    In: launches, brief ones marked.
    Out: those others whose work at a point can be told get a number (`task.provisional`), with what a point costs. Of the module two
    programs are made: one with `task.hasty`, whose kernels for them are left as they are, as those of brief launches, and which
    runs at once; and one that is optimized, whose kernels take their place when they are there. A `main` of which each turn of each
    loop submits something (`task.submits`) is left as it is in the first.
    Refuses: tasks, groups and scans; loops without a bound, or of which two of unknown length stand in each other; foreign code.
    Why: four fifths of a first start are the optimization of kernels, most of which then run for less time than that. What a point
    costs bounds the time that is lost in provisional code.
  }];
}

def LowerKernels : Pass<"lower-kernels", "::mlir::ModuleOp"> {
  let summary = "one function for the body of each launch";
  let description = [{
    In: launches whose regions say what happens at a point.
    Out: for each a function (context, low, high, views, scalars) of loops over the box low <= point < high on strided views
    of whole operands; the launch names it in `kernel` and its regions are empty. Loops over elements come in two versions,
    the first for operands that lie densely along the innermost axis, which LLVM vectorizes; where rows are made of columns, the
    first goes in blocks. A result that no cache holds is announced to what comes behind LLVM's vectorizer, which stores it past the caches, and rows
    begin at a line of it. What lies at the edge of a stencil of three axes or more becomes vectors as well; rows that are whole lines are
    written as those, ends and all. Reads by indices that may be outside are tested some hundred points ahead. Groups combine into a copy of what all of them reach by atomics, if it is small; there are two versions of them
    then, unless they are much code or share much. Launches of one function of the
    source whose functions are equal name the same one.
    Refuses: to share what may report where it stands; to mark elements parallel in the loops of points that are tasks; to write
    past the caches what is known to be small, lies where it is read, lies crosswise, or is much arithmetic; to test indices ahead that depend on
    such a read, that may trap, or whose read not all points do.
    Why: the runtime calls one function for each chunk, and knows nothing of what it computes.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                           "::mlir::ub::UBDialect"];
}

def FuseSiblingLoops : Pass<"fuse-sibling-loops", "::mlir::ModuleOp"> {
  let summary = "loops of a kernel over the same numbers become one";
  let description = [{
    In: in kernels, loops with equal bounds, and branches with equal conditions, that give nothing and touch nothing but rooms on
    the stack, which others of them do not, and elements that they only read.
    Out: one loop with the bodies of all, from the outside in.
    Refuses: a second loop that reads or writes a room or, anywhere, elements that the first writes, or writes elements that the
    first reads; what fails, calls foreign code or is volatile; branches with two sides.
    Why: reductions of the same elements read them once, and have what they compute alike once.
  }];
  let dependentDialects = ["::mlir::scf::SCFDialect"];
}

def ExpandMath : Pass<"expand-math", "::mlir::ModuleOp"> {
  let summary = "elementary functions become the operations that compute them";
  let description = [{
    In: `array.math`, anywhere.
    Out: in the loops of kernels the operations of the function, of which LLVM makes vectors of any width; elsewhere a call of a
    function of the same operations, one for each function and type.
    Refuses: `math` operations, which stay calls of C's library: under `@precise`, and of types that it has no function for.
    Tables are read by `array.lookup`.
    Why: a call of the C library stops the vectorizer, and a library's vector functions give other bits than its scalar ones.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect", "::mlir::func::FuncDialect"];
}

def VectorizeFunctions : Pass<"vectorize-functions", "::mlir::ModuleOp"> {
  let summary = "functions with loops of their own get a version for several points at a time";
  let description = [{
    In: functions of arithmetic, branches and loops, which loops of kernels call; nothing in them can fail.
    Out: beside each a function of vectors, which `task.vector` of the first names: both sides of a branch are computed, a loop
    turns until its last lane has left it, and a lane that has left keeps what it had.
    Refuses: what may fail, divides by what may be 0 or -1, calls foreign code or itself, reads memory, or has a type that lanes do
    not hold.
    Why: points leave such loops at different times, which LLVM's vectorizer cannot write, but it calls functions of vectors.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect"];
}

def VectorizePoints : Pass<"vectorize-points", "::mlir::ModuleOp"> {
  let summary = "loops over points that have loops of their own take several points at a time";
  let description = [{
    In: in kernels, `scf.for` with `task.points`, whose body is arithmetic, branches and loops, reads elements that all points
    share or that lie one behind the other, and writes such.
    Out: before it a loop of vectors over as many of its turns as fill them, as `vectorize-functions` writes them; it has the rest.
    Refuses: elements that lie apart or are read by some points only, writes in an inner loop or a branch, inner loops with other
    numbers of turns, divisions by what may be 0 or -1, and calls that may fail.
    Why: LLVM makes vectors of innermost loops only.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect"];
}

def HoistPlans : Pass<"hoist-plans", "::mlir::func::FuncOp"> {
  let summary = "loops whose turns submit the same launches are planned once and replayed";
  let description = [{
    In: launches in loops of host functions.
    Out: a loop whose launches do not change from turn to turn, up to a rotation of their arrays, stands between
    `task.begin_plan` and `task.end_plan`, and each of its turns begins with `task.next_turn`: nothing looks, branches or has
    an effect in it, index spaces are the same in each turn, and what is carried is a launch's result or was carried before.
    Refuses: branches, calls of tasks, prints, looks, launches that may fail as a whole or whose index space the loop computes. A
    turn that is another one after all, the runtime finds, and goes on without a plan.
    Why: the runtime then works out chunks and dependences in the first turns, and only counts in those that follow.
  }];
  let dependentDialects = ["::dagger::task::TaskDialect"];
}

def ReplicateLoops : Pass<"replicate-loops", "::mlir::ModuleOp"> {
  let summary = "loops of task calls become loops that every thread goes through";
  let description = [{
    In: outermost loops of host functions, references counted.
    Out: a loop that calls tasks and else computes numbers, boxes and branches is a function of its turns, which `task.replicate` names.
    Refuses: a loop that looks at a value, launches, prints or calls anything else; calls with results, texts, priorities or tries;
    loops of light tasks alone, which the host runs at once; a reference that is made or given back, since one turn then means
    another number of them to each thread.
    Why: a short call costs less than it takes one thread to make and another to find it. Threads that go through the same loop know
    all that without asking.
  }];
  let dependentDialects = ["::dagger::task::TaskDialect", "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect", "::mlir::func::FuncDialect"];
}

def CountTurns : Pass<"count-turns", "::mlir::func::FuncOp"> {
  let summary = "the outermost loops of the host say how far they are";
  let description = [{
    In: loops of host functions, after `hoist-plans`.
    Out: an outermost loop that submits launches or calls stands between `task.begin_counted` and `task.end_counted`, and each of
    its turns begins with `task.next_counted` (behind a plan's `task.next_turn`).
    Refuses: loops of numbers alone, and loops in tasks, of which there are many at once.
    Why: the runtime says while a program runs how much of it is left, and only the loop knows.
  }];
  let dependentDialects = ["::dagger::task::TaskDialect", "::mlir::arith::ArithDialect"];
}

def CutScans : Pass<"cut-scans", "::mlir::func::FuncOp"> {
  let summary = "scans along the one axis of an array, by several tasks";
  let description = [{
    In: launches of kind `scan`.
    Out: of those of arrays with one axis, launches of kind `prefix`, whose points are blocks of 1024 elements. A task finds what
    each of its blocks comes to, takes over from the task before it what all earlier ones come to, hands on what that and its own
    come to, and only then writes its elements. The association is that of `scan`.
    Refuses: functions that may fail, since the first failure would not be the first found; those that are not arithmetic on
    numbers of 32 or 64 bits, of which vectors cannot take several blocks at once, so that going over them twice would take
    twice as long; other axes, whose rows are tasks already.
    Why: one task leaves all threads but one idle, and waits for each sum before the next.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def LightTasks : Pass<"light-tasks", "::mlir::ModuleOp"> {
  let summary = "tasks that take less time than their way through the graph";
  let description = [{
    In: tasks, and `linalg.generic` whose points are tasks.
    Out: a task without loops and with few operations has the attribute `task.light`: the host runs a call of it at once where it
    waits for nothing. Points that are such tasks, and can neither fail nor be seen, are elements like any other: their calls are
    inlined, and `task.tasks` is gone.
    Refuses: to inline points that fail, print, read an element that may not be there, or divide by what may be 0 or -1; loops,
    foreign code and copies are never light.
    Why: a node of the graph costs some hundred nanoseconds; what is shorter should not be one. What can fail stays a task, since
    it fails alone.
  }];
}

def KnownScalars : Pass<"known-scalars", "::mlir::ModuleOp"> {
  let summary = "light tasks whose arguments are there are arithmetic of the host";
  let description = [{
    In: host functions where `light-tasks` has marked what they call.
    Out: a call of such a task that can neither fail nor be seen, all arguments of which are scalars that the host knows where
    the call stands, is its body; so is arithmetic on scalars of that kind. Loops and branches carry them as scalars.
    Refuses: an argument that comes of a task that is one, in any turn of a loop: the host would have to wait for it, and could
    not go on; a task that may fail, prints, updates an array, or that the program names, orders or retries.
    Why: such a task costs less than the place for its result.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}

def TileTime : Pass<"tile-time", "::mlir::func::FuncOp"> {
  let summary = "temporal blocking: a loop of a stencil takes several steps a launch";
  let description = [{
    In: a loop of a host function that does nothing but replace an array of rank 2 by a stencil of it, which reads at most two
    elements away; everything else it reads comes from outside of the loop, at the point. Or all its reads wrap, there are no others,
    and it does not ask where the point is: then what lies beyond an edge is computed as what it repeats.
    Out: a loop of `steps` launches, each of which takes up to 32 steps while the rows are in cache; half as many where caches hold
    the array, and half where the stencil reaches two elements far. How many, the last scalar says.
    Refuses: a step of which only some reads wrap, or that reads at a computed place or with its axes exchanged; a second carried array, the same
    array at the point, another one around it; a number of the turn; what may fail or trap, also beyond a chunk's edge; points that
    are tasks; a result of other extents.
    Why: a step moves all of the array through memory and computes little; so many steps move it once.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect"];
}

def SpawnCalls : Pass<"spawn-calls", "::mlir::func::FuncOp"> {
  let summary = "calls of tasks in tasks run beside what comes after them";
  let description = [{
    In: in the body of a task, direct calls of tasks one after the other.
    Out: a call whose results are used only behind other work is a `task.spawn`, joined before the first use of a result of any
    call that is still out, the last one first. The call that nothing else comes after stays a call.
    Refuses: a call with nothing to run beside it; what can be seen comes in order, so none is out across a print or a call of a
    task that is not spawnable; `@sequential`; hosts and kernels.
    Why: what one task calls runs on all threads, and costs a few instructions where no thread is free.
  }];
  let dependentDialects = ["::dagger::task::TaskDialect"];
}

def PeelBaseCases : Pass<"peel-base-cases", "::mlir::ModuleOp"> {
  let summary = "calls of tasks that are over at once are made where they stand";
  let description = [{
    In: in tasks, calls, spawns and joins of tasks on scalars.
    Out: where the body of the called task is a branch, one side of which is a few operations on scalars, the caller tests for it
    and computes that side itself; it calls, or spawns and joins, only for the other. A spawn that is not made has no future.
    Refuses: tests and sides that are long, may fail, trap or be seen; tasks that take or give arrays or texts; hosts, which call
    through the graph.
    Why: half of the calls of a recursion in two are its base cases, and a spawn costs more than they do.
  }];
  let dependentDialects = ["::mlir::scf::SCFDialect", "::mlir::ub::UBDialect"];
}
#endif
