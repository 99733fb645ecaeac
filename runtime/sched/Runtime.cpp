#include "runtime/abi/CallBatch.h"
#include "runtime/abi/DirectCall.h"
#include "runtime/abi/Plan.h"
#include "runtime/abi/Provisional.h"
#include "runtime/abi/Replicate.h"
#include "runtime/sched/Runtime.h"
#include "runtime/data/Array.h"

namespace dagger::rt {

Runtime::Runtime(const Limits &limits) : limits(limits), scheduler(*this, limits.threads, limits.stackBytes) {
  host.isHost = true;
  host.runtime = this;
  host.worker = &scheduler.host();
  host.spawn = &scheduler.host().nested;
  host.root = &hostArrays;
  hostArrays.isOfOneThread = true;
}

Runtime::~Runtime() {
  plans.clear();
  scheduler.drain();
  releaseAll(hostArrays);
  freeSpares(hostArrays);
}

void Runtime::enter() {
  if (const Failure *failure = effects.stopped())
    unwind(&host, failure);
}

void Runtime::makeRoom(int64_t many) {
  int64_t window = std::max<int64_t>(limits.windowTasks / many, 1);
  if (scheduler.liveTasks() >= window)
    scheduler.workUntil([&] { return scheduler.liveTasks() <= window * 3 / 4; });
}

void Runtime::settle(const Failure *failure) {
  scheduler.workUntil([&] { return effects.empty(); });
  // A statement that failed stands before this point, whatever the value looked at here failed from.
  if (effects.stopped())
    failure = effects.stopped();
  if (failure)
    unwind(&host, failure);
}

const Failure *makeFailure(dg_context *context, int32_t code, std::string text, const dg_location *location, int64_t point,
                           Work *work, uint64_t sequence) {
  Runtime *runtime = context->runtime;
  auto failure = std::make_unique<Failure>();
  failure->code = code;
  failure->text = std::move(text);
  failure->sequence = sequence ? sequence : work ? work->sequence : ++runtime->sequence;
  failure->point = point < 0 ? 0 : point;
  addPlaces(*failure, location);
  bool known = false; // a spawner goes on while a thief runs its frame: the frame says what its sites were
  for (dg_context *inner = context; inner; known = inner->isFrame, inner = inner->parent) {
    for (const dg_site *site = known ? nullptr : inner->sites; site; site = site->previous) {
      if (site->task && failure->task.empty())
        failure->task = site->task;
      addPlaces(*failure, site->location);
    }
    if (inner->name && failure->task.empty())
      failure->task = inner->name;
    addPlaces(*failure, inner->call);
  }
  if (work && point >= 0)
    work->describe(point, *failure);
  const Failure *kept = runtime->log.add(std::move(failure));
  if (context->isHost)
    runtime->log.stand(kept);
  return kept;
}

void addPlaces(Failure &failure, const dg_location *location) {
  for (; location; location = location->caller)
    failure.places.push_back({location->file ? location->file : "", location->function ? location->function : "",
                              location->line, location->column});
}

void raise(dg_context *context, int32_t code, const char *text, const dg_location *location) {
  if (context->replica)
    context = behindReplicas(context);
  unwind(context, makeFailure(context, code, text, location, context->point, context->work));
}

void unwind(dg_context *context, const Failure *failure) {
  if (context->replica)
    context = behindReplicas(context);
  context->failure = failure;
  // A task called in place shares the edge of its caller, unless it is tried again; the edge reads its own context.
  dg_context *owner = context;
  while (owner->parent && owner->edge == owner->parent->edge)
    owner = owner->parent;
  owner->failure = failure;
  // Where there is no stack left, nothing more is run.
  if (owner->edgeBase && owner->spawn->head > owner->edgeBase)
    abandonFrames(*owner, failure->code != failures::RecursionTooDeep);
  if (owner->worker)
    owner->runtime->scheduler.release(*owner->worker, owner->holdBase);
  _longjmp(*context->edge, 1);
}

} // namespace dagger::rt
