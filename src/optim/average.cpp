// The launch of rules that follow parameters.
#include "lepton/optim/average.hpp"

#include <cstring>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/optim/parameters.hpp"
#include "src/optim/segments.hpp"

namespace lepton::optim {
namespace detail {

Following::Following(const RuleInfo& rule, const void* options, std::size_t options_size,
                     std::vector<Tensor> written, std::vector<Tensor> read)
    : rule_(rule), written_(std::move(written)), read_(std::move(read)) {
  if (written_.empty()) throw Error(rule.name, "there are no parameters to follow");
  const lepton::detail::PauseRecording pause;
  const NoGrad no_grad;
  std::memcpy(options_, options, options_size);
  for (const Tensor& t : written_) {
    if (t.dtype() != f32 && t.dtype() != f64)
      throw Error(rule.name, "follows f32 and f64, not " + std::string(name_of(t.dtype())));
    if (!t.is_contiguous())
      throw Error(rule.name, "a parameter " + to_string(t.shape()) + " is not contiguous");
    if (rule.slot_count > 0) slot_.push_back(t.detach().clone());
  }
  constexpr std::int64_t kColumns = sizeof(ParameterProgress) / sizeof(double);
  progress_ =
      zeros({std::int64_t(written_.size()), kColumns}, {.dtype = f64, .device = written_[0].device()});
}

void Following::update() {
  check_owners(rule_.name, read_);
  const NoGrad no_grad;
  for (const DType dtype : {f32, f64}) pass(dtype);
}

void Following::pass(DType dtype) {
  Segments<kernels::OptimizerArgs> call(written_.size());
  kernels::OptimizerArgs& args = call.args();
  std::vector<Tensor> held;  // what had to be converted, until the kernel has run
  for (std::size_t i = 0; i < written_.size(); ++i) {
    const Tensor& to = written_[i];
    if (to.dtype() != dtype || to.numel() == 0) continue;
    const Tensor& from = read_[i];
    if (from.shape() != to.shape() ||
        (!slot_.empty() && (slot_[i].shape() != to.shape() || slot_[i].dtype() != dtype)))
      throw Error(rule_.name, "parameter '" + label(from, i) + "' " + to_string(from.shape()) +
                                  " has changed its shape or type; begin anew");
    auto& segment = call.add(to.numel());
    segment.row = std::int64_t(i);
    call.slot(lepton::detail::updates(segment.p, to));
    const bool fits = from.dtype() == dtype && from.is_contiguous();
    call.slot(lepton::detail::reads(segment.g, fits ? from : held.emplace_back(from.to(dtype).contiguous())));
    if (!slot_.empty()) call.slot(lepton::detail::updates(segment.slot[0], slot_[i]));
  }
  if (args.count == 0) return;
  call.slot(lepton::detail::updates(args.progress, progress_));
  args.rule = std::uint8_t(rule_.index);
  args.dtype = dtype;
  std::memcpy(args.options, options_, sizeof options_);
  call.launch(kernels::optimizer);
}

Optimizer::Named Following::state() const {
  Optimizer::Named result;
  const auto names = labels(read_);
  for (std::size_t i = 0; i < slot_.size(); ++i)
    result.emplace_back(rule_.slots[0] + ("." + names[i]), slot_[i]);
  result.emplace_back("progress", progress_);
  return result;
}

}  // namespace detail

Lookahead::Lookahead(const std::vector<Tensor>& parameters, const LookaheadOptions& options)
    : following_(detail::rule_info<LookaheadRule>(), &options, sizeof options, parameters, parameters) {
  if (options.k < 1 || !(options.alpha > 0) || options.alpha > 1)
    throw Error("lookahead", "needs k >= 1 and 0 < alpha <= 1");
}

}  // namespace lepton::optim
