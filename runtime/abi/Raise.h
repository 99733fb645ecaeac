// Failing with a text that is in memory from malloc: freed before the frames are left.
#pragma once
#include "runtime/sched/Runtime.h"
#include <cstdlib>
#include <cstring>

namespace dagger::rt {

[[noreturn]] inline void raiseOwned(dg_context *context, int32_t code, char *text, const dg_location *location) {
  const Failure *failure = makeFailure(context, code, text, location, context->point, context->work);
  std::free(text);
  unwind(context, failure);
}

inline char *ownedText(const std::string &text) {
  char *copy = strdup(text.c_str());
  if (!copy)
    std::abort();
  return copy;
}

} // namespace dagger::rt
