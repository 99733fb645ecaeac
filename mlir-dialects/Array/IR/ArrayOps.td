// The operations of the array dialect.
#ifndef DAGGER_ARRAY_OPS
#define DAGGER_ARRAY_OPS
include "mlir-dialects/Array/IR/ArrayDialect.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class Array_Op<string mnemonic, list<Trait> traits = []> : Op<Array_Dialect, mnemonic, traits>;

// Anything that may stop the program: it is neither dropped when its result is unused nor merged nor moved.
def Array_Failure : Resource<"::dagger::array::Failure">;
class Array_CheckedOp<string mnemonic, list<Trait> traits = []>
    : Array_Op<mnemonic, !listconcat(traits, [MemoryEffects<[MemWrite<Array_Failure>]>])>;

def Array_TextOp : Array_Op<"text", [Pure]> {
  let summary = "a constant text";
  let description = [{
    ```mlir
    %0 = array.text "fib("
    ```
  }];
  let arguments = (ins StrAttr:$value);
  let results = (outs Array_Str:$result);
  let assemblyFormat = "$value attr-dict";
  let builders = [OpBuilder<(ins "::llvm::StringRef":$value), [{
    build($_builder, $_state, StrType::get($_builder.getContext()), $_builder.getStringAttr(value));
  }]>];
}

def Array_MathOp : Array_Op<"math", [Pure, SameOperandsAndResultType]> {
  let summary = "an elementary function of a scalar, as compiler/elementary computes it";
  let description = [{
    Its bits are those of one fixed sequence of operations, wherever it is computed; so it is not one of the math dialect, which
    folds constants by the C library's functions.
    ```mlir
    %y = array.math "exp"(%x) : (f64) -> f64
    ```
  }];
  let arguments = (ins StrAttr:$function, Variadic<AnyTypeOf<[F32, F64]>>:$inputs);
  let results = (outs AnyTypeOf<[F32, F64]>:$result);
  let assemblyFormat = "$function `(` $inputs `)` attr-dict `:` functional-type($inputs, $result)";
  let hasVerifier = 1;
}

def Array_LookupOp : Array_Op<"lookup", !listconcat([Pure, SameOperandsAndResultShape], ElementwiseMappable.traits)> {
  let summary = "one of 16 numbers, which the low bits of a word name";
  let description = [{
    What elementary functions have for tables. A processor may hold the numbers in registers and look up a vector of words at once.
    The word is as wide as the number; its other bits mean nothing.
    ```mlir
    %y = array.lookup %word in [1.0, 0.5, …] : i64 -> f64
    ```
  }];
  let arguments = (ins AnyTypeOf<[I32, I64, VectorOfAnyRankOf<[I32, I64]>]>:$word, DenseF64ArrayAttr:$row);
  let results = (outs AnyTypeOf<[F32, F64, VectorOfAnyRankOf<[F32, F64]>]>:$result);
  let assemblyFormat = "$word `in` $row attr-dict `:` type($word) `->` type($result)";
  let hasVerifier = 1;
}

