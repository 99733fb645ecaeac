// From operations to nodes, edges and boxes.
#include "compiler/graph/Labels.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace dagger::graph {

namespace {
// hoist-plans has found that every turn submits the same launches.
bool isPlan(scf::ForOp loop) { return isa<task::NextTurnOp>(loop.getBody()->front()); }

struct Collector {
  Graph graph;
  DenseMap<Value, SmallVector<int, 2>> sources; // the nodes that a value comes from
  DenseMap<Operation *, int> numbers;            // of drawn operations

  int box(StringRef kind, const std::string &label, int parent) {
    graph.boxes.push_back({kind.str(), label, parent});
    return graph.boxes.size() - 1;
  }

  void merge(Value to, Value from) {
    auto found = sources.find(from);
    if (found == sources.end() || to == from)
      return;
    SmallVector<int, 2> nodes = found->second; // the map may grow below
    for (int node : nodes)
      if (!llvm::is_contained(sources[to], node))
        sources[to].push_back(node);
  }

  void block(Block &body, int parent) {
    for (Operation &op : body) {
      if (auto loop = dyn_cast<scf::ForOp>(op)) {
        std::string place = placeOf(op.getLoc());
        bool plan = isPlan(loop);
        int inner = box(plan ? "plan" : "loop", (plan ? "plan, the same each turn" : "for") + (place.empty() ? "" : " " + place), parent);
        for (auto [argument, init] : llvm::zip(loop.getRegionIterArgs(), loop.getInits()))
          merge(argument, init);
        block(*loop.getBody(), inner);
        for (auto [argument, carried, result] : llvm::zip(loop.getRegionIterArgs(), loop.getYieldedValues(), loop.getResults())) {
          nextTurn(argument, carried);
          merge(result, argument);
          merge(result, carried);
        }
        continue;
      }
      if (auto loop = dyn_cast<scf::WhileOp>(op)) {
        int inner = box("loop", "while " + placeOf(op.getLoc()), parent);
        for (auto [argument, init] : llvm::zip(loop.getBeforeArguments(), loop.getInits()))
          merge(argument, init);
        block(*loop.getBeforeBody(), inner);
        auto passed = loop.getConditionOp().getArgs();
        for (auto [argument, value, result] : llvm::zip(loop.getAfterArguments(), passed, loop.getResults())) {
          merge(argument, value);
          merge(result, value);
        }
        block(*loop.getAfterBody(), inner);
        continue;
      }
      if (auto branch = dyn_cast<scf::IfOp>(op)) {
        for (Region *region : {&branch.getThenRegion(), &branch.getElseRegion()}) {
          if (region->empty())
            continue;
          bool isElse = region == &branch.getElseRegion();
          block(region->front(), box("branch", (isElse ? "else " : "if ") + placeOf(op.getLoc()), parent));
          for (auto [result, value] : llvm::zip(op.getResults(), region->front().getTerminator()->getOperands()))
            merge(result, value);
        }
        continue;
      }
      std::optional<Node> drawn = nodeOf(&op);
      SetVector<Value> used(op.operand_begin(), op.operand_end());
      if (drawn) // arrays that the region reads from around it
        op.walk([&](Operation *inner) {
          for (Value operand : inner->getOperands())
            if (operand.getParentBlock() != inner->getBlock())
              used.insert(operand);
        });
      if (!drawn) {
        for (Value result : op.getResults())
          for (Value value : used)
            merge(result, value);
        continue;
      }
      drawn->box = parent;
      int node = graph.nodes.size();
      graph.nodes.push_back(std::move(*drawn));
      numbers[&op] = node;
      size_t firstEdge = graph.edges.size();
      for (Value value : used) {
        auto found = sources.find(value);
        if (found == sources.end())
          continue;
        for (int from : found->second) {
          bool known = false;
          for (size_t k = firstEdge; k < graph.edges.size(); ++k)
            known |= graph.edges[k].from == from;
          if (!known)
            graph.edges.push_back({from, node, typeText(value.getType()), false});
        }
      }
      for (Value result : op.getResults())
        sources[result].push_back(node);
    }
  }

  // What one turn makes and the next one takes: edges back to what reads the loop's argument.
  void nextTurn(Value argument, Value carried) {
    SetVector<int> readers;
    for (Operation *user : argument.getUsers())
      for (Operation *op = user; op; op = op->getParentOp())
        if (auto found = numbers.find(op); found != numbers.end()) {
          readers.insert(found->second);
          break;
        }
    auto made = sources.find(carried);
    if (made == sources.end())
      return;
    for (int reader : readers)
      for (int from : made->second)
        if (from >= reader) // made in this turn, and not before the loop
          graph.edges.push_back({from, reader, typeText(carried.getType()), true});
  }
};
} // namespace

Graph collect(ModuleOp module) {
  Collector collector;
  for (auto function : module.getOps<func::FuncOp>()) {
    auto context = function->getAttrOfType<StringAttr>(task::contextAttr);
    if (function.isExternal() || !context || (context.getValue() != task::hostContext && context.getValue() != task::taskContext))
      continue;
    int box = collector.box("function", context.getValue().str() + " " + function.getName().str(), -1);
    collector.block(function.getBody().front(), box);
  }
  return std::move(collector.graph);
}

} // namespace dagger::graph
