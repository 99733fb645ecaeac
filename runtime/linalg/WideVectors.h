// Vectors of 512 bits, and memory for what is copied to where they find it. Internal to the loops of our own.
#pragma once
#include <cstddef>
#include <cstdint>
#include <immintrin.h>
#include <new>
#include <sys/mman.h>
#include <type_traits>

#define WIDE __attribute__((target("avx512f")))

namespace dagger::linalg {

template <typename T> struct Wide;
template <> struct Wide<float> {
  using Vector = __m512;
  WIDE static Vector zero() { return _mm512_setzero_ps(); }
  WIDE static Vector all(float x) { return _mm512_set1_ps(x); }
  WIDE static Vector load(const float *from) { return _mm512_loadu_ps(from); }
  WIDE static void store(float *to, Vector x) { _mm512_storeu_ps(to, x); }
  WIDE static Vector add(Vector x, Vector y) { return _mm512_add_ps(x, y); }
  WIDE static Vector subtract(Vector x, Vector y) { return _mm512_sub_ps(x, y); }
  WIDE static Vector fma(Vector x, Vector y, Vector z) { return _mm512_fmadd_ps(x, y, z); }
  WIDE static Vector lessProduct(Vector z, Vector x, Vector y) { return _mm512_fnmadd_ps(x, y, z); }
  WIDE static Vector divide(Vector x, Vector y) { return _mm512_div_ps(x, y); }
  WIDE static Vector pick(Vector x, __m512i which, Vector y) { return _mm512_permutex2var_ps(x, which, y); }
};
template <> struct Wide<double> {
  using Vector = __m512d;
  WIDE static Vector zero() { return _mm512_setzero_pd(); }
  WIDE static Vector all(double x) { return _mm512_set1_pd(x); }
  WIDE static Vector load(const double *from) { return _mm512_loadu_pd(from); }
  WIDE static void store(double *to, Vector x) { _mm512_storeu_pd(to, x); }
  WIDE static Vector add(Vector x, Vector y) { return _mm512_add_pd(x, y); }
  WIDE static Vector subtract(Vector x, Vector y) { return _mm512_sub_pd(x, y); }
  WIDE static Vector fma(Vector x, Vector y, Vector z) { return _mm512_fmadd_pd(x, y, z); }
  WIDE static Vector lessProduct(Vector z, Vector x, Vector y) { return _mm512_fnmadd_pd(x, y, z); }
  WIDE static Vector divide(Vector x, Vector y) { return _mm512_div_pd(x, y); }
  WIDE static Vector pick(Vector x, __m512i which, Vector y) { return _mm512_permutex2var_pd(x, which, y); }
};

// Elements of a vector.
template <typename T> inline constexpr int64_t lanes = 64 / sizeof(T);

// Where elements come from when the halves of two vectors change places: the first keeps its low halves and takes those
// of the second, which gets its high ones. `half` is how many elements a half has.
template <typename T, int64_t half, bool isHigh> struct Places {
  using Index = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
  alignas(64) Index at[lanes<T>];
  constexpr Places() {
    for (int64_t j = 0; j < lanes<T>; ++j) at[j] = Index((j & half ? lanes<T> + j - half : j) + (isHigh ? half : 0));
  }
};
template <typename T, int64_t half, bool isHigh> inline constexpr Places<T, half, isHigh> places;

// As many rows as a vector has elements become columns: halves change places, then halves of halves.
template <typename T, int64_t half = lanes<T> / 2>
WIDE __attribute__((always_inline)) inline void transpose(typename Wide<T>::Vector (&x)[lanes<T>]) {
  const __m512i lows = _mm512_load_si512(places<T, half, false>.at), highs = _mm512_load_si512(places<T, half, true>.at);
#pragma clang loop unroll(full)
  for (int64_t i = 0; i < lanes<T>; ++i)
    if (!(i & half)) {
      typename Wide<T>::Vector first = x[i], second = x[i + half];
      x[i] = Wide<T>::pick(first, lows, second);
      x[i + half] = Wide<T>::pick(first, highs, second);
    }
  if constexpr (half > 1) transpose<T, half / 2>(x);
}

// Memory that is kept from one use to the next; each thread has its own. Pages of 2 MB as far as they are full. Not
// initialized; throws std::bad_alloc. Mapped, not of the heap: there the rest of its last page would be in use too.
class Room {
public:
  Room() = default;
  Room(const Room &) = delete;
  ~Room() { drop(); }
  std::byte *of(size_t bytes) {
    if (bytes > size) {
      drop();
      void *fresh = mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (fresh == MAP_FAILED) throw std::bad_alloc();
      mapped = static_cast<std::byte *>(fresh);
      size = bytes;
      if (size >= page) madvise(begin(), size / page * page, MADV_HUGEPAGE);
    }
    return begin();
  }

private:
  static constexpr size_t page = size_t(1) << 21;
  std::byte *mapped = nullptr;
  size_t size = 0; // from `begin` on
  std::byte *begin() const { return mapped + (-reinterpret_cast<uintptr_t>(mapped) & (page - 1)); }
  void drop() {
    if (mapped) munmap(mapped, size + page);
    mapped = nullptr;
    size = 0;
  }
};

} // namespace dagger::linalg
