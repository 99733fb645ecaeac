/* Task Bench with MPI, as its non-blocking version does it: a rank owns a part of the row, and each step exchanges what the
   other ranks need. `PATTERN WIDTH STEPS ITERATIONS`. */
#include "workload.h"
#include <mpi.h>

static int owner(long i, long width, int ranks) { return (int)(i * ranks / width); }

int main(int argc, char **argv) {
  MPI_Init(&argc, &argv);
  if (argc != 5) return 2;
  int rank, ranks;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  enum pattern p = pattern_named(argv[1]);
  long width = atol(argv[2]), steps = atol(argv[3]), iterations = atol(argv[4]), in[5];
  double *now = calloc((size_t)width, 8), *next = calloc((size_t)width, 8);
  MPI_Request *requests = malloc((size_t)width * (size_t)(ranks + 1) * sizeof *requests);
  char *wanted = malloc((size_t)width * (size_t)ranks);
  MPI_Barrier(MPI_COMM_WORLD);
  double start = now_seconds();
  for (long t = 0; t < steps; ++t) {
    /* Of the row before, an element goes once to each rank that has a reader of it. */
    int count = 0;
    if (t) {
      memset(wanted, 0, (size_t)width * (size_t)ranks);
      for (long i = 0; i < width; ++i) {
        int to = owner(i, width, ranks), n = sources(p, width, t, i, in);
        for (int k = 0; k < n; ++k) {
          int from = owner(in[k], width, ranks);
          if (from == to || wanted[in[k] * ranks + to]++) continue;
          if (to == rank) MPI_Irecv(&now[in[k]], 1, MPI_DOUBLE, from, (int)in[k], MPI_COMM_WORLD, &requests[count++]);
          if (from == rank) MPI_Isend(&now[in[k]], 1, MPI_DOUBLE, to, (int)in[k], MPI_COMM_WORLD, &requests[count++]);
        }
      }
    }
    MPI_Waitall(count, requests, MPI_STATUSES_IGNORE);
    for (long i = 0; i < width; ++i)
      if (owner(i, width, ranks) == rank) next[i] = work(now, p, width, t, i, iterations);
    double *old = now;
    now = next;
    next = old;
  }
  MPI_Barrier(MPI_COMM_WORLD);
  double seconds = (now_seconds() - start) / (double)(steps * width), mine = 0, sum = 0;
  for (long i = 0; i < width; ++i)
    if (owner(i, width, ranks) == rank) mine += now[i];
  MPI_Reduce(&mine, &sum, 1, MPI_DOUBLE, MPI_SUM, 0, MPI_COMM_WORLD);
  if (rank == 0) report(seconds, sum);
  MPI_Finalize();
}
