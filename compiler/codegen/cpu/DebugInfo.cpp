#include "compiler/codegen/cpu/DebugInfo.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace dagger::codegen {
namespace {

// One function of the source on the way from an operation out to the function that holds it.
struct Frame {
  StringAttr function; // null: the one that holds it
  FileLineColLoc place;
};

// The innermost first. Of operations that became one, the first stands for all.
void collectFrames(Location at, StringAttr function, SmallVectorImpl<Frame> &frames) {
  if (auto site = dyn_cast<CallSiteLoc>(at)) {
    collectFrames(site.getCallee(), {}, frames);
    collectFrames(site.getCaller(), {}, frames);
  } else if (auto named = dyn_cast<NameLoc>(at)) {
    collectFrames(named.getChildLoc(), named.getName(), frames);
  } else if (auto fused = dyn_cast<FusedLoc>(at); fused && !fused.getLocations().empty()) {
    collectFrames(fused.getLocations().front(), function, frames);
  } else if (auto place = dyn_cast<FileLineColLoc>(at)) {
    frames.push_back({function, place});
  }
}

SmallVector<Frame, 4> framesOf(Location at) {
  SmallVector<Frame, 4> frames;
  collectFrames(at, {}, frames);
  return frames;
}

// `step.stencil` for the stencil_kernel of `step`; other functions are called what they are.
std::string nameOf(LLVM::LLVMFuncOp function) {
  StringRef symbol = function.getSymName();
  auto context = function->getAttrOfType<StringAttr>("task.context");
  if (!context || context.getValue() != "kernel") return symbol.str();
  SmallVector<Frame, 4> frames = framesOf(function.getLoc());
  if (frames.empty() || !frames.front().function) return symbol.str();
  return (frames.front().function.getValue() + "." + symbol.take_front(symbol.rfind("_kernel"))).str();
}

class Describer {
public:
  Describer(ModuleOp module, const FunctionNames &names) : context(*module.getContext()), module(module), names(names) {
    (void)llvm::sys::fs::current_path(folder);
  }

  void run() {
    for (auto function : module.getOps<LLVM::LLVMFuncOp>())
      if (!function.isExternal()) describe(function);
  }

private:
  LLVM::DIFileAttr file(StringAttr path) { return LLVM::DIFileAttr::get(&context, path.getValue(), llvm::sys::path::is_absolute(path.getValue()) ? "" : folder.str()); }

  LLVM::DISubprogramAttr subprogram(StringRef name, FileLineColLoc place) {
    LLVM::DIFileAttr where = file(place.getFilename());
    if (!unit)
      unit = LLVM::DICompileUnitAttr::get(DistinctAttr::create(UnitAttr::get(&context)), llvm::dwarf::DW_LANG_C11, where, StringAttr::get(&context, "daggerc"),
                                          /*isOptimized=*/true, LLVM::DIEmissionKind::Full, LLVM::DINameTableKind::None);
    if (!type) type = LLVM::DISubroutineTypeAttr::get(&context, ArrayRef<LLVM::DITypeAttr>());
    return LLVM::DISubprogramAttr::get(&context, DistinctAttr::create(UnitAttr::get(&context)), unit, where, StringAttr::get(&context, name),
                                       /*linkageName=*/StringAttr(), where, place.getLine(), place.getLine(),
                                       LLVM::DISubprogramFlags::Definition | LLVM::DISubprogramFlags::Optimized | LLVM::DISubprogramFlags::LocalToUnit, type, {}, {});
  }

  // The function of the source that was inlined: its first place stands for where it begins.
  LLVM::DISubprogramAttr inlined(const Frame &frame) {
    StringRef name = frame.function ? frame.function.getValue() : "?";
    auto &found = inlinedFunctions[{StringAttr::get(&context, name), frame.place.getFilename()}];
    if (!found) found = subprogram(name, frame.place);
    return found;
  }

  // Columns are left out: debuggers and profilers go by lines, and the tables get half as long.
  Location scoped(FileLineColLoc place, LLVM::DISubprogramAttr scope) {
    return FusedLoc::get(&context, {Location(FileLineColLoc::get(place.getFilename(), place.getLine(), 0))}, scope);
  }

  void describe(LLVM::LLVMFuncOp function) {
    // Code that the compiler made up for a function has no place of its own: it gets that of the function, or else of what it calls.
    SmallVector<Frame, 4> frames = framesOf(function.getLoc());
    if (frames.empty())
      function.walk([&](Operation *op) {
        frames = framesOf(op->getLoc());
        return frames.empty() ? WalkResult::advance() : WalkResult::interrupt();
      });
    if (frames.empty()) return;
    auto named = names.find(function.getSymName());
    StringRef name = named == names.end() ? function.getSymName() : StringRef(named->second);
    name.consume_front(symbolPrefix);
    FileLineColLoc begin = frames.back().place;
    LLVM::DISubprogramAttr own = subprogram(name, begin);
    llvm::DenseMap<Location, Location> known;
    function.walk([&](Operation *op) {
      if (op == function) return;
      auto [slot, isNew] = known.try_emplace(op->getLoc(), op->getLoc());
      if (isNew) slot->second = within(op->getLoc(), own, begin);
      op->setLoc(slot->second);
    });
    function->setLoc(scoped(begin, own));
  }

  Location within(Location at, LLVM::DISubprogramAttr own, FileLineColLoc otherwise) {
    SmallVector<Frame, 4> frames = framesOf(at);
    if (frames.empty()) return scoped(FileLineColLoc::get(otherwise.getFilename(), 0, 0), own);
    Location place = scoped(frames.back().place, own);
    for (const Frame &frame : llvm::reverse(ArrayRef(frames).drop_back())) place = CallSiteLoc::get(scoped(frame.place, inlined(frame)), place);
    return place;
  }

  MLIRContext &context;
  ModuleOp module;
  const FunctionNames &names;
  llvm::SmallString<128> folder;
  LLVM::DICompileUnitAttr unit;
  LLVM::DISubroutineTypeAttr type;
  llvm::DenseMap<std::pair<StringAttr, StringAttr>, LLVM::DISubprogramAttr> inlinedFunctions;
};

} // namespace

FunctionNames nameFunctions(ModuleOp module) {
  FunctionNames names;
  llvm::StringSet<> taken;
  SmallVector<LLVM::LLVMFuncOp> functions;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    if (function.isExternal() || (function.getLinkage() != LLVM::Linkage::Internal && function.getLinkage() != LLVM::Linkage::Private)) continue;
    StringRef symbol = function.getSymName();
    if (symbol.starts_with(symbolPrefix)) taken.insert(names[symbol] = symbol.str());
    else functions.push_back(function);
  }
  for (auto function : functions) {
    std::string base = (symbolPrefix + nameOf(function)).str(), name = base;
    for (int count = 2; !taken.insert(name).second; ++count) name = base + "." + std::to_string(count);
    names[function.getSymName()] = name;
  }
  return names;
}

void describeLines(ModuleOp module, const FunctionNames &names) { Describer(module, names).run(); }

} // namespace dagger::codegen
