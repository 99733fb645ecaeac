// A launch under way: what its points read and write.
#include "runtime/abi/Provisional.h"
#include <algorithm>
#include <charconv>
#include <cstring>

namespace dagger::rt {

LaunchWork::~LaunchWork() {
  for (LaunchOperand &o : operands)
    releaseBuffer(o.map.buffer);
  for (const uint32_t *at = launch.texts; at && *at != DG_NO_TEXT; ++at)
    dg_str_release(*reinterpret_cast<dg_str **>(&scalars[*at]));
  runtime->pendingBytes.fetch_sub(resultBytes, std::memory_order_relaxed);
}

void LaunchWork::pointsOf(int64_t number, int64_t *low, int64_t *high) const {
  for (int axis = launch.rank - 1; axis >= 0; --axis) {
    int64_t at = number % counts[axis];
    number /= counts[axis];
    low[axis] = at * chunk[axis];
    high[axis] = std::min(low[axis] + chunk[axis], extents[axis]);
  }
}

void LaunchWork::reachOf(int64_t number, int64_t *low, int64_t *high) const {
  if (!turns)
    return pointsOf(number, low, high);
  std::fill(low, low + launch.rank, 0);
  std::copy(extents, extents + launch.rank, high);
}

const Failure *LaunchWork::inputFailure(int64_t point) {
  const Failure *found = failed;
  int64_t low[DG_MAX_RANK], high[DG_MAX_RANK];
  bool known = false;
  for (LaunchOperand &o : operands) {
    dg_buffer *buffer = o.map.buffer;
    if (found == failed && failed)
      return failed;
    if (o.operand->access == DG_WRITE || buffer->failed.load(std::memory_order_acquire) == 0)
      continue;
    if (!buffer->base) { // A result that failed before it had a shape: no box of it says so.
      found = earlier(found, anyFailure(buffer));
      continue;
    }
    if (!known)
      reachOf(point, low, high);
    known = true;
    forOperandBoxes(*o.operand, o.extents, low, high, [&](const Box &box) {
      forChunks(buffer, o.map.chunks(box), [&](int64_t number) { found = earlier(found, failureOf(buffer, number)); });
    });
  }
  return found;
}

bool LaunchWork::isSound() {
  return !failed && std::none_of(operands.begin(), operands.end(), [](const LaunchOperand &o) {
    return o.operand->access != DG_WRITE && o.map.buffer->failed.load(std::memory_order_acquire);
  });
}

void LaunchWork::run(dg_context *context, int64_t point, int64_t count) {
  int64_t low[DG_MAX_RANK], high[DG_MAX_RANK], lastLow[DG_MAX_RANK];
  if (turns)
    point = context->point = turns->begin(point);
  pointsOf(point, low, high);
  if (count > 1)
    pointsOf(point + count - 1, lastLow, high);
  runKernel(context, launch, low, high, views.data(), scalars.data());
}

void LaunchWork::fail(int64_t point, const Failure *failure) {
  int64_t low[DG_MAX_RANK], high[DG_MAX_RANK];
  pointsOf(point, low, high);
  for (LaunchOperand &o : operands)
    if (o.operand->access != DG_READ)
      forOperandBoxes(*o.operand, o.extents, low, high, [&](const Box &box) {
        forChunks(o.map.buffer, o.map.chunks(box), [&](int64_t number) { markFailed(o.map.buffer, number, failure); });
      });
}

void LaunchWork::finish(const Failure *) {
  for (LaunchOperand &o : operands)
    if (o.operand->access != DG_READ)
      o.map.buffer->writes.fetch_sub(1, std::memory_order_release);
}

void LaunchWork::describe(int64_t point, Failure &failure) {
  if (chunkCount > 1) {
    int64_t low[DG_MAX_RANK], high[DG_MAX_RANK];
    pointsOf(point, low, high);
    for (int axis = 0; axis < launch.rank; ++axis)
      failure.chunk.push_back({low[axis], high[axis], low[axis] == 0 && high[axis] == extents[axis]});
  }
  if (failure.places.empty()) // Otherwise the code's own places say where the launch stands.
    addPlaces(failure, location);
  if ((launch.flags & DG_LAUNCH_STATEMENT) && failure.task.empty())
    failure.task = name;
}

std::string LaunchWork::partOf(int64_t point) const {
  std::string text;
  if (chunkCount == 1)
    return text;
  int64_t low[DG_MAX_RANK], high[DG_MAX_RANK];
  pointsOf(turns ? turns->chunkOf(point) : point, low, high);
  for (int axis = 0; axis < launch.rank; ++axis) {
    bool isWhole = low[axis] == 0 && high[axis] == extents[axis];
    auto add = [&](int64_t number) {
      char digits[24];
      if (!isWhole)
        text.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
    };
    text += axis ? ", " : "";
    add(low[axis]);
    text += "..";
    add(high[axis]);
  }
  return text;
}

int64_t LaunchWork::bytes(int64_t point) {
  int64_t low[DG_MAX_RANK], high[DG_MAX_RANK], total = 0, points = 1;
  pointsOf(point, low, high);
  for (int axis = 0; axis < launch.rank; ++axis)
    points *= high[axis] - low[axis];
  for (LaunchOperand &o : operands) {
    int64_t times = int64_t(dg_type_size(dg_type(o.operand->type))) * (o.operand->access == DG_UPDATE ? 2 : 1), elements = 0;
    forOperandBoxes(*o.operand, o.extents, low, high, [&](const Box &box) { elements += elementsOf(box, o.operand->rank); });
    // What is reachable as a whole may be read anywhere: an element for each point is as good a guess as any.
    if (!o.map.rank || o.operand->axes[0] >= 0)
      total += times * elements;
    else
      total += times * std::min(elements, points);
  }
  return total;
}

int64_t LaunchWork::arithmetic(int64_t point) {
  if (launch.arithmetic <= 0)
    return launch.arithmetic;
  // A point may stand for several elements, as a block of a reduction does: those of its operands.
  int64_t low[DG_MAX_RANK], high[DG_MAX_RANK], elements = 1, steps = 1;
  pointsOf(point, low, high);
  for (int axis = 0; axis < launch.rank; ++axis)
    elements *= high[axis] - low[axis];
  for (LaunchOperand &o : operands) {
    int64_t covered = 1;
    for (int axis = 0; axis < o.operand->rank; ++axis)
      if (int index = o.operand->axes[axis]; index >= 0) {
        int64_t scale = std::max<int64_t>(o.operand->scale[axis], 1);
        covered *= std::max<int64_t>(std::min(high[index] * scale, o.extents[axis]) - low[index] * scale, 0);
      }
    elements = std::max(elements, covered);
  }
  if (launch.steps >= 0)
    std::memcpy(&steps, &scalars[size_t(launch.steps)], sizeof steps);
  return launch.arithmetic * elements * steps;
}

} // namespace dagger::rt