def Array_ElementOp : Array_Op<"element", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    TypesMatchWith<"the result is an element of the array", "array", "result",
                   "::llvm::cast<::mlir::ShapedType>($_self).getElementType()">]> {
  let summary = "reads one element";
  let description = [{
    Stops with DG9002 when an index is negative or not below its extent, unless `in_bounds` says that this was proven.
    In a host function it looks at the array; in the region of a structured operation it is a gather.

    ```mlir
    %x = array.element %a[%i, %j] : tensor<?x?xf64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array, Variadic<Index>:$indices, UnitAttr:$in_bounds);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$array `[` $indices `]` attr-dict `:` type($array)";
  let hasVerifier = 1;
}

def Array_BoundedOp : Array_Op<"bounded", [Pure, AllTypesMatch<["index", "extent", "result"]>]> {
  let summary = "an index of which is known that it is not negative and below an extent";
  let description = [{
    It is the index. What made the index knows, and what reads an element there need not check.

    ```mlir
    %j = array.bounded %k below %n
    ```
  }];
  let arguments = (ins Index:$index, Index:$extent);
  let results = (outs Index:$result);
  let assemblyFormat = "$index `below` $extent attr-dict";
}

def Array_CheckIndexOp : Array_CheckedOp<"check_index"> {
  let summary = "stops with DG9002 when an index is negative or not below its extent";
  let description = [{
    ```mlir
    array.check_index %a[%i, %j] : tensor<?x?xf64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array, Variadic<Index>:$indices);
  let assemblyFormat = "$array `[` $indices `]` attr-dict `:` type($array)";
  let hasVerifier = 1;
}

def Array_LookShapeOp : Array_CheckedOp<"look_shape"> {
  let summary = "stops the program if an array failed before it had a shape";
  let description = [{
    A host function only: what `tensor.dim` gives for such an array is no number that the program may see. What an operation
    needs of a failed operand is, since the result fails with it, so `tensor.dim` alone does not look.

    ```mlir
    array.look_shape %a : tensor<?xf64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array);
  let assemblyFormat = "$array attr-dict `:` type($array)";
}

def Array_InsertOp : Array_CheckedOp<"insert", [
    AllTypesMatch<["array", "result"]>,
    TypesMatchWith<"the value is an element of the array", "array", "value",
                   "::llvm::cast<::mlir::ShapedType>($_self).getElementType()">]> {
  let summary = "the array with one element replaced";
  let description = [{
    ```mlir
    %b = array.insert %x into %a[%i] : tensor<?xf64>
    ```
  }];
  let arguments = (ins AnyType:$value, AnyRankedTensor:$array, Variadic<Index>:$indices);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$value `into` $array `[` $indices `]` attr-dict `:` type($array)";
  let hasVerifier = 1;
}

// A box: for each axis of the array a start, a count and a step (in its elements, negative walks down from the start).
// Axes in `dropped` (a bit each, counted from axis 0) have count 1 and leave the shape.
defvar boxDoc = [{
    The box has for each axis a start, a count and a step (negative walks down from the start); axes whose bit is set
    in `dropped` have count 1 and leave the shape. Out of range stops with DG9013.
}];

def Array_SliceOp : Array_CheckedOp<"slice", [AttrSizedOperandSegments]> {
  let summary = "a box of an array, as a value";
  let description = boxDoc # [{
    ```mlir
    %row = array.slice %a[%i, %c0] [%c1, %m] [%c1, %c1] {dropped = 1 : i32} : tensor<?x?xf64> -> tensor<?xf64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array, Variadic<Index>:$starts, Variadic<Index>:$counts,
                       Variadic<Index>:$steps, DefaultValuedAttr<I32Attr, "0">:$dropped);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$array `[` $starts `]` `[` $counts `]` `[` $steps `]` attr-dict `:` type($array) `->` type($result)";
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$array, "::mlir::ValueRange":$starts, "::mlir::ValueRange":$counts,
                                 "::mlir::ValueRange":$steps, CArg<"uint32_t", "0">:$dropped)>];
}

