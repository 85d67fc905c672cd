// Whether a function keeps samples apart, and where they meet what they share.
#pragma once

#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "lepton/tensor/tensor.hpp"
#include "src/autograd/observer.hpp"

namespace lepton::detail {

/// Follows the samples along the first axis of `inputs` through the operations that run until `stop`. What holds
/// samples has them one after the other along its first axis, as many rows each.
class SampleWatch final : public OpObserver {
 public:
  explicit SampleWatch(const std::vector<Tensor>& inputs);
  ~SampleWatch() { stop(); }
  SampleWatch(const SampleWatch&) = delete;
  SampleWatch& operator=(const SampleWatch&) = delete;

  void stop();

  /// A tensor without samples that wants a gradient, where an operation joins it with samples.
  struct Joint {
    Tensor shared, result;
    int input;
  };
  const std::vector<Joint>& joints() const { return joints_; }

  /// Whether no operation has mixed samples, as far as is known, and `t` holds them.
  bool keeps_apart(const Tensor& t) const { return !mixed_ && holds_samples(t); }

  void applied(const char* name, std::span<const Tensor* const> inputs, const Tensor& output,
               OpKind kind) override;

 private:
  bool holds_samples(const Tensor& t) const { return t.defined() && samples_of_.contains(t.ref().get()); }
  bool view_keeps_apart(const Tensor& x, const Tensor& y) const;
  bool op_keeps_apart(std::string_view name, std::span<const Tensor* const> inputs, const Tensor& y) const;
  bool joined_by_rows(std::span<const Tensor* const> inputs, const Tensor& y) const;

  std::int64_t samples_;
  std::unordered_set<const TensorImpl*> samples_of_;
  std::vector<Tensor> held_;  // or an address might come back as another tensor
  std::vector<Joint> joints_;
  bool mixed_ = false, stopped_ = false;
  OpObserver* outer_;
};

}  // namespace lepton::detail
