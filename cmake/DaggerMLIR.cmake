# How to build against MLIR and LLVM: without RTTI, with their headers precompiled once; and how to link with them.
include_guard()
find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
# LLVM's own modules set these to where they would put things; here everything lies in bin/ and lib/.
set(LLVM_RUNTIME_OUTPUT_INTDIR ${CMAKE_BINARY_DIR}/bin)
set(LLVM_LIBRARY_OUTPUT_INTDIR ${CMAKE_BINARY_DIR}/lib)

# The usage requirements of whatever includes MLIR's headers, which are system headers, so that their warnings stay their own.
add_library(dagger_mlir_headers INTERFACE)
target_include_directories(dagger_mlir_headers SYSTEM INTERFACE ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
target_include_directories(dagger_mlir_headers INTERFACE ${CMAKE_BINARY_DIR})
separate_arguments(definitions NATIVE_COMMAND "${LLVM_DEFINITIONS}")
target_compile_definitions(dagger_mlir_headers INTERFACE ${definitions})
target_compile_options(dagger_mlir_headers INTERFACE -fno-rtti)

add_library(dagger_mlir_precompiled STATIC ${CMAKE_SOURCE_DIR}/cmake/MLIRPrecompiled.cpp)
target_link_libraries(dagger_mlir_precompiled PUBLIC dagger_mlir_headers)
target_compile_options(dagger_mlir_precompiled PRIVATE -Xclang -fno-pch-timestamp)
target_precompile_headers(dagger_mlir_precompiled PRIVATE ${CMAKE_SOURCE_DIR}/cmake/MLIRPrecompiled.h)

# What the compiler needs of MLIR and LLVM becomes part of it: the loader would bind a hundred thousand names of the shared
# libraries before a program of one line starts, which takes longer than to compile it. What the archives define stays hidden, so
# nothing is bound by name. One target of LLVM's is enough: lld names them all, and those that are not X86 are X86 again.
file(GLOB archives ${LLVM_LIBRARY_DIR}/libMLIR*.a ${LLVM_LIBRARY_DIR}/libLLVM*.a)
add_library(dagger_mlir_static INTERFACE)
target_link_libraries(dagger_mlir_static INTERFACE ${archives} z zstd)
target_link_options(dagger_mlir_static INTERFACE -Wl,--exclude-libs,ALL -Wl,-Bsymbolic -Wl,--gc-sections -Wl,-z,pack-relative-relocs
  $<$<NOT:$<CONFIG:Debug>>:-Wl,--strip-debug>) # the archives' own, in a form that Debian's valgrind does not know
foreach(target ${LLVM_TARGETS_TO_BUILD})
  if(NOT target STREQUAL "X86")
    foreach(part Target TargetInfo TargetMC AsmPrinter AsmParser)
      target_link_options(dagger_mlir_static INTERFACE -Wl,--defsym=LLVMInitialize${target}${part}=LLVMInitializeX86${part})
    endforeach()
  endif()
endforeach()

# dagger_mlir_library(name sources… [DEPENDS targets…] [LINK libraries…]): static. Who links it says with which MLIR and LLVM.
# Its sources need no include that cmake/MLIRPrecompiled.h has, but should name what they use.
function(dagger_mlir_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC dagger_mlir_headers ${ARG_LINK})
  target_compile_options(${name} PRIVATE -Xclang -fno-pch-timestamp)
  target_precompile_headers(${name} REUSE_FROM dagger_mlir_precompiled)
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# dagger_dialect_tablegen(Name prefix): everything that tablegen makes of NameOps.td, for dialect `prefix`.
function(dagger_dialect_tablegen name prefix)
  set(LLVM_TARGET_DEFINITIONS ${name}Ops.td)
  foreach(kind "Ops;op" "Types;typedef" "Attrs;attrdef" "Dialect;dialect" "Enums;enum")
    list(GET kind 0 file)
    list(GET kind 1 generator)
    set(dialect)
    if(generator STREQUAL "dialect")
      set(dialect -dialect=${prefix})
    elseif(generator MATCHES "def$")
      set(dialect -${generator}s-dialect=${prefix})
    endif()
    mlir_tablegen(${name}${file}.h.inc -gen-${generator}-decls ${dialect} EXTRA_INCLUDES ${CMAKE_SOURCE_DIR} ${MLIR_INCLUDE_DIRS})
    mlir_tablegen(${name}${file}.cpp.inc -gen-${generator}-defs ${dialect} EXTRA_INCLUDES ${CMAKE_SOURCE_DIR} ${MLIR_INCLUDE_DIRS})
  endforeach()
  add_public_tablegen_target(dagger_${name}_tablegen)
endfunction()

# dagger_pass_tablegen(Name): declarations and definitions of the passes in Passes.td.
function(dagger_pass_tablegen name)
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name ${name} EXTRA_INCLUDES ${CMAKE_SOURCE_DIR} ${MLIR_INCLUDE_DIRS})
  add_public_tablegen_target(dagger_${name}_passes_tablegen)
endfunction()
