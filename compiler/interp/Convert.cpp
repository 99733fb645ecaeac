// Conversions between scalar types.
#include "compiler/interp/Compiler.h"
#include "compiler/interp/Scalars.h"

namespace dagger::interp {
namespace {

template <class To, class From> struct ConvertNode final : Typed<To> {
  Typed<From> *value;
  explicit ConvertNode(Typed<From> *value) : value(value) {}
  To eval(Frame &frame) override { return interp::convert<To>(value->eval(frame)); }
};

} // namespace

Node *Compiler::convert(const hir::Expr *e) {
  if (layout(e->type) == layout(e->args[0]->type))
    return expr(e->args[0]);
  return withScalar(e->type, [&]<class To>() -> Node * {
    return withScalar(e->args[0]->type, [&]<class From>() -> Node * {
      if constexpr (std::is_same_v<To, Str> || std::is_same_v<From, Str>)
        throw PlainFailure{NotInterpreted, "the reference execution does not convert " + hir::toString(e->args[0]->type) + " to " +
                                         hir::toString(e->type)};
      else
        return make<ConvertNode<To, From>>(e->span, typed<From>(e->args[0]));
    });
  });
}

IndexNode *Compiler::index(const hir::Expr *e) {
  if (e->type->kind == hir::TypeKind::Int && e->type->width == 64 && e->type->isSigned)
    return typed<int64_t>(e);
  return withScalar(e->type, [&]<class From>() -> IndexNode * {
    if constexpr (isInteger<From> || std::is_same_v<From, bool>)
      return make<ConvertNode<int64_t, From>>(e->span, typed<From>(e));
    else
      throw PlainFailure{NotInterpreted, "an index of type " + hir::toString(e->type)};
  });
}

} // namespace dagger::interp
