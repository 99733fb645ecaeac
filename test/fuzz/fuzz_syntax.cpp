// Any bytes: lexer, parser, dump and formatter come back, errors lie in the file, and what parses is the same program
// after formatting.
#include "compiler/ast/Dump.h"
#include "compiler/fmt/Format.h"
#include "compiler/parse/Parse.h"
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <sstream>

using namespace dagger;

namespace {

void require(bool holds, const char *what, const std::string &text) {
  if (holds) return;
  std::fprintf(stderr, "%s\n---\n%s\n---\n", what, text.c_str());
  std::abort();
}

} // namespace

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

// Most changes of bytes make an error. Half of ours change only spaces, line ends and comments, so that the formatter
// gets its share.
extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed) {
  std::minstd_rand random(seed);
  if (random() % 2) return LLVMFuzzerMutate(data, size, maxSize);
  std::string text(reinterpret_cast<const char *>(data), size);
  const char *const space[] = {" ",  "\n",     "\n\n\n",  "  ",       "\t",   ";",
                               "; ", " # c\n", "\n# c\n", "\n## d\n", "\r\n", ","};
  for (unsigned changes = 1 + random() % 4; changes-- > 0;) {
    size_t at = text.empty() ? 0 : random() % text.size();
    while (at < text.size() && std::isalnum(static_cast<unsigned char>(text[at]))) ++at;
    if (random() % 3 == 0 && at < text.size() && std::isspace(static_cast<unsigned char>(text[at])))
      text.erase(at, 1);
    else
      text.insert(at, space[random() % std::size(space)]);
  }
  text.resize(std::min(text.size(), maxSize));
  std::memcpy(data, text.data(), text.size());
  return text.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  SourceManager sources;
  const SourceFile &source = sources.add("fuzz.dg", std::string(reinterpret_cast<const char *>(data), size));
  Diagnostics diagnostics(sources);
  const auto file = parse(source, diagnostics);
  const std::string tree = ast::dump(*file);
  for (const Diagnostic &d : diagnostics.all())
    require(d.span.begin <= d.span.end && d.span.end <= source.text.size(), d.message.c_str(), source.text);
  std::ostringstream printed;
  diagnostics.print(printed, false);
  if (diagnostics.hasErrors()) return 0;

  const std::string once = format(*file, source);
  const SourceFile &formatted = sources.add("formatted.dg", once);
  const auto again = parse(formatted, diagnostics);
  require(!diagnostics.hasErrors(), "formatting made an error", source.text + "---\n" + once);
  require(ast::dump(*again) == tree, "formatting changed the tree", source.text + "---\n" + once);
  require(again->comments.size() == file->comments.size(), "formatting lost a comment", source.text + "---\n" + once);
  require(format(*again, formatted) == once, "formatting twice differs", once + "---\n" + format(*again, formatted));
  return 0;
}
