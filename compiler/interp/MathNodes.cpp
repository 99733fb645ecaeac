// The elementwise functions of Math.def: those of compiler/elementary, else the C library's.
#include "compiler/elementary/Functions.h"
#include "compiler/interp/Compiler.h"
#include "compiler/interp/Scalars.h"
#include <numeric>

namespace dagger::interp {
namespace {

template <class R, class T, class F> struct MathNode final : Typed<R> {
  std::vector<Typed<T> *> args;
  F function;
  MathNode(std::vector<Typed<T> *> args, F function) : args(std::move(args)), function(function) {}
  R eval(Frame &frame) override {
    T values[3] = {};
    for (size_t i = 0; i < args.size(); ++i)
      values[i] = args[i]->eval(frame);
    return located(frame, this->span, [&] { return R(function(values)); });
  }
};
template <class R, class T, class F> struct MathNode1 final : Typed<R> {
  Typed<T> *a;
  F function;
  MathNode1(Typed<T> *a, F function) : a(a), function(function) {}
  R eval(Frame &frame) override { return R(function(a->eval(frame))); }
};
template <class R, class T, class F> struct MathNode2 final : Typed<R> {
  Typed<T> *a, *b;
  F function;
  MathNode2(Typed<T> *a, Typed<T> *b, F function) : a(a), b(b), function(function) {}
  R eval(Frame &frame) override {
    T x = a->eval(frame);
    return R(function(x, b->eval(frame)));
  }
};

template <class W> using Function1 = W (*)(W);
template <class W> using Function2 = W (*)(W, W);

// W is float or double.
template <class W> Function1<W> realFunction1(const std::string &name) {
#define UNARY(function)                                                                                                \
  if (name == "libm." #function)                                                                                       \
    return [](W x) -> W { return std::function(x); };
  DAGGER_UNARY_FUNCTIONS(UNARY)
#undef UNARY
#define UNARY(function)                                                                                                \
  if (name == #function)                                                                                               \
    return [](W x) -> W { return elementary::function(elementary::Real<W>::of(x)).value; };
  DAGGER_UNARY_FUNCTIONS(UNARY)
#undef UNARY
#define CASE(function)                                                                                                 \
  if (name == #function)                                                                                               \
    return [](W x) -> W { return std::function(x); };
  CASE(sqrt) CASE(cbrt) CASE(sin) CASE(cos) CASE(tan) CASE(lgamma)
  CASE(floor) CASE(ceil) CASE(round) CASE(rint) CASE(trunc)
#undef CASE
  if (name == "exp10")
    return [](W x) -> W { return sizeof(W) == 4 ? W(::exp10f(float(x))) : W(::exp10(double(x))); };
  if (name == "gamma")
    return [](W x) -> W { return std::tgamma(x); };
  return nullptr;
}
template <class W> Function2<W> realFunction2(const std::string &name) {
#define BINARY(function)                                                                                               \
  if (name == "libm." #function)                                                                                       \
    return [](W x, W y) -> W { return std::function(x, y); };
  DAGGER_BINARY_FUNCTIONS(BINARY)
#undef BINARY
#define BINARY(function)                                                                                               \
  if (name == #function)                                                                                               \
    return [](W x, W y) -> W {                                                                                         \
      return elementary::function(elementary::Real<W>::of(x), elementary::Real<W>::of(y)).value;                       \
    };
  DAGGER_BINARY_FUNCTIONS(BINARY)
#undef BINARY
#define CASE(function)                                                                                                 \
  if (name == #function)                                                                                               \
    return [](W x, W y) -> W { return std::function(x, y); };
  CASE(hypot) CASE(fmod) CASE(remainder) CASE(copysign) CASE(nextafter) CASE(fdim)
#undef CASE
  return nullptr;
}
// Those of c64 are computed in c128 and rounded, as compiled code does.
template <class C> Function1<C> complexFunction1(const std::string &name) {
#define CASE(function)                                                                                                 \
  if (name == #function) return [](C x) -> C { return C(std::function(std::complex<double>(x))); };
  CASE(sqrt)
  CASE(exp) CASE(log) CASE(log10) CASE(sin) CASE(cos) CASE(tan) CASE(asin) CASE(acos) CASE(atan) CASE(sinh) CASE(cosh)
      CASE(tanh) CASE(asinh) CASE(acosh) CASE(atanh)
#undef CASE
  if (name == "conj")
    return [](C x) -> C { return std::conj(x); };
  return nullptr;
}

// The next value of a narrow format lies further away than that of the format it computes in.
template <class T> T nextNarrow(T x, T y) {
  float from = float(x), to = float(y);
  if (std::isnan(from) || std::isnan(to))
    return T(std::numeric_limits<float>::quiet_NaN());
  if (from == to)
    return y;
  uint16_t bits = std::bit_cast<uint16_t>(x);
  if ((bits & 0x7fff) == 0)
    bits = to > 0 ? 1 : 0x8001;
  else
    bits = uint16_t((from < to) == (from > 0) ? bits + 1 : bits - 1);
  return std::bit_cast<T>(bits);
}

} // namespace

Node *Compiler::math(const hir::Expr *e) {
  const std::string &name = e->text;
  bool checked = machine.program.isChecked;
  // An argument that is no T yet (an integer exponent, a literal) is converted.
  return withScalar(e->args[0]->type, [&]<class T>() -> Node * {
    std::vector<Typed<T> *> args;
    if constexpr (!std::is_same_v<T, Str>)
      for (const hir::Expr *arg : e->args) {
        hir::Expr *converted = &machine.exprs.emplace_back(hir::Expr{hir::Op::Convert, e->args[0]->type, arg->span});
        converted->args = {const_cast<hir::Expr *>(arg)};
        args.push_back(static_cast<Typed<T> *>(convert(converted)));
      }
    auto one = [&]<class R, class F>(R, F f) -> Node * { return make<MathNode1<R, T, F>>(e->span, args[0], f); };
    auto two = [&]<class R, class F>(R, F f) -> Node * { return make<MathNode2<R, T, F>>(e->span, args[0], args[1], f); };
    auto any = [&]<class R, class F>(R, F f) -> Node * { return make<MathNode<R, T, F>>(e->span, args, f); };
    (void)one, (void)two, (void)any, (void)checked;

    if constexpr (isFloat<T>) {
      using W = Wide<T>;
      if (name == "nextafter") {
        if constexpr (isNarrowFloat<T>)
          return two(T{}, [](T x, T y) { return nextNarrow(x, y); });
      }
      if (Function1<W> f = realFunction1<W>(name)) return one(T{}, [f](T x) { return f(widen(x)); });
      if (Function2<W> f = realFunction2<W>(name)) return two(T{}, [f](T x, T y) { return f(widen(x), widen(y)); });
      if constexpr (!isNarrowFloat<T>)
        if (name == "complex") return two(std::complex<T>{}, [](T x, T y) { return std::complex<T>(x, y); });
      if (name == "fma") return any(T{}, [](const T *x) { return fusedMultiplyAdd(x[0], x[1], x[2]); });
      if (name == "is_nan") return one(bool{}, [](T x) { return std::isnan(widen(x)); });
      if (name == "is_inf") return one(bool{}, [](T x) { return std::isinf(widen(x)); });
      if (name == "is_finite") return one(bool{}, [](T x) { return std::isfinite(widen(x)); });
      if (name == "abs") return one(T{}, [](T x) { return std::fabs(widen(x)); });
      if (name == "sign")
        return one(T{}, [](T x) { return std::isnan(widen(x)) || widen(x) == 0 ? widen(x) : W(widen(x) < 0 ? -1 : 1); });
    }
    if constexpr (isComplex<T>) {
      using Part = T::value_type;
      if (Function1<T> f = complexFunction1<T>(name))
        return one(T{}, f);
      if (name == "abs")
        return one(Part{}, [](T x) { return std::hypot(x.real(), x.imag()); });
      if (name == "real")
        return one(Part{}, [](T x) { return x.real(); });
      if (name == "imag")
        return one(Part{}, [](T x) { return x.imag(); });
      if (name == "arg")
        return one(Part{}, [](T x) { return std::arg(x); });
    }
    if constexpr (isFloat<T> || isInteger<T> || std::is_same_v<T, bool>) {
      if (name == "min")
        return two(T{}, [](T x, T y) { return minimum(x, y); });
      if (name == "max")
        return two(T{}, [](T x, T y) { return maximum(x, y); });
      if (name == "clamp")
        return any(T{}, [](const T *x) { return minimum(maximum(x[0], x[1]), x[2]); });
    }
    if constexpr (isInteger<T>) {
      using U = std::make_unsigned_t<T>;
      constexpr int bits = int(sizeof(T) * 8);
      if (name == "abs") {
        if constexpr (std::is_signed_v<T>)
          return any(T{}, [checked](const T *x) -> T {
            if (x[0] == std::numeric_limits<T>::min() && checked)
              overflow();
            return x[0] < 0 ? T(U(0) - U(x[0])) : x[0];
          });
        else
          return one(T{}, [](T x) { return x; });
      }
      if (name == "sign")
        return one(T{}, [](T x) { return T((x > 0) - (x < 0)); });
      // The counts come in the node's type, whichever that is.
      auto counted = [&]<class F>(F f) {
        return withScalar(e->type, [&]<class R>() -> Node * {
          if constexpr (isInteger<R>)
            return one(R{}, f);
          throw PlainFailure{NotInterpreted, "`" + name + "` gives integers"};
        });
      };
      if (name == "popcount")
        return counted([](T x) { return __builtin_popcountll(U(x)); });
      if (name == "leading_zeros")
        return counted([](T x) { return x == 0 ? bits : __builtin_clzll(U(x)) - (64 - bits); });
      if (name == "trailing_zeros")
        return counted([](T x) { return x == 0 ? bits : __builtin_ctzll(U(x)); });
      if (name == "rotate_left")
        return two(T{}, [](T x, T n) { return T(std::rotl(U(x), int(U(n) % bits))); });
      if (name == "rotate_right")
        return two(T{}, [](T x, T n) { return T(std::rotr(U(x), int(U(n) % bits))); });
      auto divisor = [](T x, T y) {
        auto magnitude = [](T v) -> U { return v < 0 ? U(U(0) - U(v)) : U(v); };
        return std::gcd(uint64_t(magnitude(x)), uint64_t(magnitude(y)));
      };
      if (name == "gcd")
        return two(T{}, [divisor](T x, T y) { return T(divisor(x, y)); });
      if (name == "lcm")
        return any(T{}, [divisor, checked](const T *x) -> T {
          uint64_t common = divisor(x[0], x[1]);
          if (common == 0)
            return 0;
          T quotient = T(x[0] / T(common)), result = multiply(quotient, x[1], checked);
          return result < 0 ? T(U(0) - U(result)) : result;
        });
    }
    throw PlainFailure{NotInterpreted, "the reference execution has no `" + name + "` of " + hir::toString(e->args[0]->type)};
  });
}

} // namespace dagger::interp
