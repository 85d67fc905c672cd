// RuleOptimizer: an optimizer made from a rule, in one pass over all parameters of a group.
#pragma once

#include <iterator>

#include "lepton/optim/optimizer.hpp"
#include "lepton/optim/rules/all.hpp"

namespace lepton::optim {

namespace detail {

/// What the passes need to know of a rule.
struct RuleInfo {
  const char* name;
  std::size_t index;  ///< in optim::Rules
  const char* const* slots;
  int slot_count;  ///< of those that are kept
  bool directs;
  int rank;  ///< what parameters must have; -1: any
};

template <class R> constexpr RuleInfo rule_info() {
  RuleInfo info{R::name, index_of<R, Rules>, nullptr, 0, requires {R::directs;
}
, -1
};  // namespace detail
if constexpr (requires { R::rank; }) info.rank = R::rank;
if constexpr (requires { R::slots; }) {
  info.slots = R::slots;
  info.slot_count = int(std::size(R::slots)) - int(info.directs);
}
return info;
}  // namespace lepton::optim

}  // namespace detail

/// The part of a RuleOptimizer that does not depend on its rule.
class LEPTON_API RuleOptimizerBase : public Optimizer {
 public:
  RuleOptimizerBase(RuleOptimizerBase&&) noexcept;
  RuleOptimizerBase& operator=(RuleOptimizerBase&&) noexcept;
  ~RuleOptimizerBase() override;

  std::int64_t steps() const override;
  Named state() const override;

 protected:
  static constexpr std::size_t kOptionsBytes = 64;

  explicit RuleOptimizerBase(const char* name);
  void add(std::vector<Tensor> parameters, const detail::RuleInfo& rule, const void* options,
           std::size_t options_size, double lr, double initial);
  Tensor run(const StepOptions& options) override;

  /// For rules that only direct: the parameter's new value. lr: a scalar of its type.
  virtual Tensor moved(const Tensor& p, const Tensor& direction, const Tensor& lr, const void* options) const;

 private:
  struct Group {
    detail::RuleInfo rule;
    std::byte options[kOptionsBytes] = {};
    double initial;                          // of the first slot
    std::size_t first, count;                // parameters
    std::vector<std::vector<Tensor>> slots;  // [slot][parameter of the group]
    Tensor progress;                         // a ParameterProgress for each, as f64 elements
  };

  void follow_parameters(std::size_t group);
  void pass(std::size_t group, DType dtype, const StepOptions& options, const Tensor& norm);

  std::vector<Group> groups_;
};

/// The optimizer of a rule, or of several for the same options, of which the first that fits them is taken.
template <class... R> class RuleOptimizer : public RuleOptimizerBase {
 public:
  using Options = std::common_type_t<typename R::Options...>;
  /// Parameters with options of their own.
  struct Group {
    std::vector<Tensor> parameters;
    Options options = {};
  };

  /// Adam(model.parameters(), {.lr = 1e-3})
  explicit RuleOptimizer(std::vector<Tensor> parameters, const Options& options = {})
      : RuleOptimizerBase(kName) {
    add_group(std::move(parameters), options);
  }
  /// AdamW({{matrices, {.weight_decay = 0.1}}, {others, {.weight_decay = 0}}})
  explicit RuleOptimizer(std::vector<Group> groups) : RuleOptimizerBase(kName) {
    for (Group& g : groups) add_group(std::move(g.parameters), g.options);
  }

  /// A further group, whose state starts anew.
  void add_group(std::vector<Tensor> parameters, const Options& options = {}) {
    static_assert(sizeof options <= kOptionsBytes && std::is_trivially_copyable_v<Options>);
    bool found = false;
    (void)((fits<R>(options) && (found = true, add_for<R>(parameters, options), true)) || ...);
    if (!found) throw Error(kName, "has no rule for these options");
  }

 private:
  static constexpr const char* kName = std::get<0>(std::array{R::name...});

  template <class Rule> static bool fits(const Options& options) {
    if constexpr (requires { Rule::fits(options); }) return Rule::fits(options);
    else return true;
  }
  template <class Rule> void add_for(std::vector<Tensor>& parameters, const Options& options) {
    double initial = 0;
    if constexpr (requires { Rule::initial(options); }) initial = Rule::initial(options);
    add(std::move(parameters), detail::rule_info<Rule>(), &options, sizeof options, options.lr, initial);
  }
};

}  // namespace lepton::optim
