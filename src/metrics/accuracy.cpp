// Counting right answers.
#include "lepton/metrics/accuracy.hpp"

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/reduce.hpp"
#include "src/metrics/predictions.hpp"

namespace lepton::metrics {

Tensor predictions(const Tensor& logits, const Tensor& target, const char* op) {
  const NoGrad no_grad;
  const Tensor x = logits.dtype() == f16 || logits.dtype() == bf16 ? logits.to(f32) : logits;
  if (x.shape() == target.shape()) return (x > 0).to(i64);
  Shape answers = x.shape();
  if (x.rank() > 0) answers.erase(x.rank() - 1);
  if (x.rank() == 0 || answers != target.shape() || x.shape().back() == 0)
    throw Error(op, "target " + to_string(target.shape()) + " does not fit logits " +
                        to_string(logits.shape()) + "; it is [N] for logits [N, classes]");
  return x.shape().back() == 1 ? (x.squeeze(-1) > 0).to(i64) : argmax(x, -1);
}

void Accuracy::update(const Tensor& logits, const Tensor& target) {
  const NoGrad no_grad;
  const Tensor answers = predictions(logits, target, "accuracy");
  correct_ += std::int64_t(sum((answers == target).to(i64)).item());
  count_ += target.numel();
}

void Accuracy::merge(const Accuracy& other) {
  correct_ += other.correct_;
  count_ += other.count_;
}

double accuracy(const Tensor& logits, const Tensor& target) {
  Accuracy result;
  result.update(logits, target);
  return result.value();
}

}  // namespace lepton::metrics
