#include "TestArray.h"
#include "TestFolder.h"
#include "runtime/io/Io.h"
#include "runtime/text/Text.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace dagger;
using namespace dagger::test;

static const io::PngOptions grey{.colors = io::Colors::Grey};

static std::string throughFile(const ArrayView &array, const io::PngOptions &options, int rank) {
  TestFolder folder;
  if (auto failure = io::writePng(folder / "a.png", array, options))
    return failure->text;
  auto back = io::readPng(folder / "a.png", rank);
  return back ? text::format(back->view()) : back.failure().text;
}

// The least value takes the low end of the map and the greatest the high end, unless a range says otherwise.
TEST(Png, GreyRange) {
  TestArray<double> a({2, 2}, {-1, 0, 1, 3});
  EXPECT_EQ(throughFile(a.view(), grey, 2), "[[0, 64], [128, 255]]");
  EXPECT_EQ(throughFile(a.view(), {.colors = io::Colors::Grey, .hasRange = true, .low = 0, .high = 2}, 2),
            "[[0, 0], [128, 255]]");
  EXPECT_EQ(throughFile(TestArray<bool>({1, 2}, {true, false}).view(), grey, 2), "[[255, 0]]");
  EXPECT_EQ(throughFile(TestArray<double>({1, 2}, {-1.7e308, 1.7e308}).view(), grey, 2), "[[0, 255]]");
}

TEST(Png, GreyBytesReadBackAsTheyWere) {
  TestArray<uint8_t> a({16, 16});
  for (size_t k = 0; k < 256; ++k)
    a.values[k] = uint8_t(k);
  EXPECT_EQ(throughFile(a.view(), grey, 2), text::format(a.view()));
}

TEST(Png, ConstantNanAndInfinity) {
  EXPECT_EQ(throughFile(TestArray<float>({1, 2}, {7, 7}).view(), grey, 2), "[[0, 0]]");
  EXPECT_EQ(throughFile(TestArray<float>({1, 3}, {NAN, 1, 2}).view(), grey, 3), "[[[0, 0], [0, 255], [255, 255]]]");
  EXPECT_EQ(throughFile(TestArray<float>({1, 3}, {-INFINITY, 1, INFINITY}).view(), grey, 2), "[[0, 0, 255]]");
  EXPECT_EQ(throughFile(TestArray<float>({1, 1}, {NAN}).view(), grey, 3), "[[[0, 0]]]");
}

// The colour map's ends are viridis' dark violet and yellow; NaN is transparent there too.
TEST(Png, Viridis) {
  EXPECT_EQ(throughFile(TestArray<double>({1, 2}, {0, 1}).view(), {}, 3), "[[[71, 1, 85], [252, 231, 33]]]");
  EXPECT_EQ(throughFile(TestArray<double>({1, 3}, {0, 1, NAN}).view(), {}, 3),
            "[[[71, 1, 85, 255], [252, 231, 33, 255], [0, 0, 0, 0]]]");
}

TEST(Png, PicturesAsTheyAre) {
  TestArray<uint8_t> a({1, 2, 3}, {1, 2, 3, 250, 251, 252});
  EXPECT_EQ(throughFile(a.view(), {}, 3), text::format(a.view()));
  TestArray<uint8_t> b({2, 1, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  EXPECT_EQ(throughFile(b.view(), {}, 3), text::format(b.view()));
}

TEST(Png, Refused) {
  TestFolder folder;
  std::string path = folder / "a.png";
  EXPECT_EQ(io::writePng(path, TestArray<double>({3}).view())->text,
            "cannot write " + path + ": a picture is an array of rank 2, or [u8; h, w, c], not f64 of rank 1");
  EXPECT_EQ(io::writePng(path, TestArray<double>({0, 3}).view())->text,
            "cannot write " + path + ": a picture of 0 rows of 3 pixels");
  EXPECT_EQ(io::writePng(path, TestArray<std::complex<double>>({1, 1}).view())->text,
            "cannot write " + path + ": values of type c128 have no colour");
  EXPECT_EQ(folder.files(), 0u);

  ASSERT_FALSE(io::writePng(path, TestArray<uint8_t>({1, 1, 3}).view()));
  EXPECT_EQ(io::readPng(path, 2).failure().text, path + " has 3 channels: it reads as [u8; h, w, c]");
  std::string bytes = folder.read("a.png");
  EXPECT_EQ(io::parsePng("GIF89a", "x.png", 2).failure().text, "x.png is no .png file");
  EXPECT_EQ(io::parsePng(bytes.substr(0, bytes.size() - 20), "x.png", 3).failure().text,
            "cannot read x.png: the file ends too early");
  bytes[30] ^= 1;
  EXPECT_EQ(io::parsePng(bytes, "x.png", 3).failure().text, "cannot read x.png: IHDR: CRC error");
}
