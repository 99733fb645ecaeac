// The C ABI between compiled programs and the runtime (version 1). Host code, task bodies and kernels call these; nothing
// else does. No LLVM type, no exception crosses it.
//
// Failure: a function that fails on behalf of a task or kernel does not return: it unwinds (longjmp) to the edge of the
// running task or launch chunk, which records the failure in that task's results. On the host, only functions said to
// *look* stop the program, and they do not return either. Compiled code therefore never tests a status.
//
// Ownership: handles (dg_array *, dg_str *) are counted. Arguments are borrowed unless marked `consumed`; results are
// owned by the caller. Threading: any function may be called from any context that the runtime handed out; a handle may
// be shared between threads.
#ifndef DAGGER_RUNTIME_H
#define DAGGER_RUNTIME_H
#include "dagger/elements.h"
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

#define DG_ABI_VERSION 8

// ---- where ----------------------------------------------------------------------------------------------------------
// One place in the source, and the graph-code call that it was inlined through (null at the outermost). Static constants.
typedef struct dg_location {
  const char *file, *function;
  int32_t line, column;
  const struct dg_location *caller;
} dg_location;

// A call of a function that was not put in line and may fail, on the caller's stack: the function `task` (null: no task) was
// called at `location`. A dg_context's second pointer is the innermost one; compiled code puts it there before the call and
// takes it away after. What leaves the code early need not: the edge forgets them.
typedef struct dg_site {
  const dg_location *location;
  const char *task;
  const struct dg_site *previous;
} dg_site;

// The context that code runs in: the host, a task, or a chunk of a launch. Opaque, except that compiled code passes it on.
typedef struct dg_context dg_context;

// ---- arrays ---------------------------------------------------------------------------------------------------------
// An array value: a strided view of a buffer. Values do not change: an update goes through dg_array_own. rank 0 is a scalar
// that is not there yet (a future). Compiled code reads `data`, `extents` and `strides` (in elements) directly, but only
// inside tasks and kernels, or after dg_array_look. `shape_known` is 0 while a task that returns the array has not ended.
typedef struct dg_buffer dg_buffer;
typedef struct dg_array {
  int64_t refs;                 // atomic
  dg_buffer *buffer;            // storage, its chunks and their pending tasks; counted separately by its views
  char *data;                   // element (0, …, 0)
  int64_t extents[DG_MAX_RANK], strides[DG_MAX_RANK];
  uint8_t type, rank;           // dg_type
  uint8_t shape_known;
  uint8_t padding[5];
  int64_t tiles, tile;          // of a row that was given chunks: how many, atomic, and the extent of all but the last; 0 until they are asked for
} dg_array;
// offsets that compiled code uses: data 16, extents 24, strides 88, tiles 160, tile 168 (asserted in the runtime)

