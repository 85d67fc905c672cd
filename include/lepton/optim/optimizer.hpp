// Optimizer: applies a rule to the parameters of a model.
#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::optim {

/// What every optimizer can do. It holds handles to the parameters, so it follows a model that is moved; where
/// the model is gone, step() throws. Movable, not copyable.
class LEPTON_API Optimizer {
 public:
  Optimizer(Optimizer&&) noexcept;
  Optimizer& operator=(Optimizer&&) noexcept;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  virtual ~Optimizer();

  /// Updates every parameter that has a gradient, in one kernel; the others, and their state, stay.
  void step();
  void zero_grad();

  double lr() const;
  /// Takes effect at the next step, also of a captured step.
  void set_lr(double lr);
  /// Updates so far.
  std::int64_t steps() const;

  const std::vector<Tensor>& parameters() const { return parameters_; }

  using Named = std::vector<std::pair<std::string, Tensor>>;
  /// The state as it is saved: "<slot>.<parameter>" for each, and "step_state". The tensors are the optimizer's
  /// own: writing into them sets its state.
  Named state() const;

 protected:
  struct Rule {
    const char* name;
    std::size_t index;              ///< in optim::Rules
    const char* const* slots;
    int slot_count;
  };
  Optimizer(std::vector<Tensor> parameters, const Rule& rule, const void* options, std::size_t options_size, double lr);

 private:
  void check_owner(const Tensor& p) const;

  Rule rule_;
  std::byte options_[64] = {};
  std::vector<Tensor> parameters_;
  std::vector<std::vector<Tensor>> slots_;  // [slot][parameter]
  Tensor state_;                            // a StepState, as f64 elements
};

/// The optimizer of a rule: what Adam, Sgd and Adadelta are.
template <class R, std::size_t index> class RuleOptimizer final : public Optimizer {
 public:
  using Options = typename R::Options;
  explicit RuleOptimizer(std::vector<Tensor> parameters, const Options& options = {})
      : Optimizer(std::move(parameters), {R::name, index, R::slots, int(std::size(R::slots))}, &options,
                  sizeof options, options.lr) {}
};

}  // namespace lepton::optim
