// The phases from whole values to machine code, in order, each with what it ends in.
#pragma once
#include "compiler/codegen/cpu/EmitObject.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include <optional>
#include <string>
#include <vector>

namespace dagger::pipeline {

// What is computed; which launches on which chunks; one function a launch; calls of the runtime; LLVM's IR; assembly.
enum class Stage { Values, Graph, Kernels, Host, Llvm, Asm, Object };
std::optional<Stage> stageByName(llvm::StringRef name);

struct PhaseOptions {
  Stage stopAt = Stage::Object;
  codegen::CpuOptions cpu;
  bool isQuick = false;    // somebody waits: what runs for less time than to make its code fast takes is left as it is
  bool isHasty = false;    // of Object: what may be provisional is made in a hurry, and what it takes to make it well comes back
  std::string graphFormat; // dot, json or svg: the graph at that stage (values, graph or kernels) in place of its text
};

struct PhaseResult {
  std::string text;                 // of any stage but Object
  std::vector<std::string> objects; // of Object
  // Of Object with isHasty: the module before KERNELS, for `finishPhases`; null if nothing in the objects is provisional.
  mlir::OwningOpRef<mlir::ModuleOp> rest;
};

// Takes a module at VALUES (as compiler/lower makes it) through the phases, in place. False with `error` set if one fails, which
// is a fault of the compiler and not of the program.
bool runPhases(mlir::ModuleOp module, const PhaseOptions &options, PhaseResult &result, std::string &error);

// The same program, all of it made well, from what `runPhases` left in `rest`: in place.
bool finishPhases(mlir::ModuleOp rest, const PhaseOptions &options, PhaseResult &result, std::string &error);

// The dialects that the phases need beyond those in the module.
void registerDialects(mlir::DialectRegistry &registry);
// Adds the passes of one phase: those that end in `stage`. Without `hasComplex` the module has no operation on complex numbers.
void addPhase(mlir::OpPassManager &passes, Stage stage, bool hasComplex);
// Adds those that mark, before KERNELS, what gets other kernels because somebody waits; with `isHasty` what may be provisional, too.
void addMarks(mlir::OpPassManager &passes, bool isHasty);
// Adds the pass that says what holds where that phase ends.
void addVerifier(mlir::OpPassManager &passes, Stage stage);
void registerVerifiers();
// For dagger-opt: every pass of Dagger by its name.
void registerPasses();

} // namespace dagger::pipeline
