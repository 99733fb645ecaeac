#include "runtime/io/OwnedArray.h"
#include <cstdlib>

namespace dagger {

Result<OwnedArray> OwnedArray::create(dg_type type, std::vector<int64_t> extents) {
  int64_t bytes = int64_t(dg_type_size(type));
  for (int64_t extent : extents)
    if (extent < 0 || (extent > 0 && __builtin_mul_overflow(bytes, extent, &bytes)))
      return Failure{"an array of more bytes than there are addresses"};
  for (int64_t extent : extents)
    if (extent == 0)
      bytes = 0;
  OwnedArray array;
  array.elementType = type;
  array.steps.assign(extents.size(), 1);
  for (size_t k = extents.size(); k-- > 1;)
    array.steps[k - 1] = array.steps[k] * extents[k];
  array.shape = std::move(extents);
  if (bytes > INT64_MAX - 128)
    return Failure{"an array of more bytes than there are addresses"};
  // aligned_alloc wants whole multiples of the alignment; an empty array still has an address.
  array.memory.reset(aligned_alloc(64, size_t(bytes + 64) / 64 * 64));
  if (!array.memory)
    return Failure{"out of memory for an array of " + std::to_string(bytes) + " bytes"};
  return array;
}

int64_t OwnedArray::count() const {
  int64_t n = 1;
  for (int64_t extent : shape)
    n *= extent;
  return n;
}

} // namespace dagger
