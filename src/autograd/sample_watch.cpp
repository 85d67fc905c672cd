// What is known of operations: which of them keep the rows of their first axis apart.
#include "src/autograd/sample_watch.hpp"

#include <algorithm>
#include <utility>

#include "lepton/ops/formula/binary.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton::detail {
namespace {

using Names = std::unordered_set<std::string_view>;

template <class... F> void add_names(Names& names, TypeList<F...>) { (names.insert(F::name), ...); }

/// Element by element, with broadcasting.
const Names& elementwise() {
  static const Names names = [] {
    Names all{"cast", "clone", "dropout", "mask_scale", "where"};
    add_names(all, op::UnaryOps{});
    add_names(all, op::BinaryOps{});
    add_names(all, op::CompareOps{});
    return all;
  }();
  return names;
}

/// A row of the result out of the same row of the first input and what is shared.
const Names& by_rows() {
  static const Names names{"linear",     "conv2d",   "max_pool2d", "softmax", "log_softmax",
                           "layer_norm", "rms_norm", "pick",       "place"};
  return names;
}

bool is_reduction(std::string_view name) { return name == "sum" || name == "reduce" || name == "max"; }

}  // namespace

SampleWatch::SampleWatch(const std::vector<Tensor>& inputs)
    : samples_(inputs[0].size(0)), held_(inputs), outer_(exchange_observer(this)) {
  for (const Tensor& x : inputs) samples_of_.insert(x.ref().get());
}

void SampleWatch::stop() {
  if (!std::exchange(stopped_, true)) exchange_observer(outer_);
}

/// A first axis that stays in its place, or rows that are cut anew within each sample.
bool SampleWatch::view_keeps_apart(const Tensor& x, const Tensor& y) const {
  if (y.rank() == 0 || y.shape()[0] % samples_ != 0) return false;
  if (y.shape()[0] == x.shape()[0] && y.strides()[0] == x.strides()[0]) return y.strides()[0] > 0;
  return x.is_contiguous() && y.is_contiguous() && x.numel() == y.numel();
}

bool SampleWatch::joined_by_rows(std::span<const Tensor* const> inputs, const Tensor& y) const {
  return std::all_of(inputs.begin(), inputs.end(), [&](const Tensor* x) {
    if (!x->defined()) return true;
    if (holds_samples(*x)) return x->rank() == y.rank() && x->shape()[0] == y.shape()[0];
    return x->rank() < y.rank() || x->shape()[0] == 1;
  });
}

bool SampleWatch::op_keeps_apart(std::string_view name, std::span<const Tensor* const> inputs,
                                 const Tensor& y) const {
  const Tensor& x = *inputs[0];
  if (y.rank() == 0 || y.shape()[0] % samples_ != 0) return false;
  if (elementwise().contains(name)) return joined_by_rows(inputs, y);
  if (!holds_samples(x) || x.shape()[0] != y.shape()[0]) return false;
  if (name == "pick" || name == "place") return true;  // an index a row
  if (name == "matmul") {  // with a matrix that is shared, or with as many of the samples' own
    const Tensor& b = *inputs[1];
    return holds_samples(b) ? x.rank() > 2 && b.rank() == x.rank() && b.shape()[0] == x.shape()[0]
                            : b.rank() == 2;
  }
  const auto shared = [&](const Tensor* t) { return !holds_samples(*t); };
  if (!std::all_of(inputs.begin() + 1, inputs.end(), shared)) return false;
  if (by_rows().contains(name)) return x.rank() > 1;
  // Which axes a sum went over is seen by the sizes alone, where no other axis has the first one's.
  return is_reduction(name) && std::count(x.shape().begin(), x.shape().end(), x.shape()[0]) == 1;
}

void SampleWatch::applied(const char* name, std::span<const Tensor* const> inputs, const Tensor& output,
                          OpKind kind) {
  const auto has_samples = [&](const Tensor* x) { return holds_samples(*x); };
  if (mixed_ || std::none_of(inputs.begin(), inputs.end(), has_samples)) return;
  const bool index = std::string_view(name) == "index_select";  // a shared table, by an index a row
  const bool apart = kind == OpKind::views ? view_keeps_apart(*inputs[0], output)
                     : index               ? !holds_samples(*inputs[0]) && inputs[1]->numel() % samples_ == 0
                                           : op_keeps_apart(name, inputs, output);
  mixed_ = !apart;
  if (mixed_) return;
  samples_of_.insert(output.ref().get());
  held_.push_back(output);
  for (int i = 0; i < int(inputs.size()); ++i)
    if (const Tensor& x = *inputs[std::size_t(i)]; x.defined() && x.requires_grad() && !holds_samples(x))
      joints_.push_back({x, output, i});
}

}  // namespace lepton::detail
