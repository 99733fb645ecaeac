// How much arithmetic a point of a launch is, for who measures what it could have been.
#pragma once
#include "mlir-dialects/Task/IR/Task.h"
#include <optional>

namespace dagger::task {

// Operations on floating-point numbers of 32 bits (64 bits: two each; a fused multiply-add: two; an elementary function: about
// what it expands to) of one element of a launch that has its regions still. Nothing where loops of unknown length, unknown
// functions or tasks are among it.
std::optional<int64_t> arithmeticOf(LaunchOp launch);

} // namespace dagger::task
