# Lexer, parser, dump and formatter, built anew with the fuzzer's instrumentation:
#   fuzz_syntax -dict=syntax.dict corpus/syntax
add_executable(fuzz_syntax fuzz_syntax.cpp)
foreach(library dagger_diag dagger_ast dagger_parse dagger_fmt)
  get_target_property(sources ${library} SOURCES)
  get_target_property(folder ${library} SOURCE_DIR)
  list(TRANSFORM sources PREPEND ${folder}/)
  target_sources(fuzz_syntax PRIVATE ${sources})
endforeach()
target_link_libraries(fuzz_syntax PRIVATE dagger_grammar)
target_compile_options(fuzz_syntax PRIVATE -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -fno-sanitize=vptr)
target_link_options(fuzz_syntax PRIVATE -fsanitize=fuzzer,address,undefined)
