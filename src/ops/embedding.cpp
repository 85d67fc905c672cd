// Bags of rows: the gradient by the table is a kernel, that by the rows' weights is composed.
#include "lepton/ops/embedding.hpp"

#include "kernels/embedding.hpp"
#include "kernels/index.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/cast.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/apply.hpp"
#include "src/ops/optional_slot.hpp"

namespace lepton {
namespace detail {
namespace {

using kernels::BagJoin;
using kernels::Bags;
constexpr auto kOp = "embedding_bag";

/// Everything that is no tensor; the pointers of `bags` are set at a launch.
struct BagShape {
  Bags bags{};
  const char* op = kOp;
};

struct EmbeddingBag;

/// Inputs: g [bags, n], ids, offsets or undefined, weights or undefined, where.
struct EmbeddingBagGrad {
  static constexpr auto name = "embedding_bag_grad";
  static constexpr unsigned saves_inputs = 14;
  BagShape shape;

  Spec infer(const Tensor&, const Tensor&, const Tensor&, const Tensor&, const Tensor&) const {
    return Spec({shape.bags.rows, shape.bags.n}, shape.bags.dtype);
  }
  void run(Tensor& d, const Tensor& g, const Tensor& ids, const Tensor& offsets, const Tensor& weights,
           const Tensor& where) const {
    kernels::EmbeddingBagGradArgs args{};
    args.bags = shape.bags;
    const Slot first = reads(args.g, g);
    launch(kernels::embedding_bag_grad, args,
           {first, reads(args.bags.ids, ids), optional(args.bags.offsets, offsets, first),
            optional(args.bags.weights, weights, first), reads(args.where, where), writes(args.dtable, d)});
  }
  Grads backward(const Saved& saved, const Tensor& h) const;
};

/// Inputs: table [rows, n], ids, offsets or undefined, weights or undefined. The companion names, for BagJoin::max, the
/// rows that won.
struct EmbeddingBag {
  static constexpr auto name = kOp;
  static constexpr unsigned saves_inputs = 15, saves_outputs = 2;
  BagShape shape;

