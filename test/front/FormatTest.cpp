// The formatter: one style, no token and no comment lost, and nothing left to do the second time.
#include "test/front/Support.h"

using namespace dagger;
using namespace dagger::test;

namespace {

// The formatted text, after checking that it is the same program and stays as it is.
std::string formatted(const std::string &text) {
  Parsed before(text);
  EXPECT_EQ(before.errors(), "");
  const std::string result = format(*before.file, before.source);
  Parsed after(result);
  EXPECT_EQ(after.errors(), "") << result;
  EXPECT_EQ(ast::dump(*after.file), ast::dump(*before.file)) << result;
  EXPECT_EQ(after.file->comments.size(), before.file->comments.size()) << result;
  EXPECT_EQ(format(*after.file, after.source), result);
  return result;
}
std::string body(const std::string &statements) {
  const std::string result = formatted("fn f() {\n" + statements + "\n}\n");
  return result.substr(9, result.size() - 12);
}

TEST(Format, LeavesTheExamplesAsTheyAre) {
  for (const auto &path : files(root / "examples", ".dg")) EXPECT_EQ(formatted(read(path)), read(path)) << path;
}

// The programs among the fuzzer's seeds are written in the style too.
TEST(Format, LeavesTheSeedsThatParseAsTheyAre) {
  size_t programs = 0;
  for (const auto &path : files(root / "test/fuzz/seeds/syntax", ".dg")) {
    const std::string text = read(path);
    if (Parsed(text).diagnostics.hasErrors()) continue;
    EXPECT_EQ(formatted(text), text) << path;
    ++programs;
  }
  EXPECT_GE(programs, 6u);
}

TEST(Format, LeavesTheReferencesSyntaxAsItIs) {
  EXPECT_EQ(formatted(read(root / "test/front/everything.dg")), read(root / "test/front/everything.dg"));
}

TEST(Format, PutsOneSpaceWhereOneBelongs) {
  EXPECT_EQ(body("let x=a+b  *-c"), "    let x = a + b * -c");
  EXPECT_EQ(body("f ( a,b , k=inout m )"), "    f(a, b, k = inout m)");
  EXPECT_EQ(body("zeros < f32 > ( n )"), "    zeros<f32>(n)");
  EXPECT_EQ(body("let y=not(a)and b|>g()"), "    let y = not (a) and b |> g()");
  EXPECT_EQ(body("let z = (a,b)=>a<b"), "    let z = (a, b) => a < b");
  EXPECT_EQ(body("return[1,2] ; return(1,2)"), "    return [1, 2]\n    return (1, 2)");
  EXPECT_EQ(body("let p=Point{x:1,y:2}"), "    let p = Point { x: 1, y: 2 }");
  EXPECT_EQ(body("@on( gpu )f( a )"), "    @on(gpu) f(a)");
  EXPECT_EQ(body("let s = \"a  {x+y :.3}  b\""), "    let s = \"a  {x + y:.3}  b\"");
  EXPECT_EQ(body("a [ i ] [ j ] . x = - 1"), "    a[i][j].x = -1");
}

TEST(Format, KeepsTightOperatorsInSubscriptsAndRangesOnly) {
  EXPECT_EQ(body("u[i-1, j + 1]"), "    u[i-1, j + 1]");
  EXPECT_EQ(body("for i in k+1 .. n-1 { }"), "    for i in k+1..n-1 {}");
  EXPECT_EQ(body("x = a+b"), "    x = a + b");
  EXPECT_EQ(body("x = f(a-1)"), "    x = f(a - 1)");
  EXPECT_EQ(body("x[i -1]"), "    x[i - 1]");
}

TEST(Format, KeepsTheAuthorsLinesAndIndentsThem) {
  EXPECT_EQ(body("t\n|> where(.a)\n  |> show()"), "    t\n        |> where(.a)\n        |> show()");
  EXPECT_EQ(body("f(a,\nb,\nc)"), "    f(a,\n      b,\n      c)");
  EXPECT_EQ(body("f(\na,\nb\n)"), "    f(\n        a,\n        b\n    )");
  EXPECT_EQ(body("let x = a +\nb"), "    let x = a +\n        b");
  EXPECT_EQ(body("g(x => {\nlet y = x\ny\n})"), "    g(x => {\n        let y = x\n        y\n    })");
}

TEST(Format, KeepsOneLineBlocksAndOpensTheOthersWhole) {
  EXPECT_EQ(body("if a {b} else {c}"), "    if a { b } else { c }");
  EXPECT_EQ(body("if a {b}\nelse {\nc }"), "    if a {\n        b\n    } else {\n        c\n    }");
  EXPECT_EQ(body("for i in x { a; b }"), "    for i in x { a; b }");
  EXPECT_EQ(body("for i in x { a; b\n}"), "    for i in x {\n        a\n        b\n    }");
  EXPECT_EQ(body("while a\n{\n}"), "    while a {}");
}

TEST(Format, KeepsOneEmptyLineBetweenButNoneAtTheEdges) {
  EXPECT_EQ(formatted("\n\nconst a = 1\n\n\n\nconst b = 2\nconst c = 3\n\n"),
            "const a = 1\n\nconst b = 2\nconst c = 3\n");
  EXPECT_EQ(body("\n\na\n\n\nb\n\n"), "    a\n\n    b");
}

TEST(Format, KeepsCommentsWhereTheyAre) {
  EXPECT_EQ(formatted("#a\nfn f() { # b\n# c\nx # d\n\n# e\n}\n# f\n"),
            "#a\nfn f() {  # b\n    # c\n    x  # d\n\n    # e\n}\n# f\n");
  EXPECT_EQ(body("f(a, # one\nb) # two"), "    f(a,  # one\n      b)  # two");
  EXPECT_EQ(body("let a = 1 # x\nlet long = 2   # y\nb\nc # z"),
            "    let a = 1     # x\n    let long = 2  # y\n    b\n    c  # z");
  EXPECT_EQ(body("t\n# first\n|> a()"), "    t\n        # first\n        |> a()");
  EXPECT_EQ(body("a # x\n; # y\nb"), "    a  # x\n    # y\n    b");
}

TEST(Format, BreaksLinesThatAreTooLong) {
  const std::string a(50, 'a'), b(50, 'b'), c(50, 'c');
  EXPECT_EQ(body("f(" + a + ", " + b + ", " + c + ")"),
            "    f(\n        " + a + ",\n        " + b + ",\n        " + c + "\n    )");
  EXPECT_EQ(body("t |> f(" + a + ") |> g(" + b + ") |> h(" + c + ")"),
            "    t\n        |> f(" + a + ")\n        |> g(" + b + ")\n        |> h(" + c + ")");
  EXPECT_EQ(body("if " + a + " { " + b + " } else { " + c + " }"),
            "    if " + a + " {\n        " + b + "\n    } else {\n        " + c + "\n    }");
  EXPECT_EQ(body("print(\"" + a + b + c + "\")"), "    print(\"" + a + b + c + "\")");
}

TEST(Format, KeepsStatementsApartThatALineWouldJoin) { EXPECT_EQ(body("a;.b\nc"), "    a;\n    .b\n    c"); }

TEST(Format, AcceptsLineEndsOfBothKinds) {
  EXPECT_EQ(formatted("fn f() {\r\n    x # c\r\n}\r\n"), "fn f() {\n    x  # c\n}\n");
}

} // namespace
