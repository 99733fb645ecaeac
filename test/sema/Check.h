// Checks a program given as text; imports are other texts, the standard library is the source tree's.
#pragma once
#include "compiler/parse/Parse.h"
#include "compiler/sema/Sema.h"
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace dagger {

struct Checked {
  SourceManager sources;
  Diagnostics diagnostics{sources};
  std::vector<std::unique_ptr<ast::File>> files;
  std::unique_ptr<hir::Program> program;

  std::string dump() const { return program ? hir::dump(*program) : "errors:\n" + errors(); }
  std::string errors() const {
    std::ostringstream out;
    diagnostics.print(out, false);
    return out.str();
  }
};

inline std::unique_ptr<Checked> check(const std::string &text, const std::map<std::string, std::string> &others = {}) {
  auto result = std::make_unique<Checked>();
  auto parseText = [&](const std::string &path, const std::string &source, bool isStdlib) {
    result->files.push_back(parse(result->sources.add(path, source, isStdlib), result->diagnostics));
    return result->files.back().get();
  };
  const ast::File *root = parseText("test.dg", text, false);
  sema::Options options;
  options.stdlibDirs = {DAGGER_SOURCE_DIR "/stdlib"};
  options.load = [&](const std::string &path, Span) -> const ast::File * {
    if (auto it = others.find(path); it != others.end())
      return parseText(path, it->second, false);
    std::ifstream file(path);
    if (!file || !path.starts_with(DAGGER_SOURCE_DIR "/stdlib"))
      return nullptr;
    std::stringstream content;
    content << file.rdbuf();
    return parseText(path, content.str(), true);
  };
  result->program = sema::check(*root, options, result->sources, result->diagnostics);
  return result;
}

} // namespace dagger
