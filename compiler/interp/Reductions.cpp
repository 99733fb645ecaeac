// Reductions and scans.
#include "compiler/interp/Compiler.h"
#include "compiler/interp/ReductionTree.h"
#include "compiler/interp/Scalars.h"

namespace dagger::interp {
namespace {

// How the reduced elements of one result lie in the array: `rows` of `length`, steps apart.
struct Lines {
  int64_t outer = 1, inner = 1;  // results: outer * inner
  int64_t rows = 1, length = 1, rowStep = 0, step = 1;
  int64_t base(int64_t result) const { return result / inner * (inner * length) * (rows == 1 ? 1 : 0) + result % inner; }
};

Lines linesOf(const ArrayObject &array, int axis) {
  Lines lines;
  if (axis < 0) {
    lines.length = array.extents[array.rank - 1];
    lines.rows = lines.length ? array.count / lines.length : 0;
    lines.rowStep = lines.length;
    return lines;
  }
  for (int a = 0; a < axis; ++a)
    lines.outer *= array.extents[a];
  for (int a = axis + 1; a < array.rank; ++a)
    lines.inner *= array.extents[a];
  lines.length = array.extents[axis];
  lines.step = lines.inner;
  return lines;
}

// A tuple that is held outside of frames and arrays.
class TupleValue {
public:
  TupleValue() = default;
  TupleValue(const Layout *layout, const std::byte *from) : layout(layout), bytes(new std::byte[layout->size]()) {
    layout->copy(bytes.get(), from);
  }
  TupleValue(const TupleValue &other) : TupleValue(other.layout, other.bytes.get()) {}
  TupleValue(TupleValue &&) = default;
  TupleValue &operator=(TupleValue other) noexcept {
    std::swap(layout, other.layout);
    std::swap(bytes, other.bytes);
    return *this;
  }
  ~TupleValue() {
    if (bytes)
      layout->clear(bytes.get());
  }
  const std::byte *data() const { return bytes.get(); }

private:
  const Layout *layout = nullptr;
  std::unique_ptr<std::byte[]> bytes;
};

// Which elements a mask lets in.
struct Mask {
  const ArrayObject *allowed; // null: all
  bool operator()(int64_t position) const { return !allowed || at<bool>(allowed->data + position); }
};
// Reduces one line of elements into the result at `to`.
using Compute = std::function<void(Frame &, const ArrayObject &, const Lines &, int64_t base, Mask isIn, std::byte *to)>;

// The shape of every reduction: an array, perhaps a mask, one result for each line of elements.
struct Reduction {
  ArrayNode *array, *mask; // mask may be null
  int axis;                // -1: all
  const Layout *resultElement;
  Span span;
  Compute compute;