void dg_array_retain(dg_array *a);
void dg_array_release(dg_array *a);                                             // consumed; null is fine
// Waits until all of `a` is written and looks: a failed value stops the host (in a task: fails it).
void dg_array_look(dg_context *, dg_array *a, const dg_location *);
// Extent along an axis; waits for the shape; does not look (0 if `a` failed before it had a shape).
int64_t dg_array_extent(dg_context *, dg_array *a, int64_t axis);
// Waits for the shape and looks at nothing else: an array that failed before it had one stops the host.
void dg_array_look_shape(dg_context *, dg_array *a);
// A new array of this shape, not initialized (zeroed if `zero`), complete at once.
dg_array *dg_array_new(dg_context *, dg_type type, int64_t rank, const int64_t *extents, int32_t zero, const dg_location *);
// A scalar that is there: rank 0. A text is retained. This is how texts reach tasks and kernels: frames and scalars are
// copied as bytes, so a text in one would not be counted.
dg_array *dg_array_scalar(dg_context *, dg_type type, const void *value, const dg_location *);
// `a` itself if this is the only value that shares its buffer, else a copy: what an update in place needs. In tasks the
// result is contiguous row-major if `contiguous`. consumed: a.
dg_array *dg_array_own(dg_context *, dg_array *a, int32_t contiguous, const dg_location *);
// The same where views of it that only the next call reads do not count, for an update by that call: `views`, borrowed.
dg_array *dg_array_own_beside(dg_context *, dg_array *a, dg_array *const *views, int32_t count, const dg_location *);
// A view. Each axis of `a` has a start, a count and a step (in its elements); axes in `dropped` (a bit each) leave the shape.
// Out of range fails: DG9013. axis_low/high say what the user wrote, for the message, when they differ from the box.
dg_array *dg_array_slice(dg_context *, dg_array *a, const int64_t *starts, const int64_t *counts, const int64_t *steps, uint32_t dropped, const dg_location *);
// The same of an array that is written through the view: out of range, it is the array that fails.
dg_array *dg_array_place(dg_context *, dg_array *a /* from dg_array_own */, const int64_t *starts, const int64_t *counts, const int64_t *steps, uint32_t dropped, const dg_location *);
dg_array *dg_array_transpose(dg_context *, dg_array *a);
dg_array *dg_array_reshape(dg_context *, dg_array *a, int64_t rank, const int64_t *extents, const dg_location *);
// The same values cut into chunks of this shape (what @chunks asks for), and the tiles of such an array as boxes.
dg_array *dg_array_rechunk(dg_context *, dg_array *a /* consumed */, const int64_t *chunk, const dg_location *);
int64_t dg_array_tiles(dg_context *, dg_array *a, int64_t axis, const dg_location *);
void dg_array_tile_box(dg_context *, dg_array *a, const int64_t *tile, int64_t *starts, int64_t *counts, const dg_location *);

// ---- launches: one kernel over an index space -----------------------------------------------------------------------------
typedef enum { DG_READ, DG_WRITE, DG_UPDATE, DG_COMMUTE /* atomics: chunks may run together */ } dg_access;

// How an operand is reached from a point of the index space, one static constant an operand. Axis k of the operand follows
// index axis axes[k] times scale[k] (points there cover scale[k] elements, the last ones fewer), widened by the halo; -1:
// all of that axis, whatever the point. Along an axis with axes[k] >= 0 and scale 1 and `exact`, its extent must equal the
// index space's (DG9003), else the launch fails. Not `exact`, an axis of another extent is reached as a whole.
typedef struct dg_operand {
  uint8_t access, type, rank, exact;
  int8_t axes[DG_MAX_RANK];
  int32_t halo_low[DG_MAX_RANK], halo_high[DG_MAX_RANK];
  int64_t scale[DG_MAX_RANK];
} dg_operand;

// `array` is the operand as a value, borrowed, and only there with DG_LAUNCH_VALUES.
typedef struct dg_view { char *data; const int64_t *extents, *strides; dg_array *array; } dg_view;
// Runs the points low <= p < high (each `rank` long) of the index space. Views are of whole operands: indices are global.
typedef void (*dg_kernel)(dg_context *, const int64_t *low, const int64_t *high, const dg_view *operands, const void *scalars);

enum { DG_LAUNCH_TASKS = 1 /* a point is a task: chunks of one point, the kernel runs in a task's context */,
       DG_LAUNCH_PRINTS = 2 /* its output has a place in the program's order */,
       DG_LAUNCH_STATEMENT = 8 /* looked at where it stands */,
       DG_LAUNCH_VALUES = 16 /* the kernel hands operands to functions, as arrays */,
       DG_LAUNCH_REPEATABLE = 32 /* to run a point again, or many in one call of the kernel, changes nothing that can be seen */,
       DG_LAUNCH_BLOCKS = 64 /* a point is up to 1,024 elements along an axis; its extent is the last scalar, an int64_t */,
       DG_LAUNCH_IN_TURN = 128 /* each chunk hands something on to the next: see dg_turn_wait */,
       DG_LAUNCH_REUSE = 4 /* a result may take the buffer of an operand of the same shape and map that dies here */ };

