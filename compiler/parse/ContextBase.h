// What the parser's contexts are made of. ANTLR's own find their children by dynamic casts of each, and texts through streams: a
// quarter of all that checking a program takes.
#pragma once
#include <antlr4-runtime.h>
#include <typeinfo>

namespace dagger::grammar {

class ContextBase : public antlr4::ParserRuleContext {
public:
  ContextBase() = default;
  ContextBase(antlr4::ParserRuleContext *parent, size_t invokingState) : ParserRuleContext(parent, invokingState) {}

  // Those of ANTLR, for the contexts that ask for a rule's children: `T` is a rule's context, and not that of one of its alternatives.
  template <typename T> T *getRuleContext(size_t i) {
    for (antlr4::tree::ParseTree *child : children)
      if (T *found = ofRule<T>(child); found && i-- == 0) return found;
    return nullptr;
  }
  template <typename T> std::vector<T *> getRuleContexts() {
    std::vector<T *> found;
    for (antlr4::tree::ParseTree *child : children)
      if (T *of = ofRule<T>(child)) found.push_back(of);
    return found;
  }
  antlr4::tree::TerminalNode *getToken(size_t type, size_t i) override {
    for (antlr4::tree::ParseTree *child : children)
      if (antlr4::tree::TerminalNode *token = asToken(child); token && token->getSymbol()->getType() == type && i-- == 0) return token;
    return nullptr;
  }
  std::vector<antlr4::tree::TerminalNode *> getTokens(size_t type) override {
    std::vector<antlr4::tree::TerminalNode *> found;
    for (antlr4::tree::ParseTree *child : children)
      if (antlr4::tree::TerminalNode *token = asToken(child); token && token->getSymbol()->getType() == type) found.push_back(token);
    return found;
  }
  std::string getText() override {
    if (children.size() == 1) return children[0]->getText();
    std::string text;
    for (antlr4::tree::ParseTree *child : children) text += child->getText();
    return text;
  }

  // A child that is a token; else null: all other children are contexts. Types are told apart by the addresses of their descriptions,
  // of which there is one each: ANTLR's library has those of tokens, and who makes ours is linked into one library.
  static antlr4::tree::TerminalNode *asToken(antlr4::tree::ParseTree *child) {
    const std::type_info *type = &typeid(*child);
    bool isToken = type == &typeid(antlr4::tree::TerminalNodeImpl) || type == &typeid(antlr4::tree::ErrorNodeImpl);
    return isToken ? static_cast<antlr4::tree::TerminalNode *>(child) : nullptr;
  }

  // A child that is a rule's context; else null.
  template <typename T> static T *ofRule(antlr4::tree::ParseTree *child) {
    static const size_t rule = T(nullptr, 0).getRuleIndex();
    bool isOfRule = !asToken(child) && static_cast<ContextBase *>(child)->getRuleIndex() == rule;
    return isOfRule ? static_cast<T *>(child) : nullptr;
  }
};

// A context as that of one alternative of its rule; null if it is another's, or none.
template <typename T> T *alternative(antlr4::ParserRuleContext *context) {
  return context && &typeid(*context) == &typeid(T) ? static_cast<T *>(context) : nullptr;
}

} // namespace dagger::grammar
