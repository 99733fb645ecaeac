// The files of one program: the root, and what it imports, read and parsed once each.
#pragma once
#include "compiler/ast/Ast.h"
#include "compiler/diag/Diagnostics.h"
#include "compiler/hir/Hir.h"
#include <map>
#include <memory>
#include <string>

namespace dagger {

struct LoadOptions {
  bool isChecked = false;
  std::string resources; // the folder that holds stdlib/
};

class ProgramLoader {
public:
  ProgramLoader() : diagnostics(sources) {}

  // Parses the root file. Errors go to `diagnostics`; the tree lives as long as this.
  const ast::File &root(const std::string &path, std::string text);
  // Checks the program of that root: its imports are read on the way. Null if anything was reported.
  std::unique_ptr<hir::Program> check(const LoadOptions &options);

  SourceManager sources;
  Diagnostics diagnostics;

private:
  const ast::File *import(const std::string &path, Span importSpan, const std::string &stdlib);
  const ast::File *rootFile = nullptr;
  std::map<std::string, std::unique_ptr<ast::File>> files; // by path
};

// As the parser wants it: a text ends with a newline.
std::string withFinalNewline(std::string text);

} // namespace dagger
