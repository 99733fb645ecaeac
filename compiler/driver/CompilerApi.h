// The C entry of libdagger_compiler.so: from sources to code. The library holds the code generator and needs MLIR and
// LLVM, so daggerc opens it only when the cache of compiled programs has no answer.
#ifndef DAGGER_COMPILER_API_H
#define DAGGER_COMPILER_API_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DAGGER_COMPILER_VERSION 3

typedef enum dagger_output {
  DAGGER_SHARED_OBJECT,  // for `run`: exports dg_program_entry, a dg_program; the runtime's symbols are left undefined
  DAGGER_OBJECT,         // for `build`: the same as a relocatable object
  DAGGER_STAGE_TEXT,     // what stands at `stage`
} dagger_output;

typedef struct dagger_compile_request {
  uint32_t version;            // DAGGER_COMPILER_VERSION; another one is refused
  dagger_output output;
  const char *path;            // the root file, as the user wrote it; imports are read from beside it
  const char *text;            // its contents, as they were digested: valid UTF-8
  size_t text_bytes;
  const char *resources;       // the folder that holds stdlib/
  const char *output_path;     // where the object goes: overwritten
  const char *stage;           // DAGGER_STAGE_TEXT: "values" "graph" "kernels" "host" "llvm" "asm"
  int32_t checked;             // integers that wrap stop the program
  int32_t tests;               // the file's tests in place of main
  int32_t color;               // of diagnostics
  int32_t vector_bits;         // 128, 256 or 512: as wide as vectors may be; 0: what the processor does best
  int32_t quick;               // somebody waits: what runs for less time than to make its code fast takes is left as it is
  int32_t hasty;               // DAGGER_SHARED_OBJECT: kernels may be provisional, so that the program can begin
} dagger_compile_request;

typedef struct dagger_source { const char *path; const char *text; size_t text_bytes; } dagger_source;

typedef struct dagger_compile_result {
  int32_t ok;                  // 0: `diagnostics` says why
  const char *diagnostics;     // "" if there are none
  const char *text;            // DAGGER_STAGE_TEXT: it, else ""
  const dagger_source *sources; // the files that were read besides the root, as they were read: absolute paths
  size_t source_count;
  const char *const *libraries; // DAGGER_OBJECT: what `extern` declarations name, for a C compiler's command line
  size_t library_count;
  int32_t provisional;         // the object has provisional kernels: dagger_compile_rest makes the same program without
  void *owner;                 // what all of the above lives in
} dagger_compile_result;

// Never null; everything in the result lives until it is given to dagger_compile_free. The request is borrowed.
// One call at a time in a process.
__attribute__((visibility("default"))) dagger_compile_result *dagger_compile(const dagger_compile_request *request);
__attribute__((visibility("default"))) void dagger_compile_free(dagger_compile_result *result);
// Of a result that is `provisional`, once: writes the shared object that has the better kernels (dg_better) and is all that the program
// needs from then on. 1; or 0, and the result's `diagnostics` say why. May be called in a child of the process that compiled.
__attribute__((visibility("default"))) int32_t dagger_compile_rest(dagger_compile_result *result, const char *output_path);
typedef int32_t dagger_compile_rest_fn(dagger_compile_result *, const char *);
typedef dagger_compile_result *dagger_compile_fn(const dagger_compile_request *);
typedef void dagger_compile_free_fn(dagger_compile_result *);

#ifdef __cplusplus
}
#endif
#endif
