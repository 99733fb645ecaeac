// Loops of a kernel over the same numbers become one, and not where one sees what the other does, or may stop the program.
// RUN: %dagger-opt --fuse-sibling-loops %s | FileCheck %s
func.func private @square(%x: f64) -> f64 attributes {task.context = "scalar"} {
  %y = arith.mulf %x, %x : f64
  return %y : f64
}
func.func private @fails(f64) -> f64 attributes {task.context = "scalar"}

// Outer loops first, then what is in them, with the stores before the second loop; equal bounds are one.
// CHECK-LABEL: func @sums
// CHECK: memref.store
// CHECK: memref.store
// CHECK: scf.for
// CHECK-NEXT: arith.addi
// CHECK-NEXT: scf.for
// CHECK: arith.addf
// CHECK: arith.addf
// CHECK-NOT: scf.for
// CHECK: return
func.func @sums(%a: !llvm.ptr, %n: index, %r: !llvm.ptr) attributes {task.context = "kernel"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %s = memref.alloca() : memref<1xf64>
  %t = memref.alloca() : memref<1xf64>
  memref.store %zero, %s[%c0] : memref<1xf64>
  scf.for %i = %c0 to %n step %c1 {
    %m = arith.addi %i, %c1 : index
    scf.for %j = %c0 to %m step %c1 {
      %x = llvm.load %a : !llvm.ptr -> f64
      %y = func.call @square(%x) : (f64) -> f64
      %old = memref.load %s[%c0] : memref<1xf64>
      %new = arith.addf %old, %y : f64
      memref.store %new, %s[%c0] : memref<1xf64>
    }
  }
  %first = memref.load %s[%c0] : memref<1xf64>
  memref.store %zero, %t[%c0] : memref<1xf64>
  scf.for %i = %c0 to %n step %c1 {
    %m = arith.addi %i, %c1 : index
    scf.for %j = %c0 to %m step %c1 {
      %x = llvm.load %a : !llvm.ptr -> f64
      %old = memref.load %t[%c0] : memref<1xf64>
      %new = arith.addf %old, %x : f64
      memref.store %new, %t[%c0] : memref<1xf64>
    }
  }
  %second = memref.load %t[%c0] : memref<1xf64>
  %sum = arith.addf %first, %second : f64
  llvm.store %sum, %r : f64, !llvm.ptr
  return
}

// The second begins with what the first made.
// CHECK-LABEL: func @follows
// CHECK: scf.for
// CHECK: scf.for
func.func @follows(%n: index) attributes {task.context = "kernel"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %s = memref.alloca() : memref<8xf64>
  %t = memref.alloca() : memref<8xf64>
  scf.for %i = %c0 to %n step %c1 {
    memref.store %zero, %s[%i] : memref<8xf64>
  }
  %x = memref.load %s[%c1] : memref<8xf64>
  scf.for %i = %c0 to %n step %c1 {
    memref.store %x, %t[%i] : memref<8xf64>
  }
  return
}

// An element is written between the loops that read elements.
// CHECK-LABEL: func @written
// CHECK: scf.for
// CHECK: scf.for
func.func @written(%a: !llvm.ptr, %n: index) attributes {task.context = "kernel"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = memref.alloca() : memref<8xf64>
  %t = memref.alloca() : memref<8xf64>
  scf.for %i = %c0 to %n step %c1 {
    %x = llvm.load %a : !llvm.ptr -> f64
    memref.store %x, %s[%i] : memref<8xf64>
  }
  %y = memref.load %s[%c1] : memref<8xf64>
  llvm.store %y, %a : f64, !llvm.ptr
  scf.for %i = %c0 to %n step %c1 {
    %x = llvm.load %a : !llvm.ptr -> f64
    memref.store %x, %t[%i] : memref<8xf64>
  }
  return
}

// Which failure comes first would change.
// CHECK-LABEL: func @may_fail
// CHECK: scf.for
// CHECK: scf.for
func.func @may_fail(%v: f64, %n: index) attributes {task.context = "kernel"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = memref.alloca() : memref<8xf64>
  %t = memref.alloca() : memref<8xf64>
  scf.for %i = %c0 to %n step %c1 {
    %x = func.call @fails(%v) : (f64) -> f64
    memref.store %x, %s[%i] : memref<8xf64>
  }
  scf.for %i = %c0 to %n step %c1 {
    %x = func.call @fails(%v) : (f64) -> f64
    memref.store %x, %t[%i] : memref<8xf64>
  }
  return
}

// Other bounds.
// CHECK-LABEL: func @other
// CHECK: scf.for
// CHECK: scf.for
func.func @other(%n: index, %m: index) attributes {task.context = "kernel"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %s = memref.alloca() : memref<8xf64>
  %t = memref.alloca() : memref<8xf64>
  scf.for %i = %c0 to %n step %c1 {
    memref.store %zero, %s[%i] : memref<8xf64>
  }
  scf.for %i = %c0 to %m step %c1 {
    memref.store %zero, %t[%i] : memref<8xf64>
  }
  return
}

