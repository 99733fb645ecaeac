#include "compiler/codegen/cpu/EmitObject.h"
#include "compiler/codegen/cpu/DebugInfo.h"
#include "compiler/codegen/cpu/Lookups.h"
#include "compiler/codegen/cpu/Optimize.h"
#include "compiler/codegen/cpu/Split.h"
#include "mlir-dialects/Task/IR/Task.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/OpenMP/OpenMPToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/Threading.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"
#include <atomic>
#include <map>
#include <thread>

namespace dagger::codegen {

// The processor's name alone stands for all that it can do, so what narrower vectors leave unused is said.
static std::string hostFeatures(int vectorBits) {
  std::string features;
  for (auto &feature : llvm::sys::getHostCPUFeatures()) {
    if (!feature.second) continue;
    llvm::StringRef name = feature.first();
    bool isUnused = vectorBits && vectorBits < 512 && (name.starts_with("avx512") || name.starts_with("avx10"));
    if (vectorBits && vectorBits < 256) isUnused |= name == "avx2" || name == "fma4" || name == "xop";
    features += (features.empty() ? "" : ",") + std::string(isUnused ? "-" : "+") + name.str();
  }
  // Loads one by one are faster there than the instruction that loads all elements of a vector from where its indices say.
  if (llvm::sys::getHostCPUName().starts_with("znver")) features += ",+prefer-no-gather";
  return features;
}

std::string cpuIdentity() { return llvm::sys::getHostCPUName().str() + " " + hostFeatures(0); }

// The processor is asked once: each answer leaves a virtual machine for its host.
static std::unique_ptr<llvm::TargetMachine> makeTarget(const CpuOptions &options, bool isOptimized, std::string &error) {
  static const std::string cpu = llvm::sys::getHostCPUName().str();
  static std::map<int, std::string> features; // by the width of vectors
  std::string &mine = features[options.vectorBits];
  if (mine.empty()) mine = hostFeatures(options.vectorBits);
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
      target->createTargetMachine(triple, cpu, mine, targetOptions, llvm::Reloc::PIC_,
                                  std::nullopt, isOptimized ? llvm::CodeGenOptLevel::Default : llvm::CodeGenOptLevel::None));
}

namespace {

// What LLVM did not manage to make faster is no concern of the program's author.
struct Errors : llvm::DiagnosticHandler {
  bool handleDiagnostics(const llvm::DiagnosticInfo &info) override { return info.getSeverity() != llvm::DS_Error; }
};

// One part of a program on its way to an object. Each has a context of its own, so that parts do not wait for each other.
struct Part {
  Part() { context.setDiagnosticHandler(std::make_unique<Errors>()); }
  llvm::LLVMContext context;
  std::unique_ptr<llvm::TargetMachine> target;
  std::unique_ptr<llvm::Module> module;
  bool isOptimized = true;
  llvm::SmallVector<char, 0> bytes;
  std::string error;
};

// Tells the vectorizer which function computes another for several points at a time. To be found there both must be in use as
// they are, and not be inlined before.
void nameVectorVersions(mlir::ModuleOp module, const FunctionNames &names, llvm::Module &part) {
  auto find = [&](llvm::StringRef symbol) {
    auto name = names.find(symbol);
    return part.getFunction(name == names.end() ? symbol : llvm::StringRef(name->second));
  };
  module.walk([&](mlir::LLVM::LLVMFuncOp function) {
    auto named = function->getAttrOfType<mlir::FlatSymbolRefAttr>(task::vectorAttr);
    llvm::Function *scalar = named ? find(function.getSymName()) : nullptr, *vector = named ? find(named.getValue()) : nullptr;
    if (!scalar || !vector) return;
    auto type = llvm::cast<llvm::FixedVectorType>(vector->getReturnType());
    std::string mangled = ("_ZGV_LLVM_N" + llvm::Twine(type->getNumElements()) + std::string(vector->arg_size(), 'v') + "_" +
                           scalar->getName() + "(" + vector->getName() + ")").str();
    scalar->addFnAttr("vector-function-abi-variant", mangled);
    scalar->addFnAttr(llvm::Attribute::NoInline);
    llvm::appendToCompilerUsed(part, {scalar, vector});
  });
}

bool translate(mlir::ModuleOp module, const CpuOptions &options, const FunctionNames &names, Part &part) {
  part.module = mlir::translateModuleToLLVMIR(module, part.context, "dagger", /*disableVerification=*/true);
  if (!part.module) {
    part.error = "the LLVM dialect could not be translated";
    return false;
  }
  part.target = makeTarget(options, part.isOptimized, part.error);
  if (!part.target) return false;
  part.module->setDataLayout(part.target->createDataLayout());
  part.module->setTargetTriple(part.target->getTargetTriple());
  llvm::StringRef features = part.target->getTargetFeatureString();
  defineLookups(*part.module, features.contains("+avx512f") ? 512 : features.contains("+avx2") ? 256 : 128);
  std::string width = std::to_string(options.vectorBits ? options.vectorBits : 512);
  for (llvm::Function &function : *part.module) {
    if (auto name = names.find(function.getName()); name != names.end()) {
      function.setName(name->second);
      if (!function.hasLocalLinkage()) function.setVisibility(llvm::Function::HiddenVisibility); // what parts share is nobody else's
    }
    if (function.isDeclaration()) continue;
    function.addFnAttr("target-cpu", part.target->getTargetCPU());
    function.addFnAttr("target-features", part.target->getTargetFeatureString());
    function.addFnAttr("prefer-vector-width", width);
    function.addFnAttr("no-trapping-math", "true");
    function.addFnAttr(llvm::Attribute::NoUnwind);
    function.addFnAttr("disable-tail-calls", "true"); // recursion without end is a failure, and no loop without end
  }
  nameVectorVersions(module, names, *part.module);
  return true;
}

void generate(Part &part, llvm::CodeGenFileType kind) {
  llvm::raw_svector_ostream stream(part.bytes);
  llvm::legacy::PassManager generator;
  if (part.target->addPassesToEmitFile(generator, stream, nullptr, kind, /*DisableVerify=*/true)) part.error = "no code can be emitted for this machine";
  else generator.run(*part.module);
}

void registerTranslations(mlir::MLIRContext &context) {
  mlir::registerBuiltinDialectTranslation(context);
  mlir::registerLLVMDialectTranslation(context);
  mlir::registerOpenMPDialectTranslation(context);
}

} // namespace

