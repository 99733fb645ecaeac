#include "compiler/parse/Parse.h"
#include "DaggerLexer.h"
#include "DaggerParser.h"
#include "compiler/parse/AstBuilder.h"
#include "compiler/parse/Codes.h"
#include "compiler/parse/SyntaxErrors.h"

namespace dagger {

using namespace syntax;
using grammar::DaggerParser;

namespace {

// The length of the valid UTF-8 sequence at `at`, or 0.
size_t sequenceLength(const std::string &text, size_t at) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  const unsigned first = byte(at);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xc2 && first < 0xe0   ? 2
                        : (first & 0xf0) == 0xe0        ? 3
                        : first >= 0xf0 && first < 0xf5 ? 4
                                                        : 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  const unsigned second = byte(at + 1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second >= 0xa0, beyond = first == 0xf4 && second >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

bool isReadable(const SourceFile &source, Diagnostics &diagnostics) {
  if (source.text.size() > maxFileBytes) {
    diagnostics.error(code::tooLarge, {source.id, 0, 0}, "this file is larger than 16 MiB").help =
        "read data from a file with `read`, and split a program into modules";
    return false;
  }
  for (size_t i = 0; i < source.text.size();) {
    const size_t length = sequenceLength(source.text, i);
    if (length == 0) {
      diagnostics.error(code::badEncoding, {source.id, uint32_t(i), uint32_t(i + 1)}, "this byte is not UTF-8").help =
          "save the file as UTF-8";
      return false;
    }
    i += length;
  }
  return true;
}

// SLL decides nearly every program and is faster; only what it refuses is parsed again, with all of the context and
// with errors reported.
DaggerParser::FileContext *parseTokens(DaggerParser &parser, antlr4::CommonTokenStream &stream, const Layout &layout,
                                       const Offsets &offsets, Diagnostics &diagnostics) {
  using antlr4::atn::PredictionMode;
  auto *simulator = parser.getInterpreter<antlr4::atn::ParserATNSimulator>();
  parser.removeErrorListeners();
  try {
    simulator->setPredictionMode(PredictionMode::SLL);
    parser.setErrorHandler(std::make_shared<antlr4::BailErrorStrategy>());
    return parser.file();
  } catch (const antlr4::ParseCancellationException &) {
    stream.fill(); // errors look around
    stream.seek(0);
    parser.reset();
    simulator->setPredictionMode(PredictionMode::LL);
    parser.setErrorHandler(std::make_shared<SyntaxErrors>(stream, layout, offsets, diagnostics));
    parser.recoverWith(&layout.depths);
    return parser.file();
  }
}

} // namespace

std::unique_ptr<ast::File> parse(const SourceFile &source, Diagnostics &diagnostics) {
  auto file = std::make_unique<ast::File>();
  file->source = source.id;
  if (!isReadable(source, diagnostics)) return file;

  const Offsets offsets(source);
  antlr4::ANTLRInputStream input(source.text);
  Words words = syntax::words(source, offsets, input, diagnostics);
  file->comments = std::move(words.comments);
  if (words.tooMany) return file;
  Diagnostics firstRun(diagnostics.sourceManager()), lexicalAgain(diagnostics.sourceManager());
  Layout layout = layOut(source, offsets, std::move(words), firstRun);
  if (layout.neverClosed.empty()) {
    for (const Diagnostic &found : firstRun.all()) diagnostics.error(found.code, found.span, found.message) = found;
  } else {
    input.seek(0);
    words = syntax::words(source, offsets, input, lexicalAgain);
    layout = layOut(source, offsets, std::move(words), diagnostics, layout.neverClosed);
  }
  if (layout.tooDeep) return file;

  antlr4::ListTokenSource tokens(std::move(layout.tokens));
  antlr4::CommonTokenStream stream(&tokens);
  DaggerParser parser(&stream);
  try {
    AstBuilder(*file, source, offsets, diagnostics).build(parseTokens(parser, stream, layout, offsets, diagnostics));
  } catch (const grammar::NestedTooDeep &nested) {
    diagnostics.error(code::tooDeep, offsets.span(nested.where), "the program is nested too deep here").help =
        "give parts of it names of their own";
  } catch (const antlr4::ParseCancellationException &) {
    // Reported already; only the file's own rule has nothing around it that goes on.
  }
  return file;
}

} // namespace dagger
