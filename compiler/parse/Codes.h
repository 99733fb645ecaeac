// The syntax errors: each has its page docs/errors/DGnnnn.md.
#pragma once

namespace dagger::syntax::code {

enum : int {
  unexpected = 1001,      // expected one thing, found another
  unclosed = 1002,        // a bracket that is never closed
  stray = 1003,           // a closing bracket that closes nothing
  openString = 1004,      // a string that is not closed on its line
  badCharacter = 1005,    // a character that the language has no use for
  badEscape = 1006,       // \q in a string
  badNumber = 1007,       // 12abc, .5, 5.
  reservedWord = 1008,    // a word of the language where a name is wanted
  nameCase = 1009,        // CamelCase where snake_case is wanted, or the reverse
  comparisonChain = 1010, // a < b < c
  notNeedsParens = 1011,  // a + not b
  strayBy = 1012,         // `by` without a range before it
  chainedRange = 1013,    // a..b..c
  oneTuple = 1014,        // (a,)
  plainString = 1015,     // an interpolation in the path of an import
  moduleName = 1016,      // a file whose name is no name
  braceInString = 1017,   // } or {} in a string
  lineStart = 1018,       // a line that begins with an operator
  misplaced = 1019,       // a declaration in a block, a statement at top level
  tooDeep = 1020,         // nested beyond the limit
  tooLarge = 1021,        // a file beyond the limit
  badEncoding = 1022,     // no UTF-8
  recordInHeader = 1023,  // a record literal without parentheses in the header of an `if`
  missingType = 1024,     // a parameter without its type, or a name that is no type
};

} // namespace dagger::syntax::code
