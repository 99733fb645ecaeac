#include "compiler/codegen/cpu/Split.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include <algorithm>
#include <numeric>

using namespace mlir;

namespace dagger::codegen {
namespace {

using Symbols = llvm::SetVector<Operation *>;

bool isPrivate(LLVM::Linkage linkage) { return linkage == LLVM::Linkage::Internal || linkage == LLVM::Linkage::Private; }

bool isPrivateConstant(Operation *symbol) {
  auto global = dyn_cast<LLVM::GlobalOp>(symbol);
  return global && global.getConstant() && isPrivate(global.getLinkage());
}

bool isHostCode(Operation *function) {
  auto context = function->getAttrOfType<StringAttr>("task.context");
  return context && context.getValue() == "host";
}

class Splitter {
public:
  explicit Splitter(ModuleOp module) : module(module), table(module) {
    for (Operation &symbol : module.getBody()->getOperations()) {
      Symbols &used = uses[&symbol];
      symbol.walk([&](Operation *op) {
        if (auto call = dyn_cast<LLVM::CallOp>(op))
          if (auto callee = call.getCalleeAttr())
            if (Operation *other = table.lookup(callee.getAttr())) noteCall(&symbol, other);
        for (NamedAttribute attribute : op->getAttrs())
          attribute.getValue().walk([&](SymbolRefAttr name) {
            if (Operation *other = table.lookup(name.getRootReference())) used.insert(other);
          });
      });
    }
  }

  std::vector<OwningOpRef<ModuleOp>> run() {
    std::vector<Symbols> owned = assign();
    std::vector<OwningOpRef<ModuleOp>> parts;
    for (const Symbols &mine : owned) parts.push_back(build(withWhatTheyUse(mine), mine));
    share(parts);
    return parts;
  }

private:
  void noteCall(Operation *caller, Operation *callee) {
    auto function = dyn_cast<LLVM::LLVMFuncOp>(callee);
    if (function && !function.isExternal() && !isHostCode(callee)) together.unionSets(caller, callee);
  }

  static size_t weigh(Operation *function) {
    size_t count = 0;
    function->walk([&](Operation *) { ++count; });
    return count;
  }

  // What each part defines. Heaviest first, each to the part that has least.
  std::vector<Symbols> assign() {
    llvm::MapVector<Operation *, std::pair<size_t, Symbols>> groups;
    Symbols rest;
    size_t total = 0;
    for (Operation &symbol : module.getBody()->getOperations()) {
      auto function = dyn_cast<LLVM::LLVMFuncOp>(symbol);
      if (!function) {
        if (!isPrivateConstant(&symbol)) rest.insert(&symbol);
        continue;
      }
      if (function.isExternal()) continue;
      size_t weight = weigh(&symbol);
      total += weight;
      auto &group = groups[together.getOrInsertLeaderValue(&symbol)];
      group.first += weight;
      group.second.insert(&symbol);
    }
    constexpr size_t worthTwo = 200, worthAnother = 500, most = 32;
    size_t count = total < worthTwo ? 1 : std::min({most, 2 + total / worthAnother, std::max<size_t>(1, groups.size())});
    std::vector<size_t> order(groups.size());
    std::iota(order.begin(), order.end(), size_t(0));
    auto groupAt = [&](size_t index) -> auto & { return (groups.begin() + index)->second; };
    llvm::sort(order, [&](size_t a, size_t b) { return std::pair(groupAt(b).first, a) < std::pair(groupAt(a).first, b); });
    std::vector<Symbols> owned(count);
    std::vector<size_t> load(count);
    for (size_t index : order) {
      auto &[weight, functions] = groupAt(index);
      size_t part = size_t(std::min_element(load.begin(), load.end()) - load.begin());
      load[part] += weight;
      for (Operation *function : functions) owned[part].insert(function);
    }
    for (Operation *symbol : rest) owned[0].insert(symbol);
    return owned;
  }

  // What another part defines is only declared here: what it uses is not needed.
  Symbols withWhatTheyUse(const Symbols &owned) {
    Symbols members;
    llvm::SmallVector<Operation *> pending(owned.begin(), owned.end());
    while (!pending.empty()) {
      Operation *next = pending.pop_back_val();
      if (members.insert(next) && (owned.contains(next) || isPrivateConstant(next))) llvm::append_range(pending, uses[next]);
    }
    return members;
  }

  // Symbols keep the module's order. What the part does not own is declared, unless it is a constant to repeat.
  OwningOpRef<ModuleOp> build(const Symbols &members, const Symbols &owned) {
    OwningOpRef<ModuleOp> part = cast<ModuleOp>(module->cloneWithoutRegions());
    OpBuilder builder = OpBuilder::atBlockBegin(&part->getBodyRegion().emplaceBlock());
    for (Operation &symbol : module.getBody()->getOperations()) {
      if (!members.contains(&symbol)) continue;
      bool isDeclared = !owned.contains(&symbol) && !isPrivateConstant(&symbol);
      Operation *copy = builder.insert(isDeclared ? symbol.cloneWithoutRegions() : symbol.clone());
      if (isDeclared) copy->setLoc(builder.getUnknownLoc()); // its lines are the part's that defines it
    }
    return part;
  }

  // Functions that were private and that a part declares are no longer private in any of them.
  void share(std::vector<OwningOpRef<ModuleOp>> &parts) {
    llvm::SetVector<StringAttr> shared;
    for (auto &part : parts)
      for (auto function : part->getOps<LLVM::LLVMFuncOp>())
        if (function.isExternal() && isPrivate(function.getLinkage())) shared.insert(function.getSymNameAttr());
    for (auto &part : parts)
      for (auto function : part->getOps<LLVM::LLVMFuncOp>())
        if (shared.contains(function.getSymNameAttr())) function.setLinkage(LLVM::Linkage::External);
  }

  ModuleOp module;
  SymbolTable table;
  llvm::DenseMap<Operation *, Symbols> uses;
  llvm::EquivalenceClasses<Operation *> together;
};

} // namespace

std::vector<OwningOpRef<ModuleOp>> split(ModuleOp module) { return Splitter(module).run(); }

} // namespace dagger::codegen
