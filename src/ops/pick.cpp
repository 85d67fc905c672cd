// One element of each row: picking and placing are each other's gradients.
#include "src/ops/pick.hpp"

#include "kernels/pick.hpp"
#include "src/autograd/apply.hpp"

namespace lepton::detail {
namespace {

struct Place {
  static constexpr auto name = "place";
  static constexpr unsigned saves_inputs = 2;
  std::int64_t n, ignored;
  const char* op;

  Spec infer(const Tensor& x, const Tensor&) const { return Spec({x.numel(), n}, x.dtype()); }
  void run(Tensor& y, const Tensor& x, const Tensor& index) const {
    kernels::PlaceArgs args{};
    args.rows = x.numel();
    args.n = n;
    args.ignored = ignored;
    args.dtype = x.dtype();
    launch(kernels::place, args, {reads(args.x, x), reads(args.index, index), writes(args.y, y)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    return {pick(g.contiguous(), saved.input(1), ignored, op), Tensor()};
  }
};

struct Pick {
  static constexpr auto name = "pick";
  static constexpr unsigned saves_inputs = 2;
  std::int64_t n, ignored;
  const char* op;

  Spec infer(const Tensor& x, const Tensor& index) const { return Spec(index.shape(), x.dtype()); }
  void run(Tensor& y, const Tensor& x, const Tensor& index) const {
    kernels::PickArgs args{};
    args.rows = index.numel();
    args.n = n;
    args.ignored = ignored;
    args.op = op;
    args.dtype = x.dtype();
    launch(kernels::pick, args, {reads(args.x, x), reads(args.index, index), writes(args.y, y)});
  }
  Grads backward(const Saved& saved, const Tensor& g) const {
    return {apply(Place{n, ignored, op}, g.contiguous(), saved.input(1)), Tensor()};
  }
};

}  // namespace

Tensor pick(const Tensor& x, const Tensor& index, std::int64_t ignored, const char* op) {
  return apply(Pick{x.shape()[1], ignored, op}, x.contiguous(), index.contiguous());
}

}  // namespace lepton::detail
