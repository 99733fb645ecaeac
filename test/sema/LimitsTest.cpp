// Programs of unreasonable shapes: an error, never a crash.
#include "test/sema/Check.h"
#include <gtest/gtest.h>

using dagger::check;

static std::string repeat(const std::string &text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i)
    result += text;
  return result;
}

// A long chain of operators is refused once, whatever its length.
TEST(SemaLimits, LongChains) {
  for (int length : {500, 50000}) {
    auto checked = check("fn main() { let x = 1\n print(x" + repeat(" + x", length) + ") }\n");
    EXPECT_EQ(checked->program, nullptr);
    EXPECT_EQ(checked->diagnostics.count(), 1u) << checked->errors();
  }
}

// Instances that need ever new instances end.
TEST(SemaLimits, PolymorphicRecursion) {
  auto checked = check("fn f<T: any>(x: T) -> i64 { f((x, x)) }\nfn main() { print(f(1)) }\n");
  ASSERT_EQ(checked->diagnostics.count(), 1u);
  EXPECT_EQ(checked->diagnostics.all()[0].code, 3030);
}

// A lambda that is given to itself is not inlined for ever.
TEST(SemaLimits, SelfApplication) { EXPECT_EQ(check("fn f(n: i64, g: (i64) -> i64) -> i64 { f(n, x => g(x) + 1) }\nfn main() { print(f(1, x => x)) }\n")->program, nullptr); }

TEST(SemaLimits, ConstantsOfThemselves) { EXPECT_EQ(check("const a = b\nconst b = a\nfn main() { print(a) }\n")->program, nullptr); }
