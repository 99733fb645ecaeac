// An array that a library function made: contiguous, row-major, owned by whoever holds it.
#pragma once
#include "dagger/Result.h"
#include <cstdlib>
#include <memory>
#include <vector>

namespace dagger {

class OwnedArray {
public:
  OwnedArray() = default;
  // Not initialized, aligned to 64 bytes. Fails when the extents overflow or the memory is not there.
  static Result<OwnedArray> create(dg_type type, std::vector<int64_t> extents);

  dg_type type() const { return elementType; }
  int rank() const { return int(shape.size()); }
  const std::vector<int64_t> &extents() const { return shape; }
  int64_t count() const;
  int64_t bytes() const { return count() * int64_t(dg_type_size(elementType)); }
  void *data() { return memory.get(); }
  const void *data() const { return memory.get(); }
  ArrayView view() { return {elementType, rank(), memory.get(), shape.data(), steps.data()}; }

  // Forgets what lies behind the first `extent` entries of axis 0; the memory stays as large as it was.
  void shrink(int64_t extent) { shape[0] = extent; }

  // Gives the memory away; the new owner frees it with free(). The array is empty then.
  void *release() { return memory.release(); }

private:
  struct Free {
    void operator()(void *memory) const { free(memory); }
  };
  dg_type elementType = DG_F64;
  std::vector<int64_t> shape, steps;
  std::unique_ptr<void, Free> memory;
};

} // namespace dagger
