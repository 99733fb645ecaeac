// The order of operators, loosest first; the one place that knows it. All group to the left but `**`.
#pragma once
#include <string_view>

namespace dagger::syntax {

enum class Precedence : int {
  None,
  Pipe,
  Or,
  And,
  Not,
  Comparison,
  By,
  Range,
  Missing,
  BitOr,
  BitXor,
  BitAnd,
  Shift,
  Sum,
  Product,
  Sign,
  Power,
  Postfix
};

constexpr Precedence binaryPrecedence(std::string_view op) {
  struct Row {
    std::string_view op;
    Precedence precedence;
  };
  constexpr Row table[] = {
      {"|>", Precedence::Pipe},       {"or", Precedence::Or},         {"and", Precedence::And},
      {"==", Precedence::Comparison}, {"!=", Precedence::Comparison}, {"<", Precedence::Comparison},
      {"<=", Precedence::Comparison}, {">", Precedence::Comparison},  {">=", Precedence::Comparison},
      {"in", Precedence::Comparison}, {"by", Precedence::By},         {"..", Precedence::Range},
      {"??", Precedence::Missing},    {"|", Precedence::BitOr},       {"^", Precedence::BitXor},
      {"&", Precedence::BitAnd},      {"<<", Precedence::Shift},      {">>", Precedence::Shift},
      {"+", Precedence::Sum},         {"-", Precedence::Sum},         {"*", Precedence::Product},
      {"/", Precedence::Product},     {"//", Precedence::Product},    {"%", Precedence::Product},
      {"@", Precedence::Product},     {"**", Precedence::Power},
  };
  for (const Row &row : table)
    if (row.op == op) return row.precedence;
  return Precedence::None;
}

constexpr Precedence tighter(Precedence precedence) { return Precedence(int(precedence) + 1); }

} // namespace dagger::syntax
