// Sorting, distinct values and running totals of arrays.
//
// Order: numbers ascend; false comes before true; text goes by code point; complex numbers by real, then imaginary part.
// NaN (a complex number with one anywhere) comes last, in descending order too; -0.0 and 0.0 are equal. Every result is
// the same at each call, on each machine. Text elements are passed on as the pointers they are: whoever keeps the output
// retains them. Functions keep no state; buffers of the size of a lane or two are allocated. `axis` must be one of the
// array's, outputs must have the shape that is said. Sorting fails when there is no memory for its buffers, and then the output is
// not complete.
#pragma once
#include "runtime/io/OwnedArray.h"
#include <optional>

namespace dagger::algorithms {

enum class Order { Ascending, Descending };

// Each lane along `axis`, sorted stably. `out` has the type and shape of `in`, and may be the same memory.
[[nodiscard]] std::optional<Failure> sort(const ArrayView &in, int axis, Order order, const ArrayView &out);

// The indexes along `axis` that sort each lane, stably; `out` is of i64 and has the shape of `in`.
[[nodiscard]] std::optional<Failure> argsort(const ArrayView &in, int axis, Order order, const ArrayView &out);

// out[k] = in[order[k]] along `axis`, as argsort() of other keys gave them: sort(a, by = keys). `order` is of rank 1 and
// i64; all its indexes are within the axis. `out` has as many entries there, and may not overlap `in`.
void permute(const ArrayView &in, int axis, const ArrayView &order, const ArrayView &out);

// The values of an array of any rank, each once, ascending. NaN is one value; of -0.0 and 0.0 the first one is kept.
Result<OwnedArray> unique(const ArrayView &in);

enum class ScanOp { Sum, Prod, Min, Max };

// out[k] = in[0] op … op in[k] along `axis`. `out` has the shape of `in` and its type, or i64 for sums and products of
// integers and of bool. Integers wrap; f16 and bf16 are added up in f32; NaN goes on to all that follow. Floats combine
// along a fixed tree: runs of scanBlock elements one after the other, runs pairwise, so that errors stay small. Fails for
// types that have no such operation.
constexpr int64_t scanBlock = 128;
std::optional<Failure> scan(ScanOp op, const ArrayView &in, int axis, const ArrayView &out);

} // namespace dagger::algorithms
