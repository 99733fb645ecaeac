#include "runtime/abi/Plan.h"
#include <algorithm>
#include <unordered_set>

namespace dagger::rt {

void Plan::setRecording(bool on) {
  runtime.scheduler.setRecord(on ? this : nullptr);
  TaskList::keepEnded += int(on) - int(keepsEnded);
  keepsEnded = on;
}

void Plan::turn() {
  if (state == State::Stopped)
    return;
  if (state == State::Replaying) {
    if (position != turns[0].size()) // the last turn ended early
      return stop();
  } else {
    bool known = turnCount >= Back + 2 && isRegular && !turns[0].empty() && turns[0] == turns[1];
    if (turnCount == 0) {
      setRecording(true);
      loopSerial = runtime.scheduler.nextSerial();
    }
    if (known) {
      setRecording(false);
      state = State::Replaying;
      for (TaskRef task : older)
        runtime.scheduler.waitFor(task);
      older.clear();
    } else if (turnCount > 3 * Back + 4) {
      return stop();
    } else {
      std::swap(turns[0], turns[1]);
      turns[0].clear();
      firstSerial.push_front(runtime.scheduler.nextSerial());
      if (firstSerial.size() > Back + 1)
        firstSerial.pop_back();
      isRegular = true;
    }
  }
  position = 0;
  ++turnCount;
  Done next;
  if (done.size() > Back) { // its memory is used again
    next = std::move(done.back());
    done.pop_back();
    next.tasks.clear();
    next.results.clear();
    next.uses.clear();
  }
  done.push_front(std::move(next));
}

void Plan::stop() {
  if (state == State::Recording && turnCount)
    setRecording(false);
  if (state == State::Replaying)
    tellChunks();
  state = State::Stopped;
  done.clear();
}

// ---- arrays ----------------------------------------------------------------------------------------------------------------

static int64_t offsetOf(const dg_array *a) { return a->data - a->buffer->base; }

Plan::Source Plan::sourceOf(const dg_array *a) const {
  Source source;
  source.rank = a->rank;
  source.offset = offsetOf(a);
  std::copy(a->extents, a->extents + a->rank, source.extents);
  std::copy(a->strides, a->strides + a->rank, source.strides);
  for (size_t back = 0; back < done.size(); ++back)
    for (size_t launch = done[back].results.size(); launch-- > 0;)
      for (size_t r = 0; r < done[back].results[launch].size(); ++r)
        if (done[back].results[launch][r] == a->buffer) {
          source.back = int(back);
          source.launch = uint32_t(launch);
          source.result = uint32_t(r);
          return source;
        }
  source.buffer = a->buffer;
  return source;
}

bool Plan::comesFrom(const Source &source, const dg_array *a) const {
  const dg_buffer *wanted = source.buffer;
  if (source.back >= 0) {
    const Done &made = done[size_t(source.back)];
    if (source.launch >= made.results.size() || source.result >= made.results[source.launch].size())
      return false;
    wanted = made.results[source.launch][source.result];
  }
  return a->buffer == wanted && a->rank == source.rank && a->buffer->base && offsetOf(a) == source.offset &&
         std::equal(a->extents, a->extents + a->rank, source.extents) &&
         std::equal(a->strides, a->strides + a->rank, source.strides);
}

// ---- recording -------------------------------------------------------------------------------------------------------------

void Plan::record(const dg_launch &launch, const int64_t *extents, dg_array *const *arrays, uint64_t dying,
                  const int64_t *resultExtents, uint64_t reused) {
  Submission s;
  s.kernel = launch.kernel;
  s.operand = launch.operand;
  s.location = launch.location;
  s.flags = launch.flags;
  s.dying = dying;
  s.reused = reused;
  s.extents.assign(extents, extents + launch.rank);
  s.resultExtents.assign(resultExtents, resultExtents + launch.results * DG_MAX_RANK);
  for (int k = 0; k < launch.operands - launch.results; ++k)
    s.sources.push_back(sourceOf(arrays[k]));
  for (int k = 0; k < launch.operands - launch.results; ++k)
    isRegular &= arrays[k]->buffer->base != nullptr;
  isRegular &= !(launch.flags & (DG_LAUNCH_PRINTS | DG_LAUNCH_STATEMENT)) && runtime.sequentialDepth == 0;
  turns[0].push_back(std::move(s));
}

void Plan::submitted(const LaunchWork &work) {
  Submission &s = turns[0].back();
  s.chunk.assign(work.chunk, work.chunk + work.launch.rank);
  s.counts.assign(work.counts, work.counts + work.launch.rank);
  isRegular &= !work.failed;
  for (Node &node : s.nodes)
    std::sort(node.before.begin(), node.before.end());
  std::vector<const dg_buffer *> results;
  for (int k = work.launch.operands - work.launch.results; k < work.launch.operands; ++k)
    results.push_back(work.operands[size_t(k)].map.buffer);
  done[0].results.push_back(std::move(results));
}

void Plan::made(Task *task) {
  if (turns[0].empty())
    return;
  Node node;
  node.isGate = !task->work;
  node.point = task->point;
  turns[0].back().nodes.push_back(std::move(node));
  done[0].tasks.push_back(TaskRef(task));
}

void Plan::waits(TaskRef task, uint64_t after) {
  if (turns[0].empty())
    return;
  uint64_t here = firstSerial[0], before = task.serial;
  auto &nodes = turns[0].back().nodes;
  size_t earlier = done[0].tasks.size() - nodes.size(); // nodes of the turn's earlier submissions
  if (before > after) { // a gate that was made before what leads to it
    nodes[size_t(before - here) - earlier].gates.push_back(uint32_t(after - here));
    nodes[size_t(after - here) - earlier].isLate = true;
    return;
  }
  Node &node = nodes[size_t(after - here) - earlier];
  for (size_t back = 0; back < firstSerial.size(); ++back)
    if (before >= firstSerial[back]) {
      Edge edge{uint32_t(back), uint32_t(before - firstSerial[back])};
      if (std::find(node.before.begin(), node.before.end(), edge) == node.before.end())
        node.before.push_back(edge);
      return;
    }
  if (before >= loopSerial)
    isRegular = false; // from too many turns back
  else if (!task.ended())
    older.push_back(task);
}

// ---- replaying -------------------------------------------------------------------------------------------------------------

bool Plan::expects(const dg_launch &launch, const int64_t *extents, dg_array *const *arrays, uint64_t dying,
                   const int64_t *resultExtents) {
  if (state != State::Replaying || position >= turns[0].size() || runtime.sequentialDepth)
    return false;
  const Submission &s = *current();
  if (s.kernel != launch.kernel || s.operand != launch.operand || s.location != launch.location || s.flags != launch.flags ||
      s.dying != dying || !std::equal(s.extents.begin(), s.extents.end(), extents) ||
      !std::equal(s.resultExtents.begin(), s.resultExtents.end(), resultExtents))
    return false;
  for (size_t k = 0; k < s.sources.size(); ++k)
    if (!comesFrom(s.sources[k], arrays[k]))
      return false;
  return true;
}

void Plan::cut(LaunchWork &work) const {
  const Submission &s = *current();
  std::copy(s.chunk.begin(), s.chunk.end(), work.chunk);
  std::copy(s.counts.begin(), s.counts.end(), work.counts);
  for (int64_t count : s.counts)
    work.chunkCount *= count;
}

void Plan::replay(LaunchWork &work, int32_t priority) {
  Scheduler &scheduler = runtime.scheduler;
  const Submission &s = *current();
  Done &now = done[0];
  Done::Use use;
  use.operands = work.operands;
  use.sequence = work.sequence;
  use.rank = work.launch.rank;
  std::copy(work.extents, work.extents + use.rank, use.extents);
  std::copy(work.chunk, work.chunk + use.rank, use.chunk);
  std::copy(work.counts, work.counts + use.rank, use.counts);
  if (work.turns) { // Any task may have run any chunk: what waits for all of them stands for the whole.
    std::copy(work.extents, work.extents + use.rank, use.chunk);
    std::fill(use.counts, use.counts + use.rank, 1);
  }
  for (const LaunchOperand &o : work.operands)
    if (o.operand->access != DG_READ)
      o.map.buffer->writes.fetch_add(work.chunkCount, std::memory_order_relaxed);
  std::vector<Task *> late;
  for (const Node &node : s.nodes) {
    Task *task;
    if (node.isGate) {
      task = scheduler.make(nullptr, work.sequence, 0, 2, false);
      if (work.turns && node.isLate)
        use.points.push_back({TaskRef(task), 0});
    } else {
      // The window may be full in the middle of a launch: the host then works on what is there.
      runtime.makeRoom();
      task = scheduler.make(&work, work.sequence, node.point, priority, true);
      if (!work.turns)
        use.points.push_back({TaskRef(task), node.point});
    }
    now.tasks.push_back(TaskRef(task));
    for (Edge edge : node.before)
      scheduler.depend(task, done[edge.back].tasks[edge.node]);
    for (uint32_t gate : node.gates)
      scheduler.depend(now.tasks[gate].task, TaskRef(task));
    if (node.isLate)
      late.push_back(task);
    else
      scheduler.submit(task);
  }
  for (Task *task : late)
    scheduler.submit(task);
  std::vector<const dg_buffer *> results;
  for (int k = work.launch.operands - work.launch.results; k < work.launch.operands; ++k)
    results.push_back(work.operands[size_t(k)].map.buffer);
  now.results.push_back(std::move(results));
  now.uses.push_back(std::move(use));
  ++position;
  ++runtime.replayed;
}

// Enters the tasks of the replayed turns into the chunks of those buffers that the host can still name: only these can be
// submitted again. An address that was freed and given to another buffer meanwhile makes a dependence too many, no harm.
void Plan::tellChunks() {
  std::unordered_set<const dg_buffer *> alive;
  runtime.hostArrays.acquire();
  for (Array *a = runtime.hostArrays.arrays; a; a = a->next)
    alive.insert(a->buffer);
  runtime.hostArrays.release();
  for (size_t back = done.size(); back-- > 0;)
    for (const Done::Use &use : done[back].uses)
      for (const LaunchOperand &o : use.operands) {
        if (!alive.count(o.map.buffer))
          continue;
        dg_buffer *buffer = o.map.buffer;
        Chunk *chunks = buffer->needChunks();
        for (auto [task, point] : use.points) {
          int64_t low[DG_MAX_RANK], high[DG_MAX_RANK], number = point;
          for (int axis = use.rank - 1; axis >= 0; --axis) {
            low[axis] = number % use.counts[axis] * use.chunk[axis];
            number /= use.counts[axis];
            high[axis] = std::min(low[axis] + use.chunk[axis], use.extents[axis]);
          }
          forOperandBoxes(*o.operand, o.extents, low, high, [&](const Box &box) {
            forRecords(buffer, o.map.chunks(box), [&](int64_t at) {
              Chunk &chunk = chunks[at];
              if (o.operand->access == DG_READ) {
                chunk.readers.add(task);
                return;
              }
              if (chunk.writer != use.sequence) {
                chunk.before.clear();
                chunk.writers.moveTo(chunk.before);
                chunk.readers.moveTo(chunk.before);
                chunk.writer = use.sequence;
              }
              chunk.writers.add(task);
            });
          });
        }
      }
}

} // namespace dagger::rt

using namespace dagger::rt;

void dg_begin_plan(dg_context *context) {
  if (!context->isHost)
    return;
  Runtime &runtime = *context->runtime;
  runtime.plans.push_back(std::make_unique<Plan>(runtime));
}

void dg_next_turn(dg_context *context) {
  if (Plan *plan = context->isHost ? context->runtime->plan() : nullptr)
    plan->turn();
}

void dg_end_plan(dg_context *context) {
  if (context->isHost)
    context->runtime->plans.pop_back();
}
