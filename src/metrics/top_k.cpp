// Counting right answers among the k likeliest.
#include "lepton/metrics/top_k.hpp"

#include <string>

#include "lepton/core/error.hpp"
#include "src/metrics/probabilities.hpp"

namespace lepton::metrics {

TopK::TopK(std::int64_t k) : k_(k) {
  if (k < 1) throw Error("top_k", "k must be at least 1, got " + std::to_string(k));
}

void TopK::update(const Tensor& logits, const Tensor& target, const Tensor& weights) {
  const Samples s = samples(logits, target, weights, "top_k");
  for (std::size_t i = 0; i < s.size(); ++i) {
    const double* const x = s.row(i);
    const std::int64_t label = s.labels[i];
    std::int64_t before = 0;
    for (std::int64_t c = 0; c < s.classes; ++c) before += x[c] > x[label] || (x[c] == x[label] && c > label);
    right_ += before < k_ ? s.weights[i] : 0;
    all_ += s.weights[i];
  }
}

void TopK::merge(const TopK& other) {
  if (other.k_ != k_)
    throw Error("top_k",
                "of " + std::to_string(other.k_) + " does not merge into one of " + std::to_string(k_));
  right_ += other.right_;
  all_ += other.all_;
}

}  // namespace lepton::metrics