typedef struct dg_launch {
  uint32_t version;             // DG_ABI_VERSION
  uint8_t rank, operands, results; // results are the last `results` operands, with access DG_WRITE
  uint16_t flags;
  uint32_t scalar_bytes;
  dg_kernel kernel;
  const dg_operand *operand;
  const char *name;
  const dg_location *location;
  const uint32_t *texts; // where in `scalars` the texts are, then DG_NO_TEXT; NULL: there is none
  // Operations on floating-point numbers of 32 bits (one on 64 bits counts twice) of one element; -1: not known.
  int32_t arithmetic;
  int32_t steps;         // where in `scalars` the number of times is, an int64_t, that each point takes them; -1: they do once
  // 0; or the kernel is provisional, and this, from 1, the number of a better one: see dg_better. Then an element takes about so
  // many operations, times what stands in `scalars` at `turns`, an int64_t (-1: once).
  int32_t provisional, cost, turns;
} dg_launch;
#define DG_NO_TEXT UINT32_MAX

// Submits (host) or runs at once (in a task). `arrays` has operands - results inputs; DG_UPDATE and DG_COMMUTE ones must
// come from dg_array_own. consumed: nothing, except that inputs whose bit is set in `dying` are released (and may be reused).
// The texts among the scalars are borrowed for the call: the launch holds its own references until it has ended.
// result_extents: for each result, DG_MAX_RANK extents. Failed inputs make failed results. priority: larger first.
void dg_launch_submit(dg_context *, const dg_launch *, const int64_t *extents, dg_array *const *arrays, uint64_t dying,
                      const void *scalars, const int64_t *result_extents, dg_array **results, int32_t priority);

// Memory for what a kernel keeps while it runs: aligned to 64 bytes, of no known content, valid until this thread asks again.
void *dg_scratch(dg_context *, int64_t bytes, const dg_location *);

// In a kernel of a launch with DG_LAUNCH_IN_TURN, on behalf of the chunk that it runs. Chunks begin in order, so that waiting ends: such
// a kernel does not fail. `wait`, which only a chunk that is not the first calls, returns when the chunk before has passed the turn on, and
// gives the DG_TURN_BYTES bytes (aligned to 64) that this one left there. What the caller writes there until it passes the turn on is
// for the next one; the first chunk gets them by `room`. A chunk that has one behind it passes on once, after it has waited.
enum { DG_TURN_BYTES = 256 };
void *dg_turn_wait(dg_context *);
void *dg_turn_room(dg_context *);
void dg_turn_pass(dg_context *);

// ---- task calls --------------------------------------------------------------------------------------------------------
// `body` unpacks `frame` (copied at submission): scalars by value, arrays as dg_array * in the order of `arrays`, and stores
// its results with dg_task_return.
typedef void (*dg_task_body)(dg_context *, void *frame, dg_array *const *arrays);
// The same on the caller's arrays and boxes, while nobody else touches them and all that it reads is there. Its results are scalars and
// no texts: number r goes to results + DG_DIRECT_BYTES r. `shares`: what it updates may be shown by an argument that it reads, which then means the
// elements as they were before. 0: it did nothing, since a box is out of range, the body would fail, or it cannot share. Calls nothing
// of the runtime.
enum { DG_DIRECT_RESULTS = 8 /* at most */, DG_DIRECT_BYTES = 16 };
typedef int32_t (*dg_direct_body)(dg_context *, const void *frame, dg_array *const *arrays, const int64_t *const *boxes, void *results,
                                  int32_t shares);
enum { DG_TASK_PRINTS = 1, DG_TASK_STATEMENT = 2 /* looked at where it stands */,
       DG_TASK_LIGHT = 4 /* takes less time than its way through the graph: the host runs it itself if it waits for nothing */ };
