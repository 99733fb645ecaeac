#include "compiler/interp/Failure.h"
#include <ostream>

namespace dagger::interp {

void print(const FailureRecord &failure, const SourceManager *sources, std::ostream &err) {
  std::vector<failures::Place> places;
  for (const FailureRecord::Site &site : failure.sites) {
    failures::Place place;
    place.function = site.function->kind == hir::FunctionKind::Test ? site.function->title : site.function->name;
    if (sources && site.span.valid() && site.span.file < sources->size()) {
      const SourceFile &file = sources->get(site.span.file);
      SourceFile::Position position = file.position(site.span.begin);
      place.file = file.path;
      place.line = position.line;
      place.column = position.column;
    }
    places.push_back(place);
  }
  err << failures::show(failure.code, failure.message, places, failure.task ? failure.task->name : "");
}

} // namespace dagger::interp
