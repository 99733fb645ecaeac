// Where threads run.
#pragma once
#include <sched.h>

namespace dagger::rt {

// Moves the calling thread away from these processors at once, if it may run on others; where it may run stays as it was. Gives the
// processor on which it is then.
int leaveProcessors(const cpu_set_t &taken);

} // namespace dagger::rt
