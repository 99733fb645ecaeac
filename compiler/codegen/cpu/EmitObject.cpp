#include "compiler/codegen/cpu/EmitObject.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/OpenMP/OpenMPToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

namespace dagger::codegen {

static std::string hostFeatures(int vectorBits) {
  std::string features;
  for (auto &feature : llvm::sys::getHostCPUFeatures()) {
    if (!feature.second) continue;
    llvm::StringRef name = feature.first();
    if (vectorBits && vectorBits < 512 && name.starts_with("avx512")) continue;
    if (vectorBits && vectorBits < 256 && (name.starts_with("avx") || name == "fma4" || name == "xop")) continue;
    features += (features.empty() ? "+" : ",+") + name.str();
  }
  return features;
}

std::string cpuIdentity() { return llvm::sys::getHostCPUName().str() + " " + hostFeatures(0); }

static std::unique_ptr<llvm::TargetMachine> makeTarget(const CpuOptions &options, std::string &error) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  llvm::Triple triple(llvm::sys::getProcessTriple());
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target) return nullptr;
  llvm::TargetOptions targetOptions;
  targetOptions.AllowFPOpFusion = llvm::FPOpFusion::Strict; // the front end wrote every fused multiply-add
  return std::unique_ptr<llvm::TargetMachine>(
      target->createTargetMachine(triple, llvm::sys::getHostCPUName(), hostFeatures(options.vectorBits), targetOptions, llvm::Reloc::PIC_,
                                  std::nullopt, llvm::CodeGenOptLevel::Default));
}

// Loops of an unknown number of turns are unrolled by the vectorizer where that pays. To unroll the others too takes a
// quarter of the time in which a program is compiled and was not seen to make one faster. The tuning options have no
// word for it.
static void leaveLoopsOfUnknownLength() {
  [[maybe_unused]] static const bool once = [] {
    auto &known = llvm::cl::getRegisteredOptions();
    auto option = known.find("unroll-runtime");
    return option != known.end() && option->second->addOccurrence(0, "unroll-runtime", "false");
  }();
}

bool emit(mlir::ModuleOp module, const CpuOptions &options, CpuOutput output, std::string &text, std::vector<char> &object, std::string &error) {
  mlir::registerBuiltinDialectTranslation(*module.getContext());
  mlir::registerLLVMDialectTranslation(*module.getContext());
  mlir::registerOpenMPDialectTranslation(*module.getContext());
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> llvmModule = mlir::translateModuleToLLVMIR(module, context, "dagger");
  if (!llvmModule) {
    error = "the LLVM dialect could not be translated";
    return false;
  }
  std::unique_ptr<llvm::TargetMachine> target = makeTarget(options, error);
  if (!target) return false;
  llvmModule->setDataLayout(target->createDataLayout());
  llvmModule->setTargetTriple(target->getTargetTriple());
  std::string width = std::to_string(options.vectorBits ? options.vectorBits : 512);
  for (llvm::Function &function : *llvmModule) {
    if (function.isDeclaration()) continue;
    function.addFnAttr("target-cpu", target->getTargetCPU());
    function.addFnAttr("target-features", target->getTargetFeatureString());
    function.addFnAttr("prefer-vector-width", width);
    function.addFnAttr("no-trapping-math", "true");
    function.addFnAttr(llvm::Attribute::NoUnwind);
    function.addFnAttr("disable-tail-calls", "true"); // recursion without end is a failure, and no loop without end
  }
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  leaveLoopsOfUnknownLength();
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = true;
  tuning.SLPVectorization = false; // loops are vectorized; straight-line code costs more time than it wins
  llvm::PassBuilder builder(target.get(), tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2).run(*llvmModule, modules);

  if (output == CpuOutput::LlvmText) {
    llvm::raw_string_ostream stream(text);
    llvmModule->print(stream, nullptr);
    return true;
  }
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager generator;
  auto kind = output == CpuOutput::Object ? llvm::CodeGenFileType::ObjectFile : llvm::CodeGenFileType::AssemblyFile;
  if (target->addPassesToEmitFile(generator, stream, nullptr, kind)) {
    error = "no code can be emitted for this machine";
    return false;
  }
  generator.run(*llvmModule);
  if (output == CpuOutput::Object) object.assign(bytes.begin(), bytes.end());
  else text.assign(bytes.begin(), bytes.end());
  return true;
}

} // namespace dagger::codegen
