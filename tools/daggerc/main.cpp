// daggerc: a thin driver. It parses the command line, looks into the cache of compiled programs, and opens the front end,
// the compiler or the runtime only when the command needs them.
#include "tools/daggerc/Commands.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <malloc.h>

using dagger::Options;

namespace {

constexpr const char *overview = R"(Dagger: programs that read in order and run as a graph.

Try:
  daggerc run examples/pi.dg                    compile (once) and run
  daggerc run examples/pi.dg --tasks 200        what follows the file is the program's own
  daggerc run examples/pi.dg --help             the program's own options
  daggerc check prog.dg                         find mistakes, run nothing
  daggerc build prog.dg -o prog                 a program that needs daggerc no more
  daggerc COMMAND --help                        more of each command)";

// The words of the command line, the last one first, as CLI11 takes them. What says how a graph is drawn may stand behind the
// program too, unlike other options, which are main's there.
std::vector<std::string> inOrder(int argc, char **argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words[0] == "graph")
    for (size_t i = 1, to = 1; i < words.size(); ++i) {
      const std::string &word = words[i];
      bool isOurs = word == "--level" || word == "--format" || word == "-o" || word == "--output";
      for (const char *start : {"--level=", "--format=", "--output="}) isOurs |= word.starts_with(start);
      if (!isOurs) continue;
      size_t count = word.find('=') == std::string::npos && i + 1 < words.size() ? 2 : 1;
      std::rotate(words.begin() + to, words.begin() + i, words.begin() + i + count);
      to += count;
      i += count - 1;
    }
  std::reverse(words.begin(), words.end());
  return words;
}

CLI::App *command(CLI::App &app, const char *name, const char *description, const char *examples) {
  CLI::App *added = app.add_subcommand(name, description);
  added->formatter(app.get_formatter());
  added->footer(examples);
  return added;
}

// Help without CLI11's machinery in it: an option shows what its value is, and no more.
struct Help : CLI::Formatter {
  Help() { column_width(26); }
  std::string make_option_opts(const CLI::Option *option) const override {
    std::string type = option->get_type_name();
    return option->get_type_size() == 0 ? "" : " " + type.substr(0, type.find(':'));
  }
  std::string make_positionals(const CLI::App *) const override { return ""; }
  std::string make_description(const CLI::App *app) const override { return app->get_description() + "\n\n"; }
  std::string make_usage(const CLI::App *app, std::string) const override {
    if (!app->get_parent()) return "Usage: daggerc COMMAND ...\n";
    std::string usage = "Usage: daggerc " + app->get_name() + " [OPTIONS]";
    if (app->get_prefix_command()) usage += " PROGRAM.dg [OPTIONS OF ITS MAIN]";
    for (const CLI::Option *option : app->get_options())
      if (option->get_positional()) usage += " " + option->get_type_name();
    return usage + "\n";
  }
  std::string make_footer(const CLI::App *app) const override { return app->get_footer().empty() ? "" : app->get_footer() + "\n"; }
};

// Everything from the file on is the program's: the command stops reading at the first word it does not know.
int splitAtFile(CLI::App *app, Options &options) {
  std::vector<std::string> rest = app->remaining();
  if (rest.empty()) {
    dagger::reportError(7004, "no program is named", "daggerc " + app->get_name() + " prog.dg");
    return 2;
  }
  if (rest[0].size() > 1 && rest[0][0] == '-') {
    dagger::reportError(7004, "`daggerc " + app->get_name() + "` has no option `" + rest[0] + "`",
                        "options of the program itself stand after its file; `daggerc " + app->get_name() +
                            " --help` lists those of daggerc");
    return 2;
  }
  options.files = {rest[0]};
  options.arguments.assign(rest.begin() + 1, rest.end());
  return 0;
}

} // namespace

