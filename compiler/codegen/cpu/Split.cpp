#include "compiler/codegen/cpu/Split.h"
#include "mlir-dialects/Conversion/TaskToLLVM/HasLoop.h"
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
    llvm::DenseMap<Operation *, Symbols> users;
    llvm::SetVector<std::pair<Operation *, Operation *>> calls;
    for (Operation &symbol : module.getBody()->getOperations()) {
      Symbols &used = uses[&symbol];
      symbol.walk([&](Operation *op) {
        if (auto call = dyn_cast<LLVM::CallOp>(op)) {
          auto callee = call.getCalleeAttr();
          if (Operation *other = callee ? table.lookup(callee.getAttr()) : nullptr) {
            calls.insert({&symbol, other});
            used.insert(other);
          }
          return;
        }
        if (op->getNumOperands() && op->getNumResults() == 1) return; // it computes: to look through its attributes takes long
        for (NamedAttribute attribute : op->getAttrs())
          attribute.getValue().walk([&](SymbolRefAttr name) {
            if (Operation *other = table.lookup(name.getRootReference())) used.insert(other);
          });
      });
      for (Operation *other : used) users[other].insert(&symbol);
    }
    findLeft(users);
    for (auto [caller, callee] : calls)
      if (!left.contains(caller) && !left.contains(callee)) noteCall(caller, callee);
  }

  std::vector<ModulePart> run() {
    size_t optimized = 0;
    std::vector<Symbols> owned = assign(optimized);
    std::vector<ModulePart> parts;
    for (const Symbols &mine : owned) parts.push_back({build(withWhatTheyUse(mine), mine), parts.size() < optimized});
    share(parts);
    return parts;
  }

private:
  void noteCall(Operation *caller, Operation *callee) {
    auto function = dyn_cast<LLVM::LLVMFuncOp>(callee);
    if (function && !function.isExternal() && !isHostCode(callee)) together.unionSets(caller, callee);
  }

  // What is not optimized: functions that say so, and private ones without loops that only those name.
  void findLeft(llvm::DenseMap<Operation *, Symbols> &users) {
    Symbols found;
    for (auto function : module.getOps<LLVM::LLVMFuncOp>())
      if (function.getOptimizeNone().value_or(false)) found.insert(function);
    left.insert_range(found);
    for (size_t at = 0; at < found.size(); ++at)
      for (Operation *used : uses[found[at]]) {
        auto function = dyn_cast<LLVM::LLVMFuncOp>(used);
        bool isTheirs = function && !function.isExternal() && isPrivate(function.getLinkage()) && !task::hasLoop(function) &&
                        llvm::all_of(users[used], [&](Operation *user) { return left.contains(user); });
        if (isTheirs && left.insert(used).second) found.insert(used);
      }
  }

  static size_t weigh(Operation *function) {
    size_t count = 0;
    function->walk([&](Operation *) { ++count; });
    return count;
  }

  struct Group {
    size_t weight = 0;
    Symbols functions;
  };
  using Groups = llvm::MapVector<Operation *, Group>;

  // What each part defines: first those that are optimized.
  std::vector<Symbols> assign(size_t &optimized) {
    Groups toOptimize, toLeave;
    Symbols rest;
    for (Operation &symbol : module.getBody()->getOperations()) {
      auto function = dyn_cast<LLVM::LLVMFuncOp>(symbol);
      if (!function) {
        if (!isPrivateConstant(&symbol)) rest.insert(&symbol);
        continue;
      }
      if (function.isExternal()) continue;
      Group &group = left.contains(&symbol) ? toLeave[&symbol] : toOptimize[together.getOrInsertLeaderValue(&symbol)];
      group.weight += weigh(&symbol);
      group.functions.insert(&symbol);
    }
    std::vector<Symbols> owned;
    spread(toOptimize, 200, 500, owned);
    optimized = owned.size();
    // A few instructions are not worth a part.
    size_t toLeaveAll = 0;
    for (auto &[leader, group] : toLeave) toLeaveAll += group.weight;
    if (!owned.empty() && toLeaveAll < 200)
      for (auto &[leader, group] : toLeave) owned.front().insert_range(group.functions);
    else
      spread(toLeave, 3000, 3000, owned);
    if (owned.empty()) owned.emplace_back();
    owned.front().insert_range(rest);
    return owned;
  }

  // Two parts from a weight on, then one more each time; heaviest first, each to the part that has least.
  static void spread(Groups &groups, size_t worthTwo, size_t worthAnother, std::vector<Symbols> &owned) {
    if (groups.empty()) return;
    size_t total = 0;
    for (auto &[leader, group] : groups) total += group.weight;
    constexpr size_t most = 32;
    size_t count = total < worthTwo ? 1 : std::min({most, 2 + total / worthAnother, groups.size()}), begin = owned.size();
    std::vector<size_t> order(groups.size());
    std::iota(order.begin(), order.end(), size_t(0));
    auto groupAt = [&](size_t index) -> Group & { return (groups.begin() + index)->second; };
    llvm::sort(order, [&](size_t a, size_t b) { return std::pair(groupAt(b).weight, a) < std::pair(groupAt(a).weight, b); });
    owned.resize(begin + count);
    std::vector<size_t> load(count);
    for (size_t index : order) {
      auto &[weight, functions] = groupAt(index);
      size_t part = size_t(std::min_element(load.begin(), load.end()) - load.begin());
      load[part] += weight;
      owned[begin + part].insert_range(functions);
    }
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
  void share(std::vector<ModulePart> &parts) {
    llvm::SetVector<StringAttr> shared;
    for (ModulePart &part : parts)
      for (auto function : part.module->getOps<LLVM::LLVMFuncOp>())
        if (function.isExternal() && isPrivate(function.getLinkage())) shared.insert(function.getSymNameAttr());
    for (ModulePart &part : parts)
      for (auto function : part.module->getOps<LLVM::LLVMFuncOp>())
        if (shared.contains(function.getSymNameAttr())) function.setLinkage(LLVM::Linkage::External);
  }

  ModuleOp module;
  SymbolTable table;
  llvm::DenseMap<Operation *, Symbols> uses;
  llvm::EquivalenceClasses<Operation *> together;
  llvm::DenseSet<Operation *> left; // not optimized
};

} // namespace

std::vector<ModulePart> split(ModuleOp module) { return Splitter(module).run(); }

} // namespace dagger::codegen
