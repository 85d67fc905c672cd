// The optimizers under test, by the names of their traces.
#pragma once

#include <functional>
#include <memory>

#include "tests/optim/problem.hpp"

namespace lepton::optim::test {

using Parameters = std::vector<Tensor>;

struct Case {
  const char* name;
  std::function<std::unique_ptr<Optimizer>(const Parameters&)> make;
  /// Uses the gradients of a problem.
  std::function<void(Optimizer&)> step = [](Optimizer& o) { o.step(); };
  const std::vector<Shape>* shapes = &kVectors;
  double tolerance32 = 1e-6;  ///< of the parameters' norm
};

inline void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

template <class O> auto with(typename O::Options options) {
  return [options](const Parameters& p) -> std::unique_ptr<Optimizer> {
    return std::make_unique<O>(p, options);
  };
}

inline std::vector<Case> cases() {
  const auto groups = [](const Parameters& p) -> std::unique_ptr<Optimizer> {
    return std::make_unique<Adam>(
        std::vector<Adam::Group>{{{p[0]}, {.lr = 0.05, .weight_decay = 0.1}},
                                 {{p[1], p[2]}, {.lr = 0.01, .beta1 = 0.5, .beta2 = 0.9}}});
  };
  return {
      {"sgd", with<Sgd>({.lr = 0.05, .weight_decay = 0.02})},
      {"sgd_momentum", with<Sgd>({.lr = 0.05, .momentum = 0.9, .dampening = 0.3, .weight_decay = 0.02})},
      {"sgd_nesterov", with<Sgd>({.lr = 0.05, .momentum = 0.9, .nesterov = true})},
      {"sgd_clip_norm", with<Sgd>({.lr = 0.05, .momentum = 0.9}),
       [](Optimizer& o) { o.step({.max_norm = 0.5}); }},
      {"sgd_clip_value", with<Sgd>({.lr = 0.05, .momentum = 0.9}),
       [](Optimizer& o) {
         clip_grad_value(o.parameters(), 0.25);
         o.step();
       }},
      {"adam", with<Adam>({.lr = 0.02, .beta1 = 0.8, .beta2 = 0.95, .weight_decay = 0.02})},
      {"adam_amsgrad", with<Adam>({.lr = 0.02, .amsgrad = true})},
      {"adam_groups", groups},
      {"adamw", with<AdamW>({.lr = 0.02})},
      {"adamw_amsgrad", with<AdamW>({.lr = 0.02, .weight_decay = 0.1, .amsgrad = true})},
      {"adamax", with<Adamax>({.lr = 0.02, .weight_decay = 0.02})},
      {"nadam", with<NAdam>({.lr = 0.02, .weight_decay = 0.02})},
      {"nadam_decoupled", with<NAdam>({.lr = 0.02, .weight_decay = 0.1, .decoupled_weight_decay = true})},
      {"radam", with<RAdam>({.lr = 0.02, .weight_decay = 0.02})},
      {"radam_decoupled", with<RAdam>({.lr = 0.02, .weight_decay = 0.1, .decoupled_weight_decay = true})},
      {"adadelta", with<Adadelta>({.weight_decay = 0.02})},
      {"adagrad",
       with<Adagrad>({.lr = 0.1, .lr_decay = 0.01, .weight_decay = 0.02, .initial_accumulator_value = 0.1})},
      {"rmsprop", with<RMSprop>({.weight_decay = 0.02})},
      {"rmsprop_momentum", with<RMSprop>({.lr = 0.005, .momentum = 0.9})},
      {"rmsprop_centered", with<RMSprop>({.lr = 0.005, .centered = true})},
      {"rmsprop_centered_momentum", with<RMSprop>({.lr = 0.002, .momentum = 0.8, .centered = true})},
      {.name = "lion",
       .make = with<Lion>({.lr = 0.01, .weight_decay = 0.1}),
       .tolerance32 = 5e-6},  // the trace is f64's
      {"lamb", with<Lamb>({.lr = 0.02, .weight_decay = 0.1})},
      {.name = "muon", .make = with<Muon>({.lr = 0.02}), .shapes = &kMatrices},
      {.name = "muon_rms",
       .make = with<Muon>({.lr = 0.02,
                           .weight_decay = 0,
                           .momentum = 0.9,
                           .nesterov = false,
                           .adjust_lr = MuonOptions::AdjustLr::match_rms_adamw}),
       .shapes = &kMatrices},
  };
}

}  // namespace lepton::optim::test
