#include "compiler/driver/ProgramLoader.h"
#include "compiler/driver/SourceText.h"
#include "compiler/parse/Parse.h"
#include "compiler/sema/Sema.h"

namespace dagger {

std::string withFinalNewline(std::string text) {
  if (text.empty() || text.back() != '\n') text += '\n';
  return text;
}

const ast::File &ProgramLoader::root(const std::string &path, std::string text) {
  auto &slot = files[path];
  slot = parse(sources.add(path, withFinalNewline(std::move(text))), diagnostics);
  rootFile = slot.get();
  return *rootFile;
}

const ast::File *ProgramLoader::import(const std::string &path, Span importSpan, const std::string &stdlib) {
  auto [slot, isNew] = files.try_emplace(path);
  if (!isNew) return slot->second.get();
  SourceText text = readSource(path);
  if (!text) {
    // A file that is not there is the checker's to report: it knows where else it looked.
    bool isMissing = text.problem.starts_with("there is no file");
    files.erase(slot);
    if (!isMissing) diagnostics.error(text.code, importSpan, text.problem).help = text.help;
    return nullptr;
  }
  slot->second = parse(sources.add(path, withFinalNewline(std::move(text.text)), path.starts_with(stdlib + "/")), diagnostics);
  return slot->second.get();
}

std::unique_ptr<hir::Program> ProgramLoader::check(const LoadOptions &options) {
  std::string stdlib = options.resources + "/stdlib";
  sema::Options checking;
  checking.isChecked = options.isChecked;
  checking.stdlibDirs = {stdlib};
  checking.load = [&](const std::string &path, Span span) { return import(path, span, stdlib); };
  return sema::check(*rootFile, checking, sources, diagnostics);
}

} // namespace dagger
