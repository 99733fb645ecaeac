// Better code for a program that already runs. A child of this process makes it and puts it into the cache; it may outlive this process,
// whose result nobody has to wait for.
#pragma once
#include "dagger/runtime.h"
#include "tools/daggerc/Claim.h"
#include <functional>
#include <string>
#include <sys/types.h>

namespace dagger {

class Better {
public:
  // Forks, so this process has one thread. `make` runs in the child, which has no streams and ends with it; says whether it managed.
  // Where no process can be had it runs here, before this returns.
  // `open` runs here once it has, on any thread: the program with the better kernels, or null.
  // Whoever has the `claim` makes it. If that is another process, this one forks only when that ends without having made it.
  Better(std::function<bool()> make, std::function<const dg_program *()> open, Claim claim = {});
  ~Better(); // waits for nobody
  Better(const Better &) = delete;
  Better &operator=(const Better &) = delete;

  const dg_better *source() const { return &asked; } // lives as long as this

private:
  int32_t ask(bool waits, const dg_kernel **kernels, int32_t *count);
  void begin();
  Claim claim;
  std::function<bool()> make;
  std::function<const dg_program *()> open;
  bool isElsewhere = false; // somebody else makes it
  bool isMade = false;      // here, or there
  int result = -1;          // else a pipe: a byte comes when the better code is in the cache; only its end, if it never will be
  pid_t child = -1;
  dg_better asked;
};

} // namespace dagger
