// Short tasks: a version of the body that takes the arrays as the caller has them and gives up where the body would fail, so that
// such a call needs no view, no place to come back to and nothing to undo. What gave up is called as always.
#include "mlir-dialects/Conversion/TaskToLLVM/Abi.h"
#include "dagger/runtime.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace dagger::task {
namespace {
constexpr int mostOperations = 250;

// An array argument, as the call site left it on the wrapper: its rank, and the bytes of an element.
struct Argument {
  int64_t rank, bytes;
};

class DirectBody {
public:
  DirectBody(Abi &abi, const SymbolTable &symbols, LLVM::LLVMFuncOp wrapper, ArrayRef<int64_t> arguments)
      : abi(abi), symbols(symbols), wrapper(wrapper), loc(wrapper.getLoc()), builder(wrapper.getContext()) {
    for (size_t i = 0; i < arguments.size(); i += 2) this->arguments.push_back({arguments[i], arguments[i + 1]});
  }

  // Makes it, or nothing if the body does what could not be left half done.
  LLVM::LLVMFuncOp make(StringRef name) {
    builder.setInsertionPointAfter(wrapper);
    function = LLVM::LLVMFuncOp::create(builder, loc, name, LLVM::LLVMFunctionType::get(abi.i32, {abi.ptr, abi.ptr, abi.ptr, abi.ptr, abi.ptr, abi.i32}), LLVM::Linkage::Internal);
    Block *entry = function.addEntryBlock(builder);
    copyWrapper(entry);
    if (!inlineCalls() || !takeViews(entry)) return function.erase(), LLVM::LLVMFuncOp();
    replaceRuntime();
    if (canGiveUp()) {
      if (!readsFirst()) needApart(entry);
      roomsOnEntry(entry);
      return function;
    }
    function.erase();
    return {};
  }

private:
  // ---- the body, in one function ----
  void copyWrapper(Block *entry) {
    IRMapping map;
    Block &first = wrapper.getBody().front();
    map.map(first.getArgument(0), entry->getArgument(0));
    map.map(first.getArgument(1), entry->getArgument(1));
    // Stands for the views until they are there.
    builder.setInsertionPointToStart(entry);
    givenViews = LLVM::UndefOp::create(builder, loc, abi.ptr);
    map.map(first.getArgument(2), givenViews);
    for (Operation &op : first.without_terminator()) builder.clone(op, map);
    LLVM::ReturnOp::create(builder, loc, abi.constant(builder, loc, abi.i32, 1));
  }

  bool inlineCalls() {
    for (int calls = 0; calls < 8; ++calls) {
      LLVM::CallOp next;
      int operations = 0;
      function.walk([&](Operation *op) {
        ++operations;
        auto call = dyn_cast<LLVM::CallOp>(op);
        if (!next && call && calleeOf(call) && !isMath(calleeOf(call))) next = call;
      });
      if (operations > mostOperations) return false;
      if (!next) return true;
      if (!inlineCall(next, calleeOf(next))) return false;
    }
    return false;
  }
  // A function of the program; null for those of the runtime.
  LLVM::LLVMFuncOp calleeOf(LLVM::CallOp call) {
    auto callee = call.getCallee() ? symbols.lookup<LLVM::LLVMFuncOp>(*call.getCallee()) : LLVM::LLVMFuncOp();
    return callee && !callee.isExternal() ? callee : LLVM::LLVMFuncOp();
  }
  static bool isMath(LLVM::LLVMFuncOp callee) {
    auto context = callee->getAttrOfType<StringAttr>(contextAttr);
    return context && context.getValue() == mathContext;
  }
  bool inlineCall(LLVM::CallOp call, LLVM::LLVMFuncOp callee) {
    SmallVector<LLVM::ReturnOp> returns;
    callee.walk([&](LLVM::ReturnOp op) { returns.push_back(op); });
    if (callee == wrapper || returns.size() != 1) return false;
    Block *before = call->getBlock(), *after = before->splitBlock(call);
    IRMapping map;
    map.map(callee.getArguments(), call.getArgOperands());
    for (Block &block : callee.getBody()) {
      if (block.isEntryBlock()) continue;
      auto *copy = new Block;
      for (BlockArgument argument : block.getArguments()) map.map(argument, copy->addArgument(argument.getType(), argument.getLoc()));
      copy->insertBefore(after);
      map.map(&block, copy);
    }
    map.map(&callee.getBody().front(), before);
    for (Block &block : callee.getBody()) {
      builder.setInsertionPointToEnd(map.lookup(&block));
      for (Operation &op : block) {
        if (!isa<LLVM::ReturnOp>(op)) builder.clone(op, map);
        else LLVM::BrOp::create(builder, op.getLoc(), after);
      }
    }
    if (call.getNumResults()) call.getResult().replaceAllUsesWith(map.lookupOrDefault(returns[0]->getOperand(0)));
    call.erase();
    return true;
  }

