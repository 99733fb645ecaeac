// Failing, printing and the order of effects.
#include "runtime/sched/Runtime.h"
#include <cstdio>
#include <dlfcn.h>
#include <cstdlib>

using namespace dagger::rt;
namespace failures = dagger::failures;

// No frame here holds an object with a destructor when it unwinds.
static void assertionText(dg_str *message, char *text, size_t bytes) {
  if (message && message->bytes)
    std::snprintf(text, bytes, "assertion failed: %.*s", int(message->bytes < 3000 ? message->bytes : 3000), message->data);
  else
    std::snprintf(text, bytes, "assertion failed");
}

void dg_fail_assert(dg_context *context, dg_str *message, const dg_location *location) {
  char text[3100];
  assertionText(message, text, sizeof text);
  raise(context, failures::AssertionFailed, text, location);
}

void dg_fail_index(dg_context *context, int64_t index, int64_t axis, int64_t extent, const dg_location *location) {
  char text[160];
  std::snprintf(text, sizeof text, "index %lld is out of range: axis %lld has extent %lld", (long long)index,
                (long long)axis, (long long)extent);
  raise(context, failures::IndexOutOfRange, text, location);
}

void dg_fail_extents(dg_context *context, int64_t a, int64_t b, int64_t axis, const dg_location *location) {
  char text[160];
  std::snprintf(text, sizeof text, "extents differ: %lld and %lld along axis %lld", (long long)a, (long long)b,
                (long long)axis);
  raise(context, failures::ExtentsDiffer, text, location);
}

void dg_fail_check(dg_context *context, int64_t a, int64_t b, const char *what, const dg_location *location) {
  char text[1000];
  std::snprintf(text, sizeof text, "extents differ: %lld and %lld%s%s", (long long)a, (long long)b, *what ? ": " : "", what);
  raise(context, failures::ExtentsDiffer, text, location);
}

void dg_fail_text(dg_context *context, int32_t code, const char *text, const dg_location *location) {
  raise(context, code, text, location);
}

void dg_fail(const char *text) {
  if (!currentContext) {
    std::fprintf(stderr, "dagger: dg_fail was called outside of any task: %s\n", text);
    std::abort();
  }
  raise(currentContext, failures::Extern, text, nullptr);
}

// Text that is held back behind a task may take this much memory before the host waits.
static constexpr int64_t mostHeldBytes = 4 << 20;

void dg_print(dg_context *context, dg_str *text, const dg_location *) {
  const char *data = text ? text->data : "";
  size_t bytes = text ? size_t(text->bytes) : 0;
  if (!context->isHost) {
    // A thief has no place in the order: compiled code calls what prints and does not spawn it.
    if (!context->output)
      std::abort();
    return context->output->append(data, bytes);
  }
  Runtime &runtime = *context->runtime;
  runtime.enter();
  if (runtime.effects.held() > mostHeldBytes)
    runtime.settle(nullptr);
  // What stands before it in program order may not be done: then the text waits behind that, and the host goes on.
  runtime.effects.print(++runtime.sequence, data, bytes);
}

void dg_order(dg_context *context, const dg_location *) {
  if (!context->isHost)
    return;
  context->runtime->settle(nullptr);
  context->runtime->effects.flush();
}

void dg_begin_annotated(dg_context *context, const char *name, int32_t priority) {
  if (!context->isHost)
    return;
  auto &open = context->runtime->annotated;
  Runtime::Annotated outer = open.empty() ? Runtime::Annotated() : open.back();
  open.push_back({name ? name : outer.name, priority ? priority : outer.priority});
}

void dg_end_annotated(dg_context *context) {
  if (context->isHost)
    context->runtime->annotated.pop_back();
}

void dg_begin_sequential(dg_context *context) {
  if (context->isHost && context->runtime->sequentialDepth++ == 0)
    context->runtime->sequentialLast = TaskRef();
}

void dg_end_sequential(dg_context *context) {
  if (context->isHost)
    --context->runtime->sequentialDepth;
}
