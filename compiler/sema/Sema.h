// From syntax tree to typed program: names, types, extents, effects. See README.md.
#pragma once
#include "compiler/ast/Ast.h"
#include "compiler/diag/Diagnostics.h"
#include "compiler/hir/Hir.h"
#include <functional>
#include <memory>

namespace dagger::sema {

struct Options {
  bool isChecked = false;                 // --checked: integer overflow stops the program
  // Folders that hold the standard library's *.dg, tried in order.
  std::vector<std::string> stdlibDirs;
  // Reads and parses the file at `path`, which somebody at `importSpan` imports. Null if it is not there or cannot be
  // read (nothing reported: the checker does that). Errors inside the file go to the same Diagnostics. The tree stays
  // the loader's and outlives the check. A path is asked for once.
  std::function<const ast::File *(const std::string &path, Span importSpan)> load;
};

// Checks the program whose root file is `root`. Null if anything was reported to `diagnostics`, before or during the check.
// The Program refers to `sources` for its life, to the trees only during the call. Never throws on a tree of the parser's.
std::unique_ptr<hir::Program> check(const ast::File &root, const Options &options, SourceManager &sources, Diagnostics &diagnostics);

} // namespace dagger::sema
