// The CUDA implementations of the kernels that kernels/*.hpp specify.
#pragma once

#include "kernels/matmul.hpp"
#include "kernels/pointwise.hpp"
#include "kernels/reduce.hpp"

namespace lepton::kernels::cuda {

void unary(const UnaryArgs&, Stream);           ///< f32, f64
void unary_grad(const UnaryGradArgs&, Stream);  ///< f32, f64
void binary(const BinaryArgs&, Stream);         ///< f32, f64; u8, i32 and i64 but for div
void compare(const BinaryArgs&, Stream);        ///< f32, f64, u8, i32, i64
void where(const WhereArgs&, Stream);
void copy(const CopyArgs&, Stream);  ///< any type to itself; all but f16, bf16, i8 to each other
void fill(const FillArgs&, Stream);
void reduce(const ReduceArgs&, Stream);  ///< f32, f64, i64
void argmax(const ArgmaxArgs&, Stream);  ///< f32, f64, i64
void matmul(const MatmulArgs&, Stream);  ///< f32, f64

}  // namespace lepton::kernels::cuda
