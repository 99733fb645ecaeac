# lit's configuration: which files are tests, and what the words with a % in RUN lines stand for.
#
# Files with RUN lines are shell tests as everywhere in LLVM. Programs (test/run, examples) have their own format, in
# program_test.py, because one program is several tests: one for each way to run it.
import os
import shutil
import sys

import lit.formats

sys.path.insert(0, os.path.join(config.source_root, "test"))

config.name = "dagger"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".dg", ".test"]
config.excludes = ["random", "numpy", "runtime", "fuzz", "inputs", "Inputs", "expected"]
config.test_source_root = os.path.join(config.source_root, "test")
config.test_exec_root = os.path.join(config.build_root, "test")

daggerc = os.path.join(config.build_root, "bin", "daggerc")
config.substitutions += [
    ("%daggerc", daggerc),
    ("%dagger-opt", os.path.join(config.build_root, "bin", "dagger-opt")),
    ("%examples", os.path.join(config.source_root, "examples")),
    ("%build", config.build_root),
    ("%include", os.path.join(config.source_root, "runtime", "include")),
    ("%cc", config.c_compiler),
    ("%{python}", sys.executable),
]
config.environment["PATH"] = os.pathsep.join([config.llvm_tools, os.environ["PATH"]])
# Programs are cached beside the tests, not in the home of whoever runs them.
config.environment["XDG_CACHE_HOME"] = os.path.join(config.test_exec_root, "cache")
config.environment["NO_COLOR"] = "1"
config.daggerc = daggerc
if config.has_compiler:
    config.available_features.add("compiler")
with open("/proc/cpuinfo") as processor:
    if " avx512f " in processor.read():
        config.available_features.add("avx512")
if shutil.which("gdb"):
    config.available_features.add("gdb")
