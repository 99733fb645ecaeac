// What is said about programs that don't parse. Texts and carets are pinned by errors/*.dg and the .expected beside
// each.
#include "test/front/Support.h"
#include <regex>

using namespace dagger;
using namespace dagger::test;

namespace {

TEST(Errors, HaveTheirPinnedTexts) {
  const auto programs = files(DAGGER_ERRORS_DIR, ".dg");
  ASSERT_GT(programs.size(), 5u);
  for (const auto &path : programs) {
    auto expected = path;
    expected.replace_extension(".expected");
    EXPECT_EQ(Parsed(read(path), path.filename().string()).errors(), read(expected)) << path;
  }
}

// The first program of a page has the page's error and no other, the second has none.
TEST(Errors, AreExplainedByPagesThatTellTheTruth) {
  size_t pages = 0;
  for (int code = 1001; code <= 1024; ++code) {
    const auto path = root / ("docs/errors/DG" + std::to_string(code) + ".md");
    const std::string page = read(path);
    EXPECT_TRUE(page.starts_with("# DG" + std::to_string(code) + " ")) << path;
    EXPECT_LE(std::count(page.begin(), page.end(), '\n'), 15) << path;
    std::vector<std::string> programs;
    const std::regex fence("```dg\n([^`]*(?:`[^`]+)*?)```");
    for (std::sregex_iterator at(page.begin(), page.end(), fence), end; at != end; ++at) programs.push_back((*at)[1]);
    if (programs.size() == 2) {
      const Parsed failing(programs[0]);
      ASSERT_TRUE(failing.diagnostics.hasErrors()) << path;
      for (int found : failing.codes()) EXPECT_EQ(found, code) << path << "\n" << failing.errors();
      ++pages;
    }
    if (!programs.empty()) EXPECT_EQ(Parsed(programs.back()).errors(), "") << path;
  }
  EXPECT_EQ(pages, 21u); // the others are about files that no page can show
}

TEST(Recovery, KeepsTheStatementsAroundAFailedOne) {
  Parsed parsed("fn f() {\n    let a = 1\n    let b = = 2\n    let c = 3\n}\nfn g( { }\nfn h() {}\n");
  EXPECT_EQ(parsed.codes().size(), 2u);
  EXPECT_EQ(ast::dump(*parsed.file), "fn f() {\n  let a = 1\n  let b = \n  let c = 3\n}\nfn h() {\n}\n");
}

TEST(Recovery, FindsManyErrorsInOneRun) {
  std::string text = "fn f() {\n";
  for (int i = 0; i < 100; ++i) text += "    let = 3\n    let ok = 4\n";
  Parsed parsed(text + "}\n");
  EXPECT_EQ(parsed.codes(), std::vector<int>(100, 1001));
}

TEST(Recovery, SaysOneThingAboutOneMistake) {
  for (const char *line : {"print(f(x)", "print(\"a {x)", "print(\"a)", "x = [1, (2, 3]", "if a { b",
                           "let x = \"{f(1}\"", "let t = 5.", "f(a,, b)", "'text'", "x++"})
    EXPECT_EQ(Parsed(std::string("fn f() {\n    ") + line + "\n}\n\nfn g() {}\n").codes().size(), 1u) << line;
}

TEST(Recovery, BlamesTheBraceWhoseIndentationIsOff) {
  Parsed parsed("fn f() {\n    for i in a {\n        g(i)\n\n    h()\n}\n\nfn g() {}\n");
  ASSERT_EQ(parsed.codes(), std::vector<int>{1002});
  EXPECT_EQ(parsed.source.position(parsed.diagnostics.all()[0].span.begin).line, 2);
}

} // namespace