  ArrayRef each(Frame &frame) {
    ArrayRef from = array->eval(frame), allowed = mask ? mask->eval(frame) : ArrayRef();
    if (allowed)
      for (int a = 0; a < from->rank; ++a)
        if (allowed->extents[a] != from->extents[a])
          fail(frame, span, failures::ExtentsDiffer, failures::extentsDiffer(from->extents[a], allowed->extents[a], a));
    Lines lines = linesOf(*from, axis);
    int64_t extents[DG_MAX_RANK] = {1};
    int rank = 0;
    for (int a = 0; axis >= 0 && a < from->rank; ++a)
      if (a != axis)
        extents[rank++] = from->extents[a];
    return located(frame, span, [&] {
      ArrayRef result = ArrayRef::create(resultElement, std::max(rank, 1), extents);
      for (int64_t i = 0; i < result->count; ++i)
        compute(frame, *from, lines, lines.base(i), Mask{allowed ? &*allowed : nullptr},
                result->data + i * int64_t(resultElement->size));
      return result;
    });
  }
};

template <class T> struct ReduceToScalar final : Typed<T> {
  Reduction reduction;
  explicit ReduceToScalar(Reduction reduction) : reduction(std::move(reduction)) {}
  T eval(Frame &frame) override { return at<T>(reduction.each(frame)->data); }
};
struct ReduceToArray final : ArrayNode {
  Reduction reduction;
  explicit ReduceToArray(Reduction reduction) : reduction(std::move(reduction)) {}
  ArrayRef eval(Frame &frame) override { return reduction.each(frame); }
};
struct ReduceToTuple final : Node {
  Reduction reduction;
  explicit ReduceToTuple(Reduction reduction) : reduction(std::move(reduction)) {}
  void evalTo(Frame &frame, std::byte *to) override {
    reduction.resultElement->copy(to, reduction.each(frame)->data);
  }
};

// Which results sums of T have: its own type, or i64 and f64 for integers and bool.
template <class T, class R>
constexpr bool isSummable = (isNumber<T> && std::is_same_v<T, R>) ||
                            (std::is_integral_v<T> && (std::is_same_v<R, int64_t> || std::is_same_v<R, double>));

// The type that sums of R are accumulated in.
template <class R> using Accumulator = std::conditional_t<isNarrowFloat<R>, float, R>;

template <class A> A add(A a, A b, bool checked) {
  if constexpr (isInteger<A>) {
    A result;
    if (__builtin_add_overflow(a, b, &result) && checked)
      overflow();
    return result;
  } else {
    return a + b;
  }
}
template <class A> A times(A a, A b, bool checked) {
  if constexpr (isInteger<A>)
    return multiply(a, b, checked);
  else if constexpr (isComplex<A>)
    return A(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
  else
    return a * b;
}

const char *nameOf(hir::ReduceKind kind) {
  switch (kind) {
  case hir::ReduceKind::Min: return "min";
  case hir::ReduceKind::Max: return "max";
  case hir::ReduceKind::ArgMin: return "argmin";
  default: return "argmax";
  }
}

// Calls visit(element, row-major number within the reduced space) for each element that is let in.
template <class T, class Visit>
void forEach(const ArrayObject &array, const Lines &lines, int64_t base, Mask isIn, Visit &&visit) {
  int64_t number = 0;
  for (int64_t row = 0; row < lines.rows; ++row)
    for (int64_t i = 0; i < lines.length; ++i, ++number) {
      int64_t position = base + row * lines.rowStep + i * lines.step;
      if (isIn(position))
        visit(at<T>(array.data + position * int64_t(sizeof(T))), number);
    }
}

template <class A, class T, class Combine, class Convert>
std::optional<A> tree(const ArrayObject &array, const Lines &lines, int64_t base, Mask isIn, Combine &&combine,
                      Convert &&convert) {
  return reduceByTree<A>(
      lines.rows, lines.length,
      [&](int64_t row, int64_t i) -> std::optional<A> {
        int64_t position = base + row * lines.rowStep + i * lines.step;
        if (!isIn(position))
          return std::nullopt;
        return convert(at<T>(array.data + position * int64_t(sizeof(T))));
      },
      combine);
}

} // namespace

Node *Compiler::reduce(const hir::Expr *e) {
  using hir::ReduceKind;
  const hir::Type *elementType = e->args[0]->type->element;
  const hir::Type *resultType = e->type->isArray() ? e->type->element : e->type;
  bool isCustom = e->reduceKind == ReduceKind::Custom;
  bool checked = machine.program.isChecked;
  ArrayNode *from = array(e->args[0]);
  Node *init = isCustom && e->args.size() > 1 ? expr(e->args[1]) : nullptr;
  size_t maskAt = isCustom ? 2 : 1;
  ArrayNode *mask = e->args.size() > maskAt ? array(e->args[maskAt]) : nullptr;
  ReduceKind kind = e->reduceKind;

  auto finish = [&](Compute compute) -> Node * {
    Reduction reduction{from, mask, int(e->intValue), layout(resultType), e->span, std::move(compute)};
    if (e->type->isArray())
      return make<ReduceToArray>(e->span, std::move(reduction));
    if (e->type->isTuple())
      return make<ReduceToTuple>(e->span, std::move(reduction));
    return withScalar(resultType, [&]<class R>() -> Node * { return make<ReduceToScalar<R>>(e->span, std::move(reduction)); });
  };

  if (isCustom) {
    size_t a = slotOf(e->lambda->params[0]), b = slotOf(e->lambda->params[1]);
    const Layout *value = layout(elementType);
    Node *body = strictly([&] { return blockExpr(e->lambda->body); });
    size_t initSlot = newSlot(value);
    return finish([=](Frame &frame, const ArrayObject &array, const Lines &lines, int64_t base, Mask isIn, std::byte *to) {
      auto combine = [&](const TupleValue &x, const TupleValue &y) {
        value->copy(frame.slot(a), x.data());
        value->copy(frame.slot(b), y.data());
        TupleValue result(value, frame.slot(a));
        body->evalTo(frame, const_cast<std::byte *>(result.data()));
        return result;
      };
      std::optional<TupleValue> result = reduceByTree<TupleValue>(
          lines.rows, lines.length,
          [&](int64_t row, int64_t i) -> std::optional<TupleValue> {
            int64_t position = base + row * lines.rowStep + i * lines.step;
            if (!isIn(position))
              return std::nullopt;
            return TupleValue(value, array.data + position * int64_t(value->size));
          },
          combine);
      if (init) {
        init->evalTo(frame, frame.slot(initSlot));
        TupleValue first(value, frame.slot(initSlot));
        result = result ? combine(first, *result) : first;
      }
      if (!result)
        throw PlainFailure{failures::EmptyArray, failures::emptyArray("reduce")};
      value->copy(to, result->data());
    });
  }

  if (elementType->isTuple())
    throw PlainFailure{NotInterpreted, "the reference execution has no such reduction of " + hir::toString(elementType)};
  return withScalar(elementType, [&]<class T>() -> Node * {
    switch (kind) {
    case ReduceKind::Any:
    case ReduceKind::All:
      if constexpr (std::is_same_v<T, bool>)
        return finish([kind](Frame &, const ArrayObject &array, const Lines &lines, int64_t base, Mask isIn, std::byte *to) {
          bool all = kind == ReduceKind::All, result = all;
          forEach<T>(array, lines, base, isIn, [&](bool x, int64_t) { result = all ? result && x : result || x; });
          at<bool>(to) = result;
        });
      break;
    case ReduceKind::Count:
      if constexpr (std::is_same_v<T, bool>)
        return finish([](Frame &, const ArrayObject &array, const Lines &lines, int64_t base, Mask isIn, std::byte *to) {
          int64_t result = 0;
          forEach<T>(array, lines, base, isIn, [&](bool x, int64_t) { result += x; });
          at<int64_t>(to) = result;
        });
      break;
    case ReduceKind::Min:
    case ReduceKind::Max:
    case ReduceKind::ArgMin:
    case ReduceKind::ArgMax:
      if constexpr (!isComplex<T>)
        return finish([kind](Frame &, const ArrayObject &array, const Lines &lines, int64_t base, Mask isIn, std::byte *to) {
          bool isLeast = kind == ReduceKind::Min || kind == ReduceKind::ArgMin;
          std::optional<T> best;
          int64_t where = 0;
          forEach<T>(array, lines, base, isIn, [&](const T &x, int64_t number) {
            bool isBetter;
            if constexpr (std::is_same_v<T, Str>) {
              isBetter = !best || (isLeast ? x.view() < best->view() : x.view() > best->view());
            } else {
              auto isNan = [](T v) {
                if constexpr (isFloat<T>)
                  return std::isnan(widen(v));
                return false;
              };
              isBetter = !best || (!isNan(*best) && (isNan(x) || (isLeast ? widen(x) < widen(*best) : widen(x) > widen(*best))));
            }
            if (isBetter)
              best = x, where = number;
          });
          if (!best)
            throw PlainFailure{failures::EmptyArray, failures::emptyArray(nameOf(kind))};
          if (kind == ReduceKind::ArgMin || kind == ReduceKind::ArgMax)
            at<int64_t>(to) = where;
          else
            at<T>(to) = *best;
        });
      break;
    case ReduceKind::Sum:
    case ReduceKind::Prod:
    case ReduceKind::Mean:
    case ReduceKind::Variance:
    case ReduceKind::Std:
      return withScalar(resultType, [&]<class R>() -> Node * {
        if constexpr (isSummable<T, R>)
          return finish([kind, checked](Frame &, const ArrayObject &array, const Lines &lines, int64_t base, Mask isIn,
                                        std::byte *to) {
            using A = Accumulator<R>;
            auto toA = [](T x) { return interp::convert<A>(x); };
            auto plus = [checked](A a, A b) { return add(a, b, checked); };
            if (kind == ReduceKind::Prod) {
              auto product = [checked](A a, A b) { return times(a, b, checked); };
              at<R>(to) = R(tree<A, T>(array, lines, base, isIn, product, toA).value_or(A(1)));
              return;
            }
            if (kind == ReduceKind::Variance || kind == ReduceKind::Std) {
              if constexpr (isFloat<R>) {
                std::optional<Moments<A>> moments =
                    momentsByTree<A>(lines.rows, lines.length, [&](int64_t row, int64_t i) -> std::optional<A> {
                      int64_t position = base + row * lines.rowStep + i * lines.step;
                      if (!isIn(position))
                        return std::nullopt;
                      return toA(at<T>(array.data + position * int64_t(sizeof(T))));
                    });
                A variance = moments ? moments->variance() : std::numeric_limits<A>::quiet_NaN();
                at<R>(to) = R(kind == ReduceKind::Std ? std::sqrt(variance) : variance);
                return;
              }
              throw PlainFailure{NotInterpreted, "the reference execution has no such reduction"};
            }
            A sum = tree<A, T>(array, lines, base, isIn, plus, toA).value_or(A(0));
            if (kind == ReduceKind::Sum) {
              at<R>(to) = R(sum);
              return;
            }
            if constexpr (isFloat<R> || isComplex<R>) {
              int64_t n = 0;
              forEach<T>(array, lines, base, isIn, [&](const T &, int64_t) { ++n; });
              A mean;
              if constexpr (isComplex<A>) // as `/` divides them
                mean = A(std::complex<double>(sum) / double(n));
              else
                mean = sum / interp::convert<A>(n);
              at<R>(to) = R(mean);
              return;
            }
            throw PlainFailure{NotInterpreted, "the reference execution has no such reduction"};
          });
        throw PlainFailure{NotInterpreted, "the reference execution has no such reduction"};
      });
    default: break;
    }
    throw PlainFailure{NotInterpreted, "the reference execution has no such reduction of " + hir::toString(elementType)};
  });
}

namespace {

using ScanLine = std::function<void(Frame &, const ArrayObject &from, int64_t base, int64_t step, int64_t length, ArrayObject &to)>;

struct ScanNode final : ArrayNode {
  ArrayNode *array;
  int axis;
  const Layout *element;
  ScanLine scanLine;
  ScanNode(ArrayNode *array, int axis, const Layout *element, ScanLine scanLine)
      : array(array), axis(axis), element(element), scanLine(std::move(scanLine)) {}
  ArrayRef eval(Frame &frame) override {
    ArrayRef from = array->eval(frame);
    Lines lines = linesOf(*from, axis);
    return located(frame, span, [&] {
      ArrayRef result = ArrayRef::create(element, from->rank, from->extents);
      for (int64_t i = 0; lines.length && i < lines.outer * lines.inner; ++i)
        scanLine(frame, *from, lines.base(i), lines.step, lines.length, *result);
      return result;
    });
  }
};

} // namespace

Node *Compiler::scan(const hir::Expr *e) {
  using hir::ReduceKind;
  ArrayNode *from = array(e->args[0]);
  const hir::Type *elementType = e->args[0]->type->element;
  const Layout *result = layout(e->type->element);
  ReduceKind kind = e->reduceKind;
  bool checked = machine.program.isChecked;
  int axis = int(e->intValue < 0 ? 0 : e->intValue);
  auto finish = [&](ScanLine scanLine) -> Node * {
    return make<ScanNode>(e->span, from, axis, result, std::move(scanLine));
  };
  if (kind == ReduceKind::Custom) {
    size_t a = slotOf(e->lambda->params[0]), b = slotOf(e->lambda->params[1]);
    const Layout *value = layout(elementType);
    Node *body = strictly([&] { return blockExpr(e->lambda->body); });
    return finish([=](Frame &frame, const ArrayObject &array, int64_t base, int64_t step, int64_t length, ArrayObject &to) {
      auto offset = [&](int64_t i) { return (base + i * step) * int64_t(value->size); };
      scanByBlocks<TupleValue>(
          length, [&](int64_t i) { return TupleValue(value, array.data + offset(i)); },
          [&](const TupleValue &x, const TupleValue &y) {
            value->copy(frame.slot(a), x.data());
            value->copy(frame.slot(b), y.data());
            TupleValue made(value, frame.slot(a));
            body->evalTo(frame, const_cast<std::byte *>(made.data()));
            return made;
          },
          [&](int64_t i, const TupleValue &x) { value->copy(to.data + offset(i), x.data()); });
    });
  }
  if (elementType->isTuple())
    throw PlainFailure{NotInterpreted, "the reference execution has no such scan of " + hir::toString(elementType)};
  return withScalar(elementType, [&]<class T>() -> Node * {
    return withScalar(e->type->element, [&]<class R>() -> Node * {
      if constexpr (isSummable<T, R>)
        return finish([=](Frame &, const ArrayObject &array, int64_t base, int64_t step, int64_t length, ArrayObject &to) {
          using A = Accumulator<R>;
          scanByBlocks<A>(
              length, [&](int64_t i) { return interp::convert<A>(at<T>(array.data + (base + i * step) * int64_t(sizeof(T)))); },
              [&](A a, A b) -> A {
                if (kind == ReduceKind::Sum)
                  return add(a, b, checked);
                if (kind == ReduceKind::Prod)
                  return times(a, b, checked);
                if constexpr (!isComplex<A>)
                  return kind == ReduceKind::Min ? minimum(a, b) : maximum(a, b);
                throw PlainFailure{NotInterpreted, "the reference execution has no such scan"};
              },
              [&](int64_t i, A x) { at<R>(to.data + (base + i * step) * int64_t(sizeof(R))) = R(x); });
        });
      else
        throw PlainFailure{NotInterpreted, "the reference execution has no such scan of " + hir::toString(elementType)};
    });
  });
}

} // namespace dagger::interp
