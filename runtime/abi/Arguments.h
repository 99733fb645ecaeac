// The command line of a program: main's parameters, and the runtime's own options.
#pragma once
#include "dagger/failures.h"
#include "dagger/library.h"
#include <string>
#include <vector>

namespace dagger::rt {

// Days since 1970-01-01 of "1995-03-15"; false if it is no date of the calendar.
bool parseDate(std::string_view text, int64_t &days);
std::string formatDate(int64_t days);
// Microseconds since 1970-01-01 of "1995-03-15", "1995-03-15T10:30" or "1995-03-15 10:30:00.25".
bool parseTimestamp(std::string_view text, int64_t &microseconds);
std::string formatTimestamp(int64_t microseconds);
const char *parameterTypeName(uint8_t type);

class Arguments {
  struct alignas(16) Value {
    char bytes[16] = {};
  };
  std::vector<Value> values;
  std::vector<const void *> pointers;
  std::vector<bool> given;
  const dg_program &program;
  bool set(const dg_parameter &parameter, size_t index, std::string_view text, std::string &error);

public:
  dg_options options;
  bool helpWanted = false;

  Arguments(const dg_program &program, const dg_options &options);
  ~Arguments();
  Arguments(const Arguments &) = delete;
  // False with a message for the user: what is wrong, without a newline. What the options already say counts for more than
  // the environment, and what the command line says for more than both.
  bool readEnvironment(std::string &error);
  bool parse(int argc, char **argv, bool standalone, std::string &error);
  const void *const *data() const { return pointers.data(); }
  std::string help(const std::string &command, bool standalone) const;
};

} // namespace dagger::rt
