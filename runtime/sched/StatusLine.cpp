#include "runtime/sched/StatusLine.h"
#include <cerrno>
#include <sys/ioctl.h>
#include <unistd.h>

namespace dagger::rt {

static void writeAll(std::string_view text) {
  while (!text.empty()) {
    ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR)
      return; // a terminal that is gone reads nothing
    text.remove_prefix(written > 0 ? size_t(written) : 0);
  }
}

static size_t terminalWidth() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

static bool isContinuation(char byte) { return (byte & 0xC0) == 0x80; }

// As many characters as stand on one line, without the last column: behind it some terminals begin another one.
static void cut(std::string &text, size_t width) {
  size_t characters = 0, at = 0;
  for (; at < text.size(); ++at)
    if (!isContinuation(text[at]) && ++characters == width)
      break;
  text.resize(at);
}

void StatusLine::erase() {
  if (isShown)
    writeAll("\r\033[K");
  isShown = false;
}

void StatusLine::show(std::string text) {
  std::lock_guard lock(mutex);
  if (!isFree)
    return;
  if (pid_t owner = tcgetpgrp(STDERR_FILENO); owner > 0 && owner != getpgrp()) {
    isShown = false; // whose it is now has its own text there
    return;
  }
  cut(text, terminalWidth());
  writeAll("\r" + text + "\033[K");
  isShown = true;
}

void StatusLine::hide() {
  std::lock_guard lock(mutex);
  erase();
}

StatusLine::Way::Way(StatusLine *line, bool endsLine) : line(line) {
  if (!line)
    return;
  line->mutex.lock();
  line->erase();
  line->isFree = endsLine;
}

StatusLine::Way::~Way() {
  if (line)
    line->mutex.unlock();
}

} // namespace dagger::rt
