#pragma once
#include "compiler/ast/Dump.h"
#include "compiler/fmt/Format.h"
#include "compiler/parse/Parse.h"
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace dagger::test {

// One text and what the front end makes of it.
struct Parsed {
  explicit Parsed(std::string text, std::string path = "test.dg")
      : source(sources.add(std::move(path), std::move(text))), diagnostics(sources), file(parse(source, diagnostics)) {}

  std::string errors() const {
    std::ostringstream out;
    diagnostics.print(out, false);
    return out.str();
  }
  std::vector<int> codes() const {
    std::vector<int> result;
    for (const Diagnostic &d : diagnostics.all()) result.push_back(d.code);
    return result;
  }

  SourceManager sources;
  const SourceFile &source;
  Diagnostics diagnostics;
  std::unique_ptr<ast::File> file;
};

// An expression, as the body of a function.
inline std::string parenthesized(const std::string &expression) {
  Parsed parsed("fn f() {\n    return " + expression + "\n}\n");
  EXPECT_EQ(parsed.errors(), "") << expression;
  if (parsed.file->decls.empty()) return "";
  const auto &f = static_cast<const ast::FunctionDecl &>(*parsed.file->decls[0]);
  if (f.body->statements.empty()) return "";
  return ast::dump(*static_cast<const ast::ReturnStmt &>(*f.body->statements[0]).value);
}

inline std::string read(const std::filesystem::path &path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The files with an extension in a folder of the repository, by name.
inline std::vector<std::filesystem::path> files(const std::filesystem::path &folder, const std::string &extension) {
  std::vector<std::filesystem::path> result;
  if (std::filesystem::exists(folder))
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.path().extension() == extension) result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

inline const std::filesystem::path root = DAGGER_SOURCE_DIR;

} // namespace dagger::test
