// The exported description of a program: main with its parameters, or tests.
#include "mlir-dialects/Conversion/TaskToLLVM/Abi.h"
#include "mlir-dialects/Conversion/TaskToLLVM/HasLoop.h"
#include "dagger/library.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace dagger::task {
namespace {

int parameterType(StringRef name) {
  return llvm::StringSwitch<int>(name).Case("bool", DG_BOOL).Case("i8", DG_I8).Case("i16", DG_I16).Case("i32", DG_I32).Case("i64", DG_I64)
      .Case("u8", DG_U8).Case("u16", DG_U16).Case("u32", DG_U32).Case("u64", DG_U64).Case("f16", DG_F16).Case("bf16", DG_BF16).Case("f32", DG_F32)
      .Case("f64", DG_F64).Case("c64", DG_C64).Case("c128", DG_C128).Case("str", DG_STR).Case("date", DG_DATE).Case("timestamp", DG_TIMESTAMP).Default(-1);
}

// A C string field: null where there is none.
Value optionalText(Abi &abi, OpBuilder &b, Location loc, Attribute text) {
  auto string = dyn_cast_if_present<StringAttr>(text);
  return string ? abi.cString(b, loc, string.getValue()) : abi.null(b, loc);
}

// void entry(dg_context *, const void *const *arguments): takes the arguments from where they lie and calls the function.
LLVM::LLVMFuncOp makeEntry(ModuleOp module, Abi &abi, LLVM::LLVMFuncOp function, bool takesArguments) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  Location loc = function.getLoc();
  // Each of its instructions runs once, or beside what takes longer; the latter only for as long as nothing better is there.
  if (!hasLoop(function) || (module->hasAttr(hastyAttr) && function->hasAttr(submitsAttr))) leaveAsItIs(function);
  SmallVector<Type> parameters{abi.ptr};
  if (takesArguments) parameters.push_back(abi.ptr);
  auto entry = LLVM::LLVMFuncOp::create(builder, loc, (function.getName() + ".entry").str(), LLVM::LLVMFunctionType::get(abi.none, parameters), LLVM::Linkage::Internal);
  leaveAsItIs(entry);
  Block *block = entry.addEntryBlock(builder);
  builder.setInsertionPointToStart(block);
  SmallVector<Value> arguments{block->getArgument(0)};
  for (auto [index, type] : llvm::enumerate(function.getFunctionType().getParams().drop_front())) {
    Value at = LLVM::GEPOp::create(builder, loc, abi.ptr, abi.ptr, block->getArgument(1), ArrayRef<LLVM::GEPArg>{int32_t(index)});
    Value room = LLVM::LoadOp::create(builder, loc, abi.ptr, at);
    arguments.push_back(abi.load(builder, loc, type, room));
  }
  LLVM::CallOp::create(builder, loc, function, arguments);
  LLVM::ReturnOp::create(builder, loc, ValueRange());
  return entry;
}
} // namespace

void leaveAsItIs(LLVM::LLVMFuncOp function) {
  function.setOptimizeNone(true);
  function.setNoInline(true);
}

