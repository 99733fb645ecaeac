// The `main` of a built program: hands it to the runtime.
#include "dagger/runtime.h"

extern const dg_program dg_program_entry;

int main(int argc, char **argv) { return dg_run(&dg_program_entry, argc, argv, 0, 1); }
