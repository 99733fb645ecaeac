// Launches, task calls, effects and failures, as calls of the runtime.
#include "mlir-dialects/Conversion/TaskToLLVM/Frames.h"
#include "mlir-dialects/Conversion/TaskToLLVM/Pattern.h"
#include "dagger/runtime.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace dagger::task {
namespace {

Value at(Abi &abi, OpBuilder &builder, Location loc, Type element, Value base, int32_t index) {
  return LLVM::GEPOp::create(builder, loc, abi.ptr, element, base, ArrayRef<LLVM::GEPArg>{index});
}
SmallVector<Value> loadAll(Abi &abi, OpBuilder &builder, Location loc, Value room, size_t count) {
  SmallVector<Value> values;
  for (size_t i = 0; i < count; ++i)
    values.push_back(LLVM::LoadOp::create(builder, loc, abi.ptr, at(abi, builder, loc, abi.ptr, room, i)));
  return values;
}

// Where in the struct the texts are, ended by DG_NO_TEXT; a null pointer if there is none.
Value textsOf(Abi &abi, OpBuilder &builder, LaunchOp op, LLVM::LLVMStructType packed) {
  Location loc = op.getLoc();
  SmallVector<int64_t> places, all = placesIn(packed);
  for (auto [scalar, place] : llvm::zip_equal(op.getScalars().getTypes(), ArrayRef(all).drop_back()))
    if (isa<array::StrType>(scalar)) places.push_back(place);
  if (places.empty()) return abi.null(builder, loc);
  places.push_back(DG_NO_TEXT);
  LLVM::GlobalOp global = abi.structure("texts", LLVM::LLVMStructType::getLiteral(op.getContext(), SmallVector<Type>(places.size(), abi.i32)),
                                        [&](OpBuilder &b, Location l) {
                                          SmallVector<Value> fields;
                                          for (int64_t place : places) fields.push_back(abi.constant(b, l, abi.i32, place));
                                          return fields;
                                        });
  return LLVM::AddressOfOp::create(builder, loc, global);
}
Value priorityOf(Abi &abi, OpBuilder &builder, Operation *op, Value given) {
  if (!given) return abi.constant(builder, op->getLoc(), abi.i32, 0);
  return LLVM::TruncOp::create(builder, op->getLoc(), abi.i32, given);
}

std::string nameOf(Location loc, StringRef otherwise) {
  while (true) {
    if (auto site = dyn_cast<CallSiteLoc>(loc)) loc = site.getCallee();
    else if (auto named = dyn_cast<NameLoc>(loc)) return named.getName().str();
    else return otherwise.str();
  }
}

struct Launch : Pattern<LaunchOp> {
  REWRITE(LaunchOp) {
    Location loc = op.getLoc();
    if (!op.getKernel()) return op.emitOpError("has no kernel yet: lower-kernels makes it");
    std::string access;
    for (auto [index, attribute] : llvm::enumerate(op.getAccess())) {
      auto operand = cast<OperandAttr>(attribute);
      Type type = index < op.getArrays().size() ? op.getArrays()[index].getType() : op.getResult(index - op.getArrays().size()).getType();
      dg_operand bytes = {};
      bytes.access = llvm::StringSwitch<int>(operand.getAccess()).Case("read", DG_READ).Case("write", DG_WRITE).Case("update", DG_UPDATE).Default(DG_COMMUTE);
      bytes.type = Abi::typeNumber(cast<ShapedType>(type).getElementType());
      bytes.rank = operand.getAxes().size();
      bytes.exact = operand.getExact();
      for (int axis = 0; axis < bytes.rank; ++axis) {
        bytes.axes[axis] = operand.getAxes()[axis];
        bytes.halo_low[axis] = operand.getLow()[axis];
        bytes.halo_high[axis] = operand.getHigh()[axis];
        bytes.scale[axis] = operand.getScale()[axis];
      }
      access.append(reinterpret_cast<const char *>(&bytes), sizeof bytes);
    }
    LLVM::LLVMStructType packed = packedType(abi, op.getScalars().getTypes());
    uint16_t flags = (op.getDying() ? DG_LAUNCH_REUSE : 0) | (op.getTasks() ? DG_LAUNCH_TASKS : 0) | (op.getRepeatable() ? DG_LAUNCH_REPEATABLE : 0) | (op.getPrints() ? DG_LAUNCH_PRINTS : 0) | (op.getStatement() ? DG_LAUNCH_STATEMENT : 0) |
                    (op.getValues() ? DG_LAUNCH_VALUES : 0) | (op.getKind() == "blocks" ? DG_LAUNCH_BLOCKS : 0) | (op.getKind() == "prefix" ? DG_LAUNCH_IN_TURN : 0);
    auto type = LLVM::LLVMStructType::getLiteral(op.getContext(), {abi.i32, abi.i8, abi.i8, abi.i8, IntegerType::get(op.getContext(), 16), abi.i32, abi.ptr, abi.ptr, abi.ptr, abi.ptr, abi.ptr, abi.i32, abi.i32, abi.i32, abi.i32, abi.i32});
    // Its number, what a point costs, and where the scalar is that this is to be taken times.
    int64_t number = 0, cost = 0, turns = -1;
    if (auto provisional = op->getAttrOfType<DenseI64ArrayAttr>(provisionalAttr)) {
      bool isHasty = op->getParentOfType<ModuleOp>()->hasAttr(hastyAttr);
      if (abi.numberedKernels.size() < size_t(provisional[0])) abi.numberedKernels.resize(provisional[0]);
      abi.numberedKernels[provisional[0] - 1] = op.getKernelAttr();
      if (isHasty) number = provisional[0], cost = provisional[1];
      if (isHasty && provisional[2] >= 0) turns = placesIn(packed)[provisional[2]];
    }
    LLVM::GlobalOp launch = abi.structure("launch", type, [&](OpBuilder &b, Location l) -> SmallVector<Value> {
      auto byte = [&](int64_t n) { return abi.constant(b, l, abi.i8, n); };
      access.push_back(0);
      return {abi.constant(b, l, abi.i32, DG_ABI_VERSION), byte(op.getExtents().size()), byte(op.getAccess().size()), byte(op.getNumResults()),
              abi.constant(b, l, IntegerType::get(op.getContext(), 16), flags), abi.constant(b, l, abi.i32, op.getScalars().empty() ? 0 : sizeOf(packed)),
              LLVM::AddressOfOp::create(b, l, abi.ptr, op.getKernelAttr()), abi.bytes(b, l, access),
              abi.cString(b, l, nameOf(loc, op.getKind())), abi.location(b, loc), textsOf(abi, b, op, packed),
              abi.constant(b, l, abi.i32, op.getArithmetic() ? int64_t(std::min<uint64_t>(*op.getArithmetic(), INT32_MAX)) : -1),
              abi.constant(b, l, abi.i32, op.getKind() == "steps" ? placesIn(packed).rbegin()[1] : -1),
              abi.constant(b, l, abi.i32, number), abi.constant(b, l, abi.i32, cost), abi.constant(b, l, abi.i32, turns)};
    });
    // Each result's extents, DG_MAX_RANK a result.
    SmallVector<Value> shapes;
    size_t next = 0;
    for (Value result : op.getResults()) {
      int64_t rank = cast<RankedTensorType>(result.getType()).getRank();
      for (int64_t axis = 0; axis < DG_MAX_RANK; ++axis)
        shapes.push_back(axis < rank ? adaptor.getShapes()[next++] : abi.constant(rewriter, loc, abi.i64, 1));
    }
    Value results = op.getNumResults() ? abi.slot(op, abi.ptr, op.getNumResults()) : abi.null(rewriter, loc);
    abi.call(rewriter, loc, "dg_launch_submit", {},
             {Abi::context(op), abi.addressOf(rewriter, loc, launch), abi.list(rewriter, op, adaptor.getExtents(), abi.i64),
              abi.list(rewriter, op, adaptor.getArrays(), abi.ptr), abi.constant(rewriter, loc, abi.i64, int64_t(op.getDying())),
              pack(abi, rewriter, op, adaptor.getScalars(), packed), abi.list(rewriter, op, shapes, abi.i64), results,
              priorityOf(abi, rewriter, op, adaptor.getPriority())});
    rewriter.replaceOp(op, loadAll(abi, rewriter, loc, results, op.getNumResults()));
    return success();
  }
};

// How an argument of a task call travels: in the frame, or as an array.
bool travelsAsArray(Type type) { return isa<RankedTensorType, array::StrType>(type); }

struct Call : Pattern<CallOp> {
  REWRITE(CallOp) {
    Location loc = op.getLoc();
    SmallVector<Value> arrays, scalars, boxes, places, temporary;
    SmallVector<Type> scalarTypes;
    std::string access, resultTypes, resultRanks;
    size_t nextBox = 0;
    for (auto [index, pair] : llvm::enumerate(llvm::zip(op.getArgs(), adaptor.getArgs()))) {
      auto [argument, value] = pair;
      if (!travelsAsArray(argument.getType())) {
        scalars.push_back(value);
        scalarTypes.push_back(argument.getType());
        continue;
      }
      bool updates = llvm::is_contained(op.getUpdates(), int32_t(index));
      access.push_back(updates ? DG_UPDATE : DG_READ);
      if (isa<array::StrType>(argument.getType())) {
        Value room = abi.slot(op, abi.ptr);
        LLVM::StoreOp::create(rewriter, loc, value, room);
        value = abi.call(rewriter, loc, "dg_array_scalar", abi.ptr, {Abi::context(op), abi.constant(rewriter, loc, abi.i8, DG_STR), room, abi.location(rewriter, loc)});
        temporary.push_back(value);
      }
      arrays.push_back(value);
      Value box = abi.null(rewriter, loc), place = box;
      StringRef text;
      std::optional<Location> where;
      if (const int32_t *found = llvm::find(op.getBoxes(), int32_t(index)); found != op.getBoxes().end()) {
        int64_t rank = cast<RankedTensorType>(argument.getType()).getRank();
        SmallVector<Value> numbers(adaptor.getStarts().slice(nextBox, rank));
        llvm::append_range(numbers, adaptor.getCounts().slice(nextBox, rank));
        nextBox += rank;
        box = abi.list(rewriter, op, numbers, abi.i64);
        if (op.getWhere()) where = Location(cast<LocationAttr>((*op.getWhere())[found - op.getBoxes().begin()]));
      }
      if (updates && op.getPlaces()) {
        size_t which = llvm::find(op.getUpdates(), int32_t(index)) - op.getUpdates().begin();
        if (which < op.getPlaces()->size()) text = cast<StringAttr>((*op.getPlaces())[which]).getValue();
      }
      if (where || !text.empty()) place = this->place(rewriter, loc, text, where);
      boxes.push_back(box);
      places.push_back(place);
    }
    size_t declared = op.getNumResults() - op.getUpdates().size();
    for (Value result : op.getResults().take_front(declared)) {
      auto type = cast<RankedTensorType>(result.getType());
      resultTypes.push_back(char(Abi::typeNumber(type.getElementType())));
      resultRanks.push_back(char(type.getRank()));
    }
    LLVM::LLVMStructType packed = packedType(abi, scalarTypes);
    LLVM::LLVMFuncOp body = wrapper(op, packed);
    if (!body) return failure();
    uint8_t flags = (op.getPrints() ? DG_TASK_PRINTS : 0) | (op.getStatement() ? DG_TASK_STATEMENT : 0) |
                    (abi.function(op.getCallee())->hasAttr(lightAttr) && !op.getRetries() ? DG_TASK_LIGHT : 0);
    auto type = LLVM::LLVMStructType::getLiteral(op.getContext(), {abi.i32, abi.i8, abi.i8, abi.i8, abi.i8, abi.i32, abi.ptr, abi.ptr, abi.ptr, abi.ptr, abi.ptr, abi.ptr, abi.ptr});
    LLVM::GlobalOp task = abi.structure("task", type, [&](OpBuilder &b, Location l) -> SmallVector<Value> {
      auto byte = [&](int64_t n) { return abi.constant(b, l, abi.i8, n); };
      std::string a = access + '\0', t = resultTypes + '\0', r = resultRanks + '\0';
      return {abi.constant(b, l, abi.i32, DG_ABI_VERSION), byte(arrays.size()), byte(declared), byte(flags), byte(op.getRetries()),
              abi.constant(b, l, abi.i32, scalars.empty() ? 0 : sizeOf(packed)), LLVM::AddressOfOp::create(b, l, body), abi.bytes(b, l, a),
              abi.bytes(b, l, t), abi.bytes(b, l, r), abi.cString(b, l, nameOf(op)), abi.location(b, loc),
              !op.getRetries() && body->hasAttr(directAttr) ? LLVM::AddressOfOp::create(b, l, abi.ptr, directName(body.getName())).getResult() : abi.null(b, l)};
    });
    Value results = declared ? abi.slot(op, abi.ptr, declared) : abi.null(rewriter, loc);
    abi.call(rewriter, loc, "dg_task_submit", {},
             {Abi::context(op), abi.addressOf(rewriter, loc, task), pack(abi, rewriter, op, scalars, packed), abi.list(rewriter, op, arrays, abi.ptr),
              abi.list(rewriter, op, boxes, abi.ptr), abi.list(rewriter, op, places, abi.ptr), results,
              priorityOf(abi, rewriter, op, adaptor.getPriority())});
    for (Value array : temporary) abi.call(rewriter, loc, "dg_array_release", {}, array);
    SmallVector<Value> values = loadAll(abi, rewriter, loc, results, declared);
    for (int32_t update : op.getUpdates()) values.push_back(adaptor.getArgs()[update]); // the same handle, with its new value
    rewriter.replaceOp(op, values);
    return success();
  }

