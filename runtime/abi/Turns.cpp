#include "runtime/abi/Turns.h"
#include "runtime/abi/Launch.h"

namespace dagger::rt {

void *Turns::wait(int64_t chunk) {
  // The chunk before mostly began earlier, and is done with its part of the work, or nearly.
  constexpr int mostPauses = 2000;
  int pauses = 0;
  for (uint32_t seen; (seen = turn.load(std::memory_order_acquire)) != uint32_t(chunk);)
    if (++pauses < mostPauses)
      __builtin_ia32_pause();
    else // Whoever has it does not run, and wants a processor more than we do.
      turn.wait(seen, std::memory_order_acquire);
  return handed;
}

void Turns::pass(int64_t chunk) {
  turn.store(uint32_t(chunk + 1), std::memory_order_release);
  turn.notify_all();
}

} // namespace dagger::rt

using namespace dagger::rt;

void *dg_turn_wait(dg_context *context) {
  auto &work = static_cast<LaunchWork &>(*context->work);
  return work.turns->wait(context->point);
}

void *dg_turn_room(dg_context *context) {
  auto &work = static_cast<LaunchWork &>(*context->work);
  return work.turns->room();
}

void dg_turn_pass(dg_context *context) {
  auto &work = static_cast<LaunchWork &>(*context->work);
  work.turns->pass(context->point);
}
