#include "dagger/ElementTypes.h"
#include "runtime/algorithms/Algorithms.h"
#include "runtime/algorithms/Lanes.h"
#include <array>

namespace dagger::algorithms {

namespace {

// `Value` is what is computed with: float for the narrow floats, 64 bits without sign for integers, which wrap.
template <typename In, typename Out>
using ValueOf = std::conditional_t<isInteger<Out> || std::is_same_v<Out, bool>,
                                   std::conditional_t<std::is_signed_v<Out>, int64_t, uint64_t>, Wide<Out>>;

template <ScanOp op, typename Value> Value combine(const Value &a, const Value &b) {
  if constexpr (op == ScanOp::Sum || op == ScanOp::Prod) {
    if constexpr (std::is_integral_v<Value>) {
      const uint64_t x = uint64_t(a), y = uint64_t(b);
      return Value(op == ScanOp::Sum ? x + y : x * y);
    } else if constexpr (op == ScanOp::Sum) {
      return a + b;
    } else {
      return a * b;
    }
  } else if constexpr (isText<Value>) {
    const int c = textOf(b).compare(textOf(a));
    return (op == ScanOp::Min ? c < 0 : c > 0) ? b : a;
  } else {
    if constexpr (std::is_floating_point_v<Value>) {
      if (std::isnan(a) || std::isnan(b))
        return std::isnan(a) ? a : b;
    }
    return (op == ScanOp::Min ? b < a : a < b) ? b : a;
  }
}

// The totals of 2^k blocks each, as the digits of the number of blocks so far: the fixed tree, grown from the left.
template <ScanOp op, typename Value> class BlockTree {
public:
  void push(Value total) {
    int level = 0;
    for (; present >> level & 1; ++level)
      total = combine<op>(nodes[size_t(level)], total);
    nodes[size_t(level)] = total;
    ++present;
  }
  bool empty() const { return present == 0; }
  // All blocks so far, the larger groups first.
  Value total() const {
    int level = 63 - __builtin_clzll(present);
    Value sum = nodes[size_t(level)];
    while (--level >= 0)
      if (present >> level & 1)
        sum = combine<op>(sum, nodes[size_t(level)]);
    return sum;
  }

private:
  std::array<Value, 64> nodes;
  uint64_t present = 0; // the number of blocks; bit k says whether nodes[k] counts
};

template <ScanOp op, typename In, typename Out> void scanTyped(const ArrayView &in, int axis, const ArrayView &out) {
  using Value = ValueOf<In, Out>;
  const int64_t count = in.extents[axis], inStride = in.strides[axis], outStride = out.strides[axis];
  forEachLane<In, Out>(in, out, axis, [&](const In *from, Out *to) {
    BlockTree<op, Value> tree;
    for (int64_t start = 0; start < count; start += scanBlock) {
      const int64_t end = std::min(count, start + scanBlock);
      const bool first = tree.empty();
      const Value before = first ? Value() : tree.total();
      Value running{};
      for (int64_t k = start; k < end; ++k) {
        const Value value = Value(from[k * inStride]);
        running = k == start ? value : combine<op>(running, value);
        to[k * outStride] = Out(first ? running : combine<op>(before, running));
      }
      tree.push(running);
    }
  });
}

template <ScanOp op> std::optional<Failure> scanWith(const ArrayView &in, int axis, const ArrayView &out) {
  constexpr bool arithmetic = op == ScanOp::Sum || op == ScanOp::Prod;
  return withType(in.type, [&](auto tag) -> std::optional<Failure> {
    using T = decltype(tag)::type;
    if constexpr ((arithmetic && isText<T>) || (!arithmetic && isComplex<T>)) {
      return Failure{std::string("values of type ") + dg_type_name(in.type) +
                     (arithmetic ? " have no sum and no product" : " have no least and no greatest")};
    } else {
      if constexpr (arithmetic && (isInteger<T> || std::is_same_v<T, bool>)) {
        if (out.type == DG_I64) {
          scanTyped<op, T, int64_t>(in, axis, out);
          return std::nullopt;
        }
      }
      if (out.type != in.type || (arithmetic && in.type == DG_BOOL))
        return Failure{std::string("a scan of ") + dg_type_name(in.type) + " does not give " + dg_type_name(out.type)};
      scanTyped<op, T, T>(in, axis, out);
      return std::nullopt;
    }
  });
}

} // namespace

std::optional<Failure> scan(ScanOp op, const ArrayView &in, int axis, const ArrayView &out) {
  switch (op) {
  case ScanOp::Sum: return scanWith<ScanOp::Sum>(in, axis, out);
  case ScanOp::Prod: return scanWith<ScanOp::Prod>(in, axis, out);
  case ScanOp::Min: return scanWith<ScanOp::Min>(in, axis, out);
  case ScanOp::Max: return scanWith<ScanOp::Max>(in, axis, out);
  }
  __builtin_unreachable();
}

} // namespace dagger::algorithms
