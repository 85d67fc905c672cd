// Gradients of each sample: in one walk, where every operation keeps samples apart and tells its gradients by sample.
#include <map>
#include <optional>

#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/functional.hpp"
#include "lepton/autograd/hooks.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "lepton/autograd/node.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/autograd/sample_watch.hpp"

namespace lepton {
namespace {

using Loss = std::function<Tensor(const std::vector<Tensor>&)>;
using detail::SampleWatch;

Tensor or_zeros(const Tensor& g, const Tensor& like) { return g.defined() ? g : zeros_like(like.detach()); }

void add(Tensor& sum, const Tensor& g) { sum = sum.defined() ? sum + g : g; }

std::int64_t count_samples(const std::vector<Tensor>& inputs) {
  if (inputs.empty()) throw Error("per_sample_gradients", "needs at least one input");
  const std::int64_t n = inputs[0].size(0);
  for (const Tensor& x : inputs)
    if (x.size(0) != n)
      throw Error("per_sample_gradients",
                  "inputs have " + std::to_string(n) + " and " + std::to_string(x.size(0)) + " samples");
  return n;
}

/// [n, p's axes]
Tensor none_of(const Tensor& p, std::int64_t n) {
  Shape shape = p.shape();
  shape.insert(0, n);
  return zeros(shape, {.dtype = p.dtype(), .device = p.device()});
}

/// The gradients by what the samples share, each [n, its axes]; nothing where an operation does not tell them.
using Shared = std::vector<std::pair<Tensor, Tensor>>;
std::optional<Shared> gradients_at_joints(const Tensor& losses, const std::vector<SampleWatch::Joint>& joints,
                                          std::int64_t n) {
  Shared by;
  bool told = true;
  std::vector<HookHandle> hooks;
  for (const SampleWatch::Joint& joint : joints) {
    if (!joint.result.requires_grad()) continue;
    detail::Node* const node = joint.result.impl().node.get();
    hooks.push_back(register_hook(joint.result, [&, node](const Tensor& g) {
      const Tensor d = told ? node->backward_by_sample(joint.input, g, n) : Tensor();
      told = told && d.defined();
      if (told) by.emplace_back(joint.shared, d);
      return Tensor();
    }));
  }
  if (losses.requires_grad()) (void)grad(sum(losses), {}, {.retain_graph = true});
  for (const HookHandle& hook : hooks) hook.remove();
  if (!told) return {};
  return by;
}

/// From what the samples share to the parameters, sample by sample where something was computed between.
std::vector<Tensor> by_parameters(const Shared& shared, const std::vector<Tensor>& parameters,
                                  std::int64_t n) {
  std::vector<Tensor> all(parameters.size());
  for (const auto& [tensor, g] : shared) {
    if (tensor.is_leaf()) {
      for (std::size_t p = 0; p < parameters.size(); ++p)
        if (parameters[p].ref() == tensor.ref()) add(all[p], g);
      continue;
    }
    std::vector<std::vector<Tensor>> by(parameters.size());
    for (std::int64_t i = 0; i < n; ++i) {
      const auto one =
          grad(tensor, parameters, {.gradient = g.select(0, i).contiguous(), .retain_graph = true});
      for (std::size_t p = 0; p < one.size(); ++p)
        if (one[p].defined()) by[p].push_back(one[p]);
    }
    for (std::size_t p = 0; p < by.size(); ++p)
      if (!by[p].empty()) add(all[p], stack(by[p]));
  }
  for (std::size_t p = 0; p < all.size(); ++p)
    if (!all[p].defined()) all[p] = none_of(parameters[p], n);
  return all;
}

std::optional<std::vector<Tensor>> in_one_walk(const Loss& loss, const std::vector<Tensor>& parameters,
                                               const std::vector<Tensor>& inputs, std::int64_t n) {
  std::vector<Tensor>
      samples;  // identities of their own, so that a parameter among them is not taken for samples
  for (const Tensor& x : inputs) samples.push_back(x.detach());
  SampleWatch watch(samples);
  const Tensor losses = loss(samples);
  watch.stop();
  if (losses.shape() != Shape{n} || !watch.keeps_apart(losses)) return {};
  const auto shared = gradients_at_joints(losses, watch.joints(), n);
  if (!shared) return {};
  const NoGrad off;
  return by_parameters(*shared, parameters, n);
}

std::vector<Tensor> sample_by_sample(const Loss& loss, const std::vector<Tensor>& parameters,
                                     const std::vector<Tensor>& inputs, std::int64_t n) {
  std::vector<std::vector<Tensor>> by(parameters.size());
  for (std::int64_t i = 0; i < n; ++i) {
    std::vector<Tensor> sample;
    for (const Tensor& x : inputs) sample.push_back(x.slice(0, i, i + 1));
    const std::vector<Tensor> g = grad(loss(sample), parameters);
    for (std::size_t p = 0; p < g.size(); ++p) by[p].push_back(or_zeros(g[p], parameters[p]));
  }
  std::vector<Tensor> all;
  for (std::size_t p = 0; p < by.size(); ++p)
    all.push_back(by[p].empty() ? none_of(parameters[p], 0) : stack(by[p]));
  return all;
}

}  // namespace

std::vector<Tensor> per_sample_gradients(const Loss& loss, const std::vector<Tensor>& parameters,
                                         const std::vector<Tensor>& inputs) {
  const std::int64_t n = count_samples(inputs);
  const EnableGrad on;
  if (n > 1)
    if (auto all = in_one_walk(loss, parameters, inputs, n)) return std::move(*all);
  return sample_by_sample(loss, parameters, inputs, n);
}

}  // namespace lepton