typedef struct dg_task {
  uint32_t version;
  uint8_t arrays, results, flags, retries;
  uint32_t frame_bytes;
  dg_task_body body;
  const uint8_t *access;        // dg_access of each array
  const uint8_t *result_type, *result_rank; // rank 0: a scalar future
  const char *name;
  const dg_location *location;
  dg_direct_body direct;        // of short tasks that allow one, else null
} dg_task;
// An argument as the program writes it, and where.
typedef struct dg_place {
  const char *text;
  const dg_location *location;
} dg_place;
// boxes: for each array null (all of it) or starts[rank] then counts[rank] in its own coordinates; an updated box is passed to
// the body as a view of just that box. Two updated boxes of one buffer that overlap fail: DG9009, with the texts in `places`;
// a box that is out of range fails where its place stands. Places, and each of them, may be null.
void dg_task_submit(dg_context *, const dg_task *, const void *frame, dg_array *const *arrays, const int64_t *const *boxes,
                    const dg_place *const *places, dg_array **results, int32_t priority);
// A loop of the host whose turns do nothing but call tasks without results, on boxes of arrays that it updates or reads, and compute
// numbers. `body` takes turns from <= k < to; the frame begins with what it reads and ends with the values that it carries, as they
// are before, and leaves those after them at `carried`. It has no effect but by what it calls.
typedef struct dg_replicated {
  uint32_t version;
  uint32_t arrays;              // how many handles are in the frame
  const uint32_t *array;        // and where
  uint32_t carried, carried_bytes; // where in the frame those are, and how many bytes
  uint32_t counted;             // whether its turns are those of dg_next_counted, which counts them on the host only
  void (*body)(dg_context *, const void *frame, int64_t from, int64_t to, void *carried);
  const dg_location *location;
} dg_replicated;
// Takes turns 0 <= k < turns, the same as `body` would. Where calls are short every thread takes all turns at once and makes the calls
// that are its own. After it the frame has the carried values as they are then.
void dg_replicate(dg_context *, const dg_replicated *, void *frame, int64_t turns);
void dg_task_return(dg_context *, int32_t result, dg_array *value /* consumed */);
void dg_task_return_scalar(dg_context *, int32_t result, const void *value); // a text's reference passes to the runtime
// The final value of updated array number `argument`: the body owns the one reference to the view that it got there, so that
// dg_array_own hands it on as long as no view of it is alive; whatever value it has in the end goes through here, and is
// copied into the box where it is not the box itself. Another shape fails (DG9003).
void dg_task_update(dg_context *, int32_t argument, dg_array *value /* consumed */);
// Before the first of several updates: the value itself, or a copy if it views another argument's place, which an update is
// about to overwrite. consumed: value.
dg_array *dg_task_settle(dg_context *, int32_t argument, dg_array *value);

// ---- order, output, failure ----------------------------------------------------------------------------------------------------
void dg_print(dg_context *, dg_str *text, const dg_location *);                 // host: after all that comes before it in program order
void dg_order(dg_context *, const dg_location *);                               // waits for that; before any other effect
// Around a loop on the host, and at the start of each of its turns: its turns submit the same launches over rotated arrays. They
// are then replayed from a record of the first ones; a turn that differs is submitted like any other.
void dg_begin_plan(dg_context *); void dg_next_turn(dg_context *); void dg_end_plan(dg_context *);
// Around a loop on the host from `low` to `high` in steps of `step`, and at the start of each of its turns: how far the program is.
// They nest; the outermost counts.
void dg_begin_counted(dg_context *, int64_t low, int64_t high, int64_t step, const dg_location *);
void dg_next_counted(dg_context *); void dg_end_counted(dg_context *);
// What the host launches in between is called `name` (null: what it is called anyway) and has this priority (0: its own). They
// nest; `name` lives as long as the program.
void dg_begin_annotated(dg_context *, const char *name, int32_t priority);
void dg_end_annotated(dg_context *);
void dg_begin_sequential(dg_context *); void dg_end_sequential(dg_context *);   // @sequential
_Noreturn void dg_fail_assert(dg_context *, dg_str *message /* may be null */, const dg_location *);
_Noreturn void dg_fail_index(dg_context *, int64_t index, int64_t axis, int64_t extent, const dg_location *);
_Noreturn void dg_fail_extents(dg_context *, int64_t a, int64_t b, int64_t axis, const dg_location *);
// `a` and `b` are no extents of one axis: `text` says what they are (empty: nothing).
_Noreturn void dg_fail_check(dg_context *, int64_t a, int64_t b, const char *text, const dg_location *);
_Noreturn void dg_fail_text(dg_context *, int32_t code, const char *text, const dg_location *); // any DG9nnn with its text
// For externs: fails the task that runs. Does not return.
_Noreturn void dg_fail(const char *text);

