#include "runtime/text/Text.h"
#include <re2/re2.h>

namespace dagger::text {

struct Regex::Program {
  re2::RE2 re2;
};

static re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

Regex::Regex(std::unique_ptr<Program> program) : program(std::move(program)) {}
Regex::Regex(Regex &&) noexcept = default;
Regex &Regex::operator=(Regex &&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view pattern) {
  re2::RE2::Options options(re2::RE2::Quiet);
  std::unique_ptr<Program> program(new Program{re2::RE2(piece(pattern), options)});
  if (!program->re2.ok())
    return Failure{"pattern " + quote(pattern) + ": " + program->re2.error()};
  return Regex(std::move(program));
}

bool Regex::matches(std::string_view text) const { return re2::RE2::PartialMatch(piece(text), program->re2); }

} // namespace dagger::text
