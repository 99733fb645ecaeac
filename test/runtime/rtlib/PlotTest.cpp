#include "TestArray.h"
#include "TestFolder.h"
#include "runtime/plot/Axis.h"
#include "runtime/plot/Plot.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace dagger;
using namespace dagger::test;

static std::string labels(const plot::Axis &axis) {
  std::string out;
  for (const plot::Tick &tick : axis.ticks)
    out += (out.empty() ? "" : " ") + tick.label;
  return axis.factor.empty() ? out : out + " (" + axis.factor + ")";
}

// Ticks are round numbers with no more digits than they need.
TEST(Axis, Ticks) {
  using plot::Ends;
  EXPECT_EQ(labels(plot::makeAxis(1700, 2008, 10, Ends::Data)), "1700 1750 1800 1850 1900 1950 2000");
  EXPECT_EQ(labels(plot::makeAxis(0, 190.2, 7, Ends::Rounded)), "0 50 100 150 200");
  EXPECT_EQ(labels(plot::makeAxis(-0.31, 0.9, 7, Ends::Rounded)), "−0.4 −0.2 0.0 0.2 0.4 0.6 0.8 1.0");
  EXPECT_EQ(labels(plot::makeAxis(0, 2.1e6, 7, Ends::Data)), "0.0 0.5 1.0 1.5 2.0 (×10⁶)");
  EXPECT_EQ(labels(plot::makeAxis(-3e-5, 2e-5, 7, Ends::Rounded)), "−3 −2 −1 0 1 2 (×10⁻⁵)");
  EXPECT_EQ(labels(plot::makeAxis(5, 5, 4, Ends::Rounded)), "4.6 4.8 5.0 5.2 5.4");
  EXPECT_EQ(labels(plot::makeAxis(0, 0, 4, Ends::Rounded)), "−1.0 −0.5 0.0 0.5 1.0");
}

static size_t occurrences(const std::string &text, const std::string &what) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at)
    ++count;
  return count;
}

// A line of few points has every one of them; the title and labels are there, escaped.
TEST(Plot, Line) {
  TestFolder folder;
  TestArray<double> x({4}, {0, 1, 2, 3}), y({4}, {1, 3, 2, 4});
  ArrayView xs = x.view();
  ASSERT_FALSE(plot::line(folder / "a.svg", &xs, y.view(), {"a < b & c", "time", "Größe"}));
  std::string svg = folder.read("a.svg");
  EXPECT_EQ(svg.rfind("<svg xmlns=", 0), 0u);
  EXPECT_NE(svg.find("a &lt; b &amp; c"), std::string::npos);
  EXPECT_NE(svg.find(">Größe</text>"), std::string::npos);
  std::string path = svg.substr(0, svg.find("stroke-linejoin"));
  path = path.substr(path.rfind("<path"));
  EXPECT_EQ(occurrences(path, "M"), 1u);
  EXPECT_EQ(occurrences(path, "L"), 3u);
}

TEST(Plot, LineHasGapsAtNan) {
  TestFolder folder;
  ASSERT_FALSE(plot::line(folder / "a.svg", nullptr, TestArray<double>({6}, {1, 2, NAN, 3, INFINITY, 4}).view()));
  std::string svg = folder.read("a.svg");
  std::string path = svg.substr(0, svg.find("stroke-linejoin"));
  path = path.substr(path.rfind("<path"));
  EXPECT_EQ(occurrences(path, "M"), 3u);
  EXPECT_EQ(occurrences(path, "h0"), 2u); // the two that stand alone are dots
}

// A million points make a small file that still shows the one that sticks out.
TEST(Plot, AMillionPoints) {
  TestFolder folder;
  TestArray<float> y({1000000});
  for (size_t k = 0; k < y.values.size(); ++k)
    y.values[k] = std::sin(float(k) * 1e-3f);
  y.values[123456] = 10;
  ASSERT_FALSE(plot::line(folder / "line.svg", nullptr, y.view()));
  ASSERT_FALSE(plot::scatter(folder / "scatter.svg", nullptr, y.view()));
  ASSERT_FALSE(plot::bar(folder / "bar.svg", nullptr, y.view()));
  for (const char *name : {"line.svg", "scatter.svg", "bar.svg"})
    EXPECT_LT(folder.read(name).size(), 1000000u) << name;
  // The axis reaches 10, whose pixel row is the top of the frame.
  EXPECT_NE(folder.read("line.svg").find(" 18L"), std::string::npos);
  EXPECT_NE(folder.read("bar.svg").find(" 18h"), std::string::npos);
}

TEST(Plot, ScatterAndBarDrawEachElement) {
  TestFolder folder;
  TestArray<int64_t> y({5}, {1, 2, 3, 4, -5});
  ASSERT_FALSE(plot::scatter(folder / "a.svg", nullptr, y.view()));
  EXPECT_EQ(occurrences(folder.read("a.svg"), "<circle"), 5u);
  dg_str *name = dg_str_new("plums", 5);
  TestArray<dg_str *> names({5}, {name, name, name, name, name});
  ArrayView x = names.view();
  ASSERT_FALSE(plot::bar(folder / "b.svg", &x, y.view()));
  dg_str_release(name);
  std::string svg = folder.read("b.svg");
  EXPECT_EQ(occurrences(svg, ">plums</text>"), 5u);
  EXPECT_EQ(occurrences(svg.substr(svg.find("<path d=\"M", svg.find("fill=\"none\""))), "z"), 5u);
}

TEST(Plot, Heat) {
  TestFolder folder;
  TestArray<float> a({3000, 20});
  for (size_t k = 0; k < a.values.size(); ++k)
    a.values[k] = float(k);
  ASSERT_FALSE(plot::heat(folder / "a.svg", a.view(), {"hot", "", ""}));
  std::string svg = folder.read("a.svg");
  EXPECT_NE(svg.find("data:image/png;base64,iVBORw0KGgo"), std::string::npos);
  EXPECT_NE(svg.find(">2500</text>"), std::string::npos); // rows are counted as in the array
}

TEST(Plot, EmptyAndFailures) {
  TestFolder folder;
  std::string path = folder / "a.svg";
  EXPECT_FALSE(plot::line(path, nullptr, TestArray<double>({0}).view()));
  EXPECT_FALSE(plot::bar(path, nullptr, TestArray<double>({0}).view()));
  TestArray<double> two({2}), three({3});
  ArrayView x = two.view();
  EXPECT_EQ(plot::line(path, &x, three.view())->text, "cannot plot " + path + ": x has 2 elements, y 3");
  EXPECT_EQ(plot::line(path, nullptr, TestArray<double>({1, 1}).view())->text,
            "cannot plot " + path + ": y has rank 2, not 1");
  EXPECT_EQ(plot::scatter(path, nullptr, TestArray<dg_str *>({1}).view())->text,
            "cannot plot " + path + ": y holds str, which is no number on an axis");
  EXPECT_EQ(plot::heat(path, TestArray<double>({0, 2}).view())->text,
            "cannot plot " + path + ": the array has no elements");
  EXPECT_EQ(plot::line("/dev/full", nullptr, three.view())->text,
            "cannot write /dev/full: No space left on device");
}
