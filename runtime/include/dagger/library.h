// What compiled code calls of the native standard library (ABI version 1, see runtime.h for contexts, failure, ownership).
//
// Array functions go through one entry, dg_library: on the host it submits a task that depends on its arrays' values, in a
// task it runs at once. Functions on scalars and text are plain C functions; those that may fail take the context and the
// location. Text arguments are borrowed (null is the empty text), text results are owned by the caller.
#ifndef DAGGER_LIBRARY_H
#define DAGGER_LIBRARY_H
#include "dagger/runtime.h"

#pragma GCC visibility push(default)
#ifdef __cplusplus
extern "C" {
#endif

// ---- array functions ---------------------------------------------------------------------------------------------------
// X(ENUMERATOR, name at VALUES, operands). `a: …` arrays, `n: …` numbers, `r: …` reals, `t: …` texts, in this order in the
// call; `-> …` results. A scalar that may be a future is a rank-0 array. `updates` marks functions that write their first
// array in place (it must come from dg_array_own, the caller's handle then holds the new value; no result stands for it).
// `effect`: runs on the host in program order, after dg_order, and looks at its arrays. `shape` follows the data: the
// result's extents are not known before the task has ended. New functions go at the end: the numbers are part of the ABI.
#define DG_LIBRARY_FUNCTIONS(X)                                                                                        \
  X(CONCAT, "concat", "a: parts… n: axis -> array")                                                                    \
  X(SORT, "sort", "a: array [, keys of the same length, rank 1] n: axis, descending -> array (stable)")                \
  X(ARGSORT, "argsort", "a: array of rank 1 n: descending -> i64 indexes")                                             \
  X(UNIQUE, "unique", "a: array of rank 1 -> array, ascending (shape)")                                                \
  X(COMPRESS, "compress", "a: array, mask n: axis; -1: the mask has the array's rank -> array (shape)")                \
  X(PUT, "put", "updates a: array, indexes of rank 1, values (rank 0: one for all) n: axis; the last of equals wins")  \
  X(PUT_MASK, "put_mask", "updates a: array, mask, values (rank 0: one for all) n: axis; -1: the mask has its rank")   \
  X(MATMUL, "matmul", "a: a, b of rank 1 or 2 -> array, of rank 0 for two vectors")                                    \
  X(RANDOM_UNIFORM, "random.uniform", "n: seed, extents… -> floats in [0, 1)")                                         \
  X(RANDOM_NORMAL, "random.normal", "n: seed, extents… -> floats")                                                     \
  X(RANDOM_INTEGERS, "random.integers", "n: seed, low, high, extents… -> i64 in [low, high)")                          \
  X(RANDOM_PERMUTATION, "random.permutation", "n: n, seed -> i64")                                                     \
  X(READ_NUMBERS, "read.numbers", "n: columns (0: any) t: path -> array of rank 1 or 2 of the result's type (shape)")  \
  X(READ_BYTES, "read.bytes", "t: path -> u8 (shape)")                                                                 \
  X(SAVE, "save", "effect a: array r: [low, high] t: path [, colors]")                                                 \
  X(PLOT_LINE, "plot.line", "effect a: x, y t: path")                                                                  \
  X(PLOT_SCATTER, "plot.scatter", "effect a: x, y t: path")                                                            \
  X(PLOT_BAR, "plot.bar", "effect a: x (numbers or texts), y t: path")                                                 \
  X(PLOT_HEAT, "plot.heat", "effect a: array of rank 2 t: path")                                                       \
  X(SHOW, "show", "effect a: array")                                                                                   \
  X(STR_SPLIT, "str.split", "t: text, separator -> array of texts (shape)")                                            \
  X(STR_BYTES, "str.bytes", "t: text -> u8")                                                                           \
  X(LINALG_SOLVE, "linalg.solve", "a: a, b -> x")                                                                      \
  X(LINALG_INVERSE, "linalg.inverse", "a: a -> array")                                                                 \
  X(LINALG_DET, "linalg.det", "a: a -> rank 0")                                                                        \
  X(LINALG_LU, "linalg.lu", "a: a -> l, u, i64 permutation")                                                           \
  X(LINALG_QR, "linalg.qr", "a: a -> q, r")                                                                            \
  X(LINALG_EIGH, "linalg.eigh", "a: a -> values, vectors")                                                             \
  X(LINALG_SVD, "linalg.svd", "a: a -> u, s, vt")                                                                      \
  X(LINALG_CHOLESKY, "linalg.cholesky", "a: a -> l")                                                                   \
  X(LINALG_POTRF, "linalg.potrf", "updates a: a (A = L Lt, lower)")                                                    \
  X(LINALG_TRSM, "linalg.trsm", "updates a: b, l (B <- B inv(Lt))")                                                    \
  X(LINALG_SYRK, "linalg.syrk", "updates a: c, a (C <- C - A At)")                                                     \
  X(LINALG_GEMM, "linalg.gemm", "updates a: c, a, b (C <- C - A Bt)")                                                  \
  X(FORMAT, "format", "a: the parts of an array of tuples t: layout, format -> its text, of rank 0")

typedef enum {
#define DG_LIBRARY_ENUMERATOR(id, name, operands) DG_LIB_##id,
  DG_LIBRARY_FUNCTIONS(DG_LIBRARY_ENUMERATOR)
#undef DG_LIBRARY_ENUMERATOR
  DG_LIB_COUNT
} dg_library_function;

// Everything is borrowed and copied at the call. `array_type` says how each array's elements are to be read (arrays themselves
// do not know whether they are signed). `result_type` and `result_rank` have result_count elements, and so has
// `results`, which receives owned handles.
void dg_library(dg_context *, int32_t function, dg_array *const *arrays, const uint8_t *array_type, int32_t array_count,
                const int64_t *numbers, int32_t number_count, const double *reals, int32_t real_count, dg_str *const *texts, int32_t text_count,
                const uint8_t *result_type, const uint8_t *result_rank, dg_array **results, int32_t result_count,
                const dg_location *);

// ---- text ----------------------------------------------------------------------------------------------------------------
dg_str *dg_str_concat(dg_str *a, dg_str *b);
dg_str *dg_str_append(dg_str *a, dg_str *b); // the same; it takes over `a`, which grows in place if nobody else has it
dg_str *dg_str_join(dg_str *const *pieces, int64_t count);  // an interpolated text: all pieces, one behind the other
int64_t dg_str_length(dg_str *text);                        // code points
int32_t dg_str_compare(dg_str *a, dg_str *b);               // -1, 0, 1, by code point
dg_str *dg_str_slice(dg_context *, dg_str *text, int64_t low, int64_t high, const dg_location *); // DG9013; by code point
dg_str *dg_str_trim(dg_str *text);
dg_str *dg_str_lower(dg_str *text);
dg_str *dg_str_upper(dg_str *text);
dg_str *dg_str_before(dg_str *text, dg_str *mark);
dg_str *dg_str_after(dg_str *text, dg_str *mark);
uint8_t dg_str_contains(dg_str *text, dg_str *part);
uint8_t dg_str_starts_with(dg_str *text, dg_str *part);
uint8_t dg_str_ends_with(dg_str *text, dg_str *part);
uint8_t dg_str_like(dg_str *text, dg_str *pattern);
dg_str *dg_str_replace(dg_context *, dg_str *text, dg_str *from, dg_str *to, const dg_location *);
uint8_t dg_str_matches(dg_context *, dg_str *text, dg_str *pattern, const dg_location *);

// A value as `print` writes it, or by a format that the compiler has checked: a C string as it stands after the colon of an
// interpolation (null: none). The generic one reads the value at `value`.
dg_str *dg_format(uint8_t type, const void *value, const char *spec);
dg_str *dg_format_bool(uint8_t value, const char *spec);
dg_str *dg_format_i64(int64_t value, const char *spec);     // i8 … i32 sign-extended
dg_str *dg_format_u64(uint64_t value, const char *spec);    // u8 … u32 zero-extended
dg_str *dg_format_f32(float value, const char *spec);
dg_str *dg_format_f64(double value, const char *spec);
dg_str *dg_format_str(dg_str *text, const char *spec);
dg_str *dg_format_date(int64_t days, const char *spec);     // days since 1970-01-01: "1995-03-15"
dg_str *dg_format_timestamp(int64_t microseconds, const char *spec);
// Looks. `type` is the elements' in the language, DG_DATE and DG_TIMESTAMP too.
dg_str *dg_format_array(dg_context *, uint8_t type, dg_array *a, const char *spec, const dg_location *);
dg_str *dg_str_quote(dg_str *text);                         // as it stands in arrays and tuples: "a\"b"
// FORMAT's layout is the text around the parts' elements; a part stands as DG_PART and, behind it, its type + 1.
enum { DG_PART = 1 };
// Text to a value of `type` at `out`, DG_DATE and DG_TIMESTAMP (as int64_t) too. Fails: DG9012.
void dg_parse(dg_context *, uint8_t type, dg_str *text, void *out, const dg_location *);

// Types of the language only: in dg_parameter, dg_parse and formats. In memory they are DG_I64.
enum { DG_DATE = 32 /* int64_t days since 1970-01-01 */, DG_TIMESTAMP = 33 /* int64_t microseconds since then */ };

// Whether two lists of positions (i64, rank 1) have one in common. Looks.
uint8_t dg_positions_meet(dg_context *, dg_array *a, dg_array *b, const dg_location *);

// random.stream: element `index` of random.uniform or random.normal (f64) with this seed.
double dg_random_uniform(int64_t seed, int64_t index);
double dg_random_normal(int64_t seed, int64_t index);
// Element `index` of random.integers; an empty range fails (DG9014).
int64_t dg_random_integers(dg_context *, int64_t seed, int64_t index, int64_t low, int64_t high, const dg_location *);

// ---- the externs of stdlib/linalg.dg -----------------------------------------------------------------------------------
// Contiguous row-major arrays, then each extent name once, in order of appearance. They fail the running task (DG9015).
// potrf(inout a: [n, n])  trsm(l: [n, n], inout b: [m, n])  syrk(a: [n, k], inout c: [n, n])  gemm(a: [n, k], b: [m, k], inout c: [n, m])
void dg_linalg_potrf_f64(double *a, int64_t n);
void dg_linalg_trsm_f64(const double *l, double *b, int64_t n, int64_t m);
void dg_linalg_syrk_f64(const double *a, double *c, int64_t n, int64_t k);
void dg_linalg_gemm_f64(const double *a, const double *b, double *c, int64_t n, int64_t k, int64_t m);
void dg_linalg_potrf_f32(float *a, int64_t n);
void dg_linalg_trsm_f32(const float *l, float *b, int64_t n, int64_t m);
void dg_linalg_syrk_f32(const float *a, float *c, int64_t n, int64_t k);
void dg_linalg_gemm_f32(const float *a, const float *b, float *c, int64_t n, int64_t k, int64_t m);

#ifdef __cplusplus
}
#endif
#pragma GCC visibility pop
#endif
