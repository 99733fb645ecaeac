/* Elements: the types an array may hold, text values, and a view of an array in plain memory.
 *
 * A C header that stands alone; the C++ part at its end adds the view and the failure value that the library
 * functions in runtime/{text,io,plot,random,algorithms,linalg} take and return.
 */
#ifndef DAGGER_ELEMENTS_H
#define DAGGER_ELEMENTS_H

#include <stddef.h>
#include <stdint.h>

#define DG_EXPORT __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/* The numbers are part of the ABI: they are never reordered, new ones go at the end. */
#ifdef __cplusplus
enum dg_type : uint8_t {
#else
typedef uint8_t dg_type;
enum {
#endif
  DG_BOOL,  /* one byte, 0 or 1 */
  DG_I8,
  DG_I16,
  DG_I32,
  DG_I64,
  DG_U8,
  DG_U16,
  DG_U32,
  DG_U64,
  DG_F16,   /* IEEE binary16 */
  DG_BF16,  /* the upper half of a binary32 */
  DG_F32,
  DG_F64,
  DG_C64,   /* two f32: real, imaginary */
  DG_C128,  /* two f64: real, imaginary */
  DG_STR    /* dg_str *; NULL reads as the empty text */
};

enum { DG_TYPE_COUNT = 16, DG_MAX_RANK = 8 };

/* Bytes of one element. */
static inline size_t dg_type_size(dg_type type) {
  static const uint8_t sizes[DG_TYPE_COUNT] = {1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 2, 4, 8, 8, 16, sizeof(void *)};
  return sizes[type];
}

/* The name of the type as the language writes it: "f64". */
static inline const char *dg_type_name(dg_type type) {
  static const char *const names[DG_TYPE_COUNT] = {"bool", "i8",  "i16",  "i32", "i64", "u8",  "u16",  "u32",
                                                   "u64",  "f16", "bf16", "f32", "f64", "c64", "c128", "str"};
  return names[type];
}

/* Text: immutable UTF-8 with a reference count, so that copying a string is counting.
 *
 * `refs` is changed only by the functions below, atomically; a negative count marks a text that lives for ever (a
 * literal in the program's constant data), which is neither counted nor freed. `bytes` counts data without the NUL
 * that always follows it. Any thread may read, retain and release a text that it holds a reference to.
 */
typedef struct dg_str {
  int64_t refs;
  int64_t bytes;
  char data[];
} dg_str;

/* A copy of `bytes` bytes at `data` with one reference, which the caller owns. `data` may be NULL: then the bytes
 * are not initialized, and the caller writes them before anybody else sees the text. Never NULL: without memory the
 * process ends. */
DG_EXPORT dg_str *dg_str_new(const char *data, int64_t bytes);
/* One more reference; returns `text`. NULL is let through by both. */
DG_EXPORT dg_str *dg_str_retain(dg_str *text);
/* One reference less; the last one frees. */
DG_EXPORT void dg_str_release(dg_str *text);
/* The place holds a reference to `text` from now on; the text that was there is released. */
DG_EXPORT void dg_str_assign(dg_str **place, dg_str *text);
/* Releases the texts in `count` places. */
DG_EXPORT void dg_str_clear(dg_str **places, int64_t count);

#ifdef __cplusplus
} // extern "C"

#include <string>
#include <string_view>

namespace dagger {

// What a library function reports when it cannot do its work: what, and where (file, row, column, which minor).
struct Failure {
  std::string text;
};

// An array in memory that somebody else owns. Strides count elements, may be zero (a broadcast axis) or negative.
// `extents` and `strides` point at `rank` numbers each, which outlive the view.
struct ArrayView {
  dg_type type;
  int rank;
  void *data;
  const int64_t *extents;
  const int64_t *strides;

  int64_t count() const {
    for (int axis = 0; axis < rank; ++axis)
      if (!extents[axis])
        return 0; // the product of the others may be too large for an integer
    int64_t n = 1;
    for (int axis = 0; axis < rank; ++axis)
      n *= extents[axis];
    return n;
  }
};

inline std::string_view textOf(const dg_str *text) {
  return text ? std::string_view(text->data, size_t(text->bytes)) : std::string_view();
}

} // namespace dagger
#endif

#endif
