#include "tools/daggerc/Better.h"
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dagger {
namespace {

constexpr rlim_t mostSeconds = 600; // of the processor: a child that nobody sees does not run forever

// Takes the child out of its parent's terminal and pipes: whoever reads those sees their end when the parent ends.
void detach(int kept) {
  setsid();
  int nothing = ::open("/dev/null", O_RDWR);
  for (int stream = 0; stream <= 2; ++stream)
    if (nothing < 0) close(stream);
    else dup2(nothing, stream);
  if (kept > 3) close_range(3, unsigned(kept) - 1, 0);
  close_range(unsigned(kept) + 1, ~0U, 0);
  rlimit limit{mostSeconds, mostSeconds};
  setrlimit(RLIMIT_CPU, &limit);
}

} // namespace

Better::Better(const std::function<bool()> &make, std::function<const dg_program *()> open) : open(std::move(open)) {
  asked.state = this;
  asked.ask = [](void *state, int32_t wait, const dg_kernel **kernels, int32_t *count) {
    return static_cast<Better *>(state)->ask(wait, kernels, count);
  };
  int ends[2] = {-1, -1};
  fflush(nullptr);
  if (pipe2(ends, O_CLOEXEC) == 0) child = fork();
  if (child < 0) {
    for (int end : ends)
      if (end >= 0) close(end);
    isMade = make();
    return;
  }
  if (child == 0) {
    detach(ends[1]);
    if (make()) (void)!write(ends[1], "", 1);
    _exit(0);
  }
  close(ends[1]);
  result = ends[0];
}

Better::~Better() {
  if (result >= 0) close(result);
  if (child > 0) waitpid(child, nullptr, WNOHANG);
}

int32_t Better::ask(bool waits, const dg_kernel **kernels, int32_t *count) {
  char byte;
  ssize_t got = isMade;
  if (result >= 0) {
    pollfd answer{result, POLLIN, 0};
    int ready;
    while ((ready = poll(&answer, 1, waits ? -1 : 0)) < 0 && errno == EINTR) {}
    if (ready == 0) return 0;
    got = read(result, &byte, 1);
  }
  const dg_program *program = got == 1 ? open() : nullptr;
  if (!program || program->version != DG_ABI_VERSION) {
    fputs("daggerc: warning: the program goes on in code that was made in a hurry, since none better could be made; "
          "`daggerc run --optimized` may say why\n", stderr);
    return -1;
  }
  *kernels = program->kernels;
  *count = program->kernel_count;
  return 1;
}

} // namespace dagger
