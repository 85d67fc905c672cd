// How a product or a convolution is computed, where there are several ways: looked up by CPU and sizes.
//
// A tuning (kernels/cpu/tuning.hpp), measured on this machine, is asked first, then the table of this CPU
// (kernels/cpu/choice_table.cpp). Nothing is measured here, so that the same machine gives the same bits. Where no row
// holds, it is f32, and of the algorithms of a convolution the one that kernels/cpu/conv_table.cpp prefers.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kernels/conv.hpp"
#include "kernels/matmul.hpp"

namespace lepton::kernels::cpu {

enum class ChoiceOp : std::uint8_t { matmul, conv2d, conv2d_input_grad, conv2d_weight_grad };

/// What rows have conditions on: the first six of products, the others of convolutions, `work` of both. It counts the
/// multiply-adds of one matrix or one image. A convolution is computed alike whatever the number of images, of which
/// there is therefore no condition.
enum class Size : std::uint8_t {
  batch, m, n, k, trans_a, trans_b,
  in, height, width, out, kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w, groups,
  work,
  none
};
inline constexpr int kSizes = int(Size::none);

/// A product or a convolution for which a way is wanted.
struct Query {
  ChoiceOp op = ChoiceOp::matmul;
  DType allowed = f32;      ///< f32, or what autocast allows factors to be rounded to
  std::int64_t images = 1;  ///< of a convolution; nothing depends on it
  std::array<std::int64_t, kSizes> sizes{};

  std::int64_t operator[](Size size) const { return sizes[std::size_t(size)]; }
};

Query query(const MatmulArgs& args, DType allowed);
/// `shape.compute` is what is allowed.
Query query(const ConvShape& shape, ConvPass pass);
/// The other way round.
ConvShape conv_shape(const Query& query);
ConvPass conv_pass(ChoiceOp op);

/// A way.
struct Choice {
  DType compute = f32;
  const char* algorithm = nullptr;  ///< of a convolution, a name in kConvTable; null: the best by that table
  bool operator==(const Choice&) const = default;
};

/// `from` <= size <= `to`
struct Condition {
  Size size = Size::none;
  std::int64_t from = 0, to = INT64_MAX;
  bool operator==(const Condition&) const = default;
};

/// Says `then` for queries of `op` and `allowed` that meet all conditions; those after one on `none` are not looked at.
struct ChoiceRow {
  ChoiceOp op;
  DType allowed;
  std::array<Condition, 16> where;
  Choice then;
};

/// Whether a row holds for a query.
bool holds(const ChoiceRow& row, const Query& query);

/// The row that says `then` for these sizes alone.
ChoiceRow row_for(const Query& query, const Choice& then);

/// What the first row that holds says; f32 where none does.
Choice choose(const Query& query, std::span<const ChoiceRow> rows);

/// The way that this machine takes. Throws where the file that LEPTON_TUNING names cannot be used.
Choice choose(const Query& query);

/// prepare_conv in the way that this machine takes. `shape.compute` is what is allowed. Where nothing can do the way
/// that a row says, the shape is done in f32 as if there were no row.
const ConvPlan* prepare_chosen_conv(const ConvShape& shape, ConvPass pass);

/// Notes each query that this thread's `choose` is asked while it lives, the largest number of images of a kind.
class QueryLog {
 public:
  QueryLog();
  ~QueryLog();
  QueryLog(const QueryLog&) = delete;
  QueryLog& operator=(const QueryLog&) = delete;

  const std::vector<Query>& queries() const { return queries_; }
  void note(const Query& query);

 private:
  std::vector<Query> queries_;
  QueryLog* outer_;
};

/// Changes with whatever may change an answer to this thread, or must see the question asked again: a tuning that is
/// put in place, a log. A captured step is recorded anew where it differs.
std::uint64_t choice_state();

/// "conv2d_weight_grad"
const char* name_of(ChoiceOp op);
const char* name_of(Size size);
/// Whether operations of this kind have such a size.
bool has_size(ChoiceOp op, Size size);

}  // namespace lepton::kernels::cpu
