// Memory of arrays: 64-byte aligned, large blocks by mmap so that the kernel may use huge pages, and kept for the next array
// of about that size, because touching fresh pages costs more than most operations on them.
#pragma once
#include <cstddef>
#include <cstdint>

namespace dagger::rt::storage {

// `bytes` at least, null if there is no memory; all zero if `zero`. Any thread.
char *allocate(size_t bytes, bool zero);
// `bytes` as it was asked for.
void free(char *block, size_t bytes);
// What is allocated and not freed, and the most that it ever was; as it was asked for.
int64_t bytesInUse();
int64_t mostBytesInUse();
// Gives kept blocks back to the system.
void trim();
// For tests: every n-th allocation fails (0: none).
void failEvery(int64_t n);

} // namespace dagger::rt::storage