int main(int argc, char **argv) {
  // Trees of many small nodes are given back at once: glibc's fast bins would be emptied again and again meanwhile, a tenth of a check.
  mallopt(M_MXFAST, 0);
  CLI::App app{overview, "daggerc"};
  app.require_subcommand(1);
  app.formatter(std::make_shared<Help>());
  app.set_version_flag("--version", std::string("daggerc " DAGGER_VERSION));
  Options options;
  int (*action)(const Options &) = nullptr;

  CLI::App *run = command(app, "run", "Compile a program, unless that was done before, and run its main", R"(Examples:
  daggerc run heat.dg --n 512 --steps 100        options after the file are main's
  daggerc run --threads 1 heat.dg                options before it are daggerc's
  daggerc run heat.dg --help                     main's options and what they mean
  daggerc run --checked prog.dg                  stop where an integer wraps
  daggerc run --reference prog.dg                interpret it: slow, simple, and the judge of what is right
  daggerc run --graph graph.svg prog.dg          draw what ran: tasks, arrays, and who waited for whom
  daggerc run --trace trace.json prog.dg         what each thread did when
  daggerc run --stats prog.dg                    where the time went)");
  run->prefix_command();
  auto *reference = run->add_flag("--reference", options.reference, "Interpret the program, in order, on one thread");
  run->add_flag("--checked", options.checked, "Stop at the line where an integer wraps");
  auto *threads = run->add_option("--threads", options.threads, "Worker threads; without it $DAGGER_THREADS, else one a core")
                      ->check(CLI::Range(1, 4096))->type_name("N");
  auto *chunk = run->add_option("--chunk-bytes", options.chunkBytes, "Size of the pieces that arrays are computed in")
                    ->check(CLI::Range(int64_t(1), int64_t(1) << 40))->type_name("N");
  auto *graph = run->add_option("--graph", options.graph, "Write the graph that ran as a picture (.svg) or text (.dot, .json)")->type_name("FILE");
  auto *trace = run->add_option("--trace", options.trace, "Write what each thread did when, for Perfetto (https://ui.perfetto.dev)")->type_name("FILE");
  auto *stats = run->add_flag("--stats", options.statistics, "Say at the end where the time went, by source line, and what limits the run");
  auto *bits = run->add_option("--vector-bits", options.vectorBits, "How wide vectors may be: 128, 256 or 512")
                   ->check(CLI::IsMember({128, 256, 512}))->type_name("N");
  auto *optimized = run->add_flag("--optimized", options.optimized, "Begin only when all of it is compiled well, the first time too");
  reference->excludes(optimized)->excludes(threads)->excludes(chunk)->excludes(graph)->excludes(trace)->excludes(stats)->excludes(bits);
  run->callback([&] { action = dagger::runProgram; });

  CLI::App *test = command(app, "test", "Run the tests that stand in source files", R"(A test is a declaration of the language:
  test "norm of a unit vector" { assert norm([1.0, 0.0]) == 1.0 }

Examples:
  daggerc test physics.dg geometry.dg
  daggerc test --reference physics.dg            interpret them)");
  test->add_option("files", options.files, "Source files")->required()->type_name("FILE.dg ...");
  auto *testReference = test->add_flag("--reference", options.reference, "Interpret the tests, in order, on one thread");
  test->add_flag("--checked", options.checked, "Stop at the line where an integer wraps");
  testReference->excludes(test->add_option("--threads", options.threads, "Worker threads; without it $DAGGER_THREADS, else one a core")
                              ->check(CLI::Range(1, 4096))->type_name("N"));
  test->callback([&] { action = dagger::testPrograms; });

  CLI::App *build = command(app, "build", "Compile a program to an executable", R"(Examples:
  daggerc build heat.dg -o heat                  needs libdagger_runtime.so of this installation
  daggerc build --static heat.dg -o heat         the runtime is part of it
  ./heat --n 512 --dagger-threads 2              main's options, and the runtime's own)");
  build->add_option("file", options.files, "The program")->required()->expected(1)->type_name("FILE.dg");
  build->add_option("-o,--output", options.output, "The executable; without it, the program's name without .dg")->type_name("FILE");
  build->add_flag("--static", options.isStatic, "Put the runtime into the executable");
  build->add_flag("--checked", options.checked, "Stop at the line where an integer wraps");
  build->add_option("--vector-bits", options.vectorBits, "How wide vectors may be: 128, 256 or 512")
      ->check(CLI::IsMember({128, 256, 512}))->type_name("N");
  build->callback([&] { action = dagger::buildProgram; });

  CLI::App *check = command(app, "check", "Find the mistakes in programs without running them", R"(Example:
  daggerc check heat.dg                          every error at once; silent if there is none
  daggerc explain DG3002                         what one of them means)");
  check->add_option("files", options.files, "Source files")->required()->type_name("FILE.dg ...");
  check->callback([&] { action = dagger::checkPrograms; });

  CLI::App *format = command(app, "fmt", "Rewrite source files in the one style", R"(Examples:
  daggerc fmt heat.dg pi.dg                      names the files that it changed
  daggerc fmt --check heat.dg                    changes nothing, exits with 1 if it would)");
  format->add_option("files", options.files, "Source files")->required()->type_name("FILE.dg ...");
  format->add_flag("--check", options.onlyCheck, "Change nothing; name the files that would change and exit with 1");
  format->callback([&] { action = dagger::formatPrograms; });

  CLI::App *explain = command(app, "explain", "Say what an error means, with a program that has it and its cure", R"(Examples:
  daggerc explain DG3002
  daggerc explain                                lists all codes)");
  explain->add_option("code", options.code, "The code of the message")->type_name("DGnnnn");
  explain->callback([&] { action = dagger::explainCode; });

  CLI::App *drawn = command(app, "graph", "Draw the graph of a program: what ran, or what the compiler makes of it", R"(Examples:
  daggerc graph cholesky.dg --n 512 --tile 128   runs it and draws cholesky.svg
  daggerc graph -o g.dot pi.dg --tasks 8         as text for Graphviz
  daggerc graph heat.dg --level graph > heat.svg the launches over chunks; runs nothing

Levels: values (whole arrays), graph (launches over chunks), kernels (a function for each launch))");
  drawn->prefix_command();
  auto *level = drawn->add_option("--level", options.level, "Run nothing; draw what the compiler has at this level")
                    ->check(CLI::IsMember({"values", "graph", "kernels"}))->type_name("LEVEL");
  drawn->add_option("--format", options.format, "dot, json or svg; without it, by the name of the output, else svg")
      ->check(CLI::IsMember({"dot", "json", "svg"}))->type_name("FORMAT");
  drawn->add_option("-o,--output", options.output, "Write to a file; without it, with --level to standard output, else to the program's name with the format's ending")->type_name("FILE");
  drawn->add_flag("--checked", options.checked, "Stop at the line where an integer wraps");
  level->excludes(drawn->add_option("--threads", options.threads, "Worker threads; without it $DAGGER_THREADS, else one a core")
                      ->check(CLI::Range(1, 4096))->type_name("N"));
  drawn->callback([&] { action = dagger::drawProgram; });

  CLI::App *emit = command(app, "emit", "Print what the compiler makes of a program, at one stage", R"(Stages, from the source down:
  ast      the syntax tree             hir      the typed program
  values   whole arrays as values      graph    launches over chunks
  kernels  one function a launch       host     the code that submits them
  llvm     LLVM IR                     asm      the machine's instructions

Example:
  daggerc emit --stage values heat.dg
  daggerc graph heat.dg --level values           the same as a picture)");
  emit->add_option("file", options.files, "The program")->required()->expected(1)->type_name("FILE.dg");
  emit->add_option("--stage", options.stage, "Which one")->required()
      ->check(CLI::IsMember({"ast", "hir", "values", "graph", "kernels", "host", "llvm", "asm"}))->type_name("STAGE");
  emit->add_option("-o,--output", options.output, "Write to a file")->type_name("FILE");
  emit->add_flag("--checked", options.checked, "As `run --checked` compiles it");
  emit->callback([&] { action = dagger::emitStage; });

  if (argc == 1) {
    fputs(app.help().c_str(), stderr);
    return 2;
  }
  if (argv[1][0] != '-' && app.get_subcommands([&](CLI::App *known) { return known->get_name() == argv[1]; }).empty()) {
    dagger::reportError(7004, "daggerc has no command `" + std::string(argv[1]) + "`",
                        std::string(argv[1]).ends_with(".dg") ? "daggerc run " + std::string(argv[1]) : "`daggerc --help` lists them");
    return 2;
  }
  std::vector<std::string> words = inOrder(argc, argv);
  try {
    app.parse(words);
  } catch (const CLI::Success &help) {
    return app.exit(help);
  } catch (const CLI::ParseError &error) {
    dagger::reportError(7004, error.what(), "`daggerc COMMAND --help` says what each command takes");
    return 2;
  }
  for (CLI::App *withArguments : {run, drawn}) {
    if (!withArguments->parsed()) continue;
    if (int code = splitAtFile(withArguments, options)) return code;
  }
  return action(options);
}
