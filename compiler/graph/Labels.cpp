#include "compiler/graph/Labels.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace dagger::graph {

static FileLineColLoc fileOf(Location location) {
  if (auto file = dyn_cast<FileLineColLoc>(location))
    return file;
  if (auto name = dyn_cast<NameLoc>(location))
    return fileOf(name.getChildLoc());
  if (auto call = dyn_cast<CallSiteLoc>(location))
    return fileOf(call.getCallee());
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (FileLineColLoc file = fileOf(part))
        return file;
  return {};
}

std::string placeOf(Location location) {
  FileLineColLoc file = fileOf(location);
  if (!file)
    return {};
  return (llvm::sys::path::filename(file.getFilename().getValue()) + ":" + Twine(file.getLine()) + ":" +
          Twine(file.getColumn()))
      .str();
}

static std::string nameOf(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name.getName().str();
  if (auto call = dyn_cast<CallSiteLoc>(location))
    return nameOf(call.getCallee());
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (std::string name = nameOf(part); !name.empty())
        return name;
  return {};
}

std::string typeText(Type type) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (isa<array::StrType>(tensor ? tensor.getElementType() : type))
    stream << "str";
  else
    (tensor ? tensor.getElementType() : type).print(stream);
  if (tensor && tensor.getRank()) {
    stream << "[";
    for (int64_t axis = 0; axis < tensor.getRank(); ++axis) {
      stream << (axis ? ", " : "");
      tensor.isDynamicDim(axis) ? stream << "_" : stream << tensor.getDimSize(axis);
    }
    stream << "]";
  }
  return text;
}

static std::string axisName(int64_t axis) { return axis < 6 ? std::string(1, "ijklmn"[axis]) : "i" + std::to_string(axis); }

template <typename Range> static std::string listText(const Range &values) {
  std::string text = "[";
  for (auto value : values)
    text += (text.size() > 1 ? ", " : "") + std::to_string(value);
  return text + "]";
}

// "reads f32[_, _] by (i, j) halo [1, 1] [1, 1]"
static std::string accessText(task::OperandAttr access, Type type) {
  std::string text = access.getAccess().str() + "s " + typeText(type);
  if (access.getAxes().empty())
    return text;
  text += " by (";
  for (auto [k, axis] : llvm::enumerate(access.getAxes())) {
    text += k ? ", " : "";
    text += axis < 0 ? "all" : axisName(axis);
    if (axis >= 0 && access.getScale()[k] != 1)
      text += " * " + std::to_string(access.getScale()[k]);
  }
  text += ")";
  auto isWide = [](int64_t width) { return width != 0; };
  if (llvm::any_of(access.getLow(), isWide) || llvm::any_of(access.getHigh(), isWide))
    text += " halo " + listText(access.getLow()) + " " + listText(access.getHigh());
  return text;
}

static std::string spaceText(ValueRange extents) {
  std::string text = "over (";
  for (auto [axis, extent] : llvm::enumerate(extents)) {
    std::optional<int64_t> constant = getConstantIntValue(extent);
    text += (axis ? ", " : "") + axisName(axis) + (constant ? " < " + std::to_string(*constant) : "");
  }
  return text + ")";
}

std::optional<Node> nodeOf(Operation *op) {
  Node node;
  node.place = placeOf(op->getLoc());
  node.name = nameOf(op->getLoc());
  auto named = [&](StringRef kind, const std::string &fallback) {
    node.kind = kind.str();
    if (node.name.empty())
      node.name = fallback;
  };
  if (auto launch = dyn_cast<task::LaunchOp>(op)) {
    StringRef kind = launch.getKind() == "steps" ? "stencil" : launch.getKind(); // several of them at a time
    named(kind, kind.str());
    if (kind != launch.getKind())
      node.details.push_back("several steps at a time");
    node.details.push_back(spaceText(launch.getExtents()) + (launch.getTasks() ? ", a task each" : ""));
    SmallVector<Type> types(launch.getArrays().getTypes());
    llvm::append_range(types, launch.getResultTypes());
    for (auto [access, type] : llvm::zip(launch.getAccess(), types))
      node.details.push_back(accessText(cast<task::OperandAttr>(access), type));
    return node;
  }
  if (auto generic = dyn_cast<linalg::LinalgOp>(op)) {
    named("map", "map");
    node.details.push_back(std::to_string(generic.getNumLoops()) + " axes" +
                           (op->hasAttr(task::tasksAttr) ? ", a task each" : ""));
    return node;
  }
  if (auto stencil = dyn_cast<array::StencilOp>(op)) {
    named("stencil", "stencil");
    node.details.push_back(spaceText(stencil.getExtents()));
    return node;
  }
  if (auto reduce = dyn_cast<array::ReduceOp>(op)) {
    named("reduce", "reduce");
    node.details.push_back(spaceText(reduce.getExtents()) + " along " + listText(reduce.getAxes()));
    return node;
  }
  if (isa<array::ScanOp>(op))
    return named("scan", "scan"), node;
  if (auto call = dyn_cast<task::CallOp>(op)) {
    node.kind = "task";
    node.name = call.getCallee().str();
    return node;
  }
  if (auto library = dyn_cast<array::LibraryOp>(op)) {
    node.kind = "library";
    node.name = library.getName().str();
    return node;
  }
  if (isa<task::PrintOp, task::AssertOp, task::CheckExtentOp, task::OrderOp, task::FailOp>(op)) {
    node.kind = "effect";
    node.name = op->getName().stripDialect().str();
    return node;
  }
  if (isa<task::AwaitOp>(op) || (isa<array::ElementOp>(op))) {
    node.kind = "look";
    node.name = isa<task::AwaitOp>(op) ? "await" : "element";
    return node;
  }
  if (isa<array::SliceOp, array::InsertOp, array::InsertSliceOp, array::FillSliceOp, array::ScatterOp, array::OwnOp,
          array::ReshapeOp, array::TransposeOp, array::RechunkOp>(op)) {
    node.kind = "array";
    node.name = isa<array::OwnOp>(op) ? "own (copy unless sole)" : op->getName().stripDialect().str();
    return node;
  }
  return std::nullopt;
}

} // namespace dagger::graph
