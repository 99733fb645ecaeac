// How index spaces and arrays are cut: from their extents and element sizes alone, never from the number of threads, so that
// a program fails at the same chunk everywhere.
#pragma once
#include "dagger/runtime.h"

namespace dagger::rt {

// In dg_launch::flags, beside those of the ABI: chunks of one point, which is a tile already.
enum { OneTileChunks = 0x8000 };
// In dg_launch::arithmetic: nobody counts it, but an element costs little.
enum { CheapElements = -2 };

// The chunk shape of a launch. `operandExtents[k]`: of operand k. `chunkBytes`: operand data a chunk, 0 for the default.
// `pointElements`: how many elements a point is, whether or not operands say so. `isCrosswise`: rows of the launch are columns
// of an operand.
void chooseLaunchChunk(int64_t chunkBytes, const dg_launch &launch, const int64_t *extents,
                       const int64_t *const *operandExtents, int64_t pointElements, bool isCrosswise, int64_t *chunk);
// The chunk shape of an array that no launch has written.
void chooseBufferChunk(int64_t chunkBytes, uint8_t type, int rank, const int64_t *extents, int64_t *chunk);

} // namespace dagger::rt
