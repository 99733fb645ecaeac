// Nested tasks: what compiled code does inline to spawn and join a task inside a task (ABI version 1).
//
// Each worker has a stack of 64-byte frames. A spawn fills the next frame and moves an index; a join that finds its frame
// untaken calls the function as an ordinary call. A thief takes from the other end. Joins come in the reverse order of
// spawns, and a function joins all that it spawned before it returns.
//
//   spawn g(x):   dg_frame *f = dg_frame_next(context);  f->data[0] = x;  dg_spawn(context, f, g_frame);
//   join:         dg_frame *f = dg_join(context);         if (f) y = f->data[0]; else y = g(context, x);
//
// where void g_frame(dg_context *c, dg_frame *f) { f->data[0] = g(c, f->data[0]); } is what a thief calls. The joiner still has
// the arguments: it calls g itself, so that an untaken frame's data is written and never read.
//
// Use the context that you were given: on a thief it is another one. Arrays may be passed as pointers in `data`: references
// move with them as the two functions agree. What prints is called and not spawned: its output has its place in the order. A
// failure in a spawned task unwinds its joiner; one in the joiner first runs what it spawned to its end, since that comes
// before it in program order: if it fails too, that is the failure.
#ifndef DAGGER_SPAWN_H
#define DAGGER_SPAWN_H
#include "dagger/runtime.h"

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

typedef struct dg_frame dg_frame;
struct dg_frame {
  void *thief;                              // 0: not taken, else see the runtime. Atomic
  void (*run)(dg_context *, dg_frame *);    // 8
  dg_context *context;                      // 16: of the spawner
  int64_t data[5];                          // 24: arguments; a thief leaves the results here
};

typedef struct dg_worker {
  dg_frame *head;  // 0: the next free frame
  dg_frame *limit; // 8: a spawn at or above it goes through dg_spawn_slow. Thieves that want work set it to null. Atomic
  dg_frame *split; // 16: frames from here on are out of reach of thieves; a join below it goes through dg_join_slow
} dg_worker;
// A dg_context begins with its dg_worker *.

// Makes frames reachable for thieves, or fails with DG9011 when the stack of frames is full.
void dg_spawn_slow(dg_context *, dg_frame *f);
// Pops the last frame: returns it once its thief has ended, or null if nobody took it.
dg_frame *dg_join_slow(dg_context *);

#ifdef __cplusplus
} // extern "C"
static_assert(sizeof(dg_frame) == 64 && offsetof(dg_frame, data) == 24 && offsetof(dg_worker, split) == 16, "pinned");
#endif

static inline dg_worker *dg_worker_of(dg_context *context) { return *(dg_worker **)context; }
static inline dg_frame *dg_frame_next(dg_context *context) { return dg_worker_of(context)->head; }

static inline void dg_spawn(dg_context *context, dg_frame *f, void (*run)(dg_context *, dg_frame *)) {
  dg_worker *w = dg_worker_of(context);
  f->run = run;
  f->context = context;
  __atomic_store_n(&f->thief, (void *)0, __ATOMIC_RELAXED);
  w->head = f + 1;
  if (__builtin_expect(f >= __atomic_load_n(&w->limit, __ATOMIC_RELAXED), 0))
    dg_spawn_slow(context, f);
}

static inline dg_frame *dg_join(dg_context *context) {
  dg_worker *w = dg_worker_of(context);
  dg_frame *f = w->head - 1;
  if (__builtin_expect(w->split <= f, 1)) {
    w->head = f;
    return (dg_frame *)0;
  }
  return dg_join_slow(context);
}

#pragma GCC visibility pop
#endif