def Array_InsertSliceOp : Array_CheckedOp<"insert_slice", [AttrSizedOperandSegments, AllTypesMatch<["array", "result"]>]> {
  let summary = "the array with a box replaced";
  let description = boxDoc # [{
    The source's extents must equal the box's kept counts, else it stops with DG9003.
    ```mlir
    %b = array.insert_slice %row into %a[%i, %c0] [%c1, %m] [%c1, %c1] {dropped = 1 : i32} : tensor<?xf64> into tensor<?x?xf64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$source, AnyRankedTensor:$array, Variadic<Index>:$starts, Variadic<Index>:$counts,
                       Variadic<Index>:$steps, DefaultValuedAttr<I32Attr, "0">:$dropped);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$source `into` $array `[` $starts `]` `[` $counts `]` `[` $steps `]` attr-dict `:` type($source) `into` type($array)";
  let hasVerifier = 1;
}

def Array_FillSliceOp : Array_CheckedOp<"fill_slice", [AttrSizedOperandSegments, AllTypesMatch<["array", "result"]>,
    TypesMatchWith<"the value is an element of the array", "array", "value",
                   "::llvm::cast<::mlir::ShapedType>($_self).getElementType()">]> {
  let summary = "the array with every element of a box replaced by one value";
  let description = boxDoc # [{
    ```mlir
    %b = array.fill_slice %x into %a[%i, %c0] [%c1, %m] [%c1, %c1] : tensor<?x?xf64>
    ```
  }];
  let arguments = (ins AnyType:$value, AnyRankedTensor:$array, Variadic<Index>:$starts, Variadic<Index>:$counts,
                       Variadic<Index>:$steps);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$value `into` $array `[` $starts `]` `[` $counts `]` `[` $steps `]` attr-dict `:` type($array)";
  let hasVerifier = 1;
}

def Array_ScatterOp : Array_CheckedOp<"scatter", [AllTypesMatch<["array", "result"]>]> {
  let summary = "the array with the positions that an index array names replaced, in order: the last wins";
  let description = [{
    `values` is a scalar, or has the array's rank with the extent of `indices` along `axis`. `indices` holds i64.
    An index out of range stops with DG9002; different extents stop with DG9003.
    ```mlir
    %b = array.scatter %d into %level[%frontier] axis 0 : tensor<?xi32>, tensor<?xi32>, tensor<?xi64>
    ```
  }];
  let arguments = (ins AnyType:$values, AnyRankedTensor:$array, AnyRankedTensor:$indices, I64Attr:$axis);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$values `into` $array `[` $indices `]` `axis` $axis attr-dict `:` type($values) `,` type($array) `,` type($indices)";
  let hasVerifier = 1;
}

def Array_YieldOp : Array_Op<"yield", [Pure, Terminator, AttrSizedOperandSegments]> {
  let summary = "what a region gives for its point";
  let description = [{
    Ends the regions of structured operations here and of `task.launch`.
    In the map region of a reduction `present` says whether the point counts (a `where` mask).
    ```mlir
    array.yield %x present %p : f64
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values, Optional<I1>:$present);
  let assemblyFormat = "$values (`present` $present^)? attr-dict (`:` type($values)^)?";
  let builders = [OpBuilder<(ins CArg<"::mlir::ValueRange", "{}">:$values), [{ build($_builder, $_state, values, ::mlir::Value()); }]>];
}

def Array_StencilOp : Array_Op<"stencil", [RecursiveMemoryEffects, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "a value for each point of an index space, with reads at constant offsets under an edge rule";
  let description = [{
    The region's arguments are the point. It may use any value from around it; arrays are read by `array.shifted` and
    `array.element`.
    ```mlir
    %v = array.stencil in (%n, %m) {
    ^bb0(%i: index, %j: index):
      %l = array.shifted %u[-1, 0] axes [0, 1] rule clamp : tensor<?x?xf32>
      array.yield %l : f32
    } : tensor<?x?xf32>
    ```
  }];
  let arguments = (ins Variadic<Index>:$extents);
  let regions = (region SizedRegion<1>:$body);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = "`in` `(` $extents `)` $body attr-dict `:` type($results)";
  let hasVerifier = 1;
}

