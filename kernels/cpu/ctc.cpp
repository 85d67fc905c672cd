// Connectionist temporal classification, in logarithms and in doubles; a sample a shard. Compiled once.
#include "kernels/ctc.hpp"

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "kernels/cpu/shards.hpp"
#include "lepton/core/error.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

double log_sum(double a, double b) {
  const double top = a > b ? a : b, low = a > b ? b : a;
  return low == kNever ? top : top + std::log1p(std::exp(low - top));
}

/// One sample: its log-probabilities and the states of its target.
template <class T> struct Sample {
  const T* log_p;
  const std::int64_t* target;
  std::int64_t steps, states, stride, blank;

  template <class Args> Sample(const Args& args, std::int64_t i) {
    const CtcShape& s = args.shape;
    std::int64_t first = i * s.width;
    for (std::int64_t k = 0; s.width == 0 && k < i; ++k) first += args.target_lengths[k];
    log_p = static_cast<const T*>(args.log_p) + i * s.classes;
    target = args.targets + first;
    steps = args.input_lengths[i];
    states = 2 * args.target_lengths[i] + 1;
    stride = s.n * s.classes;
    blank = s.blank;
  }
  std::int64_t label(std::int64_t state) const { return state % 2 ? target[state / 2] : blank; }
  double at(std::int64_t step, std::int64_t state) const {
    return double(log_p[step * stride + label(state)]);
  }
  /// Whether a path may come to a label from the one before it, without the blank between them.
  bool skips(std::int64_t state) const { return state % 2 && state > 1 && label(state) != label(state - 2); }
};

void check(const CtcArgs& args) {
  const CtcShape& s = args.shape;
  std::int64_t first = 0;
  for (std::int64_t i = 0; i < s.n; ++i) {
    const std::int64_t steps = args.input_lengths[i], length = args.target_lengths[i];
    if (steps < 1 || steps > s.steps)
      throw Error("ctc_loss", "input length " + std::to_string(steps) + " of sample " + std::to_string(i) +
                                  " is outside [1, " + std::to_string(s.steps) + "]");
    if (s.width > 0) first = i * s.width;
    if (length < 0 || (s.width > 0 ? length > s.width : first + length > s.total))
      throw Error("ctc_loss", "target length " + std::to_string(length) + " of sample " + std::to_string(i) +
                                  " does not fit the targets");
    for (std::int64_t k = 0; k < length; ++k)
      if (const std::int64_t c = args.targets[first + k]; c < 0 || c >= s.classes || c == s.blank)
        throw Error("ctc_loss", "target " + std::to_string(c) + " of sample " + std::to_string(i) +
                                    " is no class but the blank of " + std::to_string(s.classes));
    first += length;
  }
}

template <class T> double forward(const Sample<T>& x, double* alpha, std::int64_t row) {
  for (std::int64_t s = 0; s < x.states; ++s) alpha[s] = s < 2 ? x.at(0, s) : kNever;
  for (std::int64_t t = 1; t < x.steps; ++t) {
    const double* const before = alpha + (t - 1) * row;
    double* const now = alpha + t * row;
    for (std::int64_t s = 0; s < x.states; ++s) {
      double sum = before[s];
      if (s > 0) sum = log_sum(sum, before[s - 1]);
      if (x.skips(s)) sum = log_sum(sum, before[s - 2]);
      now[s] = sum + x.at(t, s);
    }
  }
  const double* const last = alpha + (x.steps - 1) * row;
  return -(x.states > 1 ? log_sum(last[x.states - 1], last[x.states - 2]) : last[0]);
}

/// Adds to dlog_p what the steps of a sample share in its paths. beta, two rows in turn, is the logarithm of what
/// follows a step.
template <class T>
void backward(const Sample<T>& x, const double* alpha, std::int64_t row, double* beta, double loss, double g,
              T* d) {
  for (std::int64_t t = x.steps - 1; t >= 0; --t) {
    const double* const after = beta + (t + 1) % 2 * row;
    double* const now = beta + t % 2 * row;
    for (std::int64_t s = 0; s < x.states; ++s) {
      double sum = kNever;
      if (t == x.steps - 1) {
        if (s + 2 >= x.states) sum = 0;
      } else {
        sum = after[s] + x.at(t + 1, s);
        if (s + 1 < x.states) sum = log_sum(sum, after[s + 1] + x.at(t + 1, s + 1));
        if (s + 2 < x.states && x.skips(s + 2)) sum = log_sum(sum, after[s + 2] + x.at(t + 1, s + 2));
      }
      now[s] = sum;
      d[t * x.stride + x.label(s)] -= T(g * std::exp(alpha[t * row + s] + sum + loss));
    }
  }
}

template <class T> void ctc_run(const CtcArgs& args) {
  const CtcShape& s = args.shape;
  for_ranges(s.n, s.steps * s.states * 40'000, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      static_cast<T*>(args.loss)[i] =
          T(forward(Sample<T>(args, i), args.alpha + i * s.steps * s.states, s.states));
  });
}

template <class T> void ctc_grad_run(const CtcGradArgs& args) {
  const CtcShape& s = args.shape;
  T* const d = static_cast<T*>(args.dlog_p);
  for_ranges(
      s.n, s.steps * (s.states * 60'000 + s.classes * 1000), [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
          const Sample<T> x(args, i);
          for (std::int64_t t = 0; t < s.steps; ++t)
            for (std::int64_t c = 0; c < s.classes; ++c) d[(t * s.n + i) * s.classes + c] = 0;
          const double* const alpha = args.alpha + i * s.steps * s.states;
          const double* const last = alpha + (x.steps - 1) * s.states;
          const double loss = -(x.states > 1 ? log_sum(last[x.states - 1], last[x.states - 2]) : last[0]);
          if (args.zero_infinity && std::isinf(loss)) continue;
          backward(x, alpha, s.states, args.beta + i * 2 * s.states, loss,
                   double(static_cast<const T*>(args.g)[i]), d + i * s.classes);
        }
      });
}

}  // namespace

void ctc(const CtcArgs& args, Stream) {
  check(args);
  if (args.shape.dtype == DType::f32) ctc_run<float>(args);
  else ctc_run<double>(args);
}

void ctc_grad(const CtcGradArgs& args, Stream) {
  if (args.shape.dtype == DType::f32) ctc_grad_run<float>(args);
  else ctc_grad_run<double>(args);
}

}  // namespace lepton::kernels::cpu
