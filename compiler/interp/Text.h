// Values as text.
#pragma once
#include "compiler/interp/Memory.h"
#include <string>

namespace dagger::text {
struct FormatSpec;
}

namespace dagger::interp {

// As `print` shows a value of this type; `format` (null: none) is applied to each scalar in it.
std::string show(const hir::Type *type, const std::byte *value, const text::FormatSpec *format = nullptr);

} // namespace dagger::interp
