// The commands that the front end alone carries out.
#include "compiler/driver/FrontendApi.h"
#include "tools/daggerc/Commands.h"
#include "tools/daggerc/Frontend.h"
#include "tools/daggerc/Installation.h"
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace dagger {

int frontend(dagger_frontend_action action, const std::string &path, const Options &options) {
  static auto *entry = reinterpret_cast<dagger_frontend_fn *>(functionOf("libdagger_frontend.so", "dagger_frontend"));
  std::string resources = installation().resources();
  std::vector<const char *> arguments;
  for (const std::string &argument : options.arguments) arguments.push_back(argument.c_str());
  dagger_frontend_request request{};
  request.version = DAGGER_FRONTEND_VERSION;
  request.action = action;
  request.path = path.c_str();
  request.resources = resources.c_str();
  request.checked = options.checked;
  request.color = useColor();
  request.argument_count = int(arguments.size());
  request.arguments = arguments.data();
  return entry(&request);
}

int frontendOnAll(dagger_frontend_action action, const Options &options) {
  int worst = 0;
  for (const std::string &path : options.files) worst = std::max(worst, frontend(action, path, options));
  return worst;
}

int checkPrograms(const Options &options) { return frontendOnAll(DAGGER_CHECK, options); }

int formatPrograms(const Options &options) {
  return frontendOnAll(options.onlyCheck ? DAGGER_FORMAT_CHECK : DAGGER_FORMAT, options);
}

// The pages are files, so that the same text is read in the repository and in the terminal.
int explainCode(const Options &options) {
  std::filesystem::path folder = installation().resources() + "/errors";
  auto page = [&](const std::string &code) {
    std::ifstream file(folder / (code + ".md"));
    std::stringstream text;
    text << file.rdbuf();
    return file ? text.str() : std::string();
  };
  if (options.code.empty()) {
    std::error_code error;
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(folder, error))
      if (entry.path().stem().string().starts_with("DG")) names.push_back(entry.path().stem().string());
    if (error) {
      fprintf(stderr, "daggerc: this installation of Dagger is not complete: %s: %s\n", folder.c_str(), error.message().c_str());
      return 2;
    }
    std::sort(names.begin(), names.end());
    for (const std::string &name : names) {
      std::string text = page(name);
      std::string title = text.substr(0, text.find('\n'));
      title.erase(0, title.find_first_not_of("# "));
      printf("%s\n", title.starts_with(name) ? title.c_str() : (name + "  " + title).c_str());
    }
    return 0;
  }
  std::string code = options.code;
  std::transform(code.begin(), code.end(), code.begin(), [](unsigned char c) { return char(toupper(c)); });
  if (!code.starts_with("DG")) code = "DG" + code;
  bool wellFormed = code.size() == 6 && std::all_of(code.begin() + 2, code.end(), [](unsigned char c) { return isdigit(c); });
  std::string text = wellFormed ? page(code) : "";
  if (text.empty()) {
    reportError(7005, "there is no error `" + options.code + "`", "`daggerc explain` lists all codes");
    return 2;
  }
  fputs(text.c_str(), stdout);
  return 0;
}

bool useColor() { return isatty(STDERR_FILENO) && !getenv("NO_COLOR"); }

void reportError(int code, const std::string &problem, const std::string &help) {
  bool color = useColor();
  fprintf(stderr, "%serror[DG%04d]%s: %s\n", color ? "\033[1;31m" : "", code, color ? "\033[0m" : "", problem.c_str());
  if (!help.empty()) fprintf(stderr, "  = help: %s\n", help.c_str());
}

} // namespace dagger
