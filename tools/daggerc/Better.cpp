#include "tools/daggerc/Better.h"
#include <algorithm>
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

// Takes the child out of its parent's terminal and pipes: whoever reads those sees their end when the parent ends. It keeps two
// descriptors, of which the second may be none.
void detach(int one, int other) {
  setsid();
  int nothing = ::open("/dev/null", O_RDWR);
  for (int stream = 0; stream <= 2; ++stream)
    if (nothing < 0) close(stream);
    else dup2(nothing, stream);
  unsigned low = unsigned(other < 0 ? one : std::min(one, other)), high = unsigned(std::max(one, other));
  if (low > 3) close_range(3, low - 1, 0);
  if (high > low + 1) close_range(low + 1, high - 1, 0);
  close_range(high + 1, ~0U, 0);
  rlimit limit{mostSeconds, mostSeconds};
  setrlimit(RLIMIT_CPU, &limit);
  alarm(2 * unsigned(mostSeconds)); // nor does one that is stuck: others may wait for what it has claimed
}

} // namespace

Better::Better(std::function<bool()> make, std::function<const dg_program *()> open, Claim claimed)
    : claim(std::move(claimed)), make(std::move(make)), open(std::move(open)) {
  asked.state = this;
  asked.ask = [](void *state, int32_t wait, const dg_kernel **kernels, int32_t *count) {
    return static_cast<Better *>(state)->ask(wait, kernels, count);
  };
  isElsewhere = !claim.isHad();
  if (!isElsewhere) begin();
}

void Better::begin() {
  int ends[2] = {-1, -1};
  fflush(nullptr);
  if (pipe2(ends, O_CLOEXEC) == 0) child = fork();
  if (child < 0) {
    for (int end : ends)
      if (end >= 0) close(end);
    isMade = make();
    claim.finish();
    return;
  }
  if (child == 0) {
    detach(ends[1], claim.descriptor());
    bool isGood = make();
    claim.finish();
    if (isGood) (void)!write(ends[1], "", 1);
    _exit(0);
  }
  claim.leave();
  close(ends[1]);
  result = ends[0];
}

Better::~Better() {
  if (result >= 0) close(result);
  if (child > 0) waitpid(child, nullptr, WNOHANG);
}

int32_t Better::ask(bool waits, const dg_kernel **kernels, int32_t *count) {
  const dg_program *program = nullptr;
  if (isElsewhere) {
    if (!claim.take(waits)) return 0;
    isElsewhere = false;
    isMade = (program = open()) != nullptr;
    if (isMade) claim.finish();
    else begin();
  }
  char byte;
  ssize_t got = isMade;
  if (result >= 0) {
    pollfd answer{result, POLLIN, 0};
    int ready;
    while ((ready = poll(&answer, 1, waits ? -1 : 0)) < 0 && errno == EINTR) {}
    if (ready == 0) return 0;
    got = read(result, &byte, 1);
  }
  if (!program && got == 1) program = open();
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
