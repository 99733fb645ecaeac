#include "compiler/parse/ParserBase.h"
#include "DaggerParser.h"

namespace dagger::grammar {

// A pair of parentheses costs five rules, a block within a block seven. Layout limits brackets to 256; this limit is
// for what nests without any, such as `x => x => x`.
constexpr size_t maxRuleDepth = 2'400;

void DaggerParserBase::enterRule(antlr4::ParserRuleContext *context, size_t state, size_t rule) {
  Parser::enterRule(context, state, rule);
  if (rule != DaggerParser::RuleOperation && rule != DaggerParser::RuleType && rule != DaggerParser::RuleBlock &&
      rule != DaggerParser::RuleExpression && rule != DaggerParser::RulePattern)
    return;
  size_t depth = 0;
  for (auto *at = static_cast<antlr4::tree::ParseTree *>(context); at; at = at->parent) ++depth;
  if (depth > maxRuleDepth) throw NestedTooDeep{getCurrentToken()};
}

void DaggerParserBase::addContextToParseTree() {
  if (_ctx->parent) static_cast<antlr4::ParserRuleContext *>(_ctx->parent)->addChild(_ctx);
}

void DaggerParserBase::exitRule() {
  _ctx->stop = _input->LT(_matchedEOF ? 1 : -1);
  setState(_ctx->invokingState);
  _ctx = static_cast<antlr4::ParserRuleContext *>(_ctx->parent);
}

void DaggerParserBase::endOfStatement() {
  const size_t next = _input->LA(1);
  if (next != DaggerParser::NL && next != DaggerParser::SEMI && next != DaggerParser::RBRACE &&
      next != antlr4::Token::EOF)
    throw Misplaced(this, Misplaced::AfterStatement);
}

void DaggerParserBase::endOfDeclaration() {
  const size_t next = _input->LA(1);
  if (next != DaggerParser::NL && next != DaggerParser::SEMI && next != antlr4::Token::EOF)
    throw Misplaced(this, Misplaced::AfterDeclaration);
}

void DaggerParserBase::noStatement() { throw Misplaced(this, Misplaced::NoStatement); }
void DaggerParserBase::noDeclaration() { throw Misplaced(this, Misplaced::NoDeclaration); }

void DaggerParserBase::reportAndRecover(antlr4::RecognitionException &error, antlr4::ParserRuleContext *context) {
  if (!blockDepths) throw antlr4::ParseCancellationException();
  getErrorHandler()->reportError(this, error);
  recover(context);
}

// To the end of the line that ends this statement, or to the brace that ends its block.
void DaggerParserBase::recover(antlr4::ParserRuleContext *context) {
  if (!blockDepths) throw;
  context->exception = std::current_exception();
  const auto depthOf = [&](antlr4::Token *token) { return (*blockDepths)[token->getTokenIndex()]; };
  const auto depth = depthOf(context->start);
  for (;; _input->consume()) {
    antlr4::Token *token = _input->LT(1);
    const size_t type = token->getType();
    const bool endsLine = (type == DaggerParser::NL || type == DaggerParser::SEMI) && depthOf(token) == depth;
    if (type == antlr4::Token::EOF || endsLine || (type == DaggerParser::RBRACE && depthOf(token) < depth)) break;
  }
  getErrorHandler()->reset(this);
}

} // namespace dagger::grammar
