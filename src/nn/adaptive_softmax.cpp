// Softmax over very many classes with few weights for the rare ones.
#include "lepton/nn/adaptive_softmax.hpp"

#include <cmath>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/ops/softmax.hpp"

namespace lepton::nn {
namespace {

constexpr auto kName = "AdaptiveLogSoftmaxWithLoss";

/// How many classes the head has for itself.
std::int64_t checked_first(const AdaptiveLogSoftmaxOptions& o) {
  std::int64_t last = 0;
  for (const std::int64_t c : o.cutoffs) {
    if (c <= last || c >= o.classes)
      throw Error(kName, "cutoffs must rise, and lie between 0 and the number of classes");
    last = c;
  }
  if (o.cutoffs.empty()) throw Error(kName, "needs a cutoff");
  return o.cutoffs[0];
}

}  // namespace

AdaptiveLogSoftmaxWithLoss::AdaptiveLogSoftmaxWithLoss(const AdaptiveLogSoftmaxOptions& o)
    : head({.in = o.in, .out = checked_first(o) + std::int64_t(o.cutoffs.size()), .bias = o.head_bias}),
      in_(o.in),
      frequent_(o.cutoffs[0]) {
  for (std::size_t i = 0; i < o.cutoffs.size(); ++i) {
    const std::int64_t end = i + 1 < o.cutoffs.size() ? o.cutoffs[i + 1] : o.classes;
    const auto features = std::int64_t(std::floor(double(o.in) / std::pow(o.div_value, double(i + 1))));
    if (features < 1) throw Error(kName, "div_value leaves no features for cluster " + std::to_string(i));
    tail.push_back({Linear({.in = o.in, .out = features, .bias = false}),
                    Linear({.in = features, .out = end - o.cutoffs[i], .bias = false})});
  }
}

Tensor AdaptiveLogSoftmaxWithLoss::log_prob(const Tensor& x) const {
  if (x.rank() != 2 || x.shape()[1] != in_)
    throw Error(kName, "needs [N, " + std::to_string(in_) + "], got " + to_string(x.shape()));
  const Tensor top = log_softmax(head(x));
  std::vector<Tensor> parts{top.slice(1, 0, frequent_)};
  std::int64_t place = frequent_;  // of a cluster in the head
  for (const auto& cluster : tail) {
    const Tensor within = log_softmax(cluster[1](cluster[0](x)));
    parts.push_back(within + top.slice(1, place, place + 1));
    ++place;
  }
  return cat(parts, 1);
}

AdaptiveLogSoftmaxResult AdaptiveLogSoftmaxWithLoss::operator()(const Tensor& x, const Tensor& target) const {
  const Tensor all = log_prob(x);
  if (target.shape() != Shape{x.shape()[0]})
    throw Error(kName, "target " + to_string(target.shape()) + " does not fit input " + to_string(x.shape()));
  const Tensor output = gather(all, 1, target.unsqueeze(1)).squeeze(1);
  return {output, -mean(output)};
}

Tensor AdaptiveLogSoftmaxWithLoss::predict(const Tensor& x) const { return argmax(log_prob(x), 1); }

}  // namespace lepton::nn
