#include "runtime/text/Text.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace dagger;

// Integers read as literals do, with their range checked against their own type.
TEST(Parse, Integers) {
  EXPECT_EQ(*text::parseI64("42"), 42);
  EXPECT_EQ(*text::parseI64(" -7\n"), -7);
  EXPECT_EQ(*text::parseI64("+1_000"), 1000);
  EXPECT_EQ(*text::parseI64("0xff"), 255);
  EXPECT_EQ(*text::parseI64("-0b101"), -5);
  EXPECT_EQ(*text::parseI64("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(text::parseI64("9223372036854775808").failure().text,
            "9223372036854775808 does not fit i64 (-9223372036854775808 to 9223372036854775807)");
  for (const char *bad : {"", "a", "1.5", "1 2", "--1", "1_", "_1", "0x", "1e3", "+-1"})
    EXPECT_EQ(text::parseI64(bad).failure().text, "cannot read " + text::quote(bad) + " as i64");
  uint8_t small = 9;
  EXPECT_EQ(text::parse(DG_U8, "300", &small)->text, "300 does not fit u8 (0 to 255)");
  EXPECT_EQ(text::parse(DG_U8, "-1", &small)->text, "-1 does not fit u8 (0 to 255)");
  EXPECT_EQ(small, 9);
  uint64_t large = 0;
  EXPECT_FALSE(text::parse(DG_U64, "18446744073709551615", &large));
  EXPECT_EQ(large, UINT64_MAX);
}

TEST(Parse, Floats) {
  EXPECT_EQ(*text::parseF64("1.5"), 1.5);
  EXPECT_EQ(*text::parseF64(" +1e-6 "), 1e-6);
  EXPECT_EQ(*text::parseF64("1_000.25"), 1000.25);
  EXPECT_EQ(*text::parseF64("-inf"), -INFINITY);
  EXPECT_TRUE(std::isnan(*text::parseF64("nan")));
  EXPECT_EQ(*text::parseF64("3"), 3.0);
  for (const char *bad : {"", "x", "1.5x", "1,5", "+-1", "1e", "0x10"})
    EXPECT_EQ(text::parseF64(bad).failure().text, "cannot read " + text::quote(bad) + " as f64");
  float narrow = 0;
  EXPECT_FALSE(text::parse(DG_F32, "0.1", &narrow));
  EXPECT_EQ(narrow, 0.1f);
}

// A very long text is cut in the message, between two code points.
TEST(Parse, LongTextIsCut) {
  std::string longText;
  for (int k = 0; k < 100; ++k)
    longText += "ä";
  std::string message = text::parseI64(longText).failure().text;
  EXPECT_EQ(message.size(), std::string("cannot read \"\"... as i64").size() + 80);
  EXPECT_EQ(text::findInvalidUtf8(message), std::string_view::npos);
}

TEST(Strings, LengthAndSlicesCountCodePoints) {
  EXPECT_EQ(text::length("Größe"), 5);
  EXPECT_EQ(text::length("日本語🙂"), 4);
  EXPECT_EQ(*text::slice("日本語🙂", 1, 3), "本語");
  EXPECT_EQ(*text::slice("abc", 3, 3), "");
  EXPECT_EQ(text::slice("abc", 2, 5).failure().text, "slice 2..5 of a text of 3 code points");
  EXPECT_FALSE(text::slice("abc", -1, 2).ok());
  EXPECT_FALSE(text::slice("abc", 2, 1).ok());
}

TEST(Strings, Trim) {
  EXPECT_EQ(text::trim("  a b\t\n"), "a b");
  EXPECT_EQ(text::trim("\u00a0\u3000x\u2003"), "x");
  EXPECT_EQ(text::trim(" \n "), "");
  EXPECT_EQ(text::trim("\x80\xbf"), "\x80\xbf");
}

TEST(Strings, Case) {
  EXPECT_EQ(text::lower("GRÖSSE Ω1"), "grösse ω1");
  EXPECT_EQ(text::upper("größe ж"), "GRÖßE Ж");
  EXPECT_EQ(text::upper("\xff" "a"), "\xff" "A");
}

TEST(Strings, SplitAndFriends) {
  EXPECT_EQ(*text::split("a,b,", ","), (std::vector<std::string_view>{"a", "b", ""}));
  EXPECT_EQ(*text::split("", ","), (std::vector<std::string_view>{""}));
  EXPECT_EQ(*text::split("a--b-c", "--"), (std::vector<std::string_view>{"a", "b-c"}));
  EXPECT_FALSE(text::split("abc", "").ok());
  EXPECT_EQ(text::before("key=a=b", "="), "key");
  EXPECT_EQ(text::after("key=a=b", "="), "a=b");
  EXPECT_EQ(text::before("key", "="), "key");
  EXPECT_EQ(text::after("key", "="), "");
  EXPECT_TRUE(text::contains("dagger", "gg"));
  EXPECT_TRUE(text::startsWith("dagger", "dag") && !text::startsWith("dag", "dagger"));
  EXPECT_TRUE(text::endsWith("dagger", "er") && !text::endsWith("er", "ger"));
  EXPECT_EQ(*text::replace("aXbXc", "X", "--"), "a--b--c");
  EXPECT_EQ(*text::replace("aaa", "aa", "b"), "ba");
  EXPECT_FALSE(text::replace("a", "", "b").ok());
}

TEST(Strings, Like) {
  EXPECT_TRUE(text::like("promo steel", "promo%"));
  EXPECT_TRUE(text::like("a special request", "%special%requests%") == false);
  EXPECT_TRUE(text::like("a special nice requests b", "%special%requests%"));
  EXPECT_TRUE(text::like("größe", "gr__e"));
  EXPECT_FALSE(text::like("größe", "gr_e"));
  EXPECT_TRUE(text::like("", "%") && text::like("", "") && !text::like("", "_"));
  EXPECT_FALSE(text::like("abc", "ab"));
  EXPECT_TRUE(text::like("aab", "%ab"));
  EXPECT_FALSE(text::like(std::string(100000, 'a'), "%a%a%a%a%a%b"));
}

TEST(Strings, RegexMatchesAnywhereAndReportsBadPatterns) {
  auto regex = text::Regex::compile("[0-9]+(kg|lb)");
  ASSERT_TRUE(regex.ok());
  EXPECT_TRUE(regex->matches("weighs 12kg."));
  EXPECT_FALSE(regex->matches("12 kg"));
  EXPECT_TRUE(text::Regex::compile("^a.c$")->matches("aöc"));
  EXPECT_FALSE(text::Regex::compile("(a*)*b")->matches(std::string(100000, 'a')));
  EXPECT_EQ(text::Regex::compile("a(b").failure().text, "pattern \"a(b\": missing ): a(b");
}

TEST(Strings, OrderIsByCodePoint) {
  EXPECT_LT(text::compare("Z", "a"), 0);
  EXPECT_LT(text::compare("z", "ä"), 0);
  EXPECT_LT(text::compare("\uffff", "🙂"), 0); // UTF-16 would order them the other way
  EXPECT_EQ(text::compare("a", "a"), 0);
  EXPECT_GT(text::compare("ab", "a"), 0);
}

TEST(Strings, InvalidUtf8IsFound) {
  EXPECT_EQ(text::findInvalidUtf8("plain ascii of some length, ä, 🙂"), std::string_view::npos);
  EXPECT_EQ(text::findInvalidUtf8("ok\xc3"), 2u);
  EXPECT_EQ(text::findInvalidUtf8("\xed\xa0\x80"), 0u); // a surrogate
  EXPECT_EQ(text::findInvalidUtf8("\xc0\x80"), 0u);     // overlong
}

// A text is freed by its last release; one with a negative count is never counted.
TEST(Strings, ReferenceCounts) {
  dg_str *text = dg_str_new("abc", 3);
  EXPECT_EQ(text->refs, 1);
  EXPECT_EQ(dg_str_retain(text)->refs, 2);
  dg_str_release(text);
  EXPECT_EQ(text->refs, 1);
  EXPECT_STREQ(text->data, "abc");
  dg_str_release(text);
  alignas(dg_str) static char storage[sizeof(dg_str) + 1];
  dg_str *constant = reinterpret_cast<dg_str *>(storage);
  constant->refs = -1;
  dg_str_retain(constant);
  dg_str_release(constant);
  EXPECT_EQ(constant->refs, -1);
  dg_str_release(nullptr);
}
