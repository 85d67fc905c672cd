// The op table: every row.
#pragma once

#include "tests/op_cases/activation.hpp"
#include "tests/op_cases/arrange.hpp"
#include "tests/op_cases/binary.hpp"
#include "tests/op_cases/class_loss.hpp"
#include "tests/op_cases/compare.hpp"
#include "tests/op_cases/conv.hpp"
#include "tests/op_cases/conv_nd.hpp"
#include "tests/op_cases/copies.hpp"
#include "tests/op_cases/ctc_loss.hpp"
#include "tests/op_cases/embedding.hpp"
#include "tests/op_cases/index.hpp"
#include "tests/op_cases/indexing.hpp"
#include "tests/op_cases/layer_norm.hpp"
#include "tests/op_cases/logic.hpp"
#include "tests/op_cases/loss.hpp"
#include "tests/op_cases/margin_loss.hpp"
#include "tests/op_cases/maths.hpp"
#include "tests/op_cases/matmul.hpp"
#include "tests/op_cases/multilabel_loss.hpp"
#include "tests/op_cases/norm.hpp"
#include "tests/op_cases/pool_nd.hpp"
#include "tests/op_cases/products.hpp"
#include "tests/op_cases/random.hpp"
#include "tests/op_cases/reduce.hpp"
#include "tests/op_cases/regression_loss.hpp"
#include "tests/op_cases/resample.hpp"
#include "tests/op_cases/reshape.hpp"
#include "tests/op_cases/scan.hpp"
#include "tests/op_cases/shape.hpp"
#include "tests/op_cases/sort.hpp"
#include "tests/op_cases/statistics.hpp"
#include "tests/op_cases/unary.hpp"
#include "tests/op_cases/unfold.hpp"
#include "tests/op_cases/unpool.hpp"
#include "tests/op_cases/writing.hpp"

namespace lepton::op_cases {

inline OpCases all_cases() {
  OpCases rows;
  for (OpCases (*family)() : {activation_cases,
                              pointwise_activation_cases,
                              composed_activation_cases,
                              random_slope_cases,
                              math_cases,
                              maths_cases,
                              special_cases,
                              two_tensor_maths_cases,
                              mixing_cases,
                              logic_cases,
                              agreement_cases,
                              filling_cases,
                              arithmetic_cases,
                              number_cases,
                              assignment_cases,
                              comparison_cases,
                              number_comparison_cases,
                              selection_cases,
                              reduce_cases,
                              statistics_cases,
                              quantile_cases,
                              without_nan_cases,
                              counting_cases,
                              scan_cases,
                              neighbour_cases,
                              product_cases,
                              question_cases,
                              sort_cases,
                              gather_cases,
                              row_writing_cases,
                              element_writing_cases,
                              unique_cases,
                              cutting_cases,
                              turning_cases,
                              padding_cases,
                              einsum_cases,
                              index_view_cases,
                              index_tensor_cases,
                              index_put_cases,
                              matmul_cases,
                              product_of_matrices_cases,
                              tensor_product_cases,
                              linear_cases,
                              conv_cases,
                              conv_nd_cases,
                              conv_transpose_cases,
                              pool_cases,
                              pool_nd_cases,
                              pool_option_cases,
                              unpool_cases,
                              interpolate_cases,
                              resample_cases,
                              unfold_cases,
                              batch_norm_cases,
                              layer_norm_cases,
                              local_norm_cases,
                              softmax_cases,
                              loss_cases,
                              class_loss_cases,
                              regression_loss_cases,
                              variance_and_penalty_cases,
                              distance_cases,
                              length_cases,
                              margin_loss_cases,
                              multilabel_loss_cases,
                              ctc_loss_cases,
                              random_cases,
                              distribution_cases,
                              dropout_cases,
                              index_cases,
                              embedding_cases,
                              reshape_cases,
                              view_cases,
                              join_cases,
                              copy_cases,
                              in_place_cases})
    for (OpCase& row : family()) rows.push_back(std::move(row));
  return rows;
}

}  // namespace lepton::op_cases
