#include "compiler/diag/Diagnostics.h"
#include <set>
#include <algorithm>
#include <numeric>
#include <ostream>
#include <tuple>

namespace dagger {

Diagnostic &Diagnostics::error(int code, Span span, std::string message) {
  Diagnostic diagnostic;
  diagnostic.code = code;
  diagnostic.span = span;
  diagnostic.message = std::move(message);
  list.push_back(std::move(diagnostic));
  return list.back();
}

namespace {

struct Palette {
  const char *red, *blue, *bold, *reset;
};
constexpr Palette plain{"", "", "", ""};
constexpr Palette ansi{"\033[1;31m", "\033[1;34m", "\033[1m", "\033[0m"};

size_t codePoints(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char byte) { return (byte & 0xc0) != 0x80; });
}

class Printer {
public:
  Printer(std::ostream &out, const SourceManager &sources, bool color)
      : out(out), sources(sources), c(color ? ansi : plain) {}

  void print(const Diagnostic &d) {
    place(d.span);
    char code[16];
    snprintf(code, sizeof code, "DG%04d", d.code);
    out << c.red << "error[" << code << "]" << c.reset << c.bold << ": " << d.message << c.reset << '\n';
    snippet(d.span, c.red);
    for (const Diagnostic::Note &note : d.notes) printNote(d.span, note);
    if (!d.help.empty()) out << std::string(width + 2, ' ') << c.blue << "= help: " << c.reset << d.help << '\n';
  }

private:
  void place(Span span) {
    if (!span.valid()) return;
    const SourceFile &file = sources.get(span.file);
    const auto at = file.position(span.begin);
    out << c.bold << file.path << ':' << at.line << ':' << at.column << ": " << c.reset;
  }

  // A note that points somewhere else shows its own line; one without a place, or at the same, is text.
  void printNote(Span main, const Diagnostic::Note &note) {
    if (!note.span.valid() || (note.span.file == main.file && note.span.begin == main.begin)) {
      out << std::string(width + 2, ' ') << c.blue << "= note: " << c.reset << note.text << '\n';
      return;
    }
    place(note.span);
    out << c.blue << "note" << c.reset << ": " << note.text << '\n';
    snippet(note.span, c.blue);
  }

  void snippet(Span span, const char *colour) {
    if (!span.valid()) return;
    const SourceFile &file = sources.get(span.file);
    const auto at = file.position(span.begin);
    std::string_view line = file.line(at.line);
    const std::string number = std::to_string(at.line);
    width = std::max<size_t>(number.size(), 2);

    // Tabs are kept in the padding, so that the caret stands where the terminal puts the text.
    size_t begin = std::min<size_t>(span.begin - file.lineStarts[at.line - 1], line.size());
    // Of a very long line the part around the place is shown.
    constexpr size_t maxShown = 200, shownBefore = 80;
    std::string_view cutBefore, cutAfter;
    if (line.size() > maxShown) {
      size_t from = begin > shownBefore ? begin - shownBefore : 0;
      while (from > 0 && (line[from] & 0xc0) == 0x80) --from;
      size_t to = std::min(from + maxShown, line.size());
      while (to < line.size() && (line[to] & 0xc0) == 0x80) ++to;
      cutBefore = from > 0 ? "..." : "";
      cutAfter = to < line.size() ? "..." : "";
      line = line.substr(from, to - from);
      begin -= from;
    }
    std::string padding(cutBefore.size(), ' ');
    for (char byte : line.substr(0, begin))
      if ((byte & 0xc0) != 0x80) padding.push_back(byte == '\t' ? '\t' : ' ');
    // Of a span over several lines the first is underlined.
    const size_t length = std::min<size_t>(span.end > span.begin ? span.end - span.begin : 0, line.size() - begin);
    const size_t carets = std::max<size_t>(codePoints(line.substr(begin, length)), 1);

    out << c.blue << std::string(width - number.size(), ' ') << number << " | " << c.reset << cutBefore << line
        << cutAfter << '\n'
        << c.blue << std::string(width, ' ') << " | " << c.reset << padding << colour << std::string(carets, '^')
        << c.reset << '\n';
  }

  std::ostream &out;
  const SourceManager &sources;
  const Palette &c;
  size_t width = 2;
};

} // namespace

void Diagnostics::print(std::ostream &out, bool color, size_t limit) const {
  std::vector<const Diagnostic *> sorted;
  for (const Diagnostic &d : list) sorted.push_back(&d);
  const auto place = [](const Diagnostic *d) { return std::tuple(d->span.file, d->span.begin, d->span.end, d->code); };
  // Of two at one place the one that was reported first comes first: `list` is in that order, and so are addresses in
  // it.
  std::sort(sorted.begin(), sorted.end(),
            [&](auto *a, auto *b) { return std::tuple(place(a), a) < std::tuple(place(b), b); });
  const auto same = [&](auto *a, auto *b) { return a->span.valid() && place(a) == place(b); };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());

  // What is wrong with a line that the parser could only guess at follows from that.
  const auto line = [&](const Diagnostic *d) {
    return std::pair(d->span.file, d->span.valid() ? sources.get(d->span.file).position(d->span.begin).line : 0);
  };
  std::set<std::pair<decltype(Span::file), int>> guessed;
  for (const Diagnostic *d : sorted)
    if (d->code < 2000 && d->span.valid()) guessed.insert(line(d));
  std::erase_if(sorted, [&](auto *d) { return d->code >= 2000 && d->span.valid() && guessed.contains(line(d)); });

  Printer printer(out, sources, color);
  for (size_t i = 0; i < sorted.size() && i < limit; ++i) printer.print(*sorted[i]);
  if (sorted.size() > limit) out << "and " << sorted.size() - limit << " more\n";
}

std::optional<std::string> nearest(std::string_view name, const std::vector<std::string> &candidates) {
  std::optional<std::string> best;
  size_t bestDistance = std::max<size_t>(name.size() / 3, 1) + 1;
  for (const std::string &candidate : candidates) {
    if (candidate.size() > name.size() + bestDistance || name.size() > candidate.size() + bestDistance) continue;
    // Two rows of the table of edit distances, and one more for swapped neighbours.
    std::vector<size_t> before, previous(candidate.size() + 1), row(candidate.size() + 1);
    std::iota(previous.begin(), previous.end(), size_t(0));
    for (size_t i = 1; i <= name.size(); ++i) {
      row[0] = i;
      for (size_t j = 1; j <= candidate.size(); ++j) {
        row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (name[i - 1] != candidate[j - 1])});
        if (i > 1 && j > 1 && name[i - 1] == candidate[j - 2] && name[i - 2] == candidate[j - 1])
          row[j] = std::min(row[j], before[j - 2] + 1);
      }
      before = previous;
      previous = row;
    }
    // A one-letter name is near to nothing but itself.
    if (previous.back() < bestDistance && previous.back() < name.size()) {
      bestDistance = previous.back();
      best = candidate;
    }
  }
  return best;
}

} // namespace dagger
