// Fusions over whole arrays. See README.md.
#ifndef DAGGER_ARRAY_TRANSFORMS_PASSES
#define DAGGER_ARRAY_TRANSFORMS_PASSES
include "mlir/Pass/PassBase.td"

def ResolveExtents : Pass<"resolve-extents", "::mlir::func::FuncOp"> {
  let summary = "extents of computed arrays are what they were computed with";
  let description = [{
    In: any tensor.dim at VALUES.
    Out: none of an elementwise operation, a stencil, a scan or an update whose operation says the extent.
    Refuses: a slice, which may be out of range and then has no extents; what a loop carries, if a turn ends with another shape.
    Why: an array that only its extents are asked of is not needed, and one with a single other user can be fused.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

def FuseElementwise : Pass<"fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "elementwise operations move into the one that alone uses them";
  let description = [{
    In: a linalg.generic over elements whose result only another one in the same block reads.
    Out: one linalg.generic with the code of both. They stay apart where points are tasks, and where the fused array's
    extents are neither known to be the consumer's nor those of an input that is read in its place. One that only copies what
    a scan made for it, of its own extents, is gone.
    Refuses: an array with a second user, also one that looks at it or reads it at a computed place; a user in a loop or branch,
    where it would be made again; points that are tasks, on either side; extents that nobody would compare any more; more than 256
    operations together.
    Why: the array in between is neither written nor read. Upstream's pass compares no extents, since different ones are
    undefined there, and leaves a producer with effects where it was.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::affine::AffineDialect"];
}

def FuseSiblingReductions : Pass<"fuse-sibling-reductions", "::mlir::func::FuncOp"> {
  let summary = "reductions of one array over one index space become one reduction";
  let description = [{
    In: array.reduce operations in one block without masks, with the same extents and axes, of the same arrays, which
    fail at no point.
    Out: one array.reduce with all their results, where the first stood. Where one of them fails on nothing and another
    does not, the failure is an elementwise check of the index space behind the reduction.
    Refuses: other extents or axes, masks, arrays that only one of them reads; one that may fail at a point, which would fail the
    other; one that needs what is made behind the first. The order within each stays as it is.
    Why: memory is read once.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect", "::dagger::task::TaskDialect"];
}

def FuseMapsIntoReductions : Pass<"fuse-maps-into-reductions", "::mlir::func::FuncOp"> {
  let summary = "a map that a reduction reads, or reads what it reads, is made on the way";
  let description = [{
    In: an array.reduce whose blocks lie along the last axis, and a linalg.generic or array.stencil over the same points in the
    same block: of arithmetic, with one result, which the reduction reads at the point and others read too; or the reduction
    and it read an array, the reduction at the point.
    Out: one array.reduce with the map's result as a further one, where both can stand.
    Refuses: other index spaces or extents that only may be equal; what may fail at a point, has loops, calls, elementary
    functions or much code; arrays that only one of the two depends on, whose failure would show in the other; a result that
    the reduction reads at another point; a user of the first before what the second needs; texts; blocks along another axis.
    Why: memory is read once, and what was just made is not read again.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def ProveBounds : Pass<"prove-bounds", "::mlir::func::FuncOp"> {
  let summary = "reads of elements that cannot be out of range are not checked";
  let description = [{
    In: `array.element` whose indices are constants, points of the operation that it stands in, variables of loops, or
    `array.bounded`.
    Out: it says `in_bounds` where each index is below an extent that is the array's own, and there is no `array.bounded`.
    Refuses: constants below 0, bounds that went through a type of fewer bits or are checked later, points of an operation that
    writes its result in another order.
    Why: a check in a loop stops the vectorizer, and what may stop the program keeps its place.
  }];
}

def MapReads : Pass<"map-reads", "::mlir::func::FuncOp"> {
  let summary = "elements that are read at the point are inputs";
  let description = [{
    In: in a linalg.generic over elements, `array.element` that is `in_bounds`, at axes of the point in any order, along each of
    which the array is as long as the index space.
    Out: the array is an input with that order as its map.
    Refuses: an index that may be outside, a constant or another number in it, one axis twice, an array that is longer than the
    index space, what a branch or a loop reads, points that are tasks.
    Why: an array that a region sees whole is waited for as a whole, and neither its rows are known to lie along the loop nor
    its buffer to be free for the result.
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect", "::mlir::affine::AffineDialect"];
}

def FuseProducersIntoReductions : Pass<"fuse-producers-into-reductions", "::mlir::func::FuncOp"> {
  let summary = "elementwise code moves into the reduction that alone uses it";
  let description = [{
    In: an array.reduce with an input that a linalg.generic makes for it alone.
    Out: the reduction reads the generic's inputs, and its map region holds the generic's code.
    Refuses: a second user, a reduction in a loop, points that are tasks, extents that are not known to be the same, an element
    at a fixed place.
    Why: the array in between is neither written nor read.
  }];
}

def FuseProducersIntoStencils : Pass<"fuse-producers-into-stencils", "::mlir::func::FuncOp"> {
  let summary = "cheap elementwise code moves into the stencil that alone uses it";
  let description = [{
    In: an array.stencil that reads an array near its point, made for it alone by a linalg.generic of one array with a few
    arithmetic operations and no calls.
    Out: the stencil reads that array instead and repeats the code for each read.
    Refuses: a second user, two stencils, a stencil in a loop, points that are tasks, an edge rule that gives a value of its own,
    divisions and whatever else may fail, extents that are not known to be the input's.
    Why: one pass over memory less, for arithmetic that costs less than it.
  }];
}
#endif
