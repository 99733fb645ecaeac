// The program around it: command line, exit codes, tests, output that cannot be written, the recorded graph.
#include "dagger/library.h"
#include "test/runtime/core/Program.h"
#include <fcntl.h>
#include <fstream>
#include <sstream>

using namespace dagger::test;

namespace {
const std::vector<dg_parameter> parameters = {{"path", "Where to read.", DG_STR, nullptr},
                                              {"max_steps", "How many.", DG_I64, "4096"},
                                              {"loud", "", DG_BOOL, "false"},
                                              {"day", "", DG_DATE, "1995-03-15"}};

Outcome withArguments(std::vector<std::string> arguments, bool standalone = false) {
  return run(
      [](dg_context *c, const void *const *a) {
        dg_str *path = *static_cast<dg_str *const *>(a[0]);
        print(c, std::string(path->data) + " " + std::to_string(*static_cast<const int64_t *>(a[1])) + " " +
                     std::to_string(*static_cast<const uint8_t *>(a[2])) + " " + std::to_string(*static_cast<const int64_t *>(a[3])) + "\n");
      },
      {.parameters = parameters, .arguments = std::move(arguments), .standalone = standalone});
}
} // namespace

// Parameters are read by their types, with underscores as dashes and both ways of writing a value.
TEST(Program, Arguments) {
  EXPECT_EQ(withArguments({"--path", "x.csv"}).out, "x.csv 4096 0 9204\n");
  EXPECT_EQ(withArguments({"--path=a=b", "--max-steps", "1_000", "--loud", "--day=1970-01-02"}).out, "a=b 1000 1 1\n");
  EXPECT_EQ(withArguments({"--path=", "--loud=false", "--max-steps=-3"}).out, " -3 0 9204\n");
}

// What is wrong on the command line is said in a line, and the exit code is 2.
TEST(Program, WrongArguments) {
  auto says = [](std::vector<std::string> arguments, const std::string &text, bool standalone = false) {
    Outcome o = withArguments(std::move(arguments), standalone);
    EXPECT_EQ(o.code, 2);
    EXPECT_EQ(o.err, "error: " + text + "\n");
    EXPECT_EQ(o.out, "");
  };
  says({}, "--path (str) is needed");
  says({"--path"}, "--path needs a value");
  says({"--path=x", "--steps=3"}, "there is no parameter --steps; --help lists them");
  says({"--path=x", "--max-steps=ten"}, "--max-steps: \"ten\" is not an i64");
  says({"--path=x", "--day=2023-02-30"}, "--day: \"2023-02-30\" is not a date");
  says({"--path=x", "--path=y"}, "--path is given twice");
  says({"x.csv"}, "unexpected argument \"x.csv\": arguments are written --name value");
  says({"--path=x", "--dagger-threads=2"}, "there is no parameter --dagger-threads; --help lists them");
  says({"--path=x", "--dagger-threads=0"}, "--dagger-threads: \"0\" is not a number from 1 on", true);
}

TEST(Program, HelpListsParameters) {
  Outcome o = withArguments({"--help"});
  EXPECT_EQ(o.code, 0);
  EXPECT_NE(o.out.find("--path str"), std::string::npos);
  EXPECT_NE(o.out.find("Where to read. (needed)"), std::string::npos);
  EXPECT_NE(o.out.find("How many. (default 4096)"), std::string::npos);
  EXPECT_EQ(o.out.find("--dagger-threads"), std::string::npos);
  EXPECT_NE(withArguments({"--help"}, true).out.find("--dagger-threads"), std::string::npos);
}

