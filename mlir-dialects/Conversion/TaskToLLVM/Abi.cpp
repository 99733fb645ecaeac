#include "mlir-dialects/Conversion/TaskToLLVM/Abi.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace dagger::task {

// Offsets in dg_array, which the runtime asserts.
enum : int32_t { dataOffset = 16, extentsOffset = 24, stridesOffset = 88, tilesOffset = 160, tileOffset = 168 };

Abi::Abi(ModuleOp module, const LLVMTypeConverter &types) : types(types), module(module) {
  MLIRContext *context = module.getContext();
  i8 = IntegerType::get(context, 8);
  i32 = IntegerType::get(context, 32);
  i64 = IntegerType::get(context, 64);
  ptr = LLVM::LLVMPointerType::get(context);
  none = LLVM::LLVMVoidType::get(context);
  elements = ArrayAttr::get(context, LLVM::AliasScopeAttr::get(LLVM::AliasScopeDomainAttr::get(context)));
}

Value Abi::call(OpBuilder &builder, Location loc, StringRef name, Type result, ValueRange arguments) {
  LLVM::LLVMFuncOp &function = runtimeFunctions[name];
  auto type = LLVM::LLVMFunctionType::get(result ? result : none, llvm::to_vector(arguments.getTypes()));
  if (!function) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    function = LLVM::LLVMFuncOp::create(builder, loc, name, type);
    if (name.starts_with("dg_fail"))
      function.setPassthroughAttr(builder.getArrayAttr({builder.getStringAttr("noreturn"), builder.getStringAttr("cold")}));
    // A handle: what it says may be read in front of a loop that may not turn. Its memory is never given back to the system.
    if (name.starts_with("dg_array_own")) {
      function.setResultAttr(0, LLVM::LLVMDialect::getDereferenceableAttrName(), builder.getI64IntegerAttr(tileOffset + 8));
      function.setResultAttr(0, LLVM::LLVMDialect::getAlignAttrName(), builder.getI64IntegerAttr(8));
    }
  }
  auto call = LLVM::CallOp::create(builder, loc, type, FlatSymbolRefAttr::get(builder.getContext(), name), arguments);
  return result ? call.getResult() : Value();
}

Operation *Abi::function(StringRef name) {
  Operation *&found = functions[name];
  if (!found) found = module.lookupSymbol(name);
  return found;
}

Value Abi::constant(OpBuilder &builder, Location loc, Type type, int64_t value) {
  return LLVM::ConstantOp::create(builder, loc, type, builder.getIntegerAttr(type, value));
}
Value Abi::null(OpBuilder &builder, Location loc) { return LLVM::ZeroOp::create(builder, loc, ptr); }

LLVM::GlobalOp Abi::global(Type type, Attribute value, StringRef prefix, unsigned alignment) {
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto made = LLVM::GlobalOp::create(builder, module.getLoc(), type, /*isConstant=*/true, LLVM::Linkage::Internal,
                                     (prefix + "." + Twine(count++)).str(), value, alignment);
  return made;
}

Value Abi::addressOf(OpBuilder &builder, Location loc, LLVM::GlobalOp of) { return LLVM::AddressOfOp::create(builder, loc, of); }

Value Abi::bytes(OpBuilder &builder, Location loc, StringRef content) {
  LLVM::GlobalOp &found = known[("b" + content).str()];
  if (!found)
    found = global(LLVM::LLVMArrayType::get(i8, content.size()), builder.getStringAttr(content), "dg.bytes", 8);
  return addressOf(builder, loc, found);
}

Value Abi::cString(OpBuilder &builder, Location loc, StringRef content) {
  std::string terminated = content.str();
  terminated.push_back('\0');
  return bytes(builder, loc, terminated);
}

Value Abi::text(OpBuilder &builder, Location loc, StringRef content) {
  // dg_str: a negative count lives for ever; the length; the bytes and a NUL.
  std::string image(16, '\0');
  int64_t refs = -1, length = content.size();
  memcpy(image.data(), &refs, 8);
  memcpy(image.data() + 8, &length, 8);
  image += content;
  image.push_back('\0');
  return bytes(builder, loc, image);
}

LLVM::GlobalOp Abi::structure(StringRef name, Type type, function_ref<SmallVector<Value>(OpBuilder &, Location)> fill) {
  Location loc = module.getLoc();
  OpBuilder builder = OpBuilder::atBlockBegin(module.getBody());
  auto made = LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true, LLVM::Linkage::Internal,
                                     name.starts_with("dg_") ? name.str() : (name + "." + Twine(count++)).str(), Attribute(), 8);
  Block *block = builder.createBlock(&made.getInitializerRegion());
  builder.setInsertionPointToStart(block);
  Value value = LLVM::UndefOp::create(builder, loc, type);
  for (auto [index, field] : llvm::enumerate(fill(builder, loc)))
    value = LLVM::InsertValueOp::create(builder, loc, value, field, int64_t(index));
  LLVM::ReturnOp::create(builder, loc, value);
  return made;
}

