// Files and what they declare.
#include "compiler/sema/Checker.h"
#include <algorithm>
#include <filesystem>

namespace dagger::sema {

namespace fs = std::filesystem;

std::string Checker::findStandard(const std::string &name) {
  for (const std::string &dir : options.stdlibDirs) {
    std::error_code failed;
    fs::path path = fs::path(dir) / (name + ".dg");
    if (fs::exists(path, failed))
      return path.string();
  }
  return "";
}

Module *Checker::loadModule(const std::string &path, const std::string &name, Span span, bool isStdlib) {
  auto known = modules.find(path);
  if (std::find(loading.begin(), loading.end(), path) != loading.end()) {
    Diagnostic &d = error(2004, span, "this import closes a cycle");
    std::string cycle;
    bool inside = false;
    for (const std::string &step : loading) {
      inside |= step == path;
      if (inside)
        cycle += "`" + step + "` imports ";
    }
    d.notes.push_back({{}, cycle + "`" + path + "`"});
    d.help = "move what both need into a third file";
    return nullptr;
  }
  if (known != modules.end())
    return known->second.get();
  const ast::File *file = options.load ? options.load(path, span) : nullptr;
  if (!file)
    return nullptr;
  auto owned = std::make_unique<Module>();
  Module *module = owned.get();
  module->name = name;
  module->path = path;
  module->isStdlib = isStdlib;
  modules[path] = std::move(owned);
  loading.push_back(path);
  declare(*module, *file);
  loading.pop_back();
  return module;
}

static bool hasNativeModule(const std::string &name) { return name == "math" || name == "random" || name == "plot" || name == "linalg"; }

const Module *Checker::standardModule(const std::string &name, Span span) {
  std::string path = findStandard(name);
  if (!path.empty())
    if (Module *module = loadModule(path, name, span, true))
      return module;
  if (!hasNativeModule(name))
    return nullptr;
  auto &module = modules["<" + name + ">"];
  if (!module) {
    module = std::make_unique<Module>();
    module->name = name;
    module->isStdlib = true;
  }
  return module.get();
}

void Checker::checkBounds(const std::vector<ast::TypeParam> &params) {
  static const std::vector<std::string> bounds = {"any", "number", "int", "float"};
  for (const ast::TypeParam &param : params) {
    if (param.bound.text.empty() || std::find(bounds.begin(), bounds.end(), param.bound.text) != bounds.end())
      continue;
    Diagnostic &d = error(2006, param.bound.span, "a type parameter is bounded by `any`, `number`, `int` or `float`, not by `" + param.bound.text + "`");
    if (auto near = nearest(param.bound.text, bounds))
      d.help = "did you mean `" + *near + "`?";
  }
}

void Checker::checkDefaults(const std::vector<ast::Param> &params) {
  for (const ast::Param &param : params)
    if (param.isInout && param.defaultValue)
      error(5018, param.defaultValue->span, "an `inout` parameter has no default: each call says which place it is");
}

void Checker::declare(Module &module, const ast::File &file) {
  module.file = &file;
  for (const ast::Decl *decl : file.decls) {
    if (decl->kind == ast::DeclKind::Test)
      continue;
    const std::string &name = decl->name.text;
    auto [it, isNew] = module.decls.emplace(name, decl);
    if (!isNew) {
      Diagnostic &d = error(2002, decl->name.span, "`" + name + "` is declared twice");
      d.notes.push_back({it->second->name.span, "the first declaration is here"});
      if (decl->kind == ast::DeclKind::Function)
        d.help = "functions have no overloads: choose another name";
      continue;
    }
    std::string shown = module.name.empty() ? name : module.name + "." + name;
    switch (decl->kind) {
    case ast::DeclKind::Function: {
      auto &function = *static_cast<const ast::FunctionDecl *>(decl);
      auto info = std::make_unique<FunctionInfo>();
      info->name = shown;
      info->decl = decl;
      info->module = &module;
      info->typeParams = &function.typeParams;
      info->params = &function.params;
      info->result = function.result;
      info->function = &function;
      checkBounds(function.typeParams);
      checkDefaults(function.params);
      module.functions[name] = std::move(info);
      break;
    }
    case ast::DeclKind::Extern: {
      auto &function = *static_cast<const ast::ExternDecl *>(decl);
      static const std::vector<ast::TypeParam> none;
      auto info = std::make_unique<FunctionInfo>();
      // The tile tasks are one name for every type: "dg_linalg_potrf_f64" is linalg.potrf.
      info->name = module.isStdlib && name.rfind("dg_linalg_", 0) == 0 ? "linalg." + name.substr(10, name.size() - 14) : shown;
      info->decl = decl;
      info->module = &module;
      info->typeParams = &none;
      info->params = &function.params;
      info->result = function.result;
      info->external = &function;
      checkDefaults(function.params);
      module.functions[name] = std::move(info);
      break;
    }
    case ast::DeclKind::Record: {
      auto info = std::make_unique<RecordInfo>();
      info->decl = static_cast<const ast::RecordDecl *>(decl);
      info->module = &module;
      info->name = shown;
      module.records[name] = std::move(info);
      break;
    }
    case ast::DeclKind::Import: {
      auto &import = *static_cast<const ast::ImportDecl *>(decl);
      if (import.isFile) {
        fs::path path = fs::path(import.path);
        if (path.is_relative())
          path = (fs::path(module.path).parent_path() / path).lexically_normal();
        size_t before = diagnostics->count();
        if (const Module *imported = loadModule(path.string(), name, import.pathSpan, false))
          module.imports[name] = imported;
        else if (diagnostics->count() == before)
          error(2003, import.pathSpan, "there is no file `" + path.string() + "`");
      } else {
        size_t before = diagnostics->count();
        const Module *imported = name == "graph" || name == "nn" ? nullptr : standardModule(name, import.span);
        int code = 0;
        if (imported)
          module.imports[name] = imported;
        else if (const char *what = notThereYet(name, code))
          notYet(code, decl->name.span, what);
        else if (diagnostics->count() == before) {
          Diagnostic &d = error(2003, decl->name.span, "there is no module `" + name + "`");
          if (auto near = nearest(name, {"linalg", "math", "random", "plot"}))
            d.help = "did you mean `" + *near + "`?";
          else
            d.help = "a file is imported by its path: import \"./" + name + ".dg\" as " + name;
        }
      }
      break;
    }
    default: break;
    }
  }
  for (const ast::Decl *decl : file.decls) {
    auto record = module.records.find(decl->name.text);
    if (decl->kind == ast::DeclKind::Record && record != module.records.end() && record->second->decl == decl)
      recordType(*record->second);
  }
}

const Module *Checker::moduleNamed(const std::string &name, Span span) {
  const Module *module = state ? state->module : root;
  auto it = module->imports.find(name);
  if (it != module->imports.end())
    return it->second;
  if (module->decls.count(name))
    return nullptr;
  if (name == "math" || name == "random" || name == "plot")
    return standardModule(name, span);
  return nullptr;
}

bool Checker::isFailedImport(const std::string &name) const {
  const Module *module = state ? state->module : root;
  auto decl = module->decls.find(name);
  return decl != module->decls.end() && decl->second->kind == ast::DeclKind::Import && !module->imports.count(name);
}

const FunctionInfo *Checker::functionNamed(const Module &module, const std::string &name) const {
  auto it = module.functions.find(name);
  return it == module.functions.end() ? nullptr : it->second.get();
}

} // namespace dagger::sema
