#include "TestArray.h"
#include "TestFolder.h"
#include "runtime/io/Io.h"
#include "runtime/text/Text.h"
#include <gtest/gtest.h>
#include <zlib.h>

using namespace dagger;
using namespace dagger::test;

static std::string read(std::string_view csv, dg_type type = DG_F64, int rank = 2, io::CsvOptions options = {}) {
  auto array = io::parseCsv(csv, "x.csv", type, rank, options);
  return array ? text::format(array->view()) : array.failure().text;
}

// A first line is a header when it holds no number, and only then.
TEST(Csv, Header) {
  EXPECT_EQ(read("\"YEAR\",\"SUN\"\n1700,5\n1701,11.5\n"), "[[1700.0, 5.0], [1701.0, 11.5]]");
  EXPECT_EQ(read("1,2\n3,4"), "[[1.0, 2.0], [3.0, 4.0]]");
  EXPECT_EQ(read("a,2\n3,4"), "x.csv:1:1: expected a number (f64), found \"a\"");
  EXPECT_EQ(read("\"a, with\nline end\",b\n3,4"), "[[3.0, 4.0]]");
  EXPECT_EQ(read("a,b\n"), "[]");
  EXPECT_EQ(read("\xef\xbb\xbfx\n1\n", DG_I32, 1), "[1]"); // a byte order mark
}

TEST(Csv, LineEndsBlankLinesQuotesAndSpaces) {
  EXPECT_EQ(read("\r\n1,2\r\n\r\n3,4\r\n\n"), "[[1.0, 2.0], [3.0, 4.0]]");
  EXPECT_EQ(read("\"1\", 2 \n 3 ,\"+4\"\n"), "[[1.0, 2.0], [3.0, 4.0]]");
  EXPECT_EQ(read(""), "[]");
  EXPECT_EQ(read("nan,-inf,1e-3\n"), "[[nan, -inf, 0.001]]");
}

TEST(Csv, TypesAndRanks) {
  EXPECT_EQ(read("1\n-2\n", DG_I8, 1), "[1, -2]");
  EXPECT_EQ(read("18446744073709551615\n", DG_U64, 1), "[18446744073709551615]");
  EXPECT_EQ(read("0.1\n", DG_F32, 1), "[0.1]");
  EXPECT_EQ(read("0.1\n", DG_F16, 1), "[0.1]");
  EXPECT_EQ(read("1\nfalse\ntrue\n", DG_BOOL, 1), "[true, false, true]");
  EXPECT_EQ(read("1\t2\n", DG_I64, 2, {.separator = '\t'}), "[[1, 2]]");
  EXPECT_EQ(read("1;2\n", DG_I64, 2, {.separator = ';', .columns = 2}), "[[1, 2]]");
  EXPECT_EQ(read("1,2\n", DG_F64, 1), "x.csv has 2 columns: it reads as [f64; _, 2]");
  EXPECT_EQ(read("1\n", DG_STR, 1), "cannot read x.csv as str: lines of numbers hold no such values");
}

// What is malformed is named with its line, its column, and what stood there.
TEST(Csv, Malformed) {
  EXPECT_EQ(read("a,b\n1,2\n3,x y\n"), "x.csv:3:2: expected a number (f64), found \"x y\"");
  EXPECT_EQ(read("1,2\n3,\n"), "x.csv:2:2: expected a number (f64), found nothing");
  EXPECT_EQ(read("1,2\n\n3\n"), "x.csv:3: expected 2 columns as in line 1, found 1");
  EXPECT_EQ(read("h,h\n1,2\n3,4,5,6\n"), "x.csv:3: expected 2 columns as in line 2, found 4");
  EXPECT_EQ(read("1,2\n", DG_F64, 2, {.columns = 3}), "x.csv:1: expected 3 columns, found 2");
  EXPECT_EQ(read("1\n300\n", DG_U8, 1), "x.csv:2:1: 300 does not fit u8");
  EXPECT_EQ(read("1\n2.5\n", DG_I64, 1), "x.csv:2:1: expected a number (i64), found \"2.5\"");
  EXPECT_EQ(read("1\n1 2\n", DG_I64, 1), "x.csv:2:1: expected a number (i64), found \"1 2\"");
  EXPECT_EQ(read("1\n\xff\x01\n", DG_I64, 1), "x.csv:2:1: expected a number (i64), found \"\\xff\\x01\"");
  EXPECT_EQ(read("1\n\"2", DG_I64, 1), "[1, 2]");
}

TEST(Csv, FilesAndGzip) {
  TestFolder folder;
  std::string numbers = "x\n";
  for (int k = 0; k < 5000; ++k)
    numbers += std::to_string(k) + "\n";
  auto plain = io::readCsv(folder.write("a.csv", numbers), DG_I64, 1);
  ASSERT_TRUE(plain.ok()) << plain.failure().text;
  EXPECT_EQ(text::format(plain->view()), "[0, 1, 2, ..., 4997, 4998, 4999]");

  for (const char *mode : {"wb", "ab"}) { // the second time a second member is appended
    gzFile packed = gzopen((folder / "a.csv.gz").c_str(), mode);
    gzwrite(packed, numbers.data() + (mode[0] == 'a' ? 2 : 0), unsigned(numbers.size()) - (mode[0] == 'a' ? 2 : 0));
    gzclose(packed);
  }
  auto unpacked = io::readCsv(folder / "a.csv.gz", DG_I64, 1);
  ASSERT_TRUE(unpacked.ok()) << unpacked.failure().text;
  EXPECT_EQ(unpacked->extents(), std::vector<int64_t>{10000});

  folder.write("cut.csv.gz", folder.read("a.csv.gz").substr(0, 500));
  EXPECT_EQ(io::readCsv(folder / "cut.csv.gz", DG_I64, 1).failure().text,
            "cannot unpack " + (folder / "cut.csv.gz") + ": the file ends too early");
  EXPECT_EQ(io::readCsv(folder / "none.csv", DG_I64, 1).failure().text,
            "cannot read " + (folder / "none.csv") + ": No such file or directory");
  EXPECT_EQ(io::readCsv(folder.path.string(), DG_I64, 1).failure().text,
            "cannot read " + folder.path.string() + ": Is a directory");
}

// What is written reads back as the same values.
TEST(Csv, Write) {
  TestFolder folder;
  TestArray<double> a({2, 3}, {1, 0.1, 1e-9, -0.0, 1e300, 1.0 / 3});
  EXPECT_FALSE(io::writeCsv(folder / "a.csv", a.view()));
  EXPECT_EQ(folder.read("a.csv"), "1.0,0.1,1e-09\n-0.0,1e+300,0.3333333333333333\n");
  auto back = io::readCsv(folder / "a.csv", DG_F64, 2);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(memcmp(back->data(), a.values.data(), 48), 0);

  EXPECT_FALSE(io::writeCsv(folder / "b.csv", TestArray<int64_t>({3}, {1, 2, 3}).view()));
  EXPECT_EQ(folder.read("b.csv"), "1\n2\n3\n");
  EXPECT_FALSE(io::writeCsv(folder / "c.tsv", TestArray<int64_t>({1, 2}, {1, 2}).view()));
  EXPECT_EQ(folder.read("c.tsv"), "1\t2\n");
  dg_str *s = dg_str_new("a,\"b\"", 5);
  EXPECT_FALSE(io::writeCsv(folder / "d.csv", TestArray<dg_str *>({1}, {s}).view()));
  EXPECT_EQ(folder.read("d.csv"), "\"a,\"\"b\"\"\"\n");
  dg_str_release(s);
  EXPECT_EQ(folder.files(), 4u); // and no temporary one
}
