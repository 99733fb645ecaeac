// The native library as compiled code calls it: on the host as tasks, in tasks at once.
#include "dagger/library.h"
#include "test/runtime/core/Program.h"
#include <cmath>

using namespace dagger::test;

namespace {

const dg_location here = at(9);

struct Call {
  std::vector<dg_array *> arrays = {};
  std::vector<int64_t> numbers = {};
  std::vector<double> reals = {};
  std::vector<std::string> texts = {};
  std::vector<uint8_t> types = {}, ranks = {};
};

std::vector<dg_array *> library(dg_context *c, int32_t function, const Call &call) {
  std::vector<dg_str *> texts;
  for (const std::string &text : call.texts)
    texts.push_back(dg_str_new(text.data(), int64_t(text.size())));
  std::vector<dg_array *> results(call.types.size());
  std::vector<uint8_t> arrayTypes;
  for (const dg_array *a : call.arrays)
    arrayTypes.push_back(a->type);
  dg_library(c, function, call.arrays.data(), arrayTypes.data(), int32_t(call.arrays.size()), call.numbers.data(), int32_t(call.numbers.size()),
             call.reals.data(), int32_t(call.reals.size()), texts.data(), int32_t(texts.size()), call.types.data(),
             call.ranks.data(), results.data(), int32_t(results.size()), &here);
  for (dg_str *text : texts)
    dg_str_release(text);
  return results;
}

dg_array *vectorOf(dg_context *c, std::vector<double> values) {
  int64_t n = int64_t(values.size());
  dg_array *a = dg_array_new(c, DG_F64, 1, &n, 0, nullptr);
  std::copy(values.begin(), values.end(), reinterpret_cast<double *>(a->data));
  return a;
}

std::string shown(dg_context *c, dg_array *a) {
  dg_str *text = dg_format_array(c, a->type, a, nullptr, nullptr);
  std::string out(text->data, size_t(text->bytes));
  dg_str_release(text);
  return out;
}
std::string take(dg_str *text) {
  std::string out(text->data, size_t(text->bytes));
  dg_str_release(text);
  return out;
}
} // namespace

