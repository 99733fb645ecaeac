/* StarPU: `chain N`, `independent N`, `stencil STEPS WIDTH`, `random N`, `bench PATTERN WIDTH STEPS ITERATIONS`. The number of
   workers is STARPU_NCPU's. Dependences are those of the data that are registered. */
#include "workload.h"
#include <starpu.h>

struct place {
  enum pattern p;
  long width, t, i, iterations;
};

static void number(void *buffers[], void *arg) { *(int64_t *)STARPU_VARIABLE_GET_PTR(buffers[0]) = (int64_t)(intptr_t)arg; }
static void next(void *buffers[], void *arg) {
  (void)arg;
  uint64_t *x = (uint64_t *)STARPU_VARIABLE_GET_PTR(buffers[0]);
  *x = 3 * *x + 1;
}
static void step(void *buffers[], void *arg) {
  (void)arg;
  uint64_t sum = 0;
  for (int k = 1; k < 4; ++k) sum += *(uint64_t *)STARPU_VARIABLE_GET_PTR(buffers[k]);
  *(uint64_t *)STARPU_VARIABLE_GET_PTR(buffers[0]) = sum;
}
static void join(void *buffers[], void *arg) {
  (void)arg;
  uint64_t *y = (uint64_t *)STARPU_VARIABLE_GET_PTR(buffers[0]);
  *y = 3 * *y + *(uint64_t *)STARPU_VARIABLE_GET_PTR(buffers[1]);
}
static void twice(void *buffers[], void *arg) {
  (void)arg;
  uint64_t *y = (uint64_t *)STARPU_VARIABLE_GET_PTR(buffers[0]);
  *y = 3 * *y + *y;
}
static const double *rows[2];
static void bench(void *buffers[], void *arg) {
  struct place *at = arg;
  *(double *)STARPU_VARIABLE_GET_PTR(buffers[0]) = work(rows[at->t % 2], at->p, at->width, at->t, at->i, at->iterations);
}

static struct starpu_codelet number_cl = {.cpu_funcs = {number}, .nbuffers = 1, .modes = {STARPU_W}};
static struct starpu_codelet next_cl = {.cpu_funcs = {next}, .nbuffers = 1, .modes = {STARPU_RW}};
static struct starpu_codelet step_cl = {.cpu_funcs = {step}, .nbuffers = 4, .modes = {STARPU_W, STARPU_R, STARPU_R, STARPU_R}};
static struct starpu_codelet join_cl = {.cpu_funcs = {join}, .nbuffers = 2, .modes = {STARPU_RW, STARPU_R}};
static struct starpu_codelet twice_cl = {.cpu_funcs = {twice}, .nbuffers = 1, .modes = {STARPU_RW}};
static struct starpu_codelet bench_cl[6] = {
    {.cpu_funcs = {bench}, .nbuffers = 1, .modes = {STARPU_W}},
    {.cpu_funcs = {bench}, .nbuffers = 2, .modes = {STARPU_W, STARPU_R}},
    {.cpu_funcs = {bench}, .nbuffers = 3, .modes = {STARPU_W, STARPU_R, STARPU_R}},
    {.cpu_funcs = {bench}, .nbuffers = 4, .modes = {STARPU_W, STARPU_R, STARPU_R, STARPU_R}},
    {.cpu_funcs = {bench}, .nbuffers = 5, .modes = {STARPU_W, STARPU_R, STARPU_R, STARPU_R, STARPU_R}},
    {.cpu_funcs = {bench}, .nbuffers = 6, .modes = {STARPU_W, STARPU_R, STARPU_R, STARPU_R, STARPU_R, STARPU_R}}};

static void submit(struct starpu_codelet *cl, starpu_data_handle_t *handles, void *arg, size_t size) {
  struct starpu_task *task = starpu_task_create();
  task->cl = cl;
  for (int k = 0; k < cl->nbuffers; ++k) task->handles[k] = handles[k];
  task->cl_arg = arg;
  task->cl_arg_size = size;
  task->cl_arg_free = size > 0;
  if (starpu_task_submit(task)) fprintf(stderr, "error: starpu_task_submit\n"), exit(1);
}

