#include "compiler/codegen/cpu/Optimize.h"
#include "compiler/codegen/cpu/Lookups.h"
#include "compiler/codegen/cpu/StreamStores.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/StandardInstrumentations.h"
#include "llvm/Support/CommandLine.h"
#include <mutex>

namespace dagger::codegen {
namespace {

// LLVM's own order at -O2 without what finds nothing in code that MLIR has made canonical already, or nothing that is
// worth its time: kernels are loops over numbers, without exceptions, objects, calls of libraries or undecided
// branches. It takes three quarters of the time of -O2. Three names stand for passes with the settings that -O2 gives them.
constexpr llvm::StringLiteral pipeline = R"(
  inferattrs,
  function<eager-inv>(SIMPLIFY, sroa<modify-cfg>, early-cse<>),
  require<globals-aa>, require<profile-summary>,
  cgscc(devirt<1>(inline, function-attrs<skip-non-recursive-function-attrs>, function<eager-inv;no-rerun>(
    sroa<modify-cfg>, early-cse<memssa>, SIMPLIFY, COMBINE, reassociate, constraint-elimination,
    loop-mssa(loop-instsimplify, loop-simplifycfg, licm<no-allowspeculation>, loop-rotate<header-duplication;no-prepare-for-lto>,
              licm<allowspeculation>, simple-loop-unswitch<no-nontrivial;trivial>),
    SIMPLIFY, COMBINE,
    loop(loop-idiom, indvars, loop-deletion, loop-unroll-full),
    sroa<modify-cfg>, gvn<>, correlated-propagation, dse, loop-mssa(licm<allowspeculation>), SHRINK, COMBINE))),
  globaldce,
  function(loop(loop-rotate<header-duplication;no-prepare-for-lto>, loop-deletion), loop-vectorize),
  inline-lookups,
  function<eager-inv>(
    infer-alignment, SHRINK, vector-combine, COMBINE,
    loop-unroll<O2>, sroa<preserve-cfg>, COMBINE, loop-mssa(licm<allowspeculation>), stream-stores, div-rem-pairs,
    SIMPLIFY),
  globaldce, constmerge
)";

std::string spelledOut() {
  constexpr std::pair<llvm::StringLiteral, llvm::StringLiteral> names[] = {
      {"COMBINE", "instcombine<max-iterations=1;no-verify-fixpoint>"},
      {"SIMPLIFY",
       "simplifycfg<bonus-inst-threshold=1;switch-range-to-icmp;keep-loops;speculate-blocks;simplify-cond-branch>"},
      {"SHRINK",
       "simplifycfg<bonus-inst-threshold=1;switch-range-to-icmp;switch-to-arithmetic;switch-to-lookup;no-keep-loops;"
       "hoist-common-insts;sink-common-insts;speculate-blocks;simplify-cond-branch>"}};
  std::string text;
  for (char c : pipeline)
    if (c != ' ' && c != '\n') text += c;
  for (auto [name, passes] : names)
    for (size_t at; (at = text.find(name)) != std::string::npos;) text.replace(at, name.size(), passes);
  return text;
}

// Loops of an unknown number of turns are unrolled by the vectorizer where that pays. To unroll the others too takes a
// quarter of the time in which a program is compiled and was not seen to make one faster. The tuning options have no
// word for it.
void leaveLoopsOfUnknownLength() {
  static std::once_flag once;
  std::call_once(once, [] {
    auto &known = llvm::cl::getRegisteredOptions();
    if (auto option = known.find("unroll-runtime"); option != known.end())
      option->second->addOccurrence(0, "unroll-runtime", "false");
  });
}

} // namespace

void optimize(llvm::Module &module, llvm::TargetMachine &target) {
  leaveLoopsOfUnknownLength();
  static const std::string passes = spelledOut();
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassInstrumentationCallbacks callbacks;
  llvm::OptNoneInstrumentation leavesSome(/*DebugLogging=*/false); // functions that run once are as they are
  leavesSome.registerCallbacks(callbacks);
  llvm::PassBuilder builder(&target, llvm::PipelineTuningOptions(), std::nullopt, &callbacks);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.registerPipelineParsingCallback([](llvm::StringRef name, llvm::FunctionPassManager &passes, auto) {
    if (name != "stream-stores") return false;
    passes.addPass(StreamStores());
    return true;
  });
  builder.registerPipelineParsingCallback([](llvm::StringRef name, llvm::ModulePassManager &manager, auto) {
    if (name != "inline-lookups") return false;
    manager.addPass(InlineLookups());
    return true;
  });
  llvm::ModulePassManager manager;
  llvm::cantFail(builder.parsePassPipeline(manager, passes));
  manager.run(module, modules);
}

} // namespace dagger::codegen
