// What an optimizer's rule is made of.
//
// A rule is a struct with
//   name, slots (names of the state kept for each element)
//   Options                  hyper-parameters, an aggregate of doubles with `lr` first; at most 64 bytes
//   advance(state, options)  once a step, before any element: what depends on the step count
//   update(p, g, slot, options, state)   one element: parameter, gradient, slots
// `update` is a template on what it computes with, and runs on SIMD vectors, scalars, and a GPU.
#pragma once

#include "lepton/core/formula.hpp"

namespace lepton::optim {

/// Per-step numbers of an optimizer. They lie in the tensor memory that a captured step reads, so that a
/// schedule may change the learning rate between replays.
struct StepState {
  double lr;
  double step;   ///< updates so far, the current one included
  double a, b;   ///< for the rule: Adam's bias corrections
};

}  // namespace lepton::optim
