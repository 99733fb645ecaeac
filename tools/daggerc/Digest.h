// 128-bit digests of what a compiled program depends on.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace dagger {

struct Digest {
  uint64_t low = 0, high = 0;
  bool operator==(const Digest &) const = default;
  std::string hex() const;
};

Digest digestOf(std::string_view bytes);

// Digests several things in order; each is preceded by its length, so that no two lists look alike.
class Digester {
public:
  Digester() { XXH3_128bits_reset(&state); }
  Digester &add(std::string_view bytes);
  Digest digest() const;

private:
  XXH3_state_t state;
};

// What the machine code of a program may depend on: the processor's kind and the features that the system lets it use.
std::string processorIdentity();

} // namespace dagger