// Tests print a line each; a failure is shown below its line and decides the exit code.
TEST(Program, Tests) {
  static const dg_location where = at(3, "test");
  dg_test tests[] = {{"good", [](dg_context *c) { print(c, "from good\n"); }, nullptr},
                     {"bad", [](dg_context *c) { dg_fail_assert(c, nullptr, &where); }, nullptr},
                     {"good again", [](dg_context *) {}, nullptr}};
  dg_program program = {};
  program.version = DG_ABI_VERSION;
  program.tests = tests;
  program.test_count = 3;
  dg_options options = {2, 0, nullptr, nullptr, 1, 0};
  Caught out(1);
  int code = dg_run(&program, 0, nullptr, &options, 0);
  EXPECT_EQ(out.take(), "from good\nok   good\nFAIL bad\nerror[DG9001]: assertion failed\n  at prog.dg:3:5 in `test`\n"
                        "ok   good again\n1 of 3 tests failed\n");
  EXPECT_EQ(code, 1);
}

// Output that a full disk does not take is an error of the program.
TEST(Program, FullDisk) {
  std::fflush(nullptr);
  int saved = dup(1), full = open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  Caught err(2);
  body() = [](dg_context *c, const void *const *) { print(c, "lost\n"); };
  dg_program program = {};
  program.version = DG_ABI_VERSION;
  program.main = [](dg_context *context, const void *const *arguments) { body()(context, arguments); };
  dg_options options = {1, 0, nullptr, 0};
  dup2(full, 1);
  int code = dg_run(&program, 0, nullptr, &options, 0);
  dup2(saved, 1);
  close(saved), close(full);
  EXPECT_EQ(err.take(), "error: cannot write to standard output: No space left on device\n");
  EXPECT_EQ(code, 1);
}

// A program of another version is refused with both numbers.
TEST(Program, WrongVersion) {
  dg_program program = {};
  program.version = DG_ABI_VERSION + 1;
  Caught err(2);
  EXPECT_EQ(dg_run(&program, 0, nullptr, nullptr, 0), 2);
  EXPECT_EQ(err.take(), "error: the program was compiled for version " + std::to_string(DG_ABI_VERSION + 1) + " of Dagger's runtime, this is version " + std::to_string(DG_ABI_VERSION) + "\n");
}

// The recorded graph has every task and what it waits for, also where that had ended before.
TEST(Program, Graph) {
  static const uint8_t type[] = {DG_I64}, rank[] = {0}, access[] = {DG_READ};
  static const dg_location where = at(8);
  static const dg_task next = {DG_ABI_VERSION, 1, 1, 0, 0, 0, [](dg_context *c, void *, dg_array *const *a) {
                                 int64_t n = *reinterpret_cast<int64_t *>(a[0]->data) + 1;
                                 dg_task_return_scalar(c, 0, &n);
                               }, access, type, rank, "next", &where};
  for (const char *path : {"/tmp/dagger-graph-test.dot", "/tmp/dagger-graph-test.json", "/tmp/dagger-graph-test.svg"}) {
    Outcome o = run(
        [](dg_context *c) {
          int64_t zero = 0;
          dg_array *a = dg_array_scalar(c, DG_I64, &zero, nullptr);
          for (int i = 0; i < 3; ++i) {
            dg_array *in = a;
            dg_task_submit(c, &next, nullptr, &in, nullptr, nullptr, &a, 0);
            dg_array_look(c, a, nullptr);
            dg_array_release(in);
          }
          dg_array_release(a);
        },
        {.graph = path});
    EXPECT_EQ(o.code, 0) << o.err;
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    std::string name = path;
    if (name.find(".dot") != std::string::npos) {
      EXPECT_EQ(text.str(), "digraph tasks {\n  rankdir = TB;\n  node [shape = box, fontname = \"sans-serif\"];\n"
                            "  t1 [label = \"next\\nprog.dg:8\"];\n  t2 [label = \"next\\nprog.dg:8\"];\n  t3 [label = \"next\\nprog.dg:8\"];\n"
                            "  t1 -> t2;\n  t2 -> t3;\n}\n");
    } else if (name.find(".json") != std::string::npos) {
      EXPECT_NE(text.str().find("\"edges\": [[1, 2], [2, 3]]"), std::string::npos) << text.str();
    } else {
      EXPECT_NE(text.str().find("<title>next"), std::string::npos);
    }
    std::remove(path);
  }
}
