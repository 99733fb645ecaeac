// Result<T>: a value, or the failure that stood in its way. No exception leaves the runtime's libraries.
#pragma once
#include "dagger/elements.h"
#include <cassert>
#include <utility>
#include <variant>

namespace dagger {

template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : state(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : state(std::in_place_index<1>, std::move(failure)) {}

  bool ok() const { return state.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Only when ok().
  T &operator*() & { return assert(ok()), *std::get_if<0>(&state); }
  const T &operator*() const & { return assert(ok()), *std::get_if<0>(&state); }
  T operator*() && { return assert(ok()), std::move(*std::get_if<0>(&state)); } // of a temporary: moved out
  T *operator->() { return &**this; }
  const T *operator->() const { return &**this; }

  // Only when not ok().
  const Failure &failure() const { return assert(!ok()), *std::get_if<1>(&state); }

private:
  std::variant<T, Failure> state;
};

} // namespace dagger
