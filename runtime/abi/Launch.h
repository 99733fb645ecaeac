// A launch under way: its operands, and the cutting of its index space into tasks.
#pragma once
#include "runtime/abi/Turns.h"
#include "runtime/data/Array.h"
#include "runtime/data/Boxes.h"
#include "runtime/data/Dependences.h"
#include "runtime/data/Grid.h"
#include "runtime/sched/Runtime.h"
#include <memory>
#include <vector>

namespace dagger::rt {

struct LaunchOperand {
  const dg_operand *operand;
  dg_operand own; // what it points to where an axis of another extent is reached as a whole
  ViewMap map;
  int64_t extents[DG_MAX_RANK], strides[DG_MAX_RANK];
};

struct LaunchWork final : Work {
  Runtime *runtime;
  dg_launch launch;
  int64_t extents[DG_MAX_RANK], chunk[DG_MAX_RANK], counts[DG_MAX_RANK];
  int64_t chunkCount = 1;
  int64_t together = 1; // so many chunks are a task
  std::vector<LaunchOperand> operands;
  std::vector<dg_view> views;
  std::unique_ptr<Array[]> values; // with DG_LAUNCH_VALUES: what functions get for an input
  std::vector<char> scalars;
  std::unique_ptr<Turns> turns;    // with DG_LAUNCH_IN_TURN, if there are several chunks
  const Failure *failed = nullptr; // it failed before it began
  int64_t resultBytes = 0;         // counted in the run-ahead window

  ~LaunchWork() override;
  void pointsOf(int64_t number, int64_t *low, int64_t *high) const;
  // The points whose operands the task for this chunk may reach: all of them, where it may run any chunk.
  void reachOf(int64_t number, int64_t *low, int64_t *high) const;
  const Failure *inputFailure(int64_t point) override;
  void run(dg_context *context, int64_t point, int64_t count) override;
  bool isSound() override;
  bool isRepeatable() const override { return launch.flags & DG_LAUNCH_REPEATABLE; }
  void fail(int64_t point, const Failure *failure) override;
  void finish(const Failure *failure) override;
  void describe(int64_t point, Failure &failure) override;
  std::string partOf(int64_t point) const override;
  int64_t bytes(int64_t point) override;
  int64_t arithmetic(int64_t point) override;
};

// A launch that the runtime makes by itself, to be filled in: nobody counts its arithmetic.
inline dg_launch libraryLaunch() {
  dg_launch launch = {};
  launch.version = DG_ABI_VERSION;
  launch.arithmetic = CheapElements;
  launch.steps = -1;
  return launch;
}

// dg_launch_submit; `givenGrid` (null: none) is a chunk shape that the first result has to have, if this is the host.
void startLaunch(dg_context *context, const dg_launch &launch, const int64_t *extents, dg_array *const *arrays, uint64_t dying,
                 const void *scalars, const int64_t *resultExtents, dg_array **results, int32_t priority,
                 const int64_t *givenGrid);
// The array's values in storage of its own: asynchronous on the host, at once in a task.
dg_array *copyArray(dg_context *context, dg_array *a, const int64_t *givenGrid, const dg_location *location);
// Copies elements between views of the same shape (texts are counted; those overwritten are released).
void copyElements(uint8_t type, int rank, const int64_t *extents, char *to, const int64_t *toStrides, const char *from,
                  const int64_t *fromStrides);
// Host: until the task that makes it has ended.
void waitForShape(Runtime &runtime, dg_array *a);

} // namespace dagger::rt
