// One line at the foot of a terminal that is rewritten in place, and makes way for whatever else is written there.
#pragma once
#include <mutex>
#include <string>

namespace dagger::rt {

class StatusLine {
  std::mutex mutex;
  bool isShown = false;
  bool isFree = true; // what was written last ended its line
  void erase();

public:
  ~StatusLine() { hide(); }
  // Writes to standard error, cut to the width of the terminal. Nothing while somebody else's line is not at its end, or while
  // the terminal belongs to another job.
  void show(std::string text);
  void hide();

  // While it lives the line is away and stays away. A null line is fine.
  class Way {
    StatusLine *line;

  public:
    Way(StatusLine *line, bool endsLine);
    ~Way();
    Way(const Way &) = delete;
  };
};

} // namespace dagger::rt
