// What the C library's heaps are told before threads of ours use them.
#pragma once

namespace dagger::rt {

// Of the process, once: what is freed stays for the next use, up to some megabytes a thread.
void keepFreedMemory();
// On a new thread, before it allocates: its heap grows once for all that a short program needs. The memory is not touched.
void growHeap();

} // namespace dagger::rt