// Functions whose result's shape follows the data, one after the other without a look between them.
TEST(Library, SortUniqueCompress) {
  Outcome o = run([](dg_context *c) {
    dg_array *a = vectorOf(c, {3, 1, 2, 3, 1});
    dg_array *u = library(c, DG_LIB_UNIQUE, {.arrays = {a}, .types = {DG_F64}, .ranks = {1}})[0];
    dg_array *s = library(c, DG_LIB_SORT, {.arrays = {u}, .numbers = {0, 1}, .types = {DG_F64}, .ranks = {1}})[0];
    dg_array *order = library(c, DG_LIB_ARGSORT, {.arrays = {a}, .numbers = {0}, .types = {DG_I64}, .ranks = {1}})[0];
    dg_array *by = library(c, DG_LIB_SORT, {.arrays = {order, a}, .numbers = {0, 0}, .types = {DG_I64}, .ranks = {1}})[0];
    EXPECT_EQ(shown(c, s), "[3.0, 2.0, 1.0]");
    EXPECT_EQ(shown(c, order), "[1, 4, 2, 0, 3]");
    EXPECT_EQ(shown(c, by), "[4, 3, 2, 1, 0]");
    int64_t n = 5;
    dg_array *mask = dg_array_new(c, DG_BOOL, 1, &n, 1, nullptr);
    mask->data[0] = mask->data[3] = 1;
    dg_array *chosen = library(c, DG_LIB_COMPRESS, {.arrays = {a, mask}, .numbers = {0}, .types = {DG_F64}, .ranks = {1}})[0];
    EXPECT_EQ(shown(c, chosen), "[3.0, 3.0]");
    dg_array *both = library(c, DG_LIB_CONCAT, {.arrays = {chosen, s, a}, .numbers = {0}, .types = {DG_F64}, .ranks = {1}})[0];
    EXPECT_EQ(shown(c, both), "[3.0, 3.0, 3.0, 2.0, 1.0, 3.0, 1.0, 2.0, 3.0, 1.0]");
    for (dg_array *x : {a, u, s, order, by, mask, chosen, both})
      dg_array_release(x);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}

// The last of equal indexes wins, an index out of range fails at the call's line.
TEST(Library, Put) {
  Outcome o = run([](dg_context *c) {
    dg_array *a = vectorOf(c, {0, 0, 0, 0});
    int64_t n = 3;
    dg_array *where = dg_array_new(c, DG_I64, 1, &n, 1, nullptr), *values = vectorOf(c, {1, 2, 3});
    element<int64_t>(where, 0) = 2, element<int64_t>(where, 2) = 2;
    a = dg_array_own(c, a, 0, nullptr);
    library(c, DG_LIB_PUT, {.arrays = {a, where, values}, .numbers = {0}});
    EXPECT_EQ(shown(c, a), "[2.0, 0.0, 3.0, 0.0]");
    element<int64_t>(where, 1) = 4;
    a = dg_array_own(c, a, 0, nullptr);
    library(c, DG_LIB_PUT, {.arrays = {a, where, values}, .numbers = {0}});
    dg_array_look(c, a, nullptr);
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.err, "error[DG9002]: index 4 is out of range: axis 0 has extent 4\n  at prog.dg:9:5 in `main`\n");
}

// Random numbers depend on seed and index alone, not on how the array is cut.
TEST(Library, RandomInChunks) {
  std::string first;
  for (int64_t bytes : {int64_t(0), int64_t(8192)}) {
    Outcome o = run(
        [&](dg_context *c) {
          dg_array *a = library(c, DG_LIB_RANDOM_NORMAL, {.numbers = {7, 300, 17}, .types = {DG_F64}, .ranks = {2}})[0];
          dg_array *b = library(c, DG_LIB_RANDOM_UNIFORM, {.numbers = {7, 5000}, .types = {DG_F64}, .ranks = {1}})[0];
          dg_array_look(c, b, nullptr);
          EXPECT_EQ(element<double>(b, 4321), dg_random_uniform(7, 4321));
          dg_array_look(c, a, nullptr);
          EXPECT_EQ(reinterpret_cast<double *>(a->data)[4321], dg_random_normal(7, 4321));
          print(c, shown(c, a));
          dg_array_release(a);
          dg_array_release(b);
        },
        {.chunkBytes = bytes});
    EXPECT_EQ(o.code, 0) << o.err;
    if (first.empty())
      first = o.out;
    EXPECT_EQ(o.out, first);
  }
}

// A product larger than one tile is the product; extents that don't fit are said.
TEST(Library, Matmul) {
  Outcome o = run([](dg_context *c) {
    dg_array *a = library(c, DG_LIB_RANDOM_UNIFORM, {.numbers = {1, 700, 40}, .types = {DG_F64}, .ranks = {2}})[0];
    dg_array *b = library(c, DG_LIB_RANDOM_UNIFORM, {.numbers = {2, 40, 600}, .types = {DG_F64}, .ranks = {2}})[0];
    dg_array *p = library(c, DG_LIB_MATMUL, {.arrays = {a, b}, .types = {DG_F64}, .ranks = {2}})[0];
    dg_array_look(c, p, nullptr);
    auto *x = reinterpret_cast<double *>(a->data), *y = reinterpret_cast<double *>(b->data);
    for (int64_t i : {0, 511, 512, 699})
      for (int64_t j : {0, 511, 512, 599}) {
        double sum = 0;
        for (int64_t k = 0; k < 40; ++k)
          sum += x[i * 40 + k] * y[k * 600 + j];
        EXPECT_NEAR(reinterpret_cast<double *>(p->data)[i * 600 + j], sum, 1e-12);
      }
    dg_array *wrong = library(c, DG_LIB_MATMUL, {.arrays = {a, a}, .types = {DG_F64}, .ranks = {2}})[0];
    dg_array_look(c, wrong, nullptr);
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.err, "error[DG9003]: extents differ: 40 and 700 along axis 1\n  at prog.dg:9:5 in `main`\n");
}

// A matrix that is not positive definite fails with the minor's number.
TEST(Library, LinearAlgebraFails) {
  Outcome o = run([](dg_context *c) {
    int64_t extents[] = {2, 2};
    dg_array *a = dg_array_new(c, DG_F64, 2, extents, 1, nullptr);
    a = dg_array_own(c, a, 0, nullptr);
    library(c, DG_LIB_LINALG_POTRF, {.arrays = {a}});
    dg_array_look(c, a, nullptr);
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.err, "error[DG9015]: the matrix is not positive definite: its leading minor of order 1 is not\n"
                   "  at prog.dg:9:5 in `main`\n");
}

// A file that is missing fails where its values are looked at, and saving happens in program order.
TEST(Library, Files) {
  Outcome o = run([](dg_context *c) {
    const char *path = "/tmp/dagger-library-test.npy";
    dg_array *a = vectorOf(c, {1, 2.5});
    library(c, DG_LIB_SAVE, {.arrays = {a}, .texts = {path}});
    dg_array *b = library(c, DG_LIB_READ_NUMBERS, {.numbers = {0}, .texts = {path}, .types = {DG_F64}, .ranks = {1}})[0];
    EXPECT_EQ(dg_array_extent(c, b, 0), 2);
    library(c, DG_LIB_SHOW, {.arrays = {b}});
    dg_array *none = library(c, DG_LIB_READ_BYTES, {.texts = {"/nowhere/x"}, .types = {DG_U8}, .ranks = {1}})[0];
    print(c, "read\n");
    std::remove(path);
    dg_array_look(c, none, nullptr);
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.out, "[1.0, 2.5]\nread\n");
  EXPECT_EQ(o.err.substr(0, 14), "error[DG9007]:") << o.err;
  EXPECT_NE(o.err.find("/nowhere/x"), std::string::npos) << o.err;
}

// In a task the same functions run at once.
TEST(Library, InTasks) {
  static const uint8_t read[] = {DG_READ}, type[] = {DG_F64}, rank[] = {1};
  static const dg_task task = {DG_ABI_VERSION, 1, 1, 0, 0, 0, [](dg_context *c, void *, dg_array *const *a) {
                                 dg_array *s = library(c, DG_LIB_SORT, {.arrays = {a[0]}, .numbers = {0, 0}, .types = {DG_F64}, .ranks = {1}})[0];
                                 dg_array *twice = library(c, DG_LIB_CONCAT, {.arrays = {s, s}, .numbers = {0}, .types = {DG_F64}, .ranks = {1}})[0];
                                 dg_array_release(s);
                                 dg_task_return(c, 0, twice);
                               }, read, type, rank, "sorts", &here};
  Outcome o = run([](dg_context *c) {
    dg_array *a = vectorOf(c, {2, 1}), *r;
    dg_task_submit(c, &task, nullptr, &a, nullptr, nullptr, &r, 0);
    EXPECT_EQ(shown(c, r), "[1.0, 2.0, 1.0, 2.0]");
    dg_array_release(a);
    dg_array_release(r);
  });
  EXPECT_EQ(o.code, 0) << o.err;
}

// Arrays of texts own their texts: split, sort, copy, slice, release.
TEST(Library, Texts) {
  Outcome o = run([](dg_context *c) {
    dg_array *parts = library(c, DG_LIB_STR_SPLIT, {.texts = {"pear,apple,fig", ","}, .types = {DG_STR}, .ranks = {1}})[0];
    dg_array *s = library(c, DG_LIB_SORT, {.arrays = {parts}, .numbers = {0, 0}, .types = {DG_STR}, .ranks = {1}})[0];
    dg_array_retain(s);
    dg_array *copy = dg_array_own(c, s, 0, nullptr);
    dg_array_release(parts);
    dg_array_release(s);
    EXPECT_EQ(shown(c, copy), "[\"apple\", \"fig\", \"pear\"]");
    dg_array_release(copy);
    EXPECT_EQ(take(dg_format_f64(0.5, ".3")), "0.500");
    EXPECT_EQ(take(dg_format_i64(7, ">3")), "  7");
    EXPECT_EQ(take(dg_format_date(9204, nullptr)), "1995-03-15");
    EXPECT_EQ(take(dg_format_timestamp(-1, nullptr)), "1969-12-31 23:59:59.999999");
    // A literal: the failure leaves no time to release one.
    alignas(dg_str) static char memory[sizeof(dg_str) + 4];
    auto *text = reinterpret_cast<dg_str *>(memory);
    text->refs = -1, text->bytes = 3;
    std::memcpy(text->data, "12x", 4);
    int64_t value;
    dg_parse(c, DG_I64, text, &value, &here);
  });
  EXPECT_EQ(o.code, 1);
  EXPECT_EQ(o.err, "error[DG9012]: \"12x\" is not an i64\n  at prog.dg:9:5 in `main`\n");
}

// A blocked factorization with the standard library's tile externs gives back the matrix it was made of.
TEST(Library, TileExterns) {
  const int64_t n = 5, m = 3;
  double l[n * n] = {}, a[n * n] = {}, b[m * n], x[m * n], product[m * n] = {};
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j <= i; ++j)
      l[i * n + j] = i == j ? 2.0 + double(i) : 0.5 * double(i + j + 1);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j)
      for (int64_t k = 0; k < n; ++k)
        a[i * n + j] += l[i * n + k] * l[j * n + k];
  dg_linalg_potrf_f64(a, n);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j <= i; ++j)
      EXPECT_NEAR(a[i * n + j], l[i * n + j], 1e-12);
  for (int64_t i = 0; i < m * n; ++i)
    x[i] = b[i] = double(i);
  dg_linalg_trsm_f64(l, x, n, m);
  dg_linalg_gemm_f64(x, l, product, m, n, n); // minus x Lt
  for (int64_t i = 0; i < m * n; ++i)
    EXPECT_NEAR(product[i], -b[i], 1e-9);
}