def Array_ShiftedOp : Array_Op<"shifted", [Pure,
    TypesMatchWith<"the result is an element of the array", "array", "result",
                   "::llvm::cast<::mlir::ShapedType>($_self).getElementType()">]> {
  let summary = "reads the array near the enclosing stencil's point";
  let description = [{
    Along axis k of the array the index is the stencil's index `axes[k]` plus `offsets[k]`; outside the array `rule`
    governs (`value`: gives `fill`). `reflect` does not repeat the edge. Stands in a stencil, or in a reduction that
    makes a stencil's result on its way, at any depth.
    ```mlir
    %l = array.shifted %u[-1, 0] axes [0, 1] rule value (%zero : f32) : tensor<?x?xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array, Optional<AnyType>:$fill, DenseI64ArrayAttr:$offsets, DenseI64ArrayAttr:$axes,
                       Array_EdgeRuleAttr:$rule);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$array $offsets `axes` $axes `rule` $rule (`(` $fill^ `:` type($fill) `)`)? attr-dict `:` type($array)";
  let hasVerifier = 1;
}

def Array_ReduceOp : Array_Op<"reduce", [RecursiveMemoryEffects, AttrSizedOperandSegments,
                                        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "combines the points of an index space along some axes by the language's fixed tree";
  let description = [{
    The map region's arguments are the point, then the element of each input that `indexing_maps` names; it yields one
    value for each accumulator and, when only some points count, `present`. The combine region takes the accumulators
    of a left and of a right part, and yields those of both. The results have the axes that are kept, in order (rank 0
    when all are reduced).

    The tree: the reduced space is walked along its last reduced axis in blocks of 1024; in a block lane l of 32
    combines elements l, l + 32, … left to right; lanes pairwise (an odd last one passes); blocks in row-major order
    pairwise in the same way. Points that don't count contribute nothing. Where none counts, `identity` gives the
    result, or the program stops with DG9006 and the name in `fails`.

    The first results are the accumulators, as many as the combine region takes from either side. What the map region yields
    behind them are elements of further results, which have all axes: a map of the same points, done on the way.

    A map region that uses `array.block_total` takes a second pass over each block, while it is in cache, for the
    accumulators that depend on it. Blocks are then mostly put together in another way than lanes: with a `join` region
    `combine` is for lanes alone, and `join`, which is like it, for blocks.
    ```mlir
    %s = array.reduce ins(%a : tensor<?xf64>) in (%n) axes [0] maps [affine_map<(d0) -> (d0)>] {
    ^bb0(%i: index, %x: f64):
      array.yield %x : f64
    } combine {
    ^bb0(%l: f64, %r: f64):
      %c = arith.addf %l, %r : f64
      array.yield %c : f64
    } {identity = [0.0]} : tensor<f64>
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs, Variadic<Index>:$extents, DenseI64ArrayAttr:$axes,
                       AffineMapArrayAttr:$indexing_maps, OptionalAttr<ArrayAttr>:$identity, OptionalAttr<StrAttr>:$fails);
  let regions = (region SizedRegion<1>:$map, SizedRegion<1>:$combine, MaxSizedRegion<1>:$join);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    (`ins` `(` $inputs^ `:` type($inputs) `)`)? `in` `(` $extents `)` `axes` $axes `maps` $indexing_maps $map
    `combine` $combine (`join` $join^)? attr-dict `:` type($results)
  }];
  let extraClassDeclaration = [{
    unsigned getNumAccumulators() { return getCombine().front().getNumArguments() / 2; }
    auto getAccumulators() { return getResults().take_front(getNumAccumulators()); }
    auto getElements() { return getResults().drop_front(getNumAccumulators()); }
  }];
  let hasVerifier = 1;
}

def Array_BlockTotalOp : Array_Op<"block_total", [Pure]> {
  let summary = "what a reduction's accumulator came to over the block of the tree that the point lies in";
  let description = [{
    Stands in the map region of a reduction. The accumulator's own value depends on no total.
    ```mlir
    %s = array.block_total 0 : f64
    ```
  }];
  let arguments = (ins I64Attr:$accumulator);
  let results = (outs AnyType:$result);
  let assemblyFormat = "$accumulator attr-dict `:` type($result)";
}

