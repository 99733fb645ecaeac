// The graph as a picture: the program's order from top to bottom, edges as arcs at the right.
#include "compiler/graph/Graph.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <functional>

namespace dagger::graph {

static std::string escaped(llvm::StringRef text) {
  std::string out;
  for (char c : text)
    out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
  return out;
}

static const char *colorOf(llvm::StringRef kind) {
  if (kind == "task") return "#fde9c9";
  if (kind == "effect" || kind == "look") return "#f6d5d5";
  if (kind == "library") return "#e3dcf5";
  if (kind == "array") return "#eeeeee";
  return "#d5e6f6";
}

std::string writeSvg(const Graph &graph) {
  constexpr int line = 16, pad = 8, gap = 14, indent = 16, characterWidth = 7;
  std::vector<std::vector<int>> inner(graph.boxes.size() + 1), nodes(graph.boxes.size() + 1);
  for (size_t k = 0; k < graph.boxes.size(); ++k)
    inner[graph.boxes[k].parent + 1].push_back(k);
  for (size_t k = 0; k < graph.nodes.size(); ++k)
    nodes[graph.nodes[k].box + 1].push_back(k);
  // A node stands before a box exactly when its number is below all numbers in the box.
  std::vector<int> firstIn(graph.boxes.size(), int(graph.nodes.size()));
  for (size_t k = 0; k < graph.nodes.size(); ++k)
    for (int box = graph.nodes[k].box; box >= 0; box = graph.boxes[box].parent)
      firstIn[box] = std::min(firstIn[box], int(k));

  int width = 200;
  for (const Node &node : graph.nodes) {
    size_t longest = node.name.size() + node.kind.size() + 3 + node.place.size() + 2;
    for (const std::string &detail : node.details)
      longest = std::max(longest, detail.size());
    width = std::max(width, int(longest) * characterWidth + 2 * pad);
  }
  struct Frame { int x, y, width, height; };
  std::vector<Frame> frames(graph.boxes.size()), places(graph.nodes.size());
  int deepest = 0;
  std::function<int(int, int, int)> place = [&](int box, int depth, int y) {
    deepest = std::max(deepest, depth);
    size_t child = 0;
    auto placeChildrenBefore = [&](int node) {
      for (; child < inner[box + 1].size() && firstIn[inner[box + 1][child]] < node; ++child) {
        int number = inner[box + 1][child];
        int end = place(number, depth + 1, y + line + pad);
        frames[number] = {indent * (depth + 1) - pad, y, 0, end - y};
        y = end + gap;
      }
    };
    for (int number : nodes[box + 1]) {
      placeChildrenBefore(number);
      int height = line * (1 + int(graph.nodes[number].details.size())) + pad;
      places[number] = {indent * (depth + 1), y, width, height};
      y += height + gap;
    }
    placeChildrenBefore(int(graph.nodes.size()) + 1);
    return y;
  };
  int bottom = place(-1, 0, gap);
  int right = indent * (deepest + 2) + width, arcs = 0;
  for (const Edge &edge : graph.edges)
    arcs = std::max(arcs, std::abs(places[edge.to].y - places[edge.from].y) / 8 + 24);
  arcs = std::min(arcs, 400);

  std::string text;
  llvm::raw_string_ostream out(text);
  out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << right + arcs << "\" height=\"" << bottom
      << "\" font-family=\"Helvetica, sans-serif\" font-size=\"12\">\n"
      << "<defs><marker id=\"head\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"4\" orient=\"auto\">"
         "<path d=\"M0,0 L8,4 L0,8 z\" fill=\"#555\"/></marker></defs>\n";
  for (size_t k = 0; k < graph.boxes.size(); ++k) {
    if (firstIn[k] == int(graph.nodes.size()))
      continue; // nothing is drawn in it
    const Frame &frame = frames[k];
    bool plan = graph.boxes[k].kind == "plan";
    out << "<rect x=\"" << frame.x << "\" y=\"" << frame.y << "\" width=\"" << right - 2 * frame.x << "\" height=\""
        << frame.height << "\" rx=\"6\" fill=\"none\" stroke=\"" << (plan ? "#2a6" : "#999") << "\" stroke-width=\""
        << (plan ? 2 : 1) << "\"/>\n<text x=\"" << frame.x + pad << "\" y=\"" << frame.y + line << "\" fill=\"#444\">"
        << escaped(graph.boxes[k].label) << "</text>\n";
  }
  for (size_t k = 0; k < graph.nodes.size(); ++k) {
    const Node &node = graph.nodes[k];
    const Frame &at = places[k];
    out << "<rect x=\"" << at.x << "\" y=\"" << at.y << "\" width=\"" << at.width << "\" height=\"" << at.height
        << "\" rx=\"4\" fill=\"" << colorOf(node.kind) << "\" stroke=\"#888\"/>\n";
    int y = at.y + line - 2;
    out << "<text x=\"" << at.x + pad << "\" y=\"" << y << "\"><tspan font-weight=\"bold\">" << escaped(node.name)
        << "</tspan>" << (node.name == node.kind ? "" : " (" + escaped(node.kind) + ")") << " <tspan fill=\"#777\">"
        << escaped(node.place) << "</tspan></text>\n";
    for (const std::string &detail : node.details)
      out << "<text x=\"" << at.x + pad << "\" y=\"" << (y += line) << "\" fill=\"#333\">" << escaped(detail) << "</text>\n";
  }
  for (const Edge &edge : graph.edges) {
    const Frame &from = places[edge.from], &to = places[edge.to];
    int x1 = from.x + from.width, y1 = from.y + from.height / 2 + 4, x2 = to.x + to.width, y2 = to.y + to.height / 2 - 4;
    int reach = std::max(x1, x2) + std::min(arcs, 16 + std::abs(y2 - y1) / 8);
    out << "<path d=\"M" << x1 << "," << y1 << " C" << reach << "," << y1 << " " << reach << "," << y2 << " " << x2 << ","
        << y2 << "\" fill=\"none\" stroke=\"#555\"" << (edge.nextTurn ? " stroke-dasharray=\"4 3\"" : "")
        << " marker-end=\"url(#head)\"><title>" << escaped(edge.type) << "</title></path>\n";
  }
  out << "</svg>\n";
  return text;
}

} // namespace dagger::graph