  // A dg_place.
  Value place(OpBuilder &builder, Location loc, StringRef text, std::optional<Location> where) const {
    auto type = LLVM::LLVMStructType::getLiteral(builder.getContext(), {abi.ptr, abi.ptr});
    LLVM::GlobalOp made = abi.structure("place", type, [&](OpBuilder &b, Location l) -> SmallVector<Value> {
      return {abi.cString(b, l, text), where ? abi.location(b, *where) : abi.null(b, l)};
    });
    return abi.addressOf(builder, loc, made);
  }

  // As the program writes it, which is not how its code is called.
  StringRef nameOf(CallOp op) const {
    if (op.getName()) return *op.getName();
    Operation *callee = abi.function(op.getCallee());
    auto name = callee ? callee->getAttrOfType<StringAttr>("task.name") : StringAttr();
    return name ? name.getValue() : op.getCallee();
  }

  // The task's body for the runtime: takes arguments out of the frame and the arrays, gives the results back. One for each
  // callee and way to call it.
  LLVM::LLVMFuncOp wrapper(CallOp op, LLVM::LLVMStructType packed) const {
    auto module = op->getParentOfType<ModuleOp>();
    Operation *callee = abi.function(op.getCallee());
    SmallVector<Type> parameters, results; // without the context
    if (auto function = dyn_cast<func::FuncOp>(callee)) {
      parameters.assign(function.getArgumentTypes().begin() + 1, function.getArgumentTypes().end());
      results.assign(function.getResultTypes().begin(), function.getResultTypes().end());
    } else {
      auto converted = cast<LLVM::LLVMFuncOp>(callee);
      auto kept = converted->getAttrOfType<TypeAttr>("task.type");
      auto original = cast<FunctionType>(kept.getValue());
      parameters.assign(original.getInputs().begin() + 1, original.getInputs().end());
      results.assign(original.getResults().begin(), original.getResults().end());
    }
    Location loc = op.getLoc();
    OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
    std::string name = (op.getCallee() + ".task").str();
    for (Type argument : op.getArgs().getTypes()) name += travelsAsArray(argument) ? 'a' : 's';
    if (Operation *known = abi.function(name)) return cast<LLVM::LLVMFuncOp>(known);
    auto function = LLVM::LLVMFuncOp::create(builder, loc, name, LLVM::LLVMFunctionType::get(abi.none, {abi.ptr, abi.ptr, abi.ptr}), LLVM::Linkage::Internal);
    Block *entry = function.addEntryBlock(builder);
    builder.setInsertionPointToStart(entry);
    Value context = entry->getArgument(0), frame = entry->getArgument(1), arrays = entry->getArgument(2);
    SmallVector<Value> arguments{context};
    int32_t nextArray = 0, nextScalar = 0;
    SmallVector<int32_t> updated;
    for (auto [index, types] : llvm::enumerate(llvm::zip(op.getArgs().getTypes(), parameters))) {
      auto [given, wanted] = types;
      if (!travelsAsArray(given)) {
        Value field = LLVM::GEPOp::create(builder, loc, abi.ptr, packed, frame, ArrayRef<LLVM::GEPArg>{0, nextScalar++});
        arguments.push_back(abi.load(builder, loc, given, field));
        continue;
      }
      if (llvm::is_contained(op.getUpdates(), int32_t(index))) updated.push_back(nextArray);
      Value array = LLVM::LoadOp::create(builder, loc, abi.ptr, at(abi, builder, loc, abi.ptr, arrays, nextArray++));
      arguments.push_back(isa<RankedTensorType>(wanted) ? array : abi.load(builder, loc, wanted, abi.data(builder, loc, array)));
    }
    SmallVector<Type> converted;
    for (Type result : results) converted.push_back(abi.types.convertType(result));
    Type returned = converted.empty() ? abi.none : converted.size() == 1 ? converted[0] : LLVM::LLVMStructType::getLiteral(op.getContext(), converted);
    SmallVector<Type> argumentTypes;
    for (Value argument : arguments) argumentTypes.push_back(argument.getType());
    auto call = LLVM::CallOp::create(builder, loc, LLVM::LLVMFunctionType::get(returned, argumentTypes), op.getCalleeAttr(), arguments);
    size_t declared = results.size() - updated.size();
    SmallVector<Value> values;
    for (size_t i = 0; i < results.size(); ++i)
      values.push_back(converted.size() == 1 ? call.getResult() : LLVM::ExtractValueOp::create(builder, loc, call.getResult(), int64_t(i)).getResult());
    for (size_t i = declared; updated.size() > 1 && i < results.size(); ++i)
      if (isa<RankedTensorType>(results[i]))
        values[i] = abi.call(builder, loc, "dg_task_settle", abi.ptr, {context, abi.constant(builder, loc, abi.i32, updated[i - declared]), values[i]});
    for (size_t i = 0; i < results.size(); ++i) {
      Value value = values[i];
      Value number = abi.constant(builder, loc, abi.i32, i < declared ? int64_t(i) : updated[i - declared]);
      auto inRoom = [&] {
        Value one = abi.constant(builder, loc, abi.i64, 1);
        Value room = LLVM::AllocaOp::create(builder, loc, abi.ptr, abi.inMemory(results[i]), one, 16);
        abi.store(builder, loc, value, room);
        return room;
      };
      if (i >= declared) {
        bool isText = isa<array::StrType>(results[i]);
        Value kept = value;
        if (!isa<RankedTensorType>(results[i]))
          value = abi.call(builder, loc, "dg_array_scalar", abi.ptr,
                           {context, abi.constant(builder, loc, abi.i8, Abi::typeNumber(results[i])), inRoom(), abi.location(builder, loc)});
        if (isText) abi.call(builder, loc, "dg_str_release", {}, kept);
        abi.call(builder, loc, "dg_task_update", {}, {context, number, value});
      } else if (isa<RankedTensorType>(results[i])) {
        abi.call(builder, loc, "dg_task_return", {}, {context, number, value});
      } else {
        abi.call(builder, loc, "dg_task_return_scalar", {}, {context, number, inRoom()});
      }
    }
    LLVM::ReturnOp::create(builder, loc, ValueRange());
    markDirect(op, function, TypeRange(results).take_front(declared));
    return function;
  }

