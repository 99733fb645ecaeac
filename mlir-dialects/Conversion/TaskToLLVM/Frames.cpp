#include "mlir-dialects/Conversion/TaskToLLVM/Frames.h"

using namespace mlir;

namespace dagger::task {

LLVM::LLVMStructType packedType(Abi &abi, TypeRange values) {
  SmallVector<Type> fields;
  for (Type value : values) fields.push_back(abi.inMemory(value));
  return LLVM::LLVMStructType::getLiteral(abi.i64.getContext(), fields);
}

Value fieldAt(Abi &abi, OpBuilder &builder, Location loc, Value room, LLVM::LLVMStructType type, ArrayRef<int32_t> path) {
  SmallVector<LLVM::GEPArg> indices{0};
  for (int32_t index : path) indices.push_back(index);
  return LLVM::GEPOp::create(builder, loc, abi.ptr, type, room, indices);
}

void storeFields(Abi &abi, OpBuilder &builder, Location loc, ValueRange values, Value room, LLVM::LLVMStructType type, ArrayRef<int32_t> path) {
  SmallVector<int32_t> at(path);
  at.push_back(0);
  for (Value value : values) {
    abi.store(builder, loc, value, fieldAt(abi, builder, loc, room, type, at));
    ++at.back();
  }
}

Value pack(Abi &abi, OpBuilder &builder, Operation *op, ValueRange values, LLVM::LLVMStructType type) {
  if (values.empty()) return abi.null(builder, op->getLoc());
  Value room = abi.slot(op, type);
  storeFields(abi, builder, op->getLoc(), values, room, type);
  return room;
}

static SmallVector<int64_t> placesIn(LLVM::LLVMStructType type, uint64_t &alignment) {
  SmallVector<int64_t> places;
  uint64_t offset = 0;
  alignment = 1;
  for (Type field : type.getBody()) {
    uint64_t own, size;
    if (auto inner = dyn_cast<LLVM::LLVMStructType>(field)) size = placesIn(inner, own).back();
    else own = size = isa<LLVM::LLVMPointerType>(field) ? sizeof(void *) : llvm::divideCeil(field.getIntOrFloatBitWidth(), 8);
    offset = llvm::alignTo(offset, own);
    places.push_back(offset);
    offset += size;
    alignment = std::max(alignment, own);
  }
  places.push_back(llvm::alignTo(offset, alignment));
  return places;
}
SmallVector<int64_t> placesIn(LLVM::LLVMStructType type) {
  uint64_t alignment;
  return placesIn(type, alignment);
}
} // namespace dagger::task
