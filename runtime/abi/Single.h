// Launches of one point that update what is there, as `a[i] = x` in a loop on the host makes them.
#pragma once
#include "runtime/sched/Runtime.h"

namespace dagger::rt {

// Runs such a launch on the host, at once, where nothing is under way: a task would take longer to make and hand on.
// Says whether it did; if not, nothing has happened.
bool runSingle(Runtime &runtime, const dg_launch &launch, const int64_t *extents, dg_array *const *arrays,
               uint64_t dying, const void *scalars);

// Whether nothing is under way, for one of those that would then run at once. Now and then in a long run of them the host waits
// for it a little: it goes on faster then than it could ahead of the tasks.
bool isIdle(Runtime &runtime);

} // namespace dagger::rt
