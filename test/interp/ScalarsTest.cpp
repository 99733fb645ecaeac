// Arithmetic on single values.
#include "Run.h"
#include "compiler/interp/Scalars.h"

namespace dagger::test {
using namespace interp;

TEST(Scalars, DivisionAndRemainderRoundDown) {
  EXPECT_EQ(floorDiv<int32_t>(7, -2, false), -4);
  EXPECT_EQ(modulo<int32_t>(-7, 3), 2);
  EXPECT_EQ(modulo<int32_t>(7, -3), -2);
  EXPECT_EQ(floorDiv<int8_t>(-128, -1, false), -128);
  EXPECT_EQ(modulo<double>(-7.5, 2.0), 0.5);
  EXPECT_EQ(floorDiv<double>(7.5, -2.0, false), -4.0);
}

TEST(Scalars, FloatsToIntegersSaturate) {
  EXPECT_EQ((convert<int8_t, double>(300.7)), 127);
  EXPECT_EQ((convert<uint8_t, float>(-1.0f)), 0);
  EXPECT_EQ((convert<int64_t, double>(9.3e18)), std::numeric_limits<int64_t>::max());
  EXPECT_EQ((convert<int64_t, float>(-9.3e18f)), std::numeric_limits<int64_t>::min());
  EXPECT_EQ((convert<int32_t, double>(NAN)), 0);
  EXPECT_EQ((convert<int32_t, double>(-2.9)), -2);
}

TEST(Scalars, IntegerPowers) {
  EXPECT_EQ(power<int64_t>(2, 62, true), int64_t(1) << 62);
  EXPECT_EQ(power<int64_t>(2, -1, false), 0);
  EXPECT_EQ(power<int64_t>(-1, -3, false), -1);
  EXPECT_THROW(power<int64_t>(0, -1, false), PlainFailure);
  EXPECT_THROW(power<int64_t>(3, 50, true), PlainFailure);
}

TEST(Scalars, ShiftsBeyondTheWidthMoveEverythingOut) {
  EXPECT_EQ(shiftLeft<int32_t>(1, 40), 0);
  EXPECT_EQ(shiftRight<int32_t>(-8, 1), -4);
  EXPECT_EQ(shiftRight<int32_t>(-8, 99), -1);
  EXPECT_EQ(shiftRight<uint32_t>(8, 32), 0u);
}

TEST(Scalars, TiesGoToTheFirstAndNanWins) {
  EXPECT_FALSE(std::signbit(minimum(0.0, -0.0)));
  EXPECT_TRUE(std::signbit(maximum(-0.0, 0.0)));
  EXPECT_TRUE(std::isnan(minimum(1.0, double(NAN))));
}

TEST(Scalars, AProductAndASumInOneExpressionAreFused) {
  // The product alone rounds to 1; what it lost is the difference.
  EXPECT_EQ(printed("let e = 2.0 ** -30.0\nlet x = 1.0 + e\nlet y = 1.0 - e\nprint(x * y - 1.0 == -(e * e), x * y == 1.0)"), "true true\n");
}

TEST(Scalars, NarrowFloatsRoundAfterEachOperation) {
  EXPECT_EQ(printed("print(f16(2048) + f16(1), f16(0.1), bf16(1.0) + bf16(0.001))"), "2048.0 0.1 1.0\n");
}

} // namespace dagger::test
