// Formulas on Tensors: a Term is a Tensor or a number, in the vocabulary that formulas use.
#pragma once

#include "lepton/ops/binary.hpp"
#include "lepton/ops/maths.hpp"
#include "lepton/tensor/factory.hpp"

namespace lepton::detail {

/// What `T` is when a formula runs on Tensors, as for a gradient that is itself to be differentiated. Numbers
/// stay numbers, so that `T(0.5) * x` takes the type of x.
class Term {
 public:
  explicit Term(double number) : number_(number) {}
  explicit Term(Tensor tensor) : tensor_(std::move(tensor)) {}
  bool is_number() const { return !tensor_.defined(); }
  double number() const { return number_; }
  const Tensor& tensor() const { return tensor_; }

 private:
  Tensor tensor_;
  double number_ = 0;
};

#define LEPTON_TERM_OPERATOR(OP)                                               \
  inline Term operator OP(const Term& a, const Term& b) {                      \
    if (a.is_number() && b.is_number()) return Term(a.number() OP b.number()); \
    if (a.is_number()) return Term(a.number() OP b.tensor());                  \
    if (b.is_number()) return Term(a.tensor() OP b.number());                  \
    return Term(a.tensor() OP b.tensor());                                     \
  }
LEPTON_TERM_OPERATOR(+)
LEPTON_TERM_OPERATOR(-)
LEPTON_TERM_OPERATOR(*)
LEPTON_TERM_OPERATOR(/)
#undef LEPTON_TERM_OPERATOR

inline Term operator-(const Term& a) { return a.is_number() ? Term(-a.number()) : Term(-a.tensor()); }

/// `t` as a tensor that combines with `other`.
inline Tensor materialize(const Term& t, const Tensor& other) {
  return t.is_number() ? full({}, t.number(), {.dtype = other.dtype(), .device = other.device()}) : t.tensor();
}
inline Tensor operator==(const Term& a, const Term& b) { return a.tensor() == materialize(b, a.tensor()); }
inline Tensor operator>(const Term& a, const Term& b) { return a.tensor() > materialize(b, a.tensor()); }
inline Tensor operator<(const Term& a, const Term& b) { return a.tensor() < materialize(b, a.tensor()); }

inline Term select(const Tensor& condition, const Term& a, const Term& b) {
  const Tensor& other = a.is_number() ? b.tensor() : a.tensor();
  return Term(where(condition, materialize(a, other), materialize(b, other)));
}

#define LEPTON_TERM_FUNCTION(NAME) \
  inline Term NAME(const Term& x) { return Term(lepton::NAME(x.tensor())); }
LEPTON_TERM_FUNCTION(exp)
LEPTON_TERM_FUNCTION(log)
LEPTON_TERM_FUNCTION(log1p)
LEPTON_TERM_FUNCTION(sqrt)
LEPTON_TERM_FUNCTION(tanh)
LEPTON_TERM_FUNCTION(erf)
LEPTON_TERM_FUNCTION(sin)
LEPTON_TERM_FUNCTION(cos)
LEPTON_TERM_FUNCTION(abs)
LEPTON_TERM_FUNCTION(floor)
LEPTON_TERM_FUNCTION(trunc)
#undef LEPTON_TERM_FUNCTION

inline Term pow(const Term& x, const Term& exponent) {
  return Term(exponent.is_number() ? lepton::pow(x.tensor(), exponent.number())
                                   : lepton::pow(x.tensor(), exponent.tensor()));
}
inline Term maximum(const Term& a, const Term& b) {
  return Term(lepton::maximum(a.tensor(), materialize(b, a.tensor())));
}
inline Term minimum(const Term& a, const Term& b) {
  return Term(lepton::minimum(a.tensor(), materialize(b, a.tensor())));
}

}  // namespace lepton::detail
