#include "compiler/interp/Failure.h"
#include <ostream>

namespace dagger::interp {

static std::string describe(const hir::Function &function) {
  switch (function.kind) {
  case hir::FunctionKind::Task: return "task `" + function.name + "`";
  case hir::FunctionKind::GroupKernel: return "kernel `" + function.name + "`";
  case hir::FunctionKind::Test: return "test \"" + function.title + "\"";
  default: return "`" + function.name + "`";
  }
}

void print(const FailureRecord &failure, const SourceManager *sources, std::ostream &err) {
  err << "error[" << failure.code << "]: " << failure.message << '\n';
  bool first = true;
  for (const FailureRecord::Site &site : failure.sites) {
    err << (first ? "  at " : "  called from ");
    first = false;
    if (sources && site.span.valid() && site.span.file < sources->size()) {
      const SourceFile &file = sources->get(site.span.file);
      SourceFile::Position position = file.position(site.span.begin);
      err << file.path << ':' << position.line << ':' << position.column << ' ';
    }
    err << "in " << describe(*site.function) << '\n';
  }
}

} // namespace dagger::interp
