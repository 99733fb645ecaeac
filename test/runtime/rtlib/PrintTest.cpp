#include "TestArray.h"
#include "runtime/text/Text.h"
#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace dagger;
using namespace dagger::test;

template <typename T> static std::string show(T value) { return text::format(typeOf<T>(), &value); }
template <typename T> static std::string show(T value, std::string_view spec) {
  auto parsed = text::parseFormat(spec);
  if (!parsed)
    return "! " + parsed.failure().text;
  if (auto failure = text::checkFormat(*parsed, typeOf<T>()))
    return "! " + failure->text;
  return text::format(typeOf<T>(), &value, *parsed);
}
static std::string showText(std::string_view value, std::string_view spec) {
  dg_str *s = dg_str_new(value.data(), int64_t(value.size()));
  std::string out = show(s, spec);
  dg_str_release(s);
  return out;
}

// An f64 prints as Python's repr prints it.
TEST(Print, F64IsShortest) {
  EXPECT_EQ(show(0.0), "0.0");
  EXPECT_EQ(show(-0.0), "-0.0");
  EXPECT_EQ(show(0.1), "0.1");
  EXPECT_EQ(show(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(show(1e-9), "1e-09");
  EXPECT_EQ(show(0.0001), "0.0001");
  EXPECT_EQ(show(0.00001), "1e-05");
  EXPECT_EQ(show(1.5e-7), "1.5e-07");
  EXPECT_EQ(show(123456.0), "123456.0");
  EXPECT_EQ(show(1e15), "1000000000000000.0");
  EXPECT_EQ(show(1e16), "1e+16");
  EXPECT_EQ(show(123456789012345680.0), "1.2345678901234568e+17");
  EXPECT_EQ(show(-2.5), "-2.5");
  EXPECT_EQ(show(5e-324), "5e-324");
  EXPECT_EQ(show(1.7976931348623157e308), "1.7976931348623157e+308");
  EXPECT_EQ(show(double(NAN)), "nan");
  EXPECT_EQ(show(double(INFINITY)), "inf");
  EXPECT_EQ(show(-double(INFINITY)), "-inf");
}

// A narrow float prints with the digits that its own type needs.
TEST(Print, NarrowFloatsByTheirOwnDigits) {
  EXPECT_EQ(show(0.1f), "0.1");
  EXPECT_EQ(show(16777216.0f), "16777216.0");
  EXPECT_EQ(show(3.4028235e38f), "3.4028235e+38");
  EXPECT_EQ(show(Half(0.1)), "0.1");
  EXPECT_EQ(show(Half(65504)), "65500.0");
  EXPECT_EQ(show(Half(5.9604645e-08)), "6e-08");
  EXPECT_EQ(show(BFloat16(0.1f)), "0.1");
  EXPECT_EQ(show(BFloat16(3.14159f)), "3.14");
  EXPECT_EQ(show(BFloat16(float(NAN))), "nan");
}

// Every f16 and every bf16 reads back from its text as the same bits.
TEST(Print, NarrowFloatsReadBack) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    Half half = std::bit_cast<Half>(uint16_t(bits)), halfBack;
    if (!std::isnan(float(half))) {
      ASSERT_FALSE(text::parse(DG_F16, show(half), &halfBack));
      ASSERT_EQ(std::bit_cast<uint16_t>(halfBack), bits) << show(half);
    }
    BFloat16 brain, brainBack;
    brain.bits = uint16_t(bits);
    if (!std::isnan(float(brain))) {
      ASSERT_FALSE(text::parse(DG_BF16, show(brain), &brainBack));
      ASSERT_EQ(brainBack.bits, bits) << show(brain);
    }
  }
}