// ---- threads inside a task: @threads, `parallel for` ------------------------------------------------------------------------
// From here to the release the task has up to `threads` threads for itself: as many other workers stand still as have nothing to
// do now (after a moment for those that are about to), so that all together never are more than the program has. OpenMP code
// that this thread calls sees how many it has got. `location` lies in the program, and says whose OpenMP that is. Holds nest; a
// failure gives them back. The result is what the release takes.
int32_t dg_threads_hold(dg_context *, int32_t threads, const dg_location *);
void dg_threads_release(dg_context *, int32_t held);

// One `parallel for`: begin says how many threads run it and in how many chunks it is cut; any of these threads, numbered from
// 0, the caller, runs any chunk; then, on the caller, end. A turn that fails ends its chunk, and `end` fails the task with the
// failure of the lowest one. `body` runs turns low <= k < high.
typedef void (*dg_turns)(dg_context *, int64_t low, int64_t high, const void *frame);
typedef struct dg_loop {
  int32_t threads, held;
  int64_t chunks, turns;
  dg_context *context;
  int64_t failed;               // atomic: the lowest chunk that failed, `chunks` if none did
  const void *failure;          // its failure
  int32_t lock;                 // of these two
} dg_loop;
// offsets that compiled code uses: threads 0, chunks 8 (asserted in the runtime)
void dg_loop_begin(dg_context *, dg_loop *, int64_t turns, int32_t threads, const dg_location *);
void dg_loop_chunk(dg_loop *, int32_t thread, int64_t chunk, dg_turns body, const void *frame);
void dg_loop_end(dg_context *, dg_loop *);

// ---- the program ---------------------------------------------------------------------------------------------------------------------
typedef struct dg_parameter { const char *name, *doc; uint8_t type; /* dg_type; DG_DATE for dates */ const char *default_text; /* null: required */ } dg_parameter;
typedef struct dg_test { const char *title; void (*body)(dg_context *); const dg_location *location; } dg_test;
typedef struct dg_program {
  uint32_t version;             // DG_ABI_VERSION it was compiled for; the runtime refuses any other with a message
  const char *name, *doc;
  const dg_parameter *parameters; int32_t parameter_count;
  void (*main)(dg_context *, const void *const *arguments);  // each points to a value of the parameter's type (dg_str * for text)
  const dg_test *tests; int32_t test_count;
  const dg_kernel *kernels; int32_t kernel_count; // better ones of a program whose kernels are provisional: see dg_better
} dg_program;
// Where the better kernels of a program with provisional ones come from, while it runs. `ask` says 1: `kernels` are there, and stay until
// the program ends (null: that launch has none); 0: not yet; -1: they will not come. With `wait` it does not say 0. One call at a time,
// on any thread; none after another answer than 0.
typedef struct dg_better {
  void *state;
  int32_t (*ask)(void *state, int32_t wait, const dg_kernel **kernels, int32_t *count);
} dg_better;
typedef struct dg_options {
  int32_t threads;           // 0: all
  int64_t chunk_bytes;       // 0: chosen
  const char *graph, *trace; // files to write, or null
  int32_t run_tests, statistics;
  const dg_better *better;   // null: what is provisional stays so
} dg_options;
// Parses `argv` by the parameters (and --dagger-* options if `standalone`), runs, returns the exit code: 0, 1 failed, 2 usage.
int dg_run(const dg_program *, int argc, char **argv, const dg_options *, int standalone);
uint32_t dg_version(void);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop
#endif
