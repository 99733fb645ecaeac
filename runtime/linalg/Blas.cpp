#include "runtime/linalg/Blas.h"
#include "runtime/linalg/Linalg.h"
#include <cstdlib>
#include <dlfcn.h>

namespace dagger::linalg {

namespace {

// Sets a variable that the user has not set, and takes it back.
class TemporaryVariable {
public:
  TemporaryVariable(const char *name, const char *value) : name(name), mine(value && !getenv(name)) {
    if (mine)
      setenv(name, value, 1);
  }
  ~TemporaryVariable() {
    if (mine)
      unsetenv(name);
  }

private:
  const char *name;
  bool mine;
};

// OpenBLAS up to 0.3.25 or so does not know AMD's processors with AVX-512 and takes them for a Haswell, which halves its
// speed. The kernels for Intel's processors with the same instructions run on them.
const char *betterCore() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_is("amd") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return __builtin_cpu_supports("avx512bf16") ? "Cooperlake" : "SkylakeX";
#endif
  return nullptr;
}

class Symbols {
public:
  explicit Symbols(void *handle) : handle(handle) {}
  std::string missing;

  template <typename Pointer> void find(Pointer &pointer, const std::string &name) {
    pointer = reinterpret_cast<Pointer>(dlsym(handle, name.c_str()));
    if (!pointer && missing.empty())
      missing = name;
  }

  template <typename T> void findAll(Blas<T> &blas, const std::string &prefix, bool isComplex) {
    find(blas.gemm, prefix + "gemm_");
    find(blas.gemv, prefix + "gemv_");
    find(blas.trsm, prefix + "trsm_");
    find(blas.rankUpdate, prefix + (isComplex ? "herk_" : "syrk_"));
    find(blas.potrf, prefix + "potrf_");
    find(blas.getrf, prefix + "getrf_");
    find(blas.getrs, prefix + "getrs_");
    find(blas.geqrf, prefix + "geqrf_");
    find(blas.formQ, prefix + (isComplex ? "ungqr_" : "orgqr_"));
    find(blas.eigen, prefix + (isComplex ? "heevd_" : "syevd_"));
    find(blas.singular, prefix + "gesdd_");
  }

private:
  void *handle;
};

Result<const Library *> open() {
  // Never deleted: OpenBLAS itself stays as well.
  static Library library;
  // With the variable set it does not start threads only to be told to use none.
  TemporaryVariable threads("OPENBLAS_NUM_THREADS", "1"), core("OPENBLAS_CORETYPE", betterCore());
  void *handle = nullptr;
  std::string error;
  for (const char *name : {"libopenblas.so.0", "libopenblas.so"}) {
    if ((handle = dlopen(name, RTLD_NOW | RTLD_LOCAL)))
      break;
    if (error.empty())
      error = dlerror();
  }
  if (!handle)
    return Failure{"linear algebra needs OpenBLAS: " + error};
  Symbols symbols(handle);
  symbols.findAll(library.s, "s", false);
  symbols.findAll(library.d, "d", false);
  symbols.findAll(library.c, "c", true);
  symbols.findAll(library.z, "z", true);
  symbols.find(library.coreName, "openblas_get_corename");
  void (*setThreads)(int);
  symbols.find(setThreads, "openblas_set_num_threads");
  if (!symbols.missing.empty())
    return Failure{"the OpenBLAS that was found has no " + symbols.missing + "; it was built without LAPACK"};
  setThreads(1);
  return &library;
}

} // namespace

const Result<const Library *> &library() {
  static const Result<const Library *> opened = open();
  return opened;
}

std::optional<Failure> loadBlas() {
  if (!library())
    return library().failure();
  return std::nullopt;
}

Result<std::string> blasCore() {
  if (!library())
    return library().failure();
  return std::string((*library())->coreName());
}

} // namespace dagger::linalg
