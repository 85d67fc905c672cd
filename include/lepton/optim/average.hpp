// Averages of a model over its training, and look-ahead: passes beside those of an optimizer.
#pragma once

#include <vector>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/nn/module.hpp"
#include "lepton/optim/rule_optimizer.hpp"

namespace lepton::optim {

namespace detail {

/// A rule's pass over tensors that follow others, one launch a type.
class LEPTON_API Following {
 public:
  /// written[i] follows read[i], with the rule's only slot, if it has one, starting as written[i] is.
  Following(const RuleInfo& rule, const void* options, std::size_t options_size, std::vector<Tensor> written,
            std::vector<Tensor> read);
  void update();
  /// Slots and the step count.
  Optimizer::Named state() const;
  const std::vector<Tensor>& written() const { return written_; }

 private:
  void pass(DType dtype);

  RuleInfo rule_;
  std::byte options_[64] = {};
  std::vector<Tensor> written_, read_, slot_;
  Tensor progress_;
};

/// A copy of a model whose parameters follow the model's, and whose buffers are its buffers.
template <class M, class Rule> class AverageOf {
 public:
  void update() {
    following_.update();
    const NoGrad no_grad;
    for (std::size_t i = 0; i < buffers_.size(); ++i) buffers_[i].first.copy_(buffers_[i].second);
  }
  /// The average, for evaluation and saving. It asks for no gradients.
  M& model() { return average_; }
  const M& model() const { return average_; }
  /// Its parameters and buffers by their paths, and the step count: writing into them sets the state.
  Optimizer::Named state() const {
    auto result = average_.state();
    for (auto& entry : following_.state()) result.push_back(std::move(entry));
    return result;
  }

 protected:
  AverageOf(M& model, const typename Rule::Options& options)
      : average_(model),
        following_(rule_info<Rule>(), &options, sizeof options, tensors(average_.named_parameters()),
                   tensors(model.named_parameters())) {
    average_.set_requires_grad(false);
    const auto to = average_.named_buffers(), from = model.named_buffers();
    for (std::size_t i = 0; i < to.size(); ++i) buffers_.emplace_back(to[i].second, from[i].second);
  }

 private:
  static std::vector<Tensor> tensors(const nn::Module::Named& named) {
    std::vector<Tensor> result;
    for (const auto& [path, t] : named) result.push_back(t);
    return result;
  }

  M average_;
  Following following_;
  std::vector<std::pair<Tensor, Tensor>> buffers_;  // of the average and of the model
};

}  // namespace detail

// Each is updated after the optimizer's step, also inside a captured step:
//   optim::Ema ema(model, {.decay = 0.999});
//   ... adam.step(); ema.update();
//   evaluate(ema.model(), ...);

/// Exponential moving average of a model's parameters. It starts as the model is at the first update.
template <class M> class Ema : public detail::AverageOf<M, EmaRule> {
 public:
  explicit Ema(M& model, const EmaOptions& options = {}) : detail::AverageOf<M, EmaRule>(model, options) {}
};

/// Mean of a model's parameters over all updates (Izmailov et al. 2018), one at the end of each epoch, say. Running
/// statistics are the last ones; those of the average come from some batches through it in training mode.
template <class M> class Swa : public detail::AverageOf<M, SwaRule> {
 public:
  explicit Swa(M& model) : detail::AverageOf<M, SwaRule>(model, {}) {}
};

/// Look-ahead (Zhang et al. 2019) around any optimizer: slow weights take a step of alpha towards the parameters every
/// k updates, and the parameters go on from there.
///
///   optim::Lookahead lookahead(model.parameters(), {.k = 5, .alpha = 0.5});
///   ... adam.step(); lookahead.update();
class LEPTON_API Lookahead {
 public:
  explicit Lookahead(const std::vector<Tensor>& parameters, const LookaheadOptions& options = {});
  void update() { following_.update(); }
  /// "slow.<parameter>" and the step count: writing into them sets the state.
  Optimizer::Named state() const { return following_.state(); }

 private:
  detail::Following following_;
};

}  // namespace lepton::optim
