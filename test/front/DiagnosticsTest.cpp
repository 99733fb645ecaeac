// How errors are printed.
#include "test/front/Support.h"

using namespace dagger;
using namespace dagger::test;

namespace {

struct Printed : testing::Test {
  SourceManager sources;
  Diagnostics diagnostics{sources};
  std::string text(size_t limit = 50) {
    std::ostringstream out;
    diagnostics.print(out, false, limit);
    return out.str();
  }
};

TEST_F(Printed, ErrorsStandInOrderOfPlaceEachOnce) {
  const int id = sources.add("a.dg", "one two\nthree\n").id;
  diagnostics.error(3000, {id, 8, 13}, "second");
  diagnostics.error(3001, {id, 4, 7}, "first").help = "a way out";
  diagnostics.error(3000, {id, 8, 13}, "second");
  EXPECT_EQ(text(), R"(a.dg:1:5: error[DG3001]: first
 1 | one two
   |     ^^^
    = help: a way out
a.dg:2:1: error[DG3000]: second
 2 | three
   | ^^^^^
)");
}

TEST_F(Printed, NotesShowTheirOwnPlaceOrNone) {
  const int id = sources.add("a.dg", "one two\n").id;
  auto &error = diagnostics.error(3000, {id, 4, 7}, "wrong");
  error.notes.push_back({{}, "expected f64"});
  error.notes.push_back({{id, 0, 3}, "declared here"});
  EXPECT_EQ(text(), R"(a.dg:1:5: error[DG3000]: wrong
 1 | one two
   |     ^^^
    = note: expected f64
a.dg:1:1: note: declared here
 1 | one two
   | ^^^
)");
}

TEST_F(Printed, CaretsStandBelowTheirTextWhateverComesBefore) {
  const int id = sources.add("a.dg", "\t\"größe\" x\n").id;
  diagnostics.error(3000, {id, 11, 12}, "wrong");
  EXPECT_EQ(text(), "a.dg:1:10: error[DG3000]: wrong\n 1 | \t\"größe\" x\n   | \t        ^\n");
}

TEST_F(Printed, OfManyTheRestIsCounted) {
  const int id = sources.add("a.dg", "abcdef\n").id;
  for (uint32_t i = 0; i < 5; ++i) diagnostics.error(3000, {id, i, i + 1}, "wrong");
  EXPECT_TRUE(text(2).ends_with("and 3 more\n"));
}

TEST_F(Printed, OfAVeryLongLineThePartAroundThePlace) {
  const int id = sources.add("a.dg", std::string(5'000, 'a') + "b" + std::string(5'000, 'c')).id;
  diagnostics.error(3000, {id, 5'000, 5'001}, "wrong");
  EXPECT_LT(text().size(), 500u);
  EXPECT_NE(text().find("aab"), std::string::npos);
}

TEST_F(Printed, WithoutAPlaceTheMessageAlone) {
  diagnostics.error(7000, {}, "no such file");
  EXPECT_EQ(text(), "error[DG7000]: no such file\n");
}

TEST(Nearest, IsOneThatATypoAway) {
  const std::vector<std::string> names{"median", "mean", "max", "argmax", "x"};
  EXPECT_EQ(nearest("meidan", names), "median");
  EXPECT_EQ(nearest("maen", names), "mean");
  EXPECT_EQ(nearest("argmx", names), "argmax");
  EXPECT_EQ(nearest("histogram", names), std::nullopt);
  EXPECT_EQ(nearest("y", names), std::nullopt);
}

TEST(Position, CountsLinesAndCodePointsFromOne) {
  SourceManager sources;
  const SourceFile &file = sources.add("a.dg", "ä b\r\n\nc");
  EXPECT_EQ(file.text, "ä b\r\n\nc\n");
  EXPECT_EQ(file.position(0).column, 1);
  EXPECT_EQ(file.position(3).column, 3);
  EXPECT_EQ(file.position(7).line, 3);
  EXPECT_EQ(file.line(1), "ä b");
  EXPECT_EQ(file.line(2), "");
  EXPECT_EQ(file.line(9), "");
}

} // namespace
