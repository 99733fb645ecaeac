// One call of libdagger_frontend.so.
#pragma once
#include "compiler/driver/FrontendApi.h"
#include "tools/daggerc/Commands.h"

namespace dagger {

// Opens the front end on first use. Returns its exit code; output and diagnostics go to the process's streams.
int frontend(dagger_frontend_action action, const std::string &path, const Options &options);
// The same on each file of `options`, and the worst of the exit codes.
int frontendOnAll(dagger_frontend_action action, const Options &options);

} // namespace dagger
