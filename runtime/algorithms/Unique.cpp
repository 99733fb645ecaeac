#include "dagger/OutOfMemory.h"
#include "runtime/algorithms/Keys.h"
#include "runtime/io/Rows.h"

namespace dagger::algorithms {

static Result<OwnedArray> findUnique(const ArrayView &in) {
  return withType(in.type, [&](auto tag) -> Result<OwnedArray> {
    using T = std::conditional_t<std::is_same_v<typename decltype(tag)::type, bool>, uint8_t,
                                 typename decltype(tag)::type>;
    auto array = OwnedArray::create(in.type, {in.count()});
    if (!array)
      return array.failure();
    T *values = static_cast<T *>(array->data()), *end = values;
    io::forEachRow<T>(in, [&](const T *at, int64_t count, int64_t stride) {
      for (int64_t k = 0; k < count; ++k)
        *end++ = at[k * stride];
    });
    std::vector<T> spare;
    sortLane<Order::Ascending>(values, spare, size_t(end - values));
    // Sorted, so two neighbours are the same value when the first does not come before the second.
    end = std::unique(values, end, [](const T &a, const T &b) { return !comesBefore<Order::Ascending>(a, b); });
    array->shrink(end - values);
    return array;
  });
}

Result<OwnedArray> unique(const ArrayView &in) {
  return orOutOfMemory("unique", [&] { return findUnique(in); });
}

} // namespace dagger::algorithms
