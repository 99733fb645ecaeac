// Bodies of extern tasks: scalars by value, texts as pointer and length, arrays as contiguous pointers, then each extent name
// once.
#include "mlir-dialects/Conversion/TaskToLLVM/Abi.h"

using namespace mlir;

namespace dagger::task {

LogicalResult emitExterns(ModuleOp module, Abi &abi) {
  SmallVector<LLVM::LLVMFuncOp> externs;
  module.walk([&](LLVM::LLVMFuncOp function) {
    if (function->hasAttr(externAttr)) externs.push_back(function);
  });
  for (LLVM::LLVMFuncOp function : externs) {
    auto description = function->getAttrOfType<DictionaryAttr>(externAttr);
    auto original = cast<FunctionType>(function->getAttrOfType<TypeAttr>("task.type").getValue());
    auto extents = description.getAs<ArrayAttr>("extents");
    Location loc = function.getLoc();
    OpBuilder builder(module.getContext());
    Block *entry = function.addEntryBlock(builder);
    function.setLinkage(LLVM::Linkage::Internal);
    builder.setInsertionPointToStart(entry);
    Value context = entry->getArgument(0);
    SmallVector<Value> arguments, lengths, updated, temporary;
    SmallVector<StringRef> named;
    for (auto [index, type] : llvm::enumerate(original.getInputs().drop_front())) {
      Value argument = entry->getArgument(index + 1);
      if (isa<array::StrType>(type)) { // dg_str: the count, the length, the bytes
        Value length = LLVM::LoadOp::create(builder, loc, abi.i64, LLVM::GEPOp::create(builder, loc, abi.ptr, abi.i8, argument, ArrayRef<LLVM::GEPArg>{8}));
        arguments.push_back(LLVM::GEPOp::create(builder, loc, abi.ptr, abi.i8, argument, ArrayRef<LLVM::GEPArg>{16}));
        arguments.push_back(length);
        continue;
      }
      auto array = dyn_cast<RankedTensorType>(type);
      if (!array) {
        arguments.push_back(type.isInteger(1) ? LLVM::ZExtOp::create(builder, loc, abi.i8, argument).getResult() : argument);
        continue;
      }
      // An updated array was handed over to this function; another is borrowed, so its contiguous form is a value of its own.
      bool isUpdated = bool(function.getArgAttr(index + 1, inoutAttr));
      if (!isUpdated) abi.call(builder, loc, "dg_array_retain", {}, argument);
      Value own = abi.call(builder, loc, "dg_array_own", abi.ptr, {context, argument, abi.constant(builder, loc, abi.i32, 1), abi.location(builder, loc)});
      (isUpdated ? updated : temporary).push_back(own);
      arguments.push_back(abi.data(builder, loc, own));
      auto names = extents && index < extents.size() ? dyn_cast<ArrayAttr>(extents[index]) : ArrayAttr();
      for (int64_t axis = 0; names && axis < array.getRank(); ++axis) {
        StringRef name = cast<StringAttr>(names[axis]).getValue();
        if (name.empty() || name == "_" || llvm::is_contained(named, name)) continue;
        named.push_back(name);
        lengths.push_back(abi.extent(builder, loc, own, axis));
      }
    }
    llvm::append_range(arguments, lengths);
    Value held;
    if (auto threads = description.getAs<IntegerAttr>("threads"); threads && threads.getInt() > 0)
      held = abi.call(builder, loc, "dg_threads_hold", abi.i32, {context, abi.constant(builder, loc, abi.i32, threads.getInt()), abi.location(builder, loc)});
    size_t declared = original.getNumResults() - updated.size();
    Type result = declared ? abi.inMemory(original.getResult(0)) : Type();
    Value value = abi.call(builder, loc, description.getAs<StringAttr>("symbol").getValue(), result, arguments);
    if (held) abi.call(builder, loc, "dg_threads_release", {}, {context, held});
    if (value && original.getResult(0).isInteger(1)) value = LLVM::TruncOp::create(builder, loc, original.getResult(0), value);
    for (Value array : temporary) abi.call(builder, loc, "dg_array_release", {}, array);
    SmallVector<Value> results;
    if (value) results.push_back(value);
    llvm::append_range(results, updated);
    if (results.size() <= 1) {
      LLVM::ReturnOp::create(builder, loc, results);
      continue;
    }
    Value all = LLVM::UndefOp::create(builder, loc, function.getFunctionType().getReturnType());
    for (auto [index, part] : llvm::enumerate(results)) all = LLVM::InsertValueOp::create(builder, loc, all, part, int64_t(index));
    LLVM::ReturnOp::create(builder, loc, all);
  }
  return success();
}

} // namespace dagger::task
