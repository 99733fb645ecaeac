// However deep or large the input, the answer is a tree or an error, never a crash.
#include "test/front/Support.h"
#include <thread>

using namespace dagger;
using namespace dagger::test;

namespace {

std::string repeat(const std::string &text, size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  while (times-- > 0) result += text;
  return result;
}
std::vector<int> codesOf(const std::string &expression) { return Parsed("const x = " + expression + "\n").codes(); }

const std::vector<int> fine, tooDeep{1020}, tooLarge{1021};

TEST(Depth, Of250BracketsIsFineAndMoreIsAnError) {
  EXPECT_EQ(codesOf(repeat("(", 250) + "1" + repeat(")", 250)), fine);
  EXPECT_EQ(codesOf(repeat("(", 257) + "1" + repeat(")", 257)), tooDeep);
  EXPECT_EQ(codesOf(repeat("[", 100'000)), tooDeep);
  EXPECT_EQ(codesOf(repeat("\"{", 300) + "1" + repeat("}\"", 300)), tooDeep);
}

TEST(Depth, OfOperationsIsBoundedForWhoeverWalksTheTree) {
  EXPECT_EQ(codesOf(repeat("1 + ", 900) + "1"), fine);
  EXPECT_EQ(codesOf(repeat("1 + ", 100'000) + "1"), tooDeep);
  EXPECT_EQ(codesOf(repeat("1 ** ", 100'000) + "1"), tooDeep);
  EXPECT_EQ(codesOf(repeat("-", 100'000) + "1"), tooDeep);
  EXPECT_EQ(codesOf(repeat("not ", 100'000) + "a"), tooDeep);
  EXPECT_EQ(codesOf("a" + repeat(".b", 100'000)), tooDeep);
  EXPECT_EQ(codesOf("a" + repeat("()", 100'000)), tooDeep);
  EXPECT_EQ(codesOf("if a { 1 }" + repeat(" else if a { 1 }", 10'000)), tooDeep);
}

TEST(Depth, WithoutBracketsIsBoundedToo) {
  EXPECT_EQ(codesOf(repeat("x => ", 200) + "x"), fine);
  EXPECT_EQ(codesOf(repeat("x => ", 10'000) + "x"), tooDeep);
  EXPECT_EQ(codesOf(repeat("at (i) in (n) => ", 10'000) + "x"), tooDeep);
  EXPECT_EQ(Parsed("fn f(x: " + repeat("list<", 10'000) + "i64" + repeat(">", 10'000) + ") {}").codes(), tooDeep);
  EXPECT_EQ(Parsed("fn f(x: " + repeat("() -> ", 10'000) + "i64) {}").codes(), tooDeep);
}

TEST(Size, OfAFileIsAtMost16MiB) {
  EXPECT_EQ(Parsed(repeat(" ", 17u << 20)).codes(), tooLarge);
  EXPECT_EQ(Parsed("const x = [" + repeat("1,", 600'000) + "]").codes(), tooLarge);
}

TEST(Encoding, ThatIsNotUtf8IsReportedAtItsByte) {
  for (const std::string bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    Parsed parsed("# ok\nconst a = \"" + bad + "\"\n");
    ASSERT_EQ(parsed.codes(), std::vector<int>{1022}) << bad;
    EXPECT_EQ(parsed.diagnostics.all()[0].span.begin, 16u);
  }
}

TEST(Encoding, MayBeginWithAByteOrderMark) {
  Parsed parsed("\xef\xbb\xbf"
                "const a = b\n");
  EXPECT_EQ(parsed.errors(), "");
  EXPECT_EQ(parsed.file->decls[0]->name.span.begin, 9u);
}

TEST(Emptiness, IsAProgram) {
  for (const char *text : {"", "\n", "\n\n# comment\n", ";;\n", "\r\n", "# no line end"})
    EXPECT_EQ(Parsed(text).errors(), "") << text;
}

// The lexer and parser share tables that they fill as they go.
TEST(Threads, ParseAtTheSameTime) {
  const std::string text = read(root / "test/front/everything.dg"), tree = read(root / "test/front/everything.tree");
  std::vector<std::thread> threads;
  std::atomic<int> same = 0;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) same += ast::dump(*Parsed(text).file) == tree;
    });
  for (std::thread &thread : threads) thread.join();
  EXPECT_EQ(same, 8 * 20);
}

} // namespace