static starpu_data_handle_t *registered(void *data, long n) {
  starpu_data_handle_t *handles = malloc((size_t)n * sizeof *handles);
  for (long i = 0; i < n; ++i) starpu_variable_data_register(&handles[i], STARPU_MAIN_RAM, (uintptr_t)data + 8 * (size_t)i, 8);
  return handles;
}
static void unregister(starpu_data_handle_t *handles, long n) {
  for (long i = 0; i < n; ++i) starpu_data_unregister(handles[i]);
}

int main(int argc, char **argv) {
  if (argc < 3 || starpu_init(NULL)) return 2;
  const char *what = argv[1];
  double start, seconds, check = 0;
  if (!strcmp(what, "bench")) {
    enum pattern p = pattern_named(argv[2]);
    long width = atol(argv[3]), steps = atol(argv[4]), iterations = atol(argv[5]);
    double *a = calloc((size_t)width, 8), *b = calloc((size_t)width, 8);
    rows[0] = a, rows[1] = b;
    starpu_data_handle_t *h[2] = {registered(a, width), registered(b, width)};
    start = now_seconds();
    for (long t = 0; t < steps; ++t)
      for (long i = 0; i < width; ++i) {
        long in[5];
        int n = sources(p, width, t, i, in);
        starpu_data_handle_t handles[6] = {h[(t + 1) % 2][i]};
        for (int k = 0; k < n; ++k) handles[k + 1] = h[t % 2][in[k]];
        struct place *at = malloc(sizeof *at);
        *at = (struct place){p, width, t, i, iterations};
        submit(&bench_cl[n], handles, at, sizeof *at);
      }
    starpu_task_wait_for_all();
    seconds = (now_seconds() - start) / (double)(steps * width);
    unregister(h[0], width), unregister(h[1], width);
    for (long i = 0; i < width; ++i) check += rows[steps % 2][i];
  } else if (!strcmp(what, "stencil")) {
    long steps = atol(argv[2]), width = atol(argv[3]);
    uint64_t *rows2[2] = {malloc((size_t)width * 8), calloc((size_t)width, 8)}, sum = 0;
    for (long i = 0; i < width; ++i) rows2[0][i] = (uint64_t)i;
    starpu_data_handle_t *h[2] = {registered(rows2[0], width), registered(rows2[1], width)};
    start = now_seconds();
    for (long t = 0; t < steps; ++t)
      for (long i = 0; i < width; ++i) {
        starpu_data_handle_t *in = h[t % 2];
        starpu_data_handle_t handles[] = {h[(t + 1) % 2][i], in[(i + width - 1) % width], in[i], in[(i + 1) % width]};
        submit(&step_cl, handles, NULL, 0);
      }
    starpu_task_wait_for_all();
    seconds = (now_seconds() - start) / (double)(steps * width);
    unregister(h[0], width), unregister(h[1], width);
    for (long i = 0; i < width; ++i) sum += rows2[steps % 2][i];
    check = (double)(sum & MASK);
  } else {
    long n = atol(argv[2]), places = !strcmp(what, "independent") ? n : !strcmp(what, "chain") ? 1 : PLACES;
    uint64_t *data = malloc((size_t)places * 8), sum = 0;
    for (long i = 0; i < places; ++i) data[i] = (uint64_t)i;
    starpu_data_handle_t *h = registered(data, places);
    int64_t state = 1;
    start = now_seconds();
    for (long k = 0; k < n; ++k) {
      if (!strcmp(what, "independent")) {
        submit(&number_cl, &h[k], (void *)(intptr_t)k, 0);
      } else if (!strcmp(what, "chain")) {
        submit(&next_cl, h, NULL, 0);
      } else {
        long from = draw(&state), to = draw(&state);
        starpu_data_handle_t handles[] = {h[to], h[from]};
        submit(from == to ? &twice_cl : &join_cl, handles, NULL, 0);
      }
    }
    starpu_task_wait_for_all();
    seconds = (now_seconds() - start) / (double)n;
    unregister(h, places);
    for (long i = 0; i < places; ++i) sum += data[i];
    check = !strcmp(what, "independent") ? (double)sum : (double)(sum & MASK);
  }
  report(seconds, check);
  fflush(stdout);
  starpu_shutdown();
}
