// Threads leave processors that others have, and may run where they could before.
#include "runtime/sched/Spread.h"
#include <gtest/gtest.h>

using dagger::rt::leaveProcessors;

TEST(Spread, LeavesWhatIsTaken) {
  cpu_set_t before, after, taken;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
    if (!CPU_ISSET(processor, &before))
      continue;
    CPU_ZERO(&taken);
    CPU_SET(processor, &taken);
    int now = leaveProcessors(taken);
    if (CPU_COUNT(&before) > 1)
      EXPECT_NE(now, processor);
    ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
  }
}

TEST(Spread, StaysWhereNothingIsFree) {
  cpu_set_t before, after;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_TRUE(CPU_ISSET(leaveProcessors(before), &before));
  ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}
