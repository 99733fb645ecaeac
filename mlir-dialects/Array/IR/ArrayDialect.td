// The dialect of whole arrays with value semantics, and of text.
#ifndef DAGGER_ARRAY_DIALECT
#define DAGGER_ARRAY_DIALECT
include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Array_Dialect : Dialect {
  let name = "array";
  let cppNamespace = "::dagger::array";
  let summary = "whole arrays with value semantics";
  let description = [{
    Arrays are builtin tensors, so linalg and its transformations apply as they are. The operations here are what
    upstream cannot say: checked access to elements and boxes, edge rules, the fixed reduction tree, chunks and tiles.
    An operation that "updates" an array gives a new value; whether it happens in place is decided much later.

    Element types are signless; an operation that needs to know the sign says so in its name or attributes.
  }];
  let useDefaultTypePrinterParser = 1;
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = [];
}

def Array_Str : TypeDef<Array_Dialect, "Str"> {
  let mnemonic = "str";
  let summary = "an immutable UTF-8 text";
  let description = "A counted handle at run time. May be the element type of a tensor.";
}

// The value of every read that has no own rule stops the program when it is out of range.
def Array_EdgeClamp   : I32EnumAttrCase<"Clamp", 0, "clamp">;
def Array_EdgeWrap    : I32EnumAttrCase<"Wrap", 1, "wrap">;
def Array_EdgeReflect : I32EnumAttrCase<"Reflect", 2, "reflect">;
def Array_EdgeValue   : I32EnumAttrCase<"Value", 3, "value">;
def Array_EdgeRule : I32EnumAttr<"EdgeRule", "what a read outside an array gives",
    [Array_EdgeClamp, Array_EdgeWrap, Array_EdgeReflect, Array_EdgeValue]> {
  let cppNamespace = "::dagger::array";
  let genSpecializedAttr = 0;
}
def Array_EdgeRuleAttr : EnumAttr<Array_Dialect, Array_EdgeRule, "edge"> {
  let assemblyFormat = "$value";
}
#endif