LLVM::GlobalOp Abi::locationGlobal(Location loc, StringRef function) {
  // A NameLoc gives the function's name, a CallSiteLoc the call that it was inlined through.
  Location place = loc;
  std::optional<Location> caller;
  std::string name = function.str();
  for (bool going = true; going;) {
    going = false;
    if (auto site = dyn_cast<CallSiteLoc>(place)) {
      if (!caller) caller = site.getCaller();
      else caller = CallSiteLoc::get(*caller, site.getCaller());
      place = site.getCallee();
      going = true;
    } else if (auto named = dyn_cast<NameLoc>(place)) {
      name = named.getName().str();
      place = named.getChildLoc();
      going = true;
    } else if (auto fused = dyn_cast<FusedLoc>(place); fused && !fused.getLocations().empty()) {
      place = fused.getLocations().front();
      going = true;
    }
  }
  LLVM::GlobalOp outer = caller ? locationGlobal(*caller, "") : LLVM::GlobalOp();
  std::string file = "?";
  int64_t line = 0, column = 0;
  if (auto at = dyn_cast<FileLineColLoc>(place)) file = at.getFilename().str(), line = at.getLine(), column = at.getColumn();
  LLVM::GlobalOp &found = locations[loc];
  if (found) return found;
  auto type = LLVM::LLVMStructType::getLiteral(module.getContext(), {ptr, ptr, i32, i32, ptr});
  return locations[loc] = structure("location", type, [&](OpBuilder &b, Location l) -> SmallVector<Value> {
           return {cString(b, l, file), cString(b, l, name), constant(b, l, i32, line), constant(b, l, i32, column),
                   outer ? addressOf(b, l, outer) : null(b, l)};
         });
}

Value Abi::location(OpBuilder &builder, Location loc) { return addressOf(builder, loc, locationGlobal(loc, "")); }

Value Abi::slot(Operation *op, Type type, int64_t count) {
  auto function = op->getParentOfType<FunctionOpInterface>();
  OpBuilder builder = OpBuilder::atBlockBegin(&function.getFunctionBody().front());
  Value number = constant(builder, op->getLoc(), i64, count);
  return LLVM::AllocaOp::create(builder, op->getLoc(), ptr, type, number, 8);
}

Value Abi::list(OpBuilder &builder, Operation *op, ValueRange values, Type element) {
  Location loc = op->getLoc();
  if (values.empty()) return null(builder, loc);
  Value room = slot(op, element, values.size());
  for (auto [index, value] : llvm::enumerate(values)) {
    Value at = LLVM::GEPOp::create(builder, loc, ptr, element, room, ArrayRef<LLVM::GEPArg>{int32_t(index)});
    LLVM::StoreOp::create(builder, loc, value, at);
  }
  return room;
}

Value Abi::context(Operation *op) {
  return op->getParentOfType<FunctionOpInterface>().getFunctionBody().front().getArgument(0);
}
bool Abi::isHost(Operation *op) {
  auto attribute = op->getParentOfType<FunctionOpInterface>()->getAttrOfType<StringAttr>(contextAttr);
  return attribute && attribute.getValue() == hostContext;
}

// Outside of the host, which may have to wait for it, all that an argument's handle says is there from the start, and stays. It is read
// there: out of a loop, or from behind a condition, LLVM does not move it, since it cannot know that the argument is a handle.
static bool isComplete(Value array) {
  Block *block = array.getParentBlock();
  auto function = dyn_cast_or_null<FunctionOpInterface>(block->getParentOp());
  auto context = function ? function->getAttrOfType<StringAttr>(contextAttr) : StringAttr();
  return isa<BlockArgument>(array) && block->isEntryBlock() && context && context.getValue() != hostContext;
}

