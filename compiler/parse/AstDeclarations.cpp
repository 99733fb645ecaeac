#include "compiler/parse/AstBuilder.h"
#include "compiler/parse/Codes.h"
#include <algorithm>

namespace dagger::syntax {

using namespace ast;

AstBuilder::Nest::Nest(AstBuilder &builder, size_t levels, Span span) : builder(builder), levels(levels) {
  constexpr size_t maxDepth = 1'000;
  if (builder.depth + levels > maxDepth) throw TooDeep{span};
  builder.depth += levels;
}

Span AstBuilder::spanOf(Context *context) const {
  const antlr4::Token *first = context->getStart(), *last = context->getStop();
  // A rule that matched nothing stands before its start.
  if (!last || last->getTokenIndex() < first->getTokenIndex())
    return {source.id, offsets.byte(first->getStartIndex()), offsets.byte(first->getStartIndex())};
  return offsets.span(first).to(offsets.span(last));
}

void AstBuilder::build(P::FileContext *context) {
  for (auto *declaration : context->declaration()) {
    if (declaration->exception) continue;
    try {
      file.decls.push_back(this->declaration(declaration));
    } catch (const TooDeep &deep) {
      depth = 0;
      diagnostics.error(code::tooDeep, deep.span, "this is more than 1,000 operations deep").help =
          "give parts of it names of their own";
    }
  }
  std::sort(file.angles.begin(), file.angles.end());
}

// The ## lines between a token and the one before it.
std::string AstBuilder::docBefore(antlr4::Token *token) {
  const uint32_t end = offsets.span(token).begin;
  auto comment = std::lower_bound(file.comments.begin(), file.comments.end(), end,
                                  [](const File::Comment &c, uint32_t place) { return c.span.begin < place; });
  std::vector<std::string_view> lines;
  uint32_t begin = end;
  while (comment != file.comments.begin()) {
    --comment;
    // Nothing but comments and space may stand between.
    const auto between = std::string_view(source.text).substr(comment->span.end, begin - comment->span.end);
    if (between.find_first_not_of(" \t\r\n") != between.npos || !comment->ownLine) break;
    begin = comment->span.begin;
    std::string_view text = comment->text;
    if (!text.starts_with("##")) continue;
    text = text.substr(0, text.find_last_not_of(" \t\r") + 1);
    text.remove_prefix(text.starts_with("## ") ? 3 : 2);
    lines.push_back(text);
  }
  std::string doc;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) doc.append(doc.empty() ? "" : "\n").append(*line);
  return doc;
}

Annotation AstBuilder::annotation(P::AnnotationContext *context) {
  Annotation annotation;
  annotation.name = context->name()->getText();
  annotation.hasParens = context->LPAREN() != nullptr;
  annotation.span =
      spanOf(context->MATMUL()).to(context->RPAREN() ? spanOf(context->RPAREN()) : spanOf(context->name()));
  if (annotation.hasParens) annotation.args = arguments(context->arguments());
  return annotation;
}

std::vector<Annotation> AstBuilder::annotations(const std::vector<P::AnnotationContext *> &contexts) {
  std::vector<Annotation> result;
  for (auto *context : contexts) result.push_back(annotation(context));
  return result;
}

Decl *AstBuilder::declaration(P::DeclarationContext *context) {
  const Span span = spanOf(context);
  Decl *decl = context->importDecl()     ? import(context->importDecl(), span)
               : context->constDecl()    ? constant(context->constDecl(), span)
               : context->recordDecl()   ? record(context->recordDecl(), span)
               : context->functionDecl() ? function(context->functionDecl(), span)
               : context->kernelDecl()   ? kernel(context->kernelDecl(), span)
               : context->externDecl()   ? externTask(context->externDecl(), span)
                                         : test(context->testDecl(), span);
  decl->doc = docBefore(context->getStart());
  decl->annotations = annotations(context->annotation());
  return decl;
}

std::string AstBuilder::plainString(P::StringContext *context) {
  const StringLit *literal = string(context);
  std::string text;
  for (const StringLit::Piece &piece : literal->pieces) {
    if (piece.expr)
      diagnostics.error(code::plainString, piece.span, "this string must be known when the program is compiled").help =
          "write it without `{...}`";
    text += piece.text;
  }
  return text;
}