// The first writes elements and the second reads some, perhaps those of a later turn: in one loop it would find them unwritten.
// CHECK-LABEL: func @reads_what_was_written
// CHECK: scf.for
// CHECK: scf.for
func.func @reads_what_was_written(%a: !llvm.ptr, %b: !llvm.ptr, %n: index) attributes {task.context = "kernel"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = memref.alloca() : memref<8xf64>
  scf.for %i = %c0 to %n step %c1 {
    %k = arith.index_cast %i : index to i64
    %x = arith.sitofp %k : i64 to f64
    %p = llvm.getelementptr %a[%k] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    llvm.store %x, %p : f64, !llvm.ptr
  }
  scf.for %i = %c0 to %n step %c1 {
    %j = arith.addi %i, %c1 : index
    %k = arith.index_cast %j : index to i64
    %p = llvm.getelementptr %b[%k] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    %x = llvm.load %p : !llvm.ptr -> f64
    memref.store %x, %s[%i] : memref<8xf64>
  }
  return
}

// The other way round: the second writes what the first still reads in a later turn.
// CHECK-LABEL: func @writes_what_is_read
// CHECK: scf.for
// CHECK: scf.for
func.func @writes_what_is_read(%a: !llvm.ptr, %b: !llvm.ptr, %n: index) attributes {task.context = "kernel"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f64
  %s = memref.alloca() : memref<8xf64>
  scf.for %i = %c0 to %n step %c1 {
    %k = arith.index_cast %i : index to i64
    %p = llvm.getelementptr %a[%k] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    %x = llvm.load %p : !llvm.ptr -> f64
    memref.store %x, %s[%i] : memref<8xf64>
  }
  scf.for %i = %c0 to %n step %c1 {
    %k = arith.index_cast %i : index to i64
    %p = llvm.getelementptr %b[%k] : (!llvm.ptr, i64) -> !llvm.ptr, f64
    llvm.store %zero, %p : f64, !llvm.ptr
  }
  return
}

// A sum that the second goes on with: its first turn must see the first one's last.
// CHECK-LABEL: func @same_room
// CHECK: scf.for
// CHECK: arith.addf
// CHECK: scf.for
// CHECK: arith.mulf
func.func @same_room(%x: f64, %n: index) attributes {task.context = "kernel"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = memref.alloca() : memref<1xf64>
  scf.for %i = %c0 to %n step %c1 {
    %old = memref.load %s[%c0] : memref<1xf64>
    %new = arith.addf %old, %x : f64
    memref.store %new, %s[%c0] : memref<1xf64>
  }
  scf.for %i = %c0 to %n step %c1 {
    %old = memref.load %s[%c0] : memref<1xf64>
    %new = arith.mulf %old, %x : f64
    memref.store %new, %s[%c0] : memref<1xf64>
  }
  return
}

// Branches with one condition become one; with two sides, or on what the first made, they do not.
// CHECK-LABEL: func @branches
// CHECK: scf.if %arg0 {
// CHECK-NEXT: memref.store
// CHECK-NEXT: memref.store
// CHECK-NEXT: }
// CHECK: scf.if
// CHECK: scf.if
func.func @branches(%c: i1, %x: f64) attributes {task.context = "kernel"} {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f64
  %s = memref.alloca() : memref<1xf64>
  %t = memref.alloca() : memref<1xf64>
  scf.if %c {
    memref.store %x, %s[%c0] : memref<1xf64>
  }
  scf.if %c {
    memref.store %x, %t[%c0] : memref<1xf64>
  }
  %y = memref.load %s[%c0] : memref<1xf64>
  %less = arith.cmpf olt, %y, %zero : f64
  scf.if %less {
    memref.store %x, %s[%c0] : memref<1xf64>
  }
  %z = memref.load %s[%c0] : memref<1xf64>
  %still = arith.cmpf olt, %z, %zero : f64
  scf.if %still {
    memref.store %x, %t[%c0] : memref<1xf64>
  }
  return
}

// What is read as volatile is read as often and in the order that it says.
// CHECK-LABEL: func @volatile
// CHECK: scf.for
// CHECK: scf.for
func.func @volatile(%a: !llvm.ptr, %n: index) attributes {task.context = "kernel"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = memref.alloca() : memref<8xf64>
  %t = memref.alloca() : memref<8xf64>
  scf.for %i = %c0 to %n step %c1 {
    %x = llvm.load volatile %a : !llvm.ptr -> f64
    memref.store %x, %s[%i] : memref<8xf64>
  }
  scf.for %i = %c0 to %n step %c1 {
    %x = llvm.load volatile %a : !llvm.ptr -> f64
    memref.store %x, %t[%i] : memref<8xf64>
  }
  return
}
