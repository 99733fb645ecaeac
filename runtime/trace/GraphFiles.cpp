// The recorded graph as Graphviz' language, as JSON and as a timeline.
#include "runtime/trace/Recorder.h"
#include <algorithm>
#include <cstdio>

namespace dagger::rt {

static std::string jsonText(const std::string &text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
      out += escaped;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

static std::string xmlText(const std::string &text) {
  std::string out;
  for (char c : text)
    out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
  return out;
}

static std::string label(const Trace::Node &node) {
  return node.name + (node.chunk.empty() ? "" : " [" + node.chunk + "]");
}

// Which run belongs to each task; null for gates and for what was not run.
static std::vector<std::pair<const Trace::Run *, int>> runsBySerial(const Trace &trace) {
  std::vector<std::pair<const Trace::Run *, int>> found(trace.nodes.size() + 1, {nullptr, 0});
  for (size_t worker = 0; worker < trace.runs.size(); ++worker)
    for (const Trace::Run &run : trace.runs[worker])
      found[run.serial] = {&run, int(worker)};
  return found;
}

// The same colour for the same name, whatever else is there.
static unsigned hueOf(const std::string &name) {
  unsigned hash = 2166136261u;
  for (char c : name)
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash % 360;
}

std::string graphAsDot(const Trace &trace) {
  std::string out = "digraph tasks {\n  rankdir = TB;\n  node [shape = box, fontname = \"sans-serif\"];\n";
  auto runs = runsBySerial(trace);
  for (size_t i = 0; i < trace.nodes.size(); ++i) {
    const Trace::Node &node = trace.nodes[i];
    out += "  t" + std::to_string(i + 1);
    if (node.isGate) {
      out += " [shape = point];\n";
      continue;
    }
    std::string where = node.file.empty() ? "" : "\n" + node.file + ":" + std::to_string(node.line);
    std::string quoted = jsonText(label(node) + where);
    for (size_t at; (at = quoted.find("\\u000a")) != std::string::npos;)
      quoted.replace(at, 6, "\\n");
    auto [run, worker] = runs[i + 1];
    out += " [label = " + quoted + (run && run->failed ? ", color = red" : "") + "];\n";
  }
  for (auto [before, after] : trace.edges)
    out += "  t" + std::to_string(before) + " -> t" + std::to_string(after) + ";\n";
  return out + "}\n";
}

std::string graphAsJson(const Trace &trace) {
  std::string out = "{\n\"tasks\": [\n";
  auto runs = runsBySerial(trace);
  for (size_t i = 0; i < trace.nodes.size(); ++i) {
    const Trace::Node &node = trace.nodes[i];
    out += std::string(i ? ",\n" : "") + "{\"id\": " + std::to_string(i + 1) +
           ", \"kind\": " + (node.isGate ? "\"gate\"" : "\"task\"") + ", \"submission\": " + std::to_string(node.sequence);
    if (!node.isGate) {
      out += ", \"name\": " + jsonText(node.name) + ", \"point\": " + std::to_string(node.point) +
             ", \"chunk\": " + jsonText(node.chunk) + ", \"file\": " + jsonText(node.file) + ", \"line\": " + std::to_string(node.line);
      if (auto [run, worker] = runs[i + 1]; run)
        out += ", \"thread\": " + std::to_string(worker) + ", \"start_ns\": " + std::to_string(run->start) +
               ", \"end_ns\": " + std::to_string(run->end) + ", \"failed\": " + (run->failed ? "true" : "false");
    }
    out += "}";
  }
  out += "\n],\n\"edges\": [";
  bool first = true;
  for (auto [before, after] : trace.edges) {
    out += std::string(first ? "" : ", ") + "[" + std::to_string(before) + ", " + std::to_string(after) + "]";
    first = false;
  }
  return out + "]\n}\n";
}

std::string graphAsSvg(const Trace &trace) {
  int64_t last = 1;
  for (auto &runs : trace.runs)
    for (const Trace::Run &run : runs)
      last = std::max(last, run.end);
  const double left = 70, width = 1130, row = 26;
  double height = row * double(trace.runs.size()) + 50;
  char text[512];
  std::snprintf(text, sizeof text,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%g\" font-family=\"sans-serif\" font-size=\"11\">\n",
                left + width + 10, height);
  std::string out = text;
  std::vector<std::pair<double, double>> begin(trace.nodes.size() + 1), end(trace.nodes.size() + 1);
  for (size_t worker = 0; worker < trace.runs.size(); ++worker) {
    double y = 10 + row * double(worker);
    std::snprintf(text, sizeof text, "<text x=\"4\" y=\"%g\">%s %zu</text>\n", y + 15, "thread", worker);
    out += text;
    for (const Trace::Run &run : trace.runs[worker]) {
      const Trace::Node &node = trace.nodes[run.serial - 1];
      double x = left + width * double(run.start) / double(last), w = std::max(width * double(run.end - run.start) / double(last), 0.3);
      begin[run.serial] = {x, y + 10};
      end[run.serial] = {x + w, y + 10};
      std::snprintf(text, sizeof text,
                    "<rect x=\"%.2f\" y=\"%g\" width=\"%.2f\" height=\"20\" fill=\"hsl(%u,60%%,65%%)\" stroke=\"%s\" stroke-width=\"0.4\">",
                    x, y, w, hueOf(node.name), run.failed ? "red" : "black");
      out += text;
      std::snprintf(text, sizeof text, " %.3f ms", double(run.end - run.start) / 1e6);
      out += "<title>" + xmlText(label(node)) + text + "</title></rect>\n";
    }
  }
  // Beyond this the lines hide the tasks.
  if (trace.edges.size() <= 2000)
    for (auto [before, after] : trace.edges) {
      auto [x, y] = end[before];
      auto [u, v] = begin[after];
      if (x == 0 || u == 0)
        continue;
      std::snprintf(text, sizeof text, "<line x1=\"%.2f\" y1=\"%g\" x2=\"%.2f\" y2=\"%g\" stroke=\"black\" stroke-opacity=\"0.35\" stroke-width=\"0.5\"/>\n", x, y, u, v);
      out += text;
    }
  std::snprintf(text, sizeof text, "<text x=\"%g\" y=\"%g\" text-anchor=\"end\">%.3f ms</text>\n", left + width, height - 12, double(last) / 1e6);
  return out + text + "</svg>\n";
}

} // namespace dagger::rt
