// Errors of the language: collected, sorted by place, printed with a caret. Many in one run.
#pragma once
#include "compiler/diag/Source.h"
#include <iosfwd>
#include <optional>

namespace dagger {

// `code` is stable and has a page docs/errors/DGnnnn.md; 1xxx syntax, 2xxx names and modules, 3xxx types,
// 4xxx shapes, 5xxx effects, places and contexts, 6xxx not there yet, 7xxx the command line, 9xxx run time.
struct Diagnostic {
  int code = 0;
  Span span;
  std::string message;              // one sentence, no full stop, lower case
  struct Note { Span span; std::string text; };
  std::vector<Note> notes;          // "expected f64", "`n` is 3 here" with the span where that comes from
  std::string help;                 // a way out: "did you mean `median`?"; empty if none is known
};

class Diagnostics {
public:
  explicit Diagnostics(const SourceManager &sources) : sources(sources) {}

  // The returned reference is valid until the next call of error().
  Diagnostic &error(int code, Span span, std::string message);
  bool hasErrors() const { return !list.empty(); }
  size_t count() const { return list.size(); }
  const std::vector<Diagnostic> &all() const { return list; }

  // Sorted by file and place, duplicates at one span with one code dropped, and so what stands on a line with a syntax error
  // and is none; at most `limit` then "and N more".
  //   heat.dg:3:12: error[DG3002]: expected f32, found f64
  //    3 |     u[i, j] + k * 4.0f64
  //      |                   ^^^^^^
  //      = note: ...
  //      = help: write f32(...)
  void print(std::ostream &out, bool color, size_t limit = 50) const;
  const SourceManager &sourceManager() const { return sources; }

private:
  const SourceManager &sources;
  std::vector<Diagnostic> list;
};

// The candidate nearest to `name` (edit distance at most a third of its length), or nothing.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string> &candidates);

} // namespace dagger
