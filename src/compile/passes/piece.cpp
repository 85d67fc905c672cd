// Which launches are pieces of a chain, and how each is written as one.
#include "src/compile/passes/piece.hpp"

#include <cstring>

#include "kernels/pointwise.hpp"
#include "kernels/random.hpp"

namespace lepton::detail {
namespace {

using kernels::ChainOp;

bool real(DType dtype) { return dtype == f32 || dtype == f64; }
bool in_a_chain(DType dtype) { return real(dtype) || dtype == boolean; }

/// Adds the input that stands in `field` of launch `i`.
void read(Piece& piece, const Graph& graph, int i, const void* field, DType dtype, std::int64_t row_stride = 0,
          std::int64_t col_stride = 1) {
  piece.input[piece.inputs++] = {graph.slot(i, field), row_stride, col_stride, dtype};
}

void write(Piece& piece, const Graph& graph, int i, const void* field, DType dtype) {
  piece.output = graph.slot(i, field);
  piece.output_dtype = dtype;
}

/// A kernel of `n` elements that lie in the same order in every operand.
Piece flat(std::int64_t n, ChainOp kind, std::uint8_t op, DType dtype) {
  Piece piece;
  piece.cols = n;
  piece.step.kind = kind;
  piece.step.op = op;
  piece.step.dtype = dtype;
  piece.step.out = -1;
  return piece;
}

/// A kernel that walks its operands with strides; the index space is the walk's, if it has no more than two axes.
std::optional<Piece> walked(const kernels::Walk& walk, ChainOp kind, std::uint8_t op, DType dtype) {
  if (walk.rank > 2 || walk.n == 0) return {};
  Piece piece = flat(walk.size[walk.rank - 1], kind, op, dtype);
  if (walk.rank == 2) piece.rows = walk.size[0];
  return piece;
}
void read_walked(Piece& piece, const Graph& graph, int i, const void* field, DType dtype, const kernels::Walk& walk) {
  const auto& stride = walk.stride[piece.inputs];
  read(piece, graph, i, field, dtype, walk.rank == 2 ? stride[0] : 0, stride[walk.rank - 1]);
}

std::optional<Piece> unary(const Graph& graph, int i, const kernels::UnaryArgs& a) {
  Piece piece = flat(a.n, ChainOp::formula, a.op, a.dtype);
  std::memcpy(piece.step.params, a.params, sizeof a.params);
  read(piece, graph, i, &a.x, a.dtype);
  write(piece, graph, i, &a.y, a.dtype);
  return piece;
}

std::optional<Piece> unary_grad(const Graph& graph, int i, const kernels::UnaryGradArgs& a) {
  Piece piece = flat(a.n, ChainOp::gradient, a.op, a.dtype);
  std::memcpy(piece.step.params, a.params, sizeof a.params);
  read(piece, graph, i, &a.g, a.dtype);
  read(piece, graph, i, &a.saved, a.dtype);
  write(piece, graph, i, &a.dx, a.dtype);
  return piece;
}

std::optional<Piece> binary(const Graph& graph, int i, const kernels::BinaryArgs& a, ChainOp kind) {
  if (!real(a.dtype)) return {};
  auto piece = walked(a.walk, kind, a.op, a.dtype);
  if (!piece) return {};
  read_walked(*piece, graph, i, &a.a, a.dtype, a.walk);
  read_walked(*piece, graph, i, &a.b, a.dtype, a.walk);
  write(*piece, graph, i, &a.y, kind == ChainOp::comparison ? boolean : a.dtype);
  return piece;
}

/// Selection moves bits, so that integers of the right size may pass for floating numbers.
std::optional<Piece> where(const Graph& graph, int i, const kernels::WhereArgs& a) {
  if (a.element_size != 4 && a.element_size != 8) return {};
  const DType dtype = a.element_size == 4 ? f32 : f64;
  auto piece = walked(a.walk, ChainOp::choice, 0, dtype);
  if (!piece) return {};
  read_walked(*piece, graph, i, &a.condition, boolean, a.walk);
  read_walked(*piece, graph, i, &a.a, dtype, a.walk);
  read_walked(*piece, graph, i, &a.b, dtype, a.walk);
  write(*piece, graph, i, &a.y, dtype);
  return piece;
}

/// A conversion, or a number stretched out. Copies that turn a layout have a kernel that is better at it.
std::optional<Piece> copy(const Graph& graph, int i, const kernels::CopyArgs& a) {
  if (!in_a_chain(a.from) || !in_a_chain(a.to)) return {};
  auto piece = walked(a.walk, ChainOp::cast, 0, a.to);
  if (!piece) return {};
  const auto dense = [&](const std::int64_t* stride) {
    return stride[a.walk.rank - 1] == 1 && (a.walk.rank == 1 || stride[0] == piece->cols);
  };
  const bool one = a.walk.stride[0][0] == 0 && a.walk.stride[0][a.walk.rank - 1] == 0;
  if (!dense(a.walk.stride[1]) || !(one || dense(a.walk.stride[0]))) return {};
  read_walked(*piece, graph, i, &a.x, a.from, a.walk);
  write(*piece, graph, i, &a.y, a.to);
  return piece;
}

std::optional<Piece> dropout(const Graph& graph, int i, const kernels::DropoutArgs& a) {
  Piece piece = flat(a.n, ChainOp::draw, 0, a.dtype);
  piece.step.number = a.scale;
  piece.step.keep_below = a.keep_below;
  piece.step.place = a.place;
  piece.mask = graph.slot(i, &a.mask);
  read(piece, graph, i, &a.x, a.dtype);
  write(piece, graph, i, &a.y, a.dtype);
  return piece;
}

std::optional<Piece> mask_scale(const Graph& graph, int i, const kernels::MaskScaleArgs& a) {
  Piece piece = flat(a.n, ChainOp::mask, 0, a.dtype);
  piece.step.number = a.scale;
  piece.mask = graph.slot(i, &a.mask);
  read(piece, graph, i, &a.x, a.dtype);
  write(piece, graph, i, &a.y, a.dtype);
  return piece;
}

std::optional<Piece> any_piece(const Graph& graph, int i) {
  if (const auto* a = graph.match(i, kernels::unary)) return unary(graph, i, *a);
  if (const auto* a = graph.match(i, kernels::unary_grad)) return unary_grad(graph, i, *a);
  if (const auto* a = graph.match(i, kernels::binary)) return binary(graph, i, *a, ChainOp::pair);
  if (const auto* a = graph.match(i, kernels::compare)) return binary(graph, i, *a, ChainOp::comparison);
  if (const auto* a = graph.match(i, kernels::where)) return where(graph, i, *a);
  if (const auto* a = graph.match(i, kernels::copy)) return copy(graph, i, *a);
  if (const auto* a = graph.match(i, kernels::dropout)) return dropout(graph, i, *a);
  if (const auto* a = graph.match(i, kernels::mask_scale)) return mask_scale(graph, i, *a);
  return {};
}

}  // namespace

std::optional<Piece> piece_of(const Graph& graph, int i) {
  auto piece = any_piece(graph, i);
  return piece && piece->cols > 0 ? piece : std::nullopt;
}

}  // namespace lepton::detail