  void markDirect(CallOp op, LLVM::LLVMFuncOp body, TypeRange declared) const {
    if (declared.size() > DG_DIRECT_RESULTS || !llvm::none_of(declared, travelsAsArray)) return;
    SmallVector<int64_t> numbers;
    for (Type type : op.getArgs().getTypes()) {
      if (!travelsAsArray(type)) continue;
      auto array = dyn_cast<RankedTensorType>(type);
      if (!array || isa<array::StrType>(array.getElementType())) return;
      numbers.push_back(array.getRank());
      numbers.push_back(dg_type_size(dg_type(Abi::typeNumber(array.getElementType()))));
    }
    body->setAttr(directAttr, DenseI64ArrayAttr::get(op.getContext(), numbers));
  }
};

struct Print : Pattern<PrintOp> {
  REWRITE(PrintOp) {
    abi.call(rewriter, op.getLoc(), "dg_print", {}, {Abi::context(op), adaptor.getText(), abi.location(rewriter, op.getLoc())});
    rewriter.eraseOp(op);
    return success();
  }
};
struct Order : Pattern<OrderOp> {
  REWRITE(OrderOp) {
    abi.call(rewriter, op.getLoc(), "dg_order", {}, {Abi::context(op), abi.location(rewriter, op.getLoc())});
    rewriter.eraseOp(op);
    return success();
  }
};
// What is a call of the runtime with the context and nothing else.
template <class Op> struct Bare : Pattern<Op> {
  Bare(Abi &abi, StringRef function) : Pattern<Op>(abi), function(function) {}
  StringRef function;
  LogicalResult matchAndRewrite(Op op, Op::Adaptor, ConversionPatternRewriter &rewriter) const override {
    this->abi.call(rewriter, op.getLoc(), function, {}, {Abi::context(op)});
    rewriter.eraseOp(op);
    return success();
  }
};

struct Assert : Pattern<AssertOp> {
  REWRITE(AssertOp) {
    Location loc = op.getLoc();
    Value context = Abi::context(op);
    require(rewriter, loc, adaptor.getCondition(), [&] {
      Value message = adaptor.getMessage() ? adaptor.getMessage() : abi.null(rewriter, loc);
      abi.call(rewriter, loc, "dg_fail_assert", {}, {context, message, abi.location(rewriter, loc)});
    });
    rewriter.eraseOp(op);
    return success();
  }
};
struct CheckExtent : Pattern<CheckExtentOp> {
  REWRITE(CheckExtentOp) {
    Location loc = op.getLoc();
    Value context = Abi::context(op);
    Value same = LLVM::ICmpOp::create(rewriter, loc, LLVM::ICmpPredicate::eq, adaptor.getLeft(), adaptor.getRight());
    require(rewriter, loc, same, [&] {
      SmallVector<Value> arguments{context, adaptor.getLeft(), adaptor.getRight()};
      arguments.push_back(op.getAxis() ? abi.constant(rewriter, loc, abi.i64, *op.getAxis()) : abi.cString(rewriter, loc, op.getText()));
      arguments.push_back(abi.location(rewriter, loc));
      abi.call(rewriter, loc, op.getAxis() ? "dg_fail_extents" : "dg_fail_check", {}, arguments);
    });
    rewriter.eraseOp(op);
    return success();
  }
};
struct Fail : Pattern<FailOp> {
  REWRITE(FailOp) {
    Location loc = op.getLoc();
    abi.call(rewriter, loc, "dg_fail_text", {}, {Abi::context(op), abi.constant(rewriter, loc, abi.i32, op.getCode()), abi.cString(rewriter, loc, op.getText()), abi.location(rewriter, loc)});
    rewriter.eraseOp(op);
    return success();
  }
};

// Upstream's pattern gives it the flags of floating-point operations, which it has not.
struct CountBits : Pattern<math::CtPopOp> {
  REWRITE(math::CtPopOp) {
    rewriter.replaceOpWithNewOp<LLVM::CtPopOp>(op, adaptor.getOperand().getType(), adaptor.getOperand());
    return success();
  }
};

struct Runtime : Pattern<RuntimeOp> {
  // dg_parse writes its value at a pointer: a place on the function's own stack. `spec` names the type.
  LogicalResult parse(RuntimeOp op, SmallVector<Value> arguments, ConversionPatternRewriter &rewriter) const {
    static const char *const names[] = {"bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f16", "bf16", "f32", "f64", "c64", "c128"};
    StringRef name = op.getSpec().value_or("");
    int64_t type = name == "date" ? 32 : name == "timestamp" ? 33 : std::find(std::begin(names), std::end(names), name) - std::begin(names);
    if (type == std::end(names) - std::begin(names)) return op.emitOpError("reads text as a type that there is none of");
    Location loc = op.getLoc();
    Type result = op.getResult(0).getType(), memory = abi.inMemory(result);
    Value place;
    {
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPointToStart(&op->getParentOfType<FunctionOpInterface>().getFunctionBody().front());
      place = LLVM::AllocaOp::create(rewriter, loc, LLVM::LLVMPointerType::get(getContext()), memory, abi.constant(rewriter, loc, abi.i64, 1));
    }
    arguments.insert(arguments.begin() + 1, abi.constant(rewriter, loc, abi.i8, type));
    arguments.push_back(place);
    arguments.push_back(abi.location(rewriter, loc));
    abi.call(rewriter, loc, "dg_parse", Type(), arguments);
    Value value = LLVM::LoadOp::create(rewriter, loc, memory, place);
    if (result.isInteger(1)) value = LLVM::TruncOp::create(rewriter, loc, result, value);
    rewriter.replaceOp(op, value);
    return success();
  }
  REWRITE(RuntimeOp) {
    Location loc = op.getLoc();
    if (op.getNumResults() > 1) return op.emitOpError("has more than one result");
    SmallVector<Value> arguments;
    if (op.getWithContext()) arguments.push_back(Abi::context(op));
    for (Value argument : adaptor.getArgs())
      arguments.push_back(argument.getType().isInteger(1) ? LLVM::ZExtOp::create(rewriter, loc, abi.i8, argument).getResult() : argument);
    if (op.getFunction() == "dg_parse") return parse(op, arguments, rewriter);
    if (op.getSpec()) arguments.push_back(abi.cString(rewriter, loc, *op.getSpec()));
    if (op.getWithLocation()) arguments.push_back(abi.location(rewriter, loc));
    Type result = op.getNumResults() ? op.getResult(0).getType() : Type();
    Value value = abi.call(rewriter, loc, op.getFunction(), result ? abi.inMemory(result) : Type(), arguments);
    if (result && result.isInteger(1)) value = LLVM::TruncOp::create(rewriter, loc, result, value);
    if (result) rewriter.replaceOp(op, value);
    else rewriter.eraseOp(op);
    return success();
  }
};
struct BeginAnnotated : Pattern<BeginAnnotatedOp> {
  REWRITE(BeginAnnotatedOp) {
    Location loc = op.getLoc();
    Value name = op.getName() ? abi.cString(rewriter, loc, *op.getName()) : abi.null(rewriter, loc);
    abi.call(rewriter, loc, "dg_begin_annotated", {}, {Abi::context(op), name, priorityOf(abi, rewriter, op, adaptor.getPriority())});
    rewriter.eraseOp(op);
    return success();
  }
};
struct BeginCounted : Pattern<BeginCountedOp> {
  REWRITE(BeginCountedOp) {
    Location loc = op.getLoc();
    abi.call(rewriter, loc, "dg_begin_counted", {},
             {Abi::context(op), adaptor.getLow(), adaptor.getHigh(), adaptor.getStep(), abi.location(rewriter, loc)});
    rewriter.eraseOp(op);
    return success();
  }
};
} // namespace

void populateTaskPatterns(RewritePatternSet &patterns, Abi &abi) {
  patterns.add<Launch, Call, Print, Order, Assert, CheckExtent, Fail, CountBits, Runtime, BeginAnnotated, BeginCounted>(abi);
  patterns.add<Bare<EndAnnotatedOp>>(abi, "dg_end_annotated");
  patterns.add<Bare<BeginSequentialOp>>(abi, "dg_begin_sequential");
  patterns.add<Bare<EndSequentialOp>>(abi, "dg_end_sequential");
  patterns.add<Bare<BeginPlanOp>>(abi, "dg_begin_plan");
  patterns.add<Bare<NextTurnOp>>(abi, "dg_next_turn");
  patterns.add<Bare<EndPlanOp>>(abi, "dg_end_plan");
  patterns.add<Bare<NextCountedOp>>(abi, "dg_next_counted");
  patterns.add<Bare<EndCountedOp>>(abi, "dg_end_counted");
}
} // namespace dagger::task