Value Abi::field(OpBuilder &builder, Location loc, Type type, Value array, int32_t offset) {
  OpBuilder::InsertionGuard guard(builder);
  if (isComplete(array)) builder.setInsertionPointAfterValue(array);
  Value at = LLVM::GEPOp::create(builder, loc, ptr, i8, array, ArrayRef<LLVM::GEPArg>{offset});
  auto load = LLVM::LoadOp::create(builder, loc, type, at);
  load.setNoaliasScopesAttr(elements);
  return load;
}
Value Abi::data(OpBuilder &b, Location loc, Value array) { return field(b, loc, ptr, array, dataOffset); }
Value Abi::extent(OpBuilder &b, Location loc, Value array, unsigned axis) { return field(b, loc, i64, array, extentsOffset + 8 * axis); }
Value Abi::stride(OpBuilder &b, Location loc, Value array, unsigned axis) { return field(b, loc, i64, array, stridesOffset + 8 * axis); }

Value Abi::tiles(OpBuilder &b, Location loc, Value array) {
  auto load = field(b, loc, i64, array, tilesOffset).getDefiningOp<LLVM::LoadOp>();
  load.setOrdering(LLVM::AtomicOrdering::acquire); // `tile` was written before
  load.setAlignment(8);
  return load;
}
Value Abi::tile(OpBuilder &b, Location loc, Value array) { return field(b, loc, i64, array, tileOffset); }

static void setField(OpBuilder &builder, Location loc, const Abi &abi, Value array, int32_t offset, Value value) {
  LLVM::StoreOp::create(builder, loc, value, LLVM::GEPOp::create(builder, loc, abi.ptr, abi.i8, array, ArrayRef<LLVM::GEPArg>{offset}));
}
void Abi::setData(OpBuilder &b, Location loc, Value array, Value data) { setField(b, loc, *this, array, dataOffset, data); }
void Abi::setExtent(OpBuilder &b, Location loc, Value array, unsigned axis, Value extent) { setField(b, loc, *this, array, extentsOffset + 8 * axis, extent); }
void Abi::setStride(OpBuilder &b, Location loc, Value array, unsigned axis, Value stride) { setField(b, loc, *this, array, stridesOffset + 8 * axis, stride); }

Value Abi::address(OpBuilder &builder, Location loc, Value array, ValueRange indices, Type element) {
  Value base = data(builder, loc, array), offset;
  for (auto [axis, index] : llvm::enumerate(indices)) {
    Value part = LLVM::MulOp::create(builder, loc, index, stride(builder, loc, array, axis));
    offset = offset ? LLVM::AddOp::create(builder, loc, offset, part).getResult() : part;
  }
  if (!offset) return base;
  return LLVM::GEPOp::create(builder, loc, ptr, inMemory(element), base, ArrayRef<LLVM::GEPArg>{offset});
}

Type Abi::inMemory(Type element) {
  if (element.isInteger(1)) return i8;
  return types.convertType(element);
}
Value Abi::load(OpBuilder &builder, Location loc, Type element, Value address) {
  auto load = LLVM::LoadOp::create(builder, loc, inMemory(element), address);
  load.setAliasScopesAttr(elements);
  Value value = load;
  if (element.isInteger(1)) value = LLVM::TruncOp::create(builder, loc, element, value);
  return value;
}
void Abi::store(OpBuilder &builder, Location loc, Value value, Value address) {
  if (value.getType().isInteger(1)) value = LLVM::ZExtOp::create(builder, loc, i8, value);
  LLVM::StoreOp::create(builder, loc, value, address).setAliasScopesAttr(elements);
}

int Abi::typeNumber(Type element) {
  // dg_type in runtime/include/dagger/elements.h
  if (auto integer = dyn_cast<IntegerType>(element)) switch (integer.getWidth()) {
    case 1: return 0;
    case 8: return 1;
    case 16: return 2;
    case 32: return 3;
    default: return 4;
    }
  if (element.isF16()) return 9;
  if (element.isBF16()) return 10;
  if (element.isF32()) return 11;
  if (element.isF64()) return 12;
  if (auto complex = dyn_cast<ComplexType>(element)) return complex.getElementType().isF32() ? 13 : 14;
  if (isa<array::StrType>(element)) return 15;
  return 4; // index
}

void require(RewriterBase &rewriter, Location loc, Value condition, function_ref<void()> fail) {
  Block *block = rewriter.getInsertionBlock();
  Block *rest = rewriter.splitBlock(block, rewriter.getInsertionPoint());
  Block *failing = rewriter.createBlock(rest->getParent(), rest->getParent()->end());
  rewriter.setInsertionPointToEnd(failing);
  fail();
  LLVM::UnreachableOp::create(rewriter, loc);
  rewriter.setInsertionPointToEnd(block);
  LLVM::CondBrOp::create(rewriter, loc, condition, rest, ValueRange(), failing, ValueRange(),
                         std::make_pair<uint32_t, uint32_t>(1u << 20, 1));
  rewriter.setInsertionPointToStart(rest);
}

} // namespace dagger::task
