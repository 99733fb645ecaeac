// A conversion pattern that has the ABI at hand.
#pragma once
#include "mlir-dialects/Conversion/TaskToLLVM/Abi.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Transforms/DialectConversion.h"

namespace dagger::task {

template <class Op> struct Pattern : mlir::OpConversionPattern<Op> {
  Pattern(Abi &abi, mlir::PatternBenefit benefit = 1) : mlir::OpConversionPattern<Op>(abi.types, abi.i64.getContext(), benefit), abi(abi) {}
  Abi &abi;
};

} // namespace dagger::task

// What stands in each pattern before its rewriting.
#define REWRITE(Op)                                                                                                    \
  using Pattern::Pattern;                                                                                              \
  LogicalResult matchAndRewrite(Op op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const override
