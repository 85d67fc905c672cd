// What an optimizer's rule is made of.
//
// A rule is a struct with
//   name, slots           the optimizer, and the names of what is kept for each element (left out: nothing)
//   Options               hyper-parameters, an aggregate with `double lr` first; at most 64 bytes
//   advance(s, options)   once a step for each parameter, before any element: what depends on the step count
//   update(p, g, slot, options, s)   one element: parameter, gradient, slots
// and, where they are needed,
//   fits(options)         of several rules for the same options, the first that fits is taken
//   initial(options)      what the first slot starts from, if not 0
//   idle(options, s)      whether this step leaves a parameter and its slots alone
//   directs = true        update leaves p alone, and writes into its last slot, which is not kept, a direction for
//                         an optimizer that needs whole tensors to go on (Lamb, Muon)
//   rank                  the axes that every parameter must have
// `update` is a template on what it computes with, and runs on SIMD vectors, scalars, and a GPU.
#pragma once

#include <cstdint>

#include "lepton/core/formula.hpp"

namespace lepton::optim {

/// What is kept for each parameter between steps. It lies in tensor memory, like the learning rate, so that a
/// captured step counts as an eager one does.
struct ParameterProgress {
  double step;        ///< updates so far
  double a, b, c, d;  ///< for the rule; 0 before the first step
};

/// Numbers of the current step of one parameter.
struct StepState {
  double lr;
  double step;        ///< this one included
  double a, b, c, d;  ///< for the rule: what it left there in the last step, until advance changes it
};

}  // namespace lepton::optim
