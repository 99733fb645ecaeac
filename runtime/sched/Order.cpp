#include "runtime/sched/Order.h"
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace dagger::rt {

void TextBuffer::append(const char *text, size_t bytes) {
  if (size + bytes > capacity) {
    capacity = size + bytes > 2 * capacity ? size + bytes : 2 * capacity;
    data = static_cast<char *>(std::realloc(data, capacity));
    if (!data)
      std::abort();
  }
  std::memcpy(data + size, text, bytes);
  size += bytes;
}

void TextBuffer::clear() {
  std::free(data);
  data = nullptr;
  size = capacity = 0;
}

static constexpr size_t outputBytes = 64 << 10;

Output::Output() : buffer(static_cast<char *>(std::malloc(outputBytes))), lines(isatty(STDOUT_FILENO)) {
  if (!buffer)
    std::abort();
}

Output::~Output() { std::free(buffer); }

void Output::write(const char *text, size_t bytes) {
  bool line = lines && bytes && std::memchr(text, '\n', bytes);
  while (bytes) {
    size_t part = bytes < outputBytes - used ? bytes : outputBytes - used;
    std::memcpy(buffer + used, text, part);
    used += part, text += part, bytes -= part;
    if (used == outputBytes)
      flush();
  }
  if (line)
    flush();
}

void Output::flush() {
  if (!used)
    return;
  StatusLine::Way way(status, buffer[used - 1] == '\n');
  for (size_t at = 0; at < used && !error;) {
    ssize_t written = ::write(STDOUT_FILENO, buffer + at, used - at);
    if (written >= 0)
      at += size_t(written);
    else if (errno != EINTR)
      error = errno;
  }
  used = 0;
}

EffectChain::~EffectChain() {
  while (first) {
    Slot *slot = first;
    first = slot->next;
    slot->text.clear();
    delete slot;
  }
}

Slot *EffectChain::add(uint64_t sequence, bool statement) {
  Slot *slot = new Slot;
  slot->sequence = sequence;
  slot->statement = statement;
  std::lock_guard lock(mutex);
  (last ? last->next : first) = slot;
  last = slot;
  waiting.fetch_add(1, std::memory_order_seq_cst);
  return slot;
}

void EffectChain::drain() {
  while (first && first->done) {
    Slot *slot = first;
    if (!stopped()) {
      output.write(slot->text.data, slot->text.size);
      if (slot->failure && slot->statement)
        failure.store(slot->failure, std::memory_order_release);
    }
    heldBytes.fetch_sub(int64_t(slot->text.size), std::memory_order_relaxed);
    first = slot->next;
    if (!first)
      last = nullptr;
    slot->text.clear();
    delete slot;
    waiting.fetch_sub(1, std::memory_order_seq_cst);
  }
}

void EffectChain::finish(Slot *slot, TextBuffer &text, const Failure *failed) {
  std::lock_guard lock(mutex);
  slot->text = text;
  text = TextBuffer();
  heldBytes.fetch_add(int64_t(slot->text.size), std::memory_order_relaxed);
  slot->failure = failed;
  slot->done = true;
  drain();
}

void EffectChain::print(uint64_t sequence, const char *text, size_t bytes) {
  std::lock_guard lock(mutex);
  if (!first) {
    if (!stopped())
      output.write(text, bytes);
    return;
  }
  Slot *slot = new Slot;
  slot->sequence = sequence;
  slot->done = true;
  slot->text.append(text, bytes);
  heldBytes.fetch_add(int64_t(bytes), std::memory_order_relaxed);
  last->next = slot;
  last = slot;
  waiting.fetch_add(1, std::memory_order_seq_cst);
}

void EffectChain::flush() {
  std::lock_guard lock(mutex);
  output.flush();
}

void EffectChain::setStatus(StatusLine *line) {
  std::lock_guard lock(mutex);
  output.setStatus(line);
}

int EffectChain::outputError() {
  std::lock_guard lock(mutex);
  return output.firstError();
}

} // namespace dagger::rt