Decl *AstBuilder::import(P::ImportDeclContext *context, Span span) {
  auto *decl = file.make<ImportDecl>(span);
  if (context->string()) {
    decl->isFile = true;
    decl->path = plainString(context->string());
    decl->pathSpan = spanOf(context->string());
    // It is called what its file is called.
    const size_t slash = decl->path.rfind('/');
    std::string stem = decl->path.substr(slash == std::string::npos ? 0 : slash + 1);
    if (stem.ends_with(".dg")) stem.resize(stem.size() - 3);
    decl->name = {stem, decl->pathSpan};
  } else {
    decl->path = context->name(0)->getText();
    decl->pathSpan = spanOf(context->name(0));
    decl->name = nameOf(context->name(0));
  }
  if (context->AS()) {
    decl->name = nameOf(context->name().back());
    return decl;
  }
  const std::string &name = decl->name.text;
  const bool isName = !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
                      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  if (decl->isFile && !isName)
    diagnostics.error(code::moduleName, decl->pathSpan, "`" + name + "` is no name for a module").help =
        "give it one: import \"" + decl->path + "\" as name";
  return decl;
}

Decl *AstBuilder::constant(P::ConstDeclContext *context, Span span) {
  auto *decl = file.make<ConstDecl>(span);
  decl->name = nameOf(context->name());
  decl->value = expression(context->expression());
  return decl;
}

Decl *AstBuilder::record(P::RecordDeclContext *context, Span span) {
  auto *decl = file.make<RecordDecl>(span);
  decl->name = {context->TYPE_NAME()->getText(), spanOf(context->TYPE_NAME())};
  for (auto *field : context->field())
    decl->fields.push_back({nameOf(field->label()), type(field->type()), docBefore(field->getStart())});
  return decl;
}

std::vector<TypeParam> AstBuilder::typeParams(P::TypeParamsContext *context) {
  std::vector<TypeParam> result;
  if (!context) return result;
  file.angles.push_back(spanOf(context->LT()).begin);
  file.angles.push_back(spanOf(context->GT()).begin);
  for (auto *param : context->typeParam())
    result.push_back(
        {{param->TYPE_NAME()->getText(), spanOf(param->TYPE_NAME())}, param->name() ? nameOf(param->name()) : Name{}});
  return result;
}

std::vector<Param> AstBuilder::params(P::ParamsContext *context) {
  std::vector<Param> result;
  for (auto *each : context->param()) {
    Param param;
    param.name = nameOf(each->name());
    param.isInout = each->INOUT() != nullptr;
    param.type = type(each->type());
    param.defaultValue = each->expression() ? expression(each->expression()) : nullptr;
    param.doc = docBefore(each->getStart());
    param.span = spanOf(each);
    result.push_back(std::move(param));
  }
  return result;
}

Decl *AstBuilder::function(P::FunctionDeclContext *context, Span span) {
  auto *decl = file.make<FunctionDecl>(span);
  decl->form = context->FN() ? FunctionDecl::Fn : FunctionDecl::Task;
  decl->name = nameOf(context->name());
  decl->typeParams = typeParams(context->typeParams());
  decl->params = params(context->params());
  decl->result = context->type() ? type(context->type()) : nullptr;
  decl->body = block(context->block());
  return decl;
}

Decl *AstBuilder::kernel(P::KernelDeclContext *context, Span span) {
  auto *decl = file.make<FunctionDecl>(span);
  decl->form = FunctionDecl::Kernel;
  decl->name = nameOf(context->name());
  decl->typeParams = typeParams(context->typeParams());
  decl->params = params(context->params());
  decl->result = context->type() ? type(context->type()) : nullptr;
  decl->at.indices = names(context->indices()->name());
  decl->at.span = spanOf(context->AT()).to(spanOf(context->indices()));
  if (context->outside()) {
    decl->at.outside = operation(context->outside()->operation());
    decl->at.span.end = decl->at.outside->span.end;
  }
  if (context->group()) {
    decl->at.isGroup = true;
    decl->at.span.end = spanOf(context->group()).end;
    for (auto *extent : context->group()->expression()) decl->at.group.push_back(expression(extent));
  }
  decl->body = block(context->block());
  return decl;
}

Decl *AstBuilder::externTask(P::ExternDeclContext *context, Span span) {
  auto *decl = file.make<ExternDecl>(span);
  decl->name = nameOf(context->name());
  decl->params = params(context->params());
  decl->result = context->type() ? type(context->type()) : nullptr;
  decl->library = plainString(context->string());
  decl->librarySpan = spanOf(context->string());
  return decl;
}

Decl *AstBuilder::test(P::TestDeclContext *context, Span span) {
  auto *decl = file.make<TestDecl>(span);
  decl->title = plainString(context->string());
  decl->name = {decl->title, spanOf(context->string())};
  decl->body = block(context->block());
  return decl;
}

} // namespace dagger::syntax
