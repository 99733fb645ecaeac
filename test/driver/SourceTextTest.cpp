// Source files are read as they are, or refused with words that name what is wrong.
#include "compiler/driver/SourceText.h"
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

using namespace dagger;

TEST(InvalidUtf8, FindsTheFirstByteOfWhatIsNoCodePoint) {
  constexpr size_t fine = std::string_view::npos;
  EXPECT_EQ(invalidUtf8(""), fine);
  EXPECT_EQ(invalidUtf8("plain \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80"), fine);
  EXPECT_EQ(invalidUtf8("ab\xff"), 2u);
  EXPECT_EQ(invalidUtf8("a\xc3"), 1u) << "cut short";
  EXPECT_EQ(invalidUtf8("\xc0\x80"), 0u) << "overlong";
  EXPECT_EQ(invalidUtf8("\xe0\x9f\xbf"), 0u) << "overlong";
  EXPECT_EQ(invalidUtf8("\xed\xa0\x80"), 0u) << "a surrogate";
  EXPECT_EQ(invalidUtf8("\xf4\x90\x80\x80"), 0u) << "past U+10FFFF";
}

TEST(ReadSource, NamesWhatIsWrongWithAFile) {
  std::string folder = (std::filesystem::temp_directory_path() / "dagger-source-XXXXXX").string();
  ASSERT_TRUE(mkdtemp(folder.data()));
  std::ofstream(folder + "/good.dg") << "fn main() { }";
  std::ofstream(folder + "/latin.dg") << "# one\n# \xe4\n";
  EXPECT_EQ(readSource(folder + "/good.dg").text, "fn main() { }");
  EXPECT_EQ(readSource(folder + "/missing.dg").code, 7001);
  EXPECT_NE(readSource(folder + "/good").help.find("good.dg"), std::string::npos);
  EXPECT_EQ(readSource(folder).code, 7002);
  EXPECT_EQ(readSource(folder + "/latin.dg").code, 7003);
  EXPECT_NE(readSource(folder + "/latin.dg").problem.find("line 2, byte 8"), std::string::npos);
  std::filesystem::remove_all(folder);
}
