// How index spaces are cut into chunks.
#include "runtime/data/Grid.h"
#include <array>
#include <gtest/gtest.h>
#include <vector>

namespace dagger::rt {
namespace {

using Shape = std::array<int64_t, DG_MAX_RANK>;

// A map over two axes that reads one array and writes another, of the same elements.
Shape chunkOf(uint8_t type, int64_t rows, int64_t columns, int64_t chunkBytes = 0) {
  std::array<dg_operand, 2> operands{};
  operands[0].access = DG_READ;
  operands[1].access = DG_WRITE;
  for (dg_operand &operand : operands) {
    operand.type = type;
    operand.rank = 2;
    operand.exact = 1;
    for (int axis = 0; axis < 2; ++axis) {
      operand.axes[axis] = int8_t(axis);
      operand.scale[axis] = 1;
    }
  }
  dg_launch launch{};
  launch.rank = 2;
  launch.operands = 2;
  launch.operand = operands.data();
  Shape extents{rows, columns}, chunk{};
  const int64_t *operandExtents[] = {extents.data(), extents.data()};
  chooseLaunchChunk(chunkBytes, launch, extents.data(), operandExtents, 1, false, chunk.data());
  return chunk;
}

TEST(Grid, ChunksAreHalfAMegabyte) {
  EXPECT_EQ(chunkOf(DG_F64, 1'024, 1'024)[0], 32);
  EXPECT_EQ(chunkOf(DG_F64, 1'024, 1'024)[1], 1'024);
}

// A result that no cache holds is in fewer chunks, if they are many all the same.
TEST(Grid, ChunksOfLargeResultsAreLarger) {
  EXPECT_EQ(chunkOf(DG_F64, 4'096, 4'096)[0], 8);
  EXPECT_EQ(chunkOf(DG_F64, 8'192, 8'192)[0], 8);
  EXPECT_EQ(chunkOf(DG_F64, 10'240, 10'240)[0], 10);
  EXPECT_EQ(chunkOf(DG_F64, 65'536, 8'192)[0], 16);
  EXPECT_EQ(chunkOf(DG_F64, 65'536, 8'192, 512 << 10)[0], 4);
}

} // namespace
} // namespace dagger::rt