  // ---- its arguments ----
  // Each view is room on the stack, of which nothing is left once LLVM has looked through it.
  bool takeViews(Block *entry) {
    SmallVector<std::pair<LLVM::LoadOp, int32_t>> loads;
    for (Operation *user : givenViews.getUsers()) {
      int32_t index = 0;
      if (auto place = dyn_cast<LLVM::GEPOp>(user)) {
        index = place.getRawConstantIndices()[0];
        for (Operation *read : place->getUsers()) loads.push_back({dyn_cast<LLVM::LoadOp>(read), index});
      } else {
        loads.push_back({dyn_cast<LLVM::LoadOp>(user), index});
      }
    }
    if (llvm::any_of(loads, [](auto &pair) { return !pair.first; })) return false;
    // The prologue goes before everything.
    Block *body = entry->splitBlock(entry->begin());
    refusal = new Block;
    function.getBody().push_back(refusal);
    builder.setInsertionPointToEnd(refusal);
    LLVM::ReturnOp::create(builder, loc, abi.constant(builder, loc, abi.i32, 0));
    builder.setInsertionPointToEnd(entry);
    auto bytes = LLVM::LLVMArrayType::get(abi.i8, sizeof(dg_array));
    Value one = abi.constant(builder, loc, abi.i64, 1);
    for (size_t i = 0; i < arguments.size(); ++i) views.push_back(LLVM::AllocaOp::create(builder, loc, abi.ptr, bytes, one, 8));
    for (auto [index, argument] : llvm::enumerate(arguments)) makeView(entry, index, argument);
    LLVM::BrOp::create(builder, loc, body);
    for (auto [load, index] : loads) {
      load.replaceAllUsesWith(views[index]);
      load.erase();
    }
    return true;
  }
  Value pointerAt(Value list, int64_t index) {
    Value at = LLVM::GEPOp::create(builder, loc, abi.ptr, abi.ptr, list, ArrayRef<LLVM::GEPArg>{int32_t(index)});
    return LLVM::LoadOp::create(builder, loc, abi.ptr, at);
  }
  Value numberAt(Value list, int64_t index) {
    Value at = LLVM::GEPOp::create(builder, loc, abi.ptr, abi.i64, list, ArrayRef<LLVM::GEPArg>{int32_t(index)});
    return LLVM::LoadOp::create(builder, loc, abi.i64, at);
  }
  // Its box of the array, or all of it; a box that is out of range is not for us. The builder stands at the end of the block where
  // it goes on.
  void makeView(Block *entry, size_t index, Argument argument) {
    Value array = pointerAt(entry->getArgument(2), index);
    Value boxes = entry->getArgument(3), null = abi.null(builder, loc);
    SmallVector<Value> whole{abi.data(builder, loc, array)}, strides;
    for (int64_t axis = 0; axis < argument.rank; ++axis) {
      whole.push_back(abi.extent(builder, loc, array, axis));
      strides.push_back(abi.stride(builder, loc, array, axis));
    }
    Block *there = newBlock(), *some = newBlock(), *part = newBlock();
    for (Value value : whole) there->addArgument(value.getType(), loc);
    Value none = LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::eq, boxes, null);
    LLVM::CondBrOp::create(builder, loc, none, there, whole, some, ValueRange());
    builder.setInsertionPointToEnd(some);
    Value box = pointerAt(boxes, index);
    Value all = LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::eq, box, null);
    LLVM::CondBrOp::create(builder, loc, all, there, whole, part, ValueRange());
    builder.setInsertionPointToEnd(part);
    SmallVector<Value> inside{whole[0]};
    Value isIn;
    auto need = [&](LLVM::ICmpPredicate how, Value a, Value b) {
      Value holds = LLVM::ICmpOp::create(builder, loc, how, a, b);
      isIn = isIn ? LLVM::AndOp::create(builder, loc, isIn, holds).getResult() : holds;
    };
    Value zero = abi.constant(builder, loc, abi.i64, 0);
    for (int64_t axis = 0; axis < argument.rank; ++axis) {
      Value low = numberAt(box, axis), count = numberAt(box, argument.rank + axis);
      need(LLVM::ICmpPredicate::sge, LLVM::OrOp::create(builder, loc, low, count), zero);
      need(LLVM::ICmpPredicate::sle, low, LLVM::SubOp::create(builder, loc, whole[1 + axis], count));
      Value skipped = LLVM::MulOp::create(builder, loc, low, LLVM::MulOp::create(builder, loc, strides[axis], abi.constant(builder, loc, abi.i64, argument.bytes)));
      inside[0] = LLVM::GEPOp::create(builder, loc, abi.ptr, abi.i8, inside[0], ArrayRef<LLVM::GEPArg>{skipped});
      inside.push_back(count);
    }
    if (isIn) LLVM::CondBrOp::create(builder, loc, isIn, there, inside, refusal, ValueRange());
    else LLVM::BrOp::create(builder, loc, inside, there);
    builder.setInsertionPointToEnd(there);
    Value view = views[index];
    abi.setData(builder, loc, view, there->getArgument(0));
    for (int64_t axis = 0; axis < argument.rank; ++axis) {
      abi.setExtent(builder, loc, view, axis, there->getArgument(1 + axis));
      abi.setStride(builder, loc, view, axis, strides[axis]);
    }
  }
  Block *newBlock() {
    auto *block = new Block;
    block->insertBefore(refusal);
    return block;
  }

  // ---- what it calls ----
  // The value that it certainly is, seen through the structs of several results.
  static Value origin(Value value) {
    while (auto part = value.getDefiningOp<LLVM::ExtractValueOp>()) {
      Value whole = part.getContainer();
      auto insert = whole.getDefiningOp<LLVM::InsertValueOp>();
      while (insert && insert.getPosition() != part.getPosition()) insert = insert.getContainer().getDefiningOp<LLVM::InsertValueOp>();
      if (!insert) break;
      value = insert.getValue();
    }
    return value;
  }
  bool isView(Value value) { return llvm::is_contained(views, origin(value)); }
  static std::optional<int64_t> number(Value value) {
    IntegerAttr constant;
    if (auto op = value.getDefiningOp<LLVM::ConstantOp>()) constant = dyn_cast<IntegerAttr>(op.getValue());
    return constant ? std::optional(constant.getInt()) : std::nullopt;
  }

  // Where it calls anything else, it gives up: most such places say why the body fails.
  void replaceRuntime() {
    SmallVector<LLVM::CallOp> calls;
    function.walk([&](LLVM::CallOp call) { calls.push_back(call); });
    for (LLVM::CallOp call : calls)
      if (!replace(call)) givesUp.insert(call->getBlock());
    function.walk([&](LLVM::UnreachableOp op) { givesUp.insert(op->getBlock()); });
  }
  bool replace(LLVM::CallOp call) {
    if (!call.getCallee()) return false;
    StringRef name = *call.getCallee();
    OperandRange given = call.getArgOperands();
    builder.setInsertionPoint(call);
    if (calleeOf(call) || name.starts_with(lookupPrefix)) return true;
    if (name == "dg_array_scalar" && llvm::hasSingleElement(call->getUsers()) && isUpdate(*call->user_begin())) return true; // goes with it
    if (name == "dg_array_own" || name == "dg_task_settle") {
      Value array = given[name == "dg_array_own" ? 1 : 2];
      if (!isView(array)) return false;
      call.getResult().replaceAllUsesWith(origin(array));
    } else if (name == "dg_task_update") {
      Value view = views[*number(given[1])], value = origin(given[2]);
      if (value != view) {
        auto scalar = value.getDefiningOp<LLVM::CallOp>(); // of a place for one
        if (!scalar || scalar.getCallee() != "dg_array_scalar" || !value.hasOneUse() || !storeFrom(scalar.getArgOperands()[2], abi.data(builder, loc, view))) return false;
        call.erase();
        scalar.erase();
        return true;
      }
    } else if (name == "dg_task_return_scalar") {
      Value place = LLVM::GEPOp::create(builder, loc, abi.ptr, abi.i8, function.getArgument(4), ArrayRef<LLVM::GEPArg>{int32_t(*number(given[1]) * DG_DIRECT_BYTES)});
      if (!storeFrom(given[2], place)) return false;
    } else if (name == "dg_str_release") {
      if (!given[0].getDefiningOp<LLVM::AddressOfOp>()) return false; // a constant lives for ever
    } else if (name == "dg_array_retain" || name == "dg_array_release" || name == "dg_array_look_shape") {
      if (!isView(given[name == "dg_array_look_shape"])) return false;
    } else {
      return false;
    }
    call.erase();
    return true;
  }
  static bool isUpdate(Operation *op) {
    auto call = dyn_cast<LLVM::CallOp>(op);
    return call && call.getCallee() == "dg_task_update";
  }
  bool storeFrom(Value room, Value place) {
    auto alloca = room.getDefiningOp<LLVM::AllocaOp>();
    if (!alloca) return false;
    LLVM::StoreOp::create(builder, loc, LLVM::LoadOp::create(builder, loc, alloca.getElemType(), room), place);
    return true;
  }

  // ---- where it gives up ----
  // Nothing may have been written before, and the body must be able to end elsewhere.
  bool canGiveUp() {
    if (givesUp.contains(&function.getBody().front())) return false;
    for (Block *block : givesUp) {
      for (Operation &op : *block) {
        if (writesElement(op)) return false;
        for (Value result : op.getResults())
          if (result.isUsedOutsideOfBlock(block)) { // by what is not reached any more
            builder.setInsertionPoint(function.getBody().front().getTerminator());
            result.replaceAllUsesWith(LLVM::UndefOp::create(builder, loc, result.getType()));
          }
      }
      for (Operation &op : *block) op.dropAllReferences();
      block->clear();
      builder.setInsertionPointToEnd(block);
      LLVM::BrOp::create(builder, loc, refusal);
    }
    auto left = reachableFrom(&function.getBody().front());
    bool ends = false;
    for (Block &block : function.getBody()) {
      ends |= left.contains(&block) && &block != refusal && isa<LLVM::ReturnOp>(block.getTerminator());
      for (Operation &op : block) {
        auto store = dyn_cast<LLVM::StoreOp>(op);
        if (writesElement(op) && (store.getVolatile_() || reachableFrom(&block).contains(refusal))) return false;
        if (!isa<LLVM::LoadOp, LLVM::StoreOp, LLVM::AllocaOp, LLVM::CallOp>(op) && !op.hasTrait<OpTrait::IsTerminator>() && !isMemoryEffectFree(&op)) return false;
      }
    }
    return ends;
  }

  // LLVM makes values only of room that is taken once.
  static void roomsOnEntry(Block *entry) {
    SmallVector<LLVM::AllocaOp> rooms;
    entry->getParent()->walk([&](LLVM::AllocaOp room) { rooms.push_back(room); });
    for (LLVM::AllocaOp room : rooms) {
      Operation *count = room.getArraySize().getDefiningOp()->clone();
      room->moveBefore(entry, entry->begin());
      entry->push_front(count);
      room.getArraySizeMutable().assign(count->getResult(0));
    }
  }
  // On the function's stack, or a place for a result, at which nobody looks if it gives up.
  bool isOwnRoom(Value address) {
    while (auto place = address.getDefiningOp<LLVM::GEPOp>()) address = place.getBase();
    return address.getDefiningOp<LLVM::AllocaOp>() || address == function.getArgument(4);
  }
  static llvm::SmallPtrSet<Block *, 8> reachableFrom(Block *from) {
    SmallVector<Block *> open(from->getSuccessors());
    llvm::SmallPtrSet<Block *, 8> seen;
    while (!open.empty()) {
      Block *block = open.pop_back_val();
      if (seen.insert(block).second) llvm::append_range(open, block->getSuccessors());
    }
    return seen;
  }

  // ---- arguments that share elements ----
  // Whether all is read before anything is written: then what is read is as it was before the call, whoever shows it.
  bool readsFirst() {
    llvm::SmallPtrSet<Block *, 8> behind; // a store, in another block
    for (Block &block : function.getBody())
      for (Operation &op : block)
        if (writesElement(op))
          for (Block *later : reachableFrom(&block)) behind.insert(later);
    for (Block &block : function.getBody()) {
      bool isBehind = behind.contains(&block);
      for (Operation &op : block) {
        isBehind |= writesElement(op);
        if (auto load = dyn_cast<LLVM::LoadOp>(op); load && isBehind && !isOwnRoom(load.getAddr())) return false;
      }
    }
    return true;
  }
  bool writesElement(Operation &op) {
    auto store = dyn_cast<LLVM::StoreOp>(op);
    return store && !isOwnRoom(store.getAddr());
  }
  void needApart(Block *entry) {
    Block *rest = entry->splitBlock(entry->begin());
    builder.setInsertionPointToEnd(entry);
    Value shares = LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::ne, function.getArgument(5), abi.constant(builder, loc, abi.i32, 0));
    LLVM::CondBrOp::create(builder, loc, shares, refusal, rest);
  }

  Abi &abi;
  const SymbolTable &symbols;
  LLVM::LLVMFuncOp wrapper, function;
  Location loc;
  OpBuilder builder;
  SmallVector<Argument> arguments;
  Value givenViews;
  SmallVector<Value> views;
  llvm::SetVector<Block *> givesUp;
  Block *refusal = nullptr;
};
} // namespace

void emitDirectBodies(ModuleOp module, Abi &abi) {
  SmallVector<LLVM::LLVMFuncOp> wrappers;
  module.walk([&](LLVM::LLVMFuncOp function) {
    if (function->hasAttr(directAttr)) wrappers.push_back(function);
  });
  llvm::StringSet<> made;
  SymbolTable symbols(module);
  for (LLVM::LLVMFuncOp wrapper : wrappers) {
    auto arguments = cast<DenseI64ArrayAttr>(wrapper->removeAttr(directAttr));
    std::string name = directName(wrapper.getName());
    if (DirectBody(abi, symbols, wrapper, arguments).make(name)) made.insert(name);
  }
  // Descriptions were made before it was known of which there is one.
  SmallVector<LLVM::AddressOfOp> none;
  for (auto global : module.getOps<LLVM::GlobalOp>())
    global.walk([&](LLVM::AddressOfOp op) {
      if (StringRef name = op.getGlobalName(); name.ends_with(directName("")) && !made.contains(name)) none.push_back(op);
    });
  for (LLVM::AddressOfOp op : none) {
    OpBuilder builder(op);
    op.replaceAllUsesWith(abi.null(builder, op.getLoc()));
    op.erase();
  }
}
} // namespace dagger::task