  std::array<Spec, 2> infer(const Tensor&, const Tensor&, const Tensor&, const Tensor&) const {
    const Shape y{shape.bags.bags, shape.bags.n};
    return {Spec(y, shape.bags.dtype), Spec(shape.bags.join == BagJoin::max ? y : Shape{0}, i64)};
  }
  void run(Tensor& y, Tensor& where, const Tensor& table, const Tensor& ids, const Tensor& offsets,
           const Tensor& weights) const {
    kernels::EmbeddingBagArgs args{};
    args.bags = shape.bags;
    args.op = shape.op;
    const Slot first = reads(args.table, table);
    launch(kernels::embedding_bag, args,
           {first, reads(args.bags.ids, ids), optional(args.bags.offsets, offsets, first),
            optional(args.bags.weights, weights, first), writes(args.y, y), writes(args.where, where)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor &ids = saved.input(1), &offsets = saved.input(2), &weights = saved.input(3);
    Tensor dtable, dweights;
    if (saved.needs(0))
      dtable = apply(EmbeddingBagGrad{shape}, g.contiguous(), ids, offsets, weights, saved.output(1));
    if (saved.needs(3)) dweights = weights_grad(saved.input(0), ids, offsets, g);
    return {std::move(dtable), Tensor(), Tensor(), std::move(dweights)};
  }

 private:
  /// For each id the product of its row with the gradient of its bag.
  Tensor weights_grad(const Tensor& table, const Tensor& ids, const Tensor& offsets, const Tensor& g) const {
    const Bags& b = shape.bags;
    const Tensor place = arange(0, double(b.count), 1, {.dtype = i64, .device = g.device()});
    Tensor bag = cast((cast(place, f64) + 0.5) / double(std::max<std::int64_t>(b.width, 1)), i64);
    if (offsets.defined()) bag = sum(cast(offsets.unsqueeze(0) <= place.unsqueeze(1), i64), {1}) - 1;
    const Tensor products = sum(index_select(table, 0, ids) * index_select(g, 0, bag), {1});
    return products * (1 - cast(ids == double(b.padding), products.dtype()));
  }
};

Grads EmbeddingBagGrad::backward(const Saved& saved, const Tensor& h) const {
  if (shape.bags.join == BagJoin::max) throw Error(kOp, "of BagMode::max can be differentiated once only");
  if (saved.needs(3)) throw Error(kOp, "its gradient cannot be differentiated by per_sample_weights");
  return apply(EmbeddingBag{shape}, h.contiguous(), saved.input(1), saved.input(2), saved.input(3))[0];
}

/// embedding, with a gradient that leaves one row alone.
struct PaddedEmbedding {
  static constexpr auto name = "embedding";
  static constexpr unsigned saves_inputs = 2;
  BagShape shape;

  Spec infer(const Tensor& table, const Tensor& ids) const {
    return Spec({ids.numel(), table.shape()[1]}, table.dtype());
  }
  void run(Tensor& y, const Tensor& table, const Tensor& ids) const {
    kernels::GatherRowsArgs args{};
    args.rows = table.shape()[0];
    args.count = ids.numel();
    args.width = table.shape()[1];
    args.op = name;
    args.element_size = std::uint8_t(size_of(table.dtype()));
    launch(kernels::gather_rows, args, {reads(args.x, table), reads(args.index, ids), writes(args.y, y)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    const Tensor nothing = empty({0}, {.dtype = i64, .device = g.device()});
    return {apply(EmbeddingBagGrad{shape}, g.contiguous(), saved.input(1), Tensor(), Tensor(), nothing),
            Tensor()};
  }
};

BagShape bag_shape(const Tensor& weight, const Tensor& ids, std::optional<std::int64_t> padding,
                   const char* op) {
  require_computable(weight, op);
  if (weight.rank() != 2) throw Error(op, "weight must be [V, D], got " + to_string(weight.shape()));
  if (ids.dtype() != i64) throw Error(op, "ids must be i64, not " + std::string(name_of(ids.dtype())));
  const std::int64_t rows = weight.shape()[0];
  if (padding && (*padding < -rows || *padding >= rows))
    throw Error(op, "padding_idx " + std::to_string(*padding) + " is no row of " + to_string(weight.shape()));
  BagShape s;
  s.op = op;
  s.bags.count = ids.numel();
  s.bags.rows = rows;
  s.bags.n = weight.shape()[1];
  s.bags.padding = !padding ? -1 : *padding < 0 ? *padding + rows : *padding;
  s.bags.dtype = weight.dtype();
  return s;
}

}  // namespace
}  // namespace detail

Tensor embedding(const Tensor& weight, const Tensor& ids, std::int64_t padding_idx) {
  detail::BagShape shape = detail::bag_shape(weight, ids, padding_idx, "embedding");
  shape.bags.bags = ids.numel();
  shape.bags.width = 1;
  Shape out = ids.shape();
  out.push_back(weight.shape()[1]);
  const Tensor flat = ids.reshape({ids.numel()}).contiguous();
  return detail::apply(detail::PaddedEmbedding{shape}, weight.contiguous(), flat).reshape(out);
}

Tensor embedding_bag(const Tensor& weight, const Tensor& ids, const Tensor& offsets,
                     const EmbeddingBagOptions& o) {
  using detail::kOp;
  detail::BagShape shape = detail::bag_shape(weight, ids, o.padding_idx, kOp);
  shape.bags.join = o.mode == BagMode::sum    ? kernels::BagJoin::sum
                    : o.mode == BagMode::mean ? kernels::BagJoin::mean
                                              : kernels::BagJoin::max;
  Tensor starts = offsets;
  if (offsets.defined()) {
    if (ids.rank() != 1 || offsets.rank() != 1 || offsets.dtype() != i64)
      throw Error(kOp, "needs ids [N] and offsets [B] of type i64, got " + to_string(ids.shape()) + " and " +
                           to_string(offsets.shape()) + " " + std::string(name_of(offsets.dtype())));
    if (o.include_last_offset) starts = offsets.slice(0, 0, -1);
    starts = starts.contiguous();
    shape.bags.bags = starts.numel();
  } else {
    if (ids.rank() != 2) throw Error(kOp, "needs ids [B, L], or offsets; got ids " + to_string(ids.shape()));
    shape.bags.bags = ids.shape()[0];
    shape.bags.width = ids.shape()[1];
  }
  Tensor weights = o.per_sample_weights;
  if (weights.defined()) {
    if (o.mode != BagMode::sum) throw Error(kOp, "per_sample_weights are for BagMode::sum");
    if (weights.shape() != ids.shape() || weights.dtype() != weight.dtype())
      throw Error(kOp, "per_sample_weights " + to_string(weights.shape()) + " do not fit ids " +
                           to_string(ids.shape()));
    weights = weights.reshape({ids.numel()}).contiguous();
  }
  const Tensor flat = ids.reshape({ids.numel()}).contiguous();
  return detail::apply(detail::EmbeddingBag{shape}, weight.contiguous(), flat, starts, weights)[0];
}

}  // namespace lepton
