// Memory for what is made and dropped with each task: calls, handles, buffers' records. The host makes most of them and
// workers drop them, which is the worst case for a general allocator.
//
// Each thread keeps a list of blocks for each size; lists that grow long give half to a common one, empty ones take from
// it. Memory is not given back to the system.
#pragma once
#include <cstddef>

// A word of each thread, found without a call: the library is loaded by programs and by daggerc alone, and these few words always
// fit into what the loader keeps for libraries that come late. Behind `constinit`.
#define DAGGER_THREAD_WORD thread_local __attribute__((tls_model("initial-exec")))

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define DAGGER_POOLS 0 // A pool would hide what the sanitizers look for.
#endif
#endif
#ifndef DAGGER_POOLS
#define DAGGER_POOLS 1
#endif

namespace dagger::rt {

// Whether what is dropped is kept for the next of its kind. Without, each is allocated and freed on its own.
inline constexpr bool PoolsBlocks = DAGGER_POOLS;

// `bytes` at least, 64-byte aligned. Ends the process without memory. Any thread.
void *poolAllocate(size_t bytes);
// `bytes` as it was asked for.
void poolFree(void *block, size_t bytes);

} // namespace dagger::rt
