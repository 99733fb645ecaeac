#include "tools/daggerc/Digest.h"
#include <sys/auxv.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace dagger {

std::string Digest::hex() const {
  char text[33];
  snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(high),
           static_cast<unsigned long long>(low));
  return text;
}

Digest digestOf(std::string_view bytes) {
  XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

Digester &Digester::add(std::string_view bytes) {
  uint64_t length = bytes.size();
  XXH3_128bits_update(&state, &length, sizeof length);
  XXH3_128bits_update(&state, bytes.data(), bytes.size());
  return *this;
}

Digest Digester::digest() const {
  XXH128_hash_t hash = XXH3_128bits_digest(&state);
  return {hash.low64, hash.high64};
}

std::string processorIdentity() {
  std::string identity;
  auto add = [&](const auto &value) { identity.append(reinterpret_cast<const char *>(&value), sizeof value); };
#if defined(__x86_64__)
  unsigned a, b, c, d;
  if (__get_cpuid(0, &a, &b, &c, &d)) add(b), add(c), add(d); // the vendor's name
  if (__get_cpuid(1, &a, &b, &c, &d)) {
    add(a), add(c), add(d); // family and model, features; b holds the core's number, which changes from run to run
    if (c & bit_OSXSAVE) {
      unsigned low, high;
      __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0)); // the registers that the system saves
      add(low);
    }
  }
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) add(b), add(c), add(d);
  if (__get_cpuid_count(7, 1, &a, &b, &c, &d)) add(a);
#else
  add(getauxval(AT_HWCAP)), add(getauxval(AT_HWCAP2));
  if (auto *platform = reinterpret_cast<const char *>(getauxval(AT_PLATFORM))) identity += platform;
#endif
  return identity;
}

} // namespace dagger
