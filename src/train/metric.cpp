// Metrics that are means over batches, and what all metrics share.
#include "lepton/train/metric.hpp"

namespace lepton {
namespace {

struct MeanOfBatches {
  double (*of_batch)(const Tensor&, const Tensor&);
  double sum = 0, samples = 0;

  void update(const Tensor& prediction, const Tensor& target) {
    const double n = double(target.size(0));
    sum += of_batch(prediction, target) * n;
    samples += n;
  }
  double value() const { return sum / samples; }
};

}  // namespace

Metric::Run::~Run() = default;

Metric::Metric(std::string name, double (*of_batch)(const Tensor&, const Tensor&))
    : Metric(std::move(name), MeanOfBatches{of_batch}) {}
Metric::Metric(const Metric& other)
    : name_(other.name_), fresh_(other.fresh_->clone()), target_(other.target_) {}
Metric::Metric(Metric&&) noexcept = default;
Metric& Metric::operator=(Metric other) noexcept {
  name_.swap(other.name_);
  fresh_.swap(other.fresh_);
  target_ = other.target_;
  return *this;
}
Metric Metric::against(std::size_t tensor) const {
  Metric other = *this;
  other.target_ = tensor;
  return other;
}
Metric::~Metric() = default;

}  // namespace lepton