def Array_ScanOp : Array_Op<"scan", [RecursiveMemoryEffects]> {
  let summary = "running combination along one axis, inclusive";
  let description = [{
    Per row: within blocks of 1024 one after the other; then each block is combined on the left with the carry of the
    blocks before it (carry = carry ∘ block total). The region is as a reduction's combine region.
    ```mlir
    %s = array.scan %a axis 0 {
    ^bb0(%l: f64, %r: f64):
      %c = arith.addf %l, %r : f64
      array.yield %c : f64
    } : tensor<?xf64>
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs, I64Attr:$axis);
  let regions = (region SizedRegion<1>:$combine);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = "$inputs `axis` $axis $combine attr-dict `:` type($inputs) `->` type($results)";
  let hasVerifier = 1;
}

def Array_ReshapeOp : Array_CheckedOp<"reshape"> {
  let summary = "the same elements in row-major order under another shape; stops with DG9003 when their numbers differ";
  let description = [{
    ```mlir
    %b = array.reshape %a [%n, %m] : tensor<?xf64> -> tensor<?x?xf64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array, Variadic<Index>:$extents);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$array `[` $extents `]` attr-dict `:` type($array) `->` type($result)";
  let hasVerifier = 1;
}

def Array_TransposeOp : Array_Op<"transpose", [Pure]> {
  let summary = "the array with its axes reversed";
  let description = [{
    ```mlir
    %b = array.transpose %a : tensor<?x?xf64> -> tensor<?x?xf64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$array attr-dict `:` type($array) `->` type($result)";
  let hasVerifier = 1;
}

def Array_RechunkOp : Array_CheckedOp<"rechunk", [AllTypesMatch<["array", "result"]>]> {
  let summary = "the same values, cut into chunks of this shape";
  let description = [{
    ```mlir
    %b = array.rechunk %a [%t, %t] : tensor<?x?xf64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array, Variadic<Index>:$chunk);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$array `[` $chunk `]` attr-dict `:` type($array)";
  let hasVerifier = 1;
}

def Array_TilesOp : Array_CheckedOp<"tiles"> {
  let summary = "the number of tiles along one axis of an array that was given chunks";
  let description = [{
    ```mlir
    %nt = array.tiles %a axis 0 : tensor<?x?xf64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array, I64Attr:$axis);
  let results = (outs Index:$result);
  let assemblyFormat = "$array `axis` $axis attr-dict `:` type($array)";
  let hasVerifier = 1;
}

def Array_TileBoxOp : Array_CheckedOp<"tile_box"> {
  let summary = "where a tile lies: its starts, then its counts";
  let description = [{
    ```mlir
    %box:4 = array.tile_box %a[%i, %j] : tensor<?x?xf64> -> index, index, index, index
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array, Variadic<Index>:$tile);
  let results = (outs Variadic<Index>:$box);
  let assemblyFormat = "$array `[` $tile `]` attr-dict `:` type($array) `->` type($box)";
  let hasVerifier = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$array, "::mlir::ValueRange":$tile)>];
}

def Array_LibraryOp : Array_Op<"library", [AttrSizedOperandSegments, MemoryEffects<[MemWrite<Array_Failure>]>]> {
  let summary = "a function of the native library over whole arrays";
  let description = [{
    `name` is one of compiler/hir/Library.def; the operands keep their order within each kind. `types` and
    `result_types` name the language's element types ("u8"), since tensors are signless. `flags` are the node's
    compile-time attributes, integers or texts. `effect` marks what can be seen from outside (save, show, plot).
    ```mlir
    %b = array.library "sort"(%a) numbers() reals() texts() {types = ["f64"], result_types = ["f64"]} : (tensor<?xf64>) -> tensor<?xf64>
    ```
  }];
  let arguments = (ins StrAttr:$name, Variadic<AnyRankedTensor>:$arrays, Variadic<I64>:$numbers, Variadic<F64>:$reals,
                       Variadic<Array_Str>:$texts, StrArrayAttr:$types, StrArrayAttr:$result_types,
                       OptionalAttr<DictionaryAttr>:$flags, UnitAttr:$effect);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let assemblyFormat = [{
    $name `(` $arrays `)` `numbers` `(` $numbers `)` `reals` `(` $reals `)` `texts` `(` $texts `)` attr-dict
    `:` functional-type($arrays, $results)
  }];
}

// Inserted when everything is about handles: who owns what.
def Array_RetainOp : Array_Op<"retain"> {
  let summary = "one more reference";
  let description = [{
    ```mlir
    array.retain %a : tensor<?xf64>
    ```
  }];
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def Array_ReleaseOp : Array_Op<"release"> {
  let summary = "one reference less";
  let description = [{
    ```mlir
    array.release %a : tensor<?xf64>
    ```
  }];
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def Array_OwnOp : Array_Op<"own", [AllTypesMatch<["array", "result"]>]> {
  let summary = "the array as the only value in its buffer: itself if it is that already, else a copy";
  let description = [{
    Consumes its operand. Values `beside` it, views of it perhaps, do not count: they are read only by the call that updates the result,
    and mean to it what they are before.
    ```mlir
    %b = array.own %a : tensor<?xf64>
    %d = array.own %c beside(%row : tensor<?xf64>) : tensor<?x?xf64>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$array, Variadic<AnyRankedTensor>:$beside, UnitAttr:$contiguous);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$array (`beside` `(` $beside^ `:` type($beside) `)`)? attr-dict `:` type($array)";
  let builders = [OpBuilder<(ins "::mlir::Type":$result, "::mlir::Value":$array, "::mlir::UnitAttr":$contiguous),
                            [{ build($_builder, $_state, result, array, ::mlir::ValueRange(), contiguous); }]>];
}
#endif
