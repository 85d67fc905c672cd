// What the tests of functions against PyTorch share: entries that name a function's calls.
#pragma once

#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/logic.hpp"
#include "lepton/ops/shape.hpp"
#include "tests/golden/layers.hpp"

namespace lepton::golden {

using Tensors = std::vector<Tensor>;
using Call = std::function<Tensor(const Tensors&)>;

/// A case for each of the settings that `f` takes behind x.
template <class S, class F> Entry with(const std::string& name, const std::vector<S>& settings, F f) {
  Entry entry{name, {}};
  for (const S& s : settings)
    entry.cases.push_back(function([f, s](const Tensors& x) { return f(x[0], s); }));
  return entry;
}

/// The same with all inputs.
template <class S, class F> Entry of_all(const std::string& name, const std::vector<S>& settings, F f) {
  Entry entry{name, {}};
  for (const S& s : settings) entry.cases.push_back(function([f, s](const Tensors& x) { return f(x, s); }));
  return entry;
}

/// Five cases of a call that differ in their inputs.
inline Entry five(const std::string& name, const Call& call) { return same(name, 5, function(call)); }
inline Entry of_one(const std::string& name, Tensor (*f)(const Tensor&)) {
  return five(name, [f](const Tensors& x) { return f(x[0]); });
}
inline Entry of_two(const std::string& name, Tensor (*f)(const Tensor&, const Tensor&)) {
  return five(name, [f](const Tensors& x) { return f(x[0], x[1]); });
}

/// Of a name that is overloaded, or inline: the function of one tensor, of two.
#define LEPTON_ONE(NAME)    \
  ::lepton::golden::of_one( \
      #NAME, +[](const Tensor& x) { return NAME(x); })
#define LEPTON_TWO(NAME)    \
  ::lepton::golden::of_two( \
      #NAME, +[](const Tensor& a, const Tensor& b) { return NAME(a, b); })

/// Cases that nothing goes into but a setting.
template <class S, class F> Entry made(const std::string& name, const std::vector<S>& settings, F f) {
  return of_all(name, settings, [f](const Tensors&, const S& s) { return f(s); });
}

/// An entry whose results have sizes that depend on the data.
inline Entry uncaptured(Entry entry) {
  entry.captured = false;
  return entry;
}

/// Pieces in one vector, each with a weight of its own.
inline Tensor join(const Tensors& parts) {
  Tensors flat;
  for (const Tensor& part : parts) flat.push_back(double(flat.size() + 1) * reshape(part, {-1}));
  return cat(flat);
}

/// x with NaN above 1, inf below -1, and -inf near 0.
inline Tensor special(const Tensor& x) {
  const double infinity = double(INFINITY);
  const Tensor y = masked_fill(masked_fill(x, x > 1, double(NAN)), x < -1, infinity);
  return masked_fill(y, abs(y) < 0.5, -infinity);
}

}  // namespace lepton::golden
