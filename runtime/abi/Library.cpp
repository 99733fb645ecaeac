// dg_library: one entry for all native array functions.
#include "runtime/abi/LibraryCall.h"
#include "runtime/abi/Raise.h"
#include "runtime/linalg/Linalg.h"
#include <cstdio>

using namespace dagger;
using namespace dagger::rt;

namespace {

const char *const names[] = {
#define DG_LIBRARY_NAME(id, name, operands) name,
    DG_LIBRARY_FUNCTIONS(DG_LIBRARY_NAME)
#undef DG_LIBRARY_NAME
};

bool updatesFirst(int32_t f) {
  return f == DG_LIB_PUT || f == DG_LIB_PUT_MASK || (f >= DG_LIB_LINALG_POTRF && f <= DG_LIB_LINALG_GEMM);
}
bool isEffect(int32_t f) { return f == DG_LIB_SHOW || (f >= DG_LIB_SAVE && f <= DG_LIB_PLOT_HEAT); }
bool isFile(int32_t f) { return f >= DG_LIB_READ_NUMBERS && f <= DG_LIB_SHOW; }
bool isLinear(int32_t f) { return f == DG_LIB_MATMUL || (f >= DG_LIB_LINALG_SOLVE && f <= DG_LIB_LINALG_GEMM); }

void runLibrary(dg_context *context, void *data, dg_array *const *arrays) {
  const auto &frame = *static_cast<const LibraryFrame *>(data);
  LibraryError error = isFile(frame.function)     ? runFiles(context, frame, arrays)
                       : isLinear(frame.function) ? runLinear(context, frame, arrays)
                                                  : runArrays(context, frame, arrays);
  if (error.text)
    raiseOwned(context, error.code, error.text, frame.location);
}

} // namespace

namespace dagger::rt {

dg_array *takeOwned(dg_context *context, OwnedArray &array) {
  dg_buffer *buffer = newEmptyBuffer(array.type(), array.rank());
  for (int axis = 0; axis < array.rank(); ++axis) {
    buffer->extents[axis] = array.extents()[size_t(axis)];
    buffer->chunk[axis] = std::max<int64_t>(buffer->extents[axis], 1);
  }
  buffer->bytes = size_t(array.bytes());
  buffer->base = static_cast<char *>(array.release());
  buffer->isMalloced = true;
  return newWhole(context, buffer);
}

} // namespace dagger::rt

void dg_library(dg_context *context, int32_t function, dg_array *const *arrays, const uint8_t *arrayType, int32_t arrayCount,
                const int64_t *numbers, int32_t numberCount, const double *reals, int32_t realCount, dg_str *const *texts, int32_t textCount,
                const uint8_t *resultType, const uint8_t *resultRank, dg_array **results, int32_t resultCount,
                const dg_location *location) {
  if (function < 0 || function >= DG_LIB_COUNT || resultCount > 8 || arrayCount + textCount > 250) {
    std::fprintf(stderr, "dagger: library function %d with %d arrays is not known to this runtime\n", function, arrayCount);
    std::abort();
  }
  size_t bytes = sizeof(LibraryFrame) + size_t(numberCount) * 8 + size_t(realCount) * 8 + size_t(arrayCount);
  auto *frame = static_cast<LibraryFrame *>(__builtin_alloca(bytes));
  *frame = {function, arrayCount, textCount, numberCount, realCount, resultCount, location, {}, {}};
  for (int32_t r = 0; r < resultCount; ++r) {
    frame->resultType[r] = resultType[r];
    frame->resultRank[r] = resultRank[r];
  }
  if (numberCount)
    std::memcpy(frame + 1, numbers, size_t(numberCount) * 8);
  if (realCount)
    std::memcpy(reinterpret_cast<char *>(frame + 1) + numberCount * 8, reals, size_t(realCount) * 8);
  if (arrayCount)
    std::memcpy(reinterpret_cast<char *>(frame + 1) + (numberCount + realCount) * 8, arrayType, size_t(arrayCount));
  // Before tasks need it; a failure comes again from the function itself. A product of matrices may do without.
  if (isLinear(function) && !(function == DG_LIB_MATMUL && arrays[0]->rank == 2 && arrays[1]->rank == 2))
    linalg::loadBlas();
  if (launchRandom(context, *frame, results) || launchConcat(context, *frame, arrays, results) ||
      launchMatmul(context, *frame, arrays, results))
    return;

  auto **all = static_cast<dg_array **>(__builtin_alloca(sizeof(dg_array *) * size_t(arrayCount + textCount + 1)));
  auto *access = static_cast<uint8_t *>(__builtin_alloca(size_t(arrayCount + textCount + 1)));
  for (int32_t k = 0; k < arrayCount; ++k) {
    all[k] = arrays[k];
    access[k] = k == 0 && updatesFirst(function) ? DG_UPDATE : DG_READ;
  }
  for (int32_t t = 0; t < textCount; ++t) {
    dg_str *text = texts[t];
    all[arrayCount + t] = dg_array_scalar(context, DG_STR, &text, location);
    access[arrayCount + t] = DG_READ;
  }
  if (isEffect(function)) {
    // In program order: after what comes before, and with its own arguments looked at.
    dg_order(context, location);
    for (int32_t k = 0; k < arrayCount; ++k)
      dg_array_look(context, all[k], location);
    runLibrary(context, frame, all);
  } else {
    dg_task task = {DG_ABI_VERSION, uint8_t(arrayCount + textCount), uint8_t(resultCount), LibraryTask, 0, uint32_t(bytes),
                    runLibrary,     access, resultType, resultRank, names[function], location};
    int32_t priority = 0;
    if (context->isHost && !context->runtime->annotated.empty()) {
      const Runtime::Annotated &annotated = context->runtime->annotated.back();
      task.name = annotated.name ? annotated.name : task.name;
      priority = annotated.priority;
    }
    dg_task_submit(context, &task, frame, all, nullptr, nullptr, results, priority);
  }
  for (int32_t t = 0; t < textCount; ++t)
    dg_array_release(all[arrayCount + t]);
}
