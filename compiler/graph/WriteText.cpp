// The graph as text: for Graphviz, and as JSON.
#include "compiler/graph/Graph.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace dagger::graph {

static std::string quoted(llvm::StringRef text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string writeDot(const Graph &graph) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "digraph dagger {\n  compound=true; node [shape=box, fontname=\"Helvetica\", fontsize=10]; edge [fontsize=9];\n";
  std::vector<std::vector<int>> inner(graph.boxes.size() + 1), nodes(graph.boxes.size() + 1);
  for (size_t k = 0; k < graph.boxes.size(); ++k)
    inner[graph.boxes[k].parent + 1].push_back(k);
  for (size_t k = 0; k < graph.nodes.size(); ++k)
    nodes[graph.nodes[k].box + 1].push_back(k);
  std::function<void(int, int)> write = [&](int box, int depth) {
    std::string indent(2 * depth, ' ');
    for (int number : nodes[box + 1]) {
      const Node &node = graph.nodes[number];
      out << indent << "n" << number << " [label=";
      std::string label = node.name + (node.name == node.kind ? "" : " (" + node.kind + ")");
      std::string escaped = quoted(label);
      escaped.pop_back();
      for (const std::string &detail : node.details)
        escaped += "\\n" + quoted(detail).substr(1, quoted(detail).size() - 2);
      if (!node.place.empty())
        escaped += "\\n" + node.place;
      out << escaped << "\"];\n";
    }
    for (int child : inner[box + 1]) {
      const Box &cluster = graph.boxes[child];
      out << indent << "subgraph cluster" << child << " {\n"
          << indent << "  label=" << quoted(cluster.label)
          << (cluster.kind == "plan" ? "; style=bold;\n" : "; style=rounded;\n");
      write(child, depth + 1);
      out << indent << "}\n";
    }
  };
  write(-1, 1);
  for (const Edge &edge : graph.edges)
    out << "  n" << edge.from << " -> n" << edge.to << " [label=" << quoted(edge.type)
        << (edge.nextTurn ? ", style=dashed, constraint=false" : "") << "];\n";
  out << "}\n";
  return text;
}

std::string writeJson(const Graph &graph) {
  std::string text;
  llvm::raw_string_ostream out(text);
  llvm::json::OStream json(out, 2);
  json.object([&] {
    json.attributeArray("boxes", [&] {
      for (const Box &box : graph.boxes)
        json.object([&] {
          json.attribute("kind", box.kind);
          json.attribute("label", box.label);
          json.attribute("parent", box.parent);
        });
    });
    json.attributeArray("nodes", [&] {
      for (const Node &node : graph.nodes)
        json.object([&] {
          json.attribute("kind", node.kind);
          json.attribute("name", node.name);
          json.attribute("place", node.place);
          json.attribute("box", node.box);
          json.attributeArray("details", [&] {
            for (const std::string &detail : node.details)
              json.value(detail);
          });
        });
    });
    json.attributeArray("edges", [&] {
      for (const Edge &edge : graph.edges)
        json.object([&] {
          json.attribute("from", edge.from);
          json.attribute("to", edge.to);
          json.attribute("type", edge.type);
          json.attribute("next_turn", edge.nextTurn);
        });
    });
  });
  out << "\n";
  return text;
}

} // namespace dagger::graph
