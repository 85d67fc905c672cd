// Normalisation layers against PyTorch: layers/norms.py made the file.
#include "lepton/nn/batch_norm.hpp"
#include "lepton/nn/norm.hpp"
#include "tests/golden/layers.hpp"

namespace lepton::golden {
namespace {

/// The layer in evaluation.
template <class M> M evaluating(M m) {
  m.eval();
  return m;
}

template <class M> Entry instance_norms(const std::string& name, std::int64_t a, std::int64_t b) {
  return {
      name,
      {layer(M(a)), layer(M(b, {.affine = true})), layer(M(a, {.affine = true, .track_running_stats = true})),
       layer(M(b, {.eps = 1e-2, .momentum = 0.4, .track_running_stats = true})), layer(M(a, {.eps = 0.5})),
       layer(evaluating(M(a, {.affine = true, .track_running_stats = true})))}};
}

template <class M> Entry batch_norms(const std::string& name, std::int64_t third) {
  return {name,
          {layer(M(3)), layer(M(4, {.affine = false})), layer(M(third, {.eps = 1e-2, .momentum = 0.4})),
           layer(M(4, {.track_running_stats = false})), layer(M(3, {.eps = 0.5})), layer(evaluating(M(3)))}};
}

/// Layers whose running statistics are means, called on two batches.
template <class M> Entry averages(const std::string& name) {
  Entry entry{name, {}};
  for (const auto& [channels, eps] : {std::pair{3, 1e-5}, {4, 1e-2}, {3, 0.1}, {4, 0.5}, {3, 1.0}})
    entry.cases.push_back([original = M(channels, {.eps = eps, .momentum = std::nullopt})] {
      const auto m = std::make_shared<M>(original);
      return Subject{[m](const std::vector<Tensor>& x) {
                       const Tensor first = (*m)(x[0]);
                       return first + (*m)(2 * x[0] + 1);
                     },
                     m};
    });
  return entry;
}

TEST(Layers, Normalisations) {
  using nn::GroupNorm, nn::LayerNorm, nn::LocalResponseNorm, nn::RMSNorm;
  expect_family(
      "norms",
      {{"LayerNorm",
        {layer(LayerNorm({5})), layer(LayerNorm({3, 4}, {.eps = 1e-3})),
         layer(LayerNorm({70}, {.bias = false})), layer(LayerNorm({6}, {.elementwise_affine = false})),
         layer(LayerNorm({33}, {.eps = 0.1}))}},
       {"RMSNorm",
        {layer(RMSNorm({5}, {.eps = 1e-6})), layer(RMSNorm({3, 4}, {.eps = 1e-3})),
         layer(RMSNorm({70}, {.eps = 0.5})), layer(RMSNorm({6}, {.elementwise_affine = false})),
         layer(RMSNorm({33}, {.eps = 0.1}))}},
       {"GroupNorm",
        {layer(GroupNorm(2, 4)), layer(GroupNorm(3, 6, {.eps = 1e-3})), layer(GroupNorm(4, 4)),
         layer(GroupNorm(1, 6)), layer(GroupNorm(4, 8, {.affine = false}))}},
       instance_norms<nn::InstanceNorm1d>("InstanceNorm1d", 3, 4),
       instance_norms<nn::InstanceNorm2d>("InstanceNorm2d", 3, 4),
       instance_norms<nn::InstanceNorm3d>("InstanceNorm3d", 3, 4),
       averages<nn::BatchNorm1d>("BatchNorm1d_average"),
       averages<nn::BatchNorm2d>("BatchNorm2d_average"),
       averages<nn::BatchNorm3d>("BatchNorm3d_average"),
       {"LocalResponseNorm",
        {layer(LocalResponseNorm(2)), layer(LocalResponseNorm(5, {.alpha = 0.5})),
         layer(LocalResponseNorm(3, {.beta = 0.5, .k = 2})),
         layer(LocalResponseNorm(4, {.alpha = 1.5, .beta = 1})),
         layer(LocalResponseNorm(1, {.alpha = 0.3, .k = 0.5}))}},
       batch_norms<nn::BatchNorm1d>("BatchNorm1d", 4),
       batch_norms<nn::BatchNorm2d>("BatchNorm2d", 3),
       batch_norms<nn::BatchNorm3d>("BatchNorm3d", 3)});
}

}  // namespace
}  // namespace lepton::golden
