#include "compiler/interp/Text.h"
#include "compiler/interp/Compiler.h"
#include "runtime/text/Text.h"

namespace dagger::interp {
namespace {

// Days since 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant's algorithm).
std::string dateText(int64_t days) {
  int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, dayOfEra = z - era * 146097;
  int64_t yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  int64_t dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100), shifted = (5 * dayOfYear + 2) / 153;
  int64_t day = dayOfYear - (153 * shifted + 2) / 5 + 1, month = shifted < 10 ? shifted + 3 : shifted - 9;
  char text[40];
  snprintf(text, sizeof text, "%04lld-%02lld-%02lld", (long long)(yearOfEra + era * 400 + (month <= 2)), (long long)month,
           (long long)day);
  return text;
}

std::string timestampText(int64_t microseconds) {
  constexpr int64_t Day = 86'400'000'000;
  int64_t days = microseconds / Day - (microseconds % Day < 0), rest = microseconds - days * Day, seconds = rest / 1'000'000;
  char text[40];
  snprintf(text, sizeof text, " %02lld:%02lld:%02lld", (long long)(seconds / 3600), (long long)(seconds / 60 % 60),
           (long long)(seconds % 60));
  std::string result = dateText(days) + text;
  if (rest % 1'000'000) {
    snprintf(text, sizeof text, ".%06lld", (long long)(rest % 1'000'000));
    result += text;
  }
  return result;
}

std::string showScalar(const hir::Type *type, const std::byte *value, const text::FormatSpec *format) {
  if (type->kind == hir::TypeKind::Date || type->kind == hir::TypeKind::Timestamp) {
    Str text(type->kind == hir::TypeKind::Date ? dateText(at<int64_t>(value)) : timestampText(at<int64_t>(value)));
    return format ? text::format(DG_STR, &text, *format) : std::string(text.view());
  }
  return format ? text::format(libraryType(type), value, *format) : text::format(libraryType(type), value);
}

// Arrays whose elements the library has no name for: the same cut, element by element.
void showAxis(const ArrayObject &array, int axis, int64_t offset, const text::FormatSpec *format, std::string &to) {
  int64_t step = 1;
  for (int a = axis + 1; a < array.rank; ++a)
    step *= array.extents[a];
  bool isCut = text::isLong(array.extents, array.rank) && array.extents[axis] > 6;
  to += '[';
  for (int64_t i = 0; i < array.extents[axis]; ++i) {
    to += i ? ", " : "";
    if (isCut && i == 3) {
      to += "...";
      i = array.extents[axis] - 4;
      continue;
    }
    int64_t position = offset + i * step;
    if (axis + 1 < array.rank)
      showAxis(array, axis + 1, position, format, to);
    else
      to += show(array.element->type, array.data + position * int64_t(array.element->size), format);
  }
  to += ']';
}

struct FormatNode final : Typed<Str> {
  struct Piece { Node *value; const hir::Type *type; size_t slot; bool hasFormat; text::FormatSpec format; };
  std::vector<std::string> texts;
  std::vector<Piece> pieces;
  FormatNode(std::vector<std::string> texts, std::vector<Piece> pieces) : texts(std::move(texts)), pieces(std::move(pieces)) {}
  Str eval(Frame &frame) override {
    std::string result = texts.empty() ? "" : texts[0];
    for (size_t i = 0; i < pieces.size(); ++i) {
      const Piece &piece = pieces[i];
      std::byte *slot = frame.slot(piece.slot);
      piece.value->evalTo(frame, slot);
      if (const FailureRef *failed = failureIn(slot, frame.machine->layouts.of(piece.type)))
        throw Fail{*failed, Fail::Future};
      result += show(piece.type, slot, piece.hasFormat ? &piece.format : nullptr);
      if (piece.type->isArray())
        at<ArrayRef>(slot) = {};
      if (i + 1 < texts.size())
        result += texts[i + 1];
    }
    return Str(result);
  }
};

} // namespace

std::string show(const hir::Type *type, const std::byte *value, const text::FormatSpec *format) {
  if (type->isTuple()) {
    // Offsets follow the layout rule of Memory.cpp: each value lies behind its failure pointer.
    Layouts layouts;
    const Layout *layout = layouts.of(type);
    bool isRecord = !type->fields.empty();
    std::string result = isRecord ? type->record + " { " : "(";
    for (size_t i = 0; i < type->elements.size(); ++i) {
      const hir::Type *element = type->elements[i];
      const std::byte *field = value + layout->fields[i].first;
      result += (i ? ", " : "") + (isRecord ? type->fields[i] + ": " : "");
      result += element->kind == hir::TypeKind::Str ? text::quote(at<Str>(field).view()) : show(element, field, format);
    }
    return result + (isRecord ? " }" : ")");
  }
  if (!type->isArray())
    return showScalar(type, value, format);
  const ArrayObject &array = *at<ArrayRef>(value);
  hir::TypeKind kind = type->element->kind;
  if (kind == hir::TypeKind::Tuple || kind == hir::TypeKind::Date || kind == hir::TypeKind::Timestamp) {
    std::string result;
    showAxis(array, 0, 0, format, result);
    return result;
  }
  int64_t strides[DG_MAX_RANK];
  for (int64_t axis = array.rank - 1, step = 1; axis >= 0; step *= array.extents[axis--])
    strides[axis] = step;
  ArrayView view{libraryType(type->element), array.rank, array.data, array.extents, strides};
  return format ? text::format(view, *format) : text::format(view);
}

Node *Compiler::format(const hir::Expr *e) {
  std::vector<FormatNode::Piece> pieces;
  for (size_t i = 0; i < e->args.size(); ++i) {
    const hir::Expr *arg = e->args[i];
    FormatNode::Piece piece{expr(arg), arg->type, newSlot(layout(arg->type)), false, {}};
    if (i < e->formats.size() && !e->formats[i].empty()) {
      Result<text::FormatSpec> spec = text::parseFormat(e->formats[i]);
      if (!spec)
        throw PlainFailure{NotInterpreted, spec.failure().text};
      piece.hasFormat = true;
      piece.format = *spec;
    }
    pieces.push_back(std::move(piece));
  }
  return make<FormatNode>(e->span, e->pieces, std::move(pieces));
}

} // namespace dagger::interp
