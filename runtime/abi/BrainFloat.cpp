// What code generation calls for bf16 where the processor has nothing for it, and the C library neither: rounded once, to nearest
// and ties to even.
#include "dagger/runtime.h"
#include <bit>

static __bf16 roundBits(uint32_t bits, bool isNumber) {
  if (!isNumber)
    return std::bit_cast<__bf16>(uint16_t(bits >> 16 | 0x40));
  return std::bit_cast<__bf16>(uint16_t((bits + 0x7fff + (bits >> 16 & 1)) >> 16));
}

extern "C" [[gnu::visibility("default")]] __bf16 __truncsfbf2(float value) { return roundBits(std::bit_cast<uint32_t>(value), value == value); }

extern "C" [[gnu::visibility("default")]] __bf16 __truncdfbf2(double value) {
  // To float with the last bit set if anything was lost: 16 bits more than bf16 has, so the second rounding is the only one.
  auto narrow = float(value);
  auto bits = std::bit_cast<uint32_t>(narrow);
  if (double(narrow) != value && value == value && !(bits & 1)) {
    bool isTooFar = (double(narrow) > value) == (value > 0); // away from zero: one step back is odd
    if (isTooFar)
      --bits;
    else
      ++bits;
  }
  return roundBits(bits, value == value);
}
