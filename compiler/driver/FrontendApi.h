// The C entry of libdagger_frontend.so: everything that needs the parser, the checker, the formatter or the reference
// execution, and neither MLIR nor LLVM. daggerc opens the library only for these actions.
#ifndef DAGGER_FRONTEND_API_H
#define DAGGER_FRONTEND_API_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DAGGER_FRONTEND_VERSION 1

typedef enum dagger_frontend_action {
  DAGGER_CHECK,          // report every error of the program
  DAGGER_FORMAT,         // rewrite the file in the one style
  DAGGER_FORMAT_CHECK,   // say whether DAGGER_FORMAT would change it
  DAGGER_EMIT_AST,       // print the syntax tree
  DAGGER_EMIT_HIR,       // print the typed program
  DAGGER_REFERENCE_RUN,  // interpret main
  DAGGER_REFERENCE_TEST, // interpret the tests of the file
} dagger_frontend_action;

typedef struct dagger_frontend_request {
  uint32_t version;            // DAGGER_FRONTEND_VERSION; another one is refused with DAGGER_EXIT_USAGE
  dagger_frontend_action action;
  const char *path;            // the root file, as the user wrote it
  const char *resources;       // the folder that holds stdlib/
  int32_t checked;             // integers that wrap stop the program
  int32_t color;               // of diagnostics
  int32_t argument_count;      // DAGGER_REFERENCE_RUN: main's arguments
  const char *const *arguments;
} dagger_frontend_request;

enum { DAGGER_EXIT_OK = 0, DAGGER_EXIT_FAILED = 1, DAGGER_EXIT_USAGE = 2 };

// Does it, writing results to stdout and diagnostics to stderr, and returns the exit code. Everything in the request is
// borrowed. Not for several threads at once: it writes to the process's streams.
__attribute__((visibility("default"))) int dagger_frontend(const dagger_frontend_request *request);
typedef int dagger_frontend_fn(const dagger_frontend_request *);

#ifdef __cplusplus
}
#endif
#endif
