#include "TestArray.h"
#include "TestFolder.h"
#include "runtime/io/Io.h"
#include "runtime/text/Text.h"
#include <gtest/gtest.h>

using namespace dagger;
using namespace dagger::test;

static std::string npy(std::string header, const std::string &data, int version = 1) {
  std::string out = "\x93NUMPY";
  out += {char(version), 0, char(header.size() & 255), char(header.size() >> 8)};
  if (version > 1)
    out += {0, 0};
  return out + header + data;
}

static std::string read(const std::string &bytes, std::optional<dg_type> type = {}, std::optional<int> rank = {}) {
  auto array = io::parseNpy(bytes, "x.npy", type, rank);
  return array ? dg_type_name(array->type()) + (" " + text::format(array->view())) : array.failure().text;
}

template <typename T> static std::string bytesOf(std::vector<T> values) {
  return std::string(reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T));
}

// The bytes are those that NumPy writes for np.save(np.array([1.0, 2.5])).
TEST(Npy, WritesWhatNumpyWrites) {
  TestFolder folder;
  ASSERT_FALSE(io::writeNpy(folder / "a.npy", TestArray<double>({2}, {1, 2.5}).view()));
  std::string expected = npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }" + std::string(60, ' ') + "\n",
                             bytesOf<double>({1, 2.5}));
  EXPECT_EQ(folder.read("a.npy"), expected);
}

template <typename T> static void roundTrip(const std::string &shown) {
  TestFolder folder;
  TestArray<T> a({2, 3});
  for (size_t k = 0; k < 6; ++k) {
    if constexpr (isComplex<T>)
      a.values[k] = T(float(k), -float(k));
    else
      a.values[k] = T(float(k));
  }
  ASSERT_FALSE(io::writeNpy(folder / "a.npy", a.view()));
  auto back = io::readNpy(folder / "a.npy", typeOf<T>(), 2);
  ASSERT_TRUE(back.ok()) << back.failure().text;
  EXPECT_EQ(text::format(back->view()), shown);
  // A transposed view is written in its own order.
  int64_t extents[] = {3, 2}, strides[] = {1, 3};
  ArrayView transposed{typeOf<T>(), 2, a.values.data(), extents, strides};
  ASSERT_FALSE(io::writeNpy(folder / "b.npy", transposed));
  EXPECT_EQ(text::format(io::readNpy(folder / "b.npy", typeOf<T>(), 2)->view()), text::format(transposed));
}

TEST(Npy, EveryTypeReadsBack) {
  const std::string integers = "[[0, 1, 2], [3, 4, 5]]", floats = "[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]";
  roundTrip<int8_t>(integers);
  roundTrip<int16_t>(integers);
  roundTrip<int32_t>(integers);
  roundTrip<int64_t>(integers);
  roundTrip<uint8_t>(integers);
  roundTrip<uint16_t>(integers);
  roundTrip<uint32_t>(integers);
  roundTrip<uint64_t>(integers);
  roundTrip<Half>(floats);
  roundTrip<BFloat16>(floats);
  roundTrip<float>(floats);
  roundTrip<double>(floats);
  roundTrip<std::complex<float>>("[[0.0 - 0.0i, 1.0 - 1.0i, 2.0 - 2.0i], [3.0 - 3.0i, 4.0 - 4.0i, 5.0 - 5.0i]]");
  roundTrip<std::complex<double>>("[[0.0 - 0.0i, 1.0 - 1.0i, 2.0 - 2.0i], [3.0 - 3.0i, 4.0 - 4.0i, 5.0 - 5.0i]]");
}

TEST(Npy, OrdersVersionsAndShapes) {
  std::string six = bytesOf<int32_t>({1, 2, 3, 4, 5, 6});
  EXPECT_EQ(read(npy("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }\n", six)),
            "i32 [[1, 3, 5], [2, 4, 6]]");
  EXPECT_EQ(read(npy("{'descr': '<i4', 'fortran_order': False, 'shape': (3, 2), }\n", six, 2)),
            "i32 [[1, 2], [3, 4], [5, 6]]");
  EXPECT_EQ(read(npy("{\"shape\": (6L,), 'fortran_order': False, 'descr': '<i4'}", six, 3)),
            "i32 [1, 2, 3, 4, 5, 6]");
  EXPECT_EQ(read(npy("{'descr': '>u2', 'fortran_order': False, 'shape': (2,)}", std::string("\1\2\0\3", 4))),
            "u16 [258, 3]");
  EXPECT_EQ(read(npy("{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", std::string("\0\1\7", 3))),
            "bool [false, true, true]");
  EXPECT_EQ(read(npy("{'descr': '<f8', 'fortran_order': False, 'shape': ()}", bytesOf<double>({2.5}))), "f64 2.5");
  EXPECT_EQ(read(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3)}", "")), "f64 []");
}

TEST(Npy, RefusedOrBroken) {
  auto header = [](const std::string &descr) {
    return npy("{'descr': " + descr + ", 'fortran_order': False, 'shape': (2,), }\n", std::string(16, 0));
  };
  EXPECT_EQ(read("PK\3\4 a zip file"), "x.npy is no .npy file: it starts with \"PK\\x03\\x04 a\"");
  EXPECT_EQ(read(header("'|O'")), "x.npy holds pickled Python objects, which are not read: they can run any program");
  EXPECT_EQ(read(header("'<U5'")), "x.npy holds text (\"<U5\"), which is not read into an array");
  EXPECT_EQ(read(header("[('a', '<f8')]")), "x.npy holds records, which are no array of numbers");
  EXPECT_EQ(read(header("'<M8[s]'")), "x.npy: elements of type \"<M8[s]\" have no counterpart");
  EXPECT_EQ(read(header("'<f8'"), DG_F32), "x.npy holds f64, not f32");
  EXPECT_EQ(read(header("'<f8'"), DG_F64, 2), "x.npy holds an array of rank 1, not 2");
  EXPECT_EQ(read(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3,)}", std::string(16, 0))),
            "x.npy ends too early: its shape wants more than the 2 elements that follow the header");
  EXPECT_EQ(read(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 9)}", "")),
            "x.npy ends too early: its shape wants more than the 0 elements that follow the header");
  EXPECT_EQ(read(npy("{'descr': '<f8'}", "")), "x.npy: cannot read the header \"{'descr': '<f8'}\"");
  EXPECT_EQ(read(npy("{}", "", 9)), "x.npy: .npy version 9 is not known (1 to 3 are)");
}