LogicalResult emitProgram(ModuleOp module, Abi &abi) {
  auto main = module.lookupSymbol<LLVM::LLVMFuncOp>("main");
  SmallVector<LLVM::LLVMFuncOp> tests;
  module.walk([&](LLVM::LLVMFuncOp function) {
    if (function->hasAttr("task.test")) tests.push_back(function);
  });
  MLIRContext *context = module.getContext();

  auto parameterStruct = LLVM::LLVMStructType::getLiteral(context, {abi.ptr, abi.ptr, abi.i8, abi.ptr});
  auto testStruct = LLVM::LLVMStructType::getLiteral(context, {abi.ptr, abi.ptr, abi.ptr});
  // A constant array of structs, as a struct of structs: the same in memory.
  auto table = [&](Type element, size_t count, function_ref<SmallVector<Value>(OpBuilder &, Location, size_t)> fill) {
    auto type = LLVM::LLVMStructType::getLiteral(context, SmallVector<Type>(count, element));
    return abi.structure("table", type, [&](OpBuilder &b, Location l) {
      SmallVector<Value> rows;
      for (size_t i = 0; i < count; ++i) {
        Value row = LLVM::UndefOp::create(b, l, element);
        for (auto [field, value] : llvm::enumerate(fill(b, l, i))) row = LLVM::InsertValueOp::create(b, l, row, value, int64_t(field));
        rows.push_back(row);
      }
      return rows;
    });
  };
  LLVM::GlobalOp parameters, testTable;
  size_t parameterCount = 0;
  LLVM::LLVMFuncOp mainEntry;
  if (main) {
    if (auto list = main->getAttrOfType<ArrayAttr>("task.parameters")) {
      parameterCount = list.size();
      for (Attribute row : list)
        if (parameterType(cast<DictionaryAttr>(row).getAs<StringAttr>("type").getValue()) < 0)
          return main.emitOpError("has a parameter that a command line cannot give");
      if (parameterCount)
        parameters = table(parameterStruct, parameterCount, [&](OpBuilder &b, Location l, size_t i) -> SmallVector<Value> {
          auto row = cast<DictionaryAttr>(list[i]);
          return {optionalText(abi, b, l, row.get("name")), optionalText(abi, b, l, row.get("doc")),
                  abi.constant(b, l, abi.i8, parameterType(row.getAs<StringAttr>("type").getValue())), optionalText(abi, b, l, row.get("default"))};
        });
    }
    mainEntry = makeEntry(module, abi, main, true);
    // The exported name must not be the C library's. Only the entry calls it.
    main.setSymName("dagger.main");
    mainEntry.walk([&](LLVM::CallOp call) { call.setCallee(main.getSymName()); });
  }
  if (!tests.empty()) {
    SmallVector<LLVM::LLVMFuncOp> entries;
    for (LLVM::LLVMFuncOp test : tests) entries.push_back(makeEntry(module, abi, test, false));
    testTable = table(testStruct, tests.size(), [&](OpBuilder &b, Location l, size_t i) -> SmallVector<Value> {
      return {optionalText(abi, b, l, tests[i]->getAttr("task.test")), LLVM::AddressOfOp::create(b, l, entries[i]), abi.location(b, tests[i].getLoc())};
    });
  }
  LLVM::GlobalOp kernels;
  int64_t kernelCount = module->hasAttr(hastyAttr) ? 0 : abi.numberedKernels.size();
  if (kernelCount) {
    auto type = LLVM::LLVMStructType::getLiteral(context, SmallVector<Type>(kernelCount, abi.ptr));
    kernels = abi.structure("kernels", type, [&](OpBuilder &b, Location l) {
      SmallVector<Value> all;
      for (FlatSymbolRefAttr kernel : abi.numberedKernels)
        all.push_back(kernel ? LLVM::AddressOfOp::create(b, l, abi.ptr, kernel).getResult() : abi.null(b, l));
      return all;
    });
  }
  auto type = LLVM::LLVMStructType::getLiteral(context, {abi.i32, abi.ptr, abi.ptr, abi.ptr, abi.i32, abi.ptr, abi.ptr, abi.i32, abi.ptr, abi.i32});
  LLVM::GlobalOp program = abi.structure("dg_program_entry", type, [&](OpBuilder &b, Location l) -> SmallVector<Value> {
    Attribute name = module->getAttr("task.name"), doc = main ? main->getAttr("task.doc") : Attribute();
    return {abi.constant(b, l, abi.i32, DG_ABI_VERSION), optionalText(abi, b, l, name ? name : StringAttr::get(context, "program")), optionalText(abi, b, l, doc),
            parameters ? abi.addressOf(b, l, parameters) : abi.null(b, l), abi.constant(b, l, abi.i32, parameterCount),
            mainEntry ? LLVM::AddressOfOp::create(b, l, mainEntry).getResult() : abi.null(b, l),
            testTable ? abi.addressOf(b, l, testTable) : abi.null(b, l), abi.constant(b, l, abi.i32, tests.size()),
            kernels ? abi.addressOf(b, l, kernels) : abi.null(b, l), abi.constant(b, l, abi.i32, kernelCount)};
  });
  program.setLinkage(LLVM::Linkage::External);
  return success();
}
} // namespace dagger::task
