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

namespace dagger::rt {

// `bytes` at least, 64-byte aligned. Ends the process without memory. Any thread.
void *poolAllocate(size_t bytes);
// `bytes` as it was asked for.
void poolFree(void *block, size_t bytes);

} // namespace dagger::rt
