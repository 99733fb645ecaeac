#include "compiler/interp/Library.h"
#include "compiler/interp/Compiler.h"
#include "compiler/interp/Scalars.h"
#include "dagger/library.h"
#include "runtime/random/philox.h"

namespace dagger::interp {

int64_t LibraryCall::integer(size_t i) const {
  return withScalar(type(i), [&]<class T>() -> int64_t {
    if constexpr (std::is_integral_v<T>)
      return int64_t(at<T>(args[i]));
    throw PlainFailure{NotInterpreted, "`" + e.text + "` wants an integer"};
  });
}
double LibraryCall::real(size_t i) const {
  return withScalar(type(i), [&]<class T>() -> double {
    if constexpr (isInteger<T> || isFloat<T>)
      return interp::convert<double>(at<T>(args[i]));
    throw PlainFailure{NotInterpreted, "`" + e.text + "` wants a number"};
  });
}
int64_t LibraryCall::attr(const char *name, int64_t otherwise) const {
  for (const hir::Expr::Attr &attr : e.attrs)
    if (attr.name == name)
      return attr.intValue;
  return otherwise;
}
std::string LibraryCall::textAttr(const char *name) const {
  for (const hir::Expr::Attr &attr : e.attrs)
    if (attr.name == name)
      return attr.text;
  return {};
}

ArrayObject &LibraryCall::make(int rank, const int64_t *extents) const {
  at<ArrayRef>(to) = ArrayRef::create(layout(e.type->element), rank, extents);
  return *at<ArrayRef>(to);
}

void LibraryCall::give(OwnedArray &array, const hir::Type *type, std::byte *to) const {
  const Layout *element = layout(type->isArray() ? type->element : type);
  const auto *from = static_cast<const std::byte *>(array.data());
  if (!type->isArray())
    return element->copy(to, from);
  ArrayRef result = ArrayRef::create(element, array.rank(), array.extents().data());
  for (int64_t i = 0; i < result->count; ++i)
    element->copy(result->data + i * int64_t(element->size), from + i * int64_t(element->size));
  at<ArrayRef>(to) = std::move(result);
}
void LibraryCall::give(Result<OwnedArray> array, int32_t code) const {
  if (!array)
    throw PlainFailure{code, array.failure().text};
  give(*array, e.type, to);
}

View::View(const ArrayObject &array)
    : ArrayView{libraryType(array.element->type), array.rank, array.data, array.extents, steps} {
  for (int64_t axis = array.rank - 1, step = 1; axis >= 0; step *= array.extents[axis--])
    steps[axis] = step;
}

void check(std::optional<Failure> failure, int32_t code) {
  if (failure)
    throw PlainFailure{code, failure->text};
}

namespace {

struct Arguments {
  std::vector<Node *> nodes;
  std::vector<size_t> slots;
  LibraryFunction function;
  const hir::Expr *e;
  void run(Frame &frame, Span span, std::byte *to) {
    std::vector<std::byte *> values;
    for (size_t i = 0; i < nodes.size(); ++i) {
      nodes[i]->evalTo(frame, frame.slot(slots[i]));
      values.push_back(frame.slot(slots[i]));
    }
    located(frame, span, [&] { function(LibraryCall{frame, *e, values, to}); });
  }
};

template <class T> struct LibraryNode final : Typed<T> {
  Arguments arguments;
  explicit LibraryNode(Arguments arguments) : arguments(std::move(arguments)) {}
  T eval(Frame &frame) override {
    T result{};
    arguments.run(frame, this->span, reinterpret_cast<std::byte *>(&result));
    return result;
  }
};
struct LibraryTuple final : Node { // and functions without a value
  Arguments arguments;
  explicit LibraryTuple(Arguments arguments) : arguments(std::move(arguments)) {}
  void evalTo(Frame &frame, std::byte *to) override { arguments.run(frame, span, to); }
};

// One number of a random sequence: hot in programs that draw by themselves.
template <class F> struct DrawNode final : Typed<double> {
  IndexNode *seed, *index;
  DrawNode(IndexNode *seed, IndexNode *index) : seed(seed), index(index) {}
  double eval(Frame &frame) override {
    uint64_t s = uint64_t(seed->eval(frame));
    return F{}(s, uint64_t(index->eval(frame)));
  }
};
struct DrawInteger final : IndexNode {
  IndexNode *seed, *index, *low, *high;
  DrawInteger(IndexNode *seed, IndexNode *index, IndexNode *low, IndexNode *high)
      : seed(seed), index(index), low(low), high(high) {}
  int64_t eval(Frame &frame) override {
    uint64_t s = uint64_t(seed->eval(frame)), i = uint64_t(index->eval(frame));
    int64_t from = low->eval(frame), to = high->eval(frame);
    if (from >= to)
      fail(frame, span, failures::BadExtentOrStep, "no integer lies in " + std::to_string(from) + ".." + std::to_string(to));
    return dg_random_i64(s, i, from, to);
  }
};

// These look at the extents that they are given.
bool takesExtents(const std::string &name) {
  return name == "zeros" || name == "fill" || name == "iota" || name == "reshape" || name == "rechunk" ||
         name == "random.uniform" || name == "random.normal" || name == "random.integers" || name == "random.permutation";
}
bool hasEffect(const std::string &name) {
  return name == "save" || name == "show" || name.starts_with("plot.");
}

} // namespace

Node *Compiler::library(const hir::Expr *e) {
  const std::string &name = e->text;
  if (!e->type->isArray()) {
    auto uniform = [](uint64_t seed, uint64_t index) { return dg_random_f64(seed, index); };
    auto normal = [](uint64_t seed, uint64_t index) { return dg_random_normal_f64(seed, index); };
    if (name == "random.uniform_at" || name == "random.normal_at") {
      IndexNode *seed = index(e->args[0]), *position = index(e->args[1]);
      if (name == "random.uniform_at")
        return make<DrawNode<decltype(uniform)>>(e->span, seed, position);
      return make<DrawNode<decltype(normal)>>(e->span, seed, position);
    }
    if (name == "random.integers_at") {
      IndexNode *seed = index(e->args[0]), *position = index(e->args[1]), *low = index(e->args[2]);
      return make<DrawInteger>(e->span, seed, position, low, index(e->args[3]));
    }
  }
  Arguments arguments;
  arguments.e = e;
  arguments.function = arrayFunction(name);
  for (auto find : {textFunction, fileFunction, numberFunction})
    if (!arguments.function)
      arguments.function = find(name);
  if (!arguments.function)
    throw PlainFailure{NotInterpreted, "the reference execution has no `" + name + "`"};
  for (const hir::Expr *arg : e->args) {
    bool looks = hasEffect(name) || (takesExtents(name) && !arg->type->isArray());
    arguments.nodes.push_back(looks ? looked(arg) : expr(arg));
    arguments.slots.push_back(newSlot(layout(arg->type)));
  }
  if (!hasCell(e->type))
    return make<LibraryTuple>(e->span, std::move(arguments));
  return withValue(e->type, [&]<class T>() -> Node * { return make<LibraryNode<T>>(e->span, std::move(arguments)); });
}

} // namespace dagger::interp