bool emitText(mlir::ModuleOp module, const CpuOptions &options, CpuText kind, std::string &text, std::string &error) {
  registerTranslations(*module.getContext());
  Part part;
  if (translate(module, options, {}, part)) {
    optimize(*part.module, *part.target);
    if (kind == CpuText::Llvm) {
      llvm::raw_string_ostream stream(text);
      part.module->print(stream, nullptr);
    } else {
      generate(part, llvm::CodeGenFileType::AssemblyFile);
      text.assign(part.bytes.begin(), part.bytes.end());
    }
  }
  if (part.error.empty()) return true;
  error = part.error;
  return false;
}

bool emitObjects(mlir::ModuleOp module, const CpuOptions &options, std::vector<std::string> &objects, std::string &error) {
  registerTranslations(*module.getContext());
  FunctionNames names = nameFunctions(module);
  describeLines(module, names);
  std::vector<ModulePart> modules = split(module);
  std::vector<Part> parts(modules.size());
  // Translation asks MLIR for attributes, which it makes for one thread at a time; it is a tenth of the work.
  std::atomic<size_t> translated = 0, next = 0;
  auto work = [&] {
    for (size_t index; (index = next++) < parts.size();) {
      for (size_t seen; (seen = translated.load()) <= index;) translated.wait(seen);
      if (!parts[index].error.empty()) continue;
      if (parts[index].isOptimized) optimize(*parts[index].module, *parts[index].target);
      generate(parts[index], llvm::CodeGenFileType::ObjectFile);
    }
  };
  std::vector<std::thread> helpers;
  size_t threads = std::min(parts.size(), size_t(llvm::hardware_concurrency().compute_thread_count()));
  for (size_t helper = 1; helper < threads; ++helper) helpers.emplace_back(work);
  for (auto [part, partModule] : llvm::zip(parts, modules)) {
    part.isOptimized = partModule.isOptimized;
    translate(*partModule.module, options, names, part);
    ++translated;
    translated.notify_all();
  }
  work();
  for (std::thread &helper : helpers) helper.join();
  for (Part &part : parts) {
    if (!part.error.empty()) {
      error = part.error;
      return false;
    }
    objects.emplace_back(part.bytes.begin(), part.bytes.end());
  }
  return true;
}

} // namespace dagger::codegen
