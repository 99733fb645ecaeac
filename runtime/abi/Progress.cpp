// How far the program's loops are.
#include "runtime/trace/Progress.h"
#include "runtime/sched/Runtime.h"

using namespace dagger::rt;

static Progress *progressOf(dg_context *context) { return context->isHost ? context->runtime->progress : nullptr; }

void dg_begin_counted(dg_context *context, int64_t low, int64_t high, int64_t step, const dg_location *location) {
  if (Progress *progress = progressOf(context))
    progress->beginLoop(low, high, step, location);
}

void dg_next_counted(dg_context *context) {
  if (Progress *progress = progressOf(context))
    progress->nextTurns(1);
}

void dg_end_counted(dg_context *context) {
  if (Progress *progress = progressOf(context))
    progress->endLoop();
}