TEST(Print, OtherScalars) {
  EXPECT_EQ(show(true), "true");
  EXPECT_EQ(show(false), "false");
  EXPECT_EQ(show(int8_t(-128)), "-128");
  EXPECT_EQ(show(uint8_t(200)), "200");
  EXPECT_EQ(show(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(show(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(show(std::complex<double>(1, 2.5)), "1.0 + 2.5i");
  EXPECT_EQ(show(std::complex<float>(-0.1f, -2)), "-0.1 - 2.0i");
}

// Formats give what Python's format() gives, but that a bare precision fixes decimals.
TEST(Format, Floats) {
  EXPECT_EQ(show(3.14159, ".3"), "3.142");
  EXPECT_EQ(show(1234.5, ".0"), "1234"); // ties to even of the exact value, as in Python
  EXPECT_EQ(show(2.0f, ".3"), "2.000");
  EXPECT_EQ(show(Half(0.5), ".2"), "0.50");
  EXPECT_EQ(show(12345.678, ".2e"), "1.23e+04");
  EXPECT_EQ(show(1e100, ".1e"), "1.0e+100");
  EXPECT_EQ(show(12345.678, ".2E"), "1.23E+04");
  EXPECT_EQ(show(0.0001234, ".3g"), "0.000123");
  EXPECT_EQ(show(1234567.0, "g"), "1.23457e+06");
  EXPECT_EQ(show(100.0, ".3g"), "100");
  EXPECT_EQ(show(100.0, "#.5g"), "100.00");
  EXPECT_EQ(show(1.0, "#.0f"), "1.");
  EXPECT_EQ(show(0.256, ".1%"), "25.6%");
  EXPECT_EQ(show(1.5, ">8"), "     1.5");
  EXPECT_EQ(show(1.5, "<8"), "1.5     ");
  EXPECT_EQ(show(1.5, "^8"), "  1.5   ");
  EXPECT_EQ(show(1.5, "*^9.2"), "**1.50***");
  EXPECT_EQ(show(-1.5, "08.2"), "-0001.50");
  EXPECT_EQ(show(1.5, "+.1"), "+1.5");
  EXPECT_EQ(show(1.5, " .1"), " 1.5");
  EXPECT_EQ(show(1234567.891, ",.2f"), "1,234,567.89");
  EXPECT_EQ(show(1234567.5, ","), "1,234,567.5");
  EXPECT_EQ(show(1234.5, "012,.1f"), "00,001,234.5");
  EXPECT_EQ(show(double(NAN), ".3"), "nan");
  EXPECT_EQ(show(-double(INFINITY), "8.1"), "    -inf");
  EXPECT_EQ(show(double(NAN), "F"), "NAN");
  EXPECT_EQ(show(-0.0001, ".2"), "-0.00");
  EXPECT_EQ(show(std::complex<double>(1, -2), ".2"), "1.00 - 2.00i");
  EXPECT_EQ(show(std::complex<double>(1, 2), ">12.1"), "  1.0 + 2.0i");
}

TEST(Format, Integers) {
  EXPECT_EQ(show(int64_t(42), ">8"), "      42");
  EXPECT_EQ(show(int64_t(42), "8"), "      42");
  EXPECT_EQ(show(int64_t(42), "<8"), "42      ");
  EXPECT_EQ(show(int64_t(-42), "08"), "-0000042");
  EXPECT_EQ(show(int64_t(-42), "*=8"), "-*****42");
  EXPECT_EQ(show(int64_t(1234567), ","), "1,234,567");
  EXPECT_EQ(show(int64_t(1234), "010,"), "00,001,234");
  EXPECT_EQ(show(int64_t(1234), "08,"), "0,001,234"); // a separator never stands first
  EXPECT_EQ(show(int64_t(255), "x"), "ff");
  EXPECT_EQ(show(int64_t(255), "X"), "FF");
  EXPECT_EQ(show(int64_t(255), "#x"), "0xff");
  EXPECT_EQ(show(int64_t(255), "#010x"), "0x000000ff");
  EXPECT_EQ(show(int64_t(-5), "b"), "-101");
  EXPECT_EQ(show(uint8_t(8), "#o"), "0o10");
  EXPECT_EQ(show(uint32_t(0xdeadbeef), "_x"), "dead_beef");
  EXPECT_EQ(show(int64_t(3), ".2f"), "3.00");
  EXPECT_EQ(show(int64_t(1), "%"), "100.000000%");
  EXPECT_EQ(show(std::numeric_limits<int64_t>::min(), "d"), "-9223372036854775808");
  EXPECT_EQ(show(true, ">6"), "  true");
  EXPECT_EQ(show(true, "d"), "1");
}

TEST(Format, TextCountsCodePoints) {
  EXPECT_EQ(showText("né", ">4"), "  né");
  EXPECT_EQ(showText("né", "4"), "né  ");
  EXPECT_EQ(showText("né", "→^6"), "→→né→→");
  EXPECT_EQ(showText("Größe", ".3"), "Grö");
  EXPECT_EQ(showText("ab", "5.1"), "a    ");
}

// A format that cannot be read, or does not suit the type, is refused with the reason.
TEST(Format, Refused) {
  EXPECT_EQ(show(int64_t(1), ".3"), "! a precision does not suit a value of type i64");
  EXPECT_EQ(show(1.0, "x"), "! format type `x` does not suit a value of type f64");
  EXPECT_EQ(showText("a", ".2f"), "! format type `f` does not suit a value of type str");
  EXPECT_EQ(showText("a", "+"), "! a sign does not suit a value of type str");
  EXPECT_EQ(showText("a", "-"), "! a sign does not suit a value of type str");
  EXPECT_EQ(show(int64_t(1), ",x"), "! `,` groups decimal digits only; `_` groups those of `x`");
  EXPECT_EQ(show(1.0, "q").substr(0, 26), "! format \"q\": cannot read ");
  EXPECT_EQ(show(1.0, "."), "! format \".\": a number must follow the point");
  EXPECT_EQ(show(1.0, "99999"), "! format \"99999\": the width is over 9,999");
}

// Arrays nest by axes, text in them is quoted, and a format goes to each element.
TEST(PrintArray, Nested) {
  EXPECT_EQ(text::format(TestArray<int64_t>({3}, {1, 2, 3}).view()), "[1, 2, 3]");
  EXPECT_EQ(text::format(TestArray<double>({2, 2}, {1, 2, 3, 4.5}).view()), "[[1.0, 2.0], [3.0, 4.5]]");
  EXPECT_EQ(text::format(TestArray<int64_t>({0}).view()), "[]");
  EXPECT_EQ(text::format(TestArray<int64_t>({2, 0}).view()), "[[], []]");
  EXPECT_EQ(text::format(TestArray<double>({}, {7.0}).view()), "7.0");
  dg_str *s = dg_str_new("a\"b\n", 4);
  EXPECT_EQ(text::format(TestArray<dg_str *>({2}, {s, nullptr}).view()), "[\"a\\\"b\\n\", \"\"]");
  dg_str_release(s);
  auto spec = text::parseFormat(".2");
  EXPECT_EQ(text::format(TestArray<float>({2}, {1, 2}).view(), *spec), "[1.00, 2.00]");
}

TEST(PrintArray, StridesAreFollowed) {
  TestArray<int64_t> a({2, 3}, {1, 2, 3, 4, 5, 6});
  int64_t extents[] = {3, 2}, strides[] = {1, 3}, two[] = {2, 3}, zero[] = {0, -1};
  EXPECT_EQ(text::format(ArrayView{DG_I64, 2, a.values.data(), extents, strides}), "[[1, 4], [2, 5], [3, 6]]");
  EXPECT_EQ(text::format(ArrayView{DG_I64, 2, a.values.data() + 2, two, zero}), "[[3, 2, 1], [3, 2, 1]]");
}

// Up to 1,000 elements all are shown, above it the first and last 3 of each long axis.
TEST(PrintArray, LongOnesAreCut) {
  TestArray<int64_t> a({1001});
  for (int64_t k = 0; k < 1001; ++k)
    a.values[size_t(k)] = k;
  EXPECT_EQ(text::format(a.view()), "[0, 1, 2, ..., 998, 999, 1000]");
  a.extents = {1000};
  EXPECT_EQ(text::format(a.view()).find("..."), std::string::npos);
  TestArray<int64_t> b({600, 2});
  EXPECT_EQ(text::format(b.view()), "[[0, 0], [0, 0], [0, 0], ..., [0, 0], [0, 0], [0, 0]]");
}

// Brackets around nothing are cut too: a file of some bytes may say that it holds a trillion rows without columns.
TEST(PrintArray, LongOnesWithoutElementsAreCut) {
  const int64_t rows[] = {int64_t(1) << 40, 0}, tooMany[] = {int64_t(1) << 40, int64_t(1) << 40, 0}, strides[] = {0, 0, 1};
  EXPECT_EQ(text::format(ArrayView{DG_I64, 2, nullptr, rows, strides}), "[[], [], [], ..., [], [], []]");
  ArrayView most{DG_I64, 3, nullptr, tooMany, strides};
  EXPECT_EQ(most.count(), 0);
  EXPECT_TRUE(text::format(most).starts_with("[[[], [], [], ..., [], [], []], "));
}
