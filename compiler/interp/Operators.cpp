// Arithmetic, comparison and logic on scalars.
#include "compiler/interp/Compiler.h"
#include "compiler/interp/Scalars.h"

namespace dagger::interp {
namespace {

template <class T, class R, bool mayFail, class F> struct UnaryNode final : Typed<R> {
  Typed<T> *a;
  explicit UnaryNode(Typed<T> *a) : a(a) {}
  R eval(Frame &frame) override {
    T x = a->eval(frame);
    if constexpr (mayFail)
      return located(frame, this->span, [&] { return R(F{}(x)); });
    else
      return R(F{}(x));
  }
};

template <class T, class R, bool mayFail, class F> struct BinaryNode final : Typed<R> {
  Typed<T> *a, *b;
  BinaryNode(Typed<T> *a, Typed<T> *b) : a(a), b(b) {}
  R eval(Frame &frame) override {
    T x = a->eval(frame);
    T y = b->eval(frame);
    if constexpr (mayFail)
      return located(frame, this->span, [&] { return R(F{}(x, y)); });
    else
      return R(F{}(x, y));
  }
};

template <class T> struct FmaNode final : Typed<T> {
  Typed<T> *a, *b, *c;
  FmaNode(Typed<T> *a, Typed<T> *b, Typed<T> *c) : a(a), b(b), c(c) {}
  T eval(Frame &frame) override {
    T x = a->eval(frame);
    T y = b->eval(frame);
    return fusedMultiplyAdd(x, y, c->eval(frame));
  }
};

// The schoolbook product: no search for infinities among NaNs.
template <class T> T product(T a, T b) {
  if constexpr (isComplex<T>)
    return T(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
  else
    return T(widen(a) * widen(b));
}

// Quotients and powers of c64 are computed in c128 and rounded, as the functions of complex numbers are.
template <class T> T quotient(T a, T b) {
  if constexpr (isComplex<T>)
    return T(std::complex<double>(a) / std::complex<double>(b));
  else
    return T(widen(a) / widen(b));
}
template <class T> T power(T a, T b) {
  if constexpr (isComplex<T>)
    return T(std::pow(std::complex<double>(a), std::complex<double>(b)));
  else
    return T(std::pow(widen(a), widen(b)));
}

bool equalMemory(const hir::Type *type, const Layout *layout, const std::byte *a, const std::byte *b) {
  if (!type->isTuple())
    return withScalar(type, [&]<class T>() {
      if constexpr (isNarrowFloat<T>)
        return widen(at<T>(a)) == widen(at<T>(b));
      else
        return at<T>(a) == at<T>(b);
    });
  for (size_t i = 0; i < type->elements.size(); ++i) {
    size_t offset = layout->fields[i].first;
    if (!equalMemory(type->elements[i], layout->fields[i].second, a + offset, b + offset))
      return false;
  }
  return true;
}

struct TupleEqual final : Typed<bool> {
  Node *a, *b;
  const Layout *layout;
  size_t left, right;
  bool isNegated;
  TupleEqual(Node *a, Node *b, const Layout *layout, size_t left, size_t right, bool isNegated)
      : a(a), b(b), layout(layout), left(left), right(right), isNegated(isNegated) {}
  bool eval(Frame &frame) override {
    a->evalTo(frame, frame.slot(left));
    b->evalTo(frame, frame.slot(right));
    for (size_t offset : {left, right})
      if (const FailureRef *failed = failureIn(frame.slot(offset), layout))
        throw Fail{*failed, Fail::Future};
    return equalMemory(layout->type, layout, frame.slot(left), frame.slot(right)) != isNegated;
  }
};

} // namespace

Node *Compiler::operatorNode(const hir::Expr *e) {
  using hir::Op;
  const hir::Type *type = e->args[0]->type;
  bool checked = machine.program.isChecked;
  if (type->isTuple()) {
    const Layout *tupleLayout = layout(type);
    Node *a = expr(e->args[0]), *b = expr(e->args[1]);
    return make<TupleEqual>(e->span, a, b, tupleLayout, newSlot(tupleLayout), newSlot(tupleLayout), e->op == Op::Ne);
  }
  return withScalar(type, [&]<class T>() -> Node * {
    auto unary = [&]<bool mayFail, class R = T, class F>(F) -> Node * {
      return make<UnaryNode<T, R, mayFail, F>>(e->span, typed<T>(e->args[0]));
    };
    auto binary = [&]<bool mayFail, class R = T, class F>(F) -> Node * {
      Typed<T> *a = typed<T>(e->args[0]);
      return make<BinaryNode<T, R, mayFail, F>>(e->span, a, typed<T>(e->args[1]));
    };
    auto compare = [&]<class F>(F) { return binary.template operator()<false, bool>(F{}); };
    if (e->op == Op::Eq || e->op == Op::Ne) {
      if constexpr (isNarrowFloat<T>)
        return e->op == Op::Eq ? compare([](T a, T b) { return widen(a) == widen(b); })
                               : compare([](T a, T b) { return widen(a) != widen(b); });
      else
        return e->op == Op::Eq ? compare([](const T &a, const T &b) { return a == b; })
                               : compare([](const T &a, const T &b) { return !(a == b); });
    }
    if constexpr (std::is_same_v<T, Str>) {
      switch (e->op) { // UTF-8 in byte order is in the order of code points
      case Op::Lt: return compare([](const Str &a, const Str &b) { return a.view() < b.view(); });
      case Op::Le: return compare([](const Str &a, const Str &b) { return a.view() <= b.view(); });
      case Op::Gt: return compare([](const Str &a, const Str &b) { return a.view() > b.view(); });
      case Op::Ge: return compare([](const Str &a, const Str &b) { return a.view() >= b.view(); });
      default: break;
      }
    } else if constexpr (!isComplex<T>) {
      switch (e->op) {
      case Op::Lt: return compare([](T a, T b) { return widen(a) < widen(b); });
      case Op::Le: return compare([](T a, T b) { return widen(a) <= widen(b); });
      case Op::Gt: return compare([](T a, T b) { return widen(a) > widen(b); });
      case Op::Ge: return compare([](T a, T b) { return widen(a) >= widen(b); });
      default: break;
      }
    }
    if constexpr (std::is_same_v<T, bool>) {
      switch (e->op) {
      case Op::Not: return unary.template operator()<false>([](bool a) { return !a; });
      case Op::BitAnd: return binary.template operator()<false>([](bool a, bool b) { return a && b; });
      case Op::BitOr: return binary.template operator()<false>([](bool a, bool b) { return a || b; });
      case Op::BitXor: return binary.template operator()<false>([](bool a, bool b) { return a != b; });
      default: break;
      }
    }
    if constexpr (isInteger<T>) {
      switch (e->op) {
      case Op::BitNot: return unary.template operator()<false>([](T a) { return T(~a); });
      case Op::BitAnd: return binary.template operator()<false>([](T a, T b) { return T(a & b); });
      case Op::BitOr: return binary.template operator()<false>([](T a, T b) { return T(a | b); });
      case Op::BitXor: return binary.template operator()<false>([](T a, T b) { return T(a ^ b); });
      case Op::Shl: return binary.template operator()<false>([](T a, T b) { return shiftLeft(a, b); });
      case Op::Shr: return binary.template operator()<false>([](T a, T b) { return shiftRight(a, b); });
      case Op::Mod: return binary.template operator()<true>([](T a, T b) { return modulo(a, b); });
      default: break;
      }
      if (checked)
        switch (e->op) {
        case Op::Neg: return unary.template operator()<true>([](T a) {
          T r;
          return __builtin_sub_overflow(T(0), a, &r) ? (overflow(), r) : r;
        });
        case Op::Add: return binary.template operator()<true>([](T a, T b) {
          T r;
          return __builtin_add_overflow(a, b, &r) ? (overflow(), r) : r;
        });
        case Op::Sub: return binary.template operator()<true>([](T a, T b) {
          T r;
          return __builtin_sub_overflow(a, b, &r) ? (overflow(), r) : r;
        });
        case Op::Mul: return binary.template operator()<true>([](T a, T b) { return multiply(a, b, true); });
        case Op::FloorDiv: return binary.template operator()<true>([](T a, T b) { return floorDiv(a, b, true); });
        case Op::Pow: return binary.template operator()<true>([](T a, T b) { return power(a, b, true); });
        default: break;
        }
      using U = std::make_unsigned_t<T>;
      switch (e->op) {
      case Op::Neg: return unary.template operator()<false>([](T a) { return T(U(0) - U(a)); });
      case Op::Add: return binary.template operator()<false>([](T a, T b) { return T(U(a) + U(b)); });
      case Op::Sub: return binary.template operator()<false>([](T a, T b) { return T(U(a) - U(b)); });
      case Op::Mul: return binary.template operator()<false>([](T a, T b) { return multiply(a, b, false); });
      case Op::FloorDiv: return binary.template operator()<true>([](T a, T b) { return floorDiv(a, b, false); });
      case Op::Pow: return binary.template operator()<true>([](T a, T b) { return power(a, b, false); });
      default: break;
      }
    }
    if constexpr (isFloat<T> || isComplex<T>) {
      switch (e->op) {
      case Op::Neg:
        return unary.template operator()<false>([](T a) { return T(-widen(a)); });
      case Op::Add:
        return binary.template operator()<false>([](T a, T b) { return T(widen(a) + widen(b)); });
      case Op::Sub:
        return binary.template operator()<false>([](T a, T b) { return T(widen(a) - widen(b)); });
      case Op::Mul:
        return binary.template operator()<false>([](T a, T b) { return product(a, b); });
      case Op::Div:
        return binary.template operator()<false>([](T a, T b) { return quotient(a, b); });
      case Op::Pow:
        return binary.template operator()<false>([](T a, T b) { return power(a, b); });
      default:
        break;
      }
    }
    if constexpr (isFloat<T>) {
      switch (e->op) {
      case Op::FloorDiv: return binary.template operator()<false>([](T a, T b) { return floorDiv(a, b, false); });
      case Op::Mod: return binary.template operator()<false>([](T a, T b) { return modulo(a, b); });
      case Op::Fma: {
        Typed<T> *a = typed<T>(e->args[0]), *b = typed<T>(e->args[1]);
        return make<FmaNode<T>>(e->span, a, b, typed<T>(e->args[2]));
      }
      default: break;
      }
    }
    if constexpr (isComplex<T>)
      if (e->op == Op::Fma) // as MLIR and C have none, two roundings
        return make<UnaryNode<T, T, false, decltype([](T a) { return a; })>>(e->span, [&] {
          hir::Expr &mul = machine.exprs.emplace_back(*e);
          mul.op = Op::Mul;
          mul.args = {e->args[0], e->args[1]};
          hir::Expr &add = machine.exprs.emplace_back(*e);
          add.op = Op::Add;
          add.args = {&mul, e->args[2]};
          return typed<T>(&add);
        }());
    throw PlainFailure{NotInterpreted, "the reference execution has no such operation on " + hir::toString(type)};
  });
}

} // namespace dagger::interp
