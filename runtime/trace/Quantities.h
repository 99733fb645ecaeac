// Quantities as people read them.
#pragma once
#include <string>

namespace dagger::rt {

__attribute__((format(printf, 1, 2))) std::string print(const char *format, ...); // 512 bytes at most
std::string bytesText(double bytes);                                              // 64 MB
std::string timeText(double seconds);                                             // 3 min 20 s

} // namespace dagger::rt
