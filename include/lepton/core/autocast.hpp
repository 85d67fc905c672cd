// Mixed precision: which type the factors of products may be rounded to.
#pragma once

#include "lepton/core/dtype.hpp"
#include "lepton/core/export.hpp"

namespace lepton {

/// What the innermost Autocast of this thread allows; f32, which is none, where there is no guard.
LEPTON_API DType autocast_dtype();

namespace detail {
LEPTON_API DType exchange_autocast(DType type);
}

/// While it lives, on this thread, `matmul`, `linear`, `conv2d` and its kin in one and three dimensions, of f32 tensors,
/// may round their factors to bf16 before they multiply them; sums are f32. Their gradients, of any order, may do what the forward pass might,
/// wherever `backward` is called. Tensors stay f32 in memory, and every other operation is f32 throughout; f64 is not
/// touched. Guards nest: `Autocast off(f32)` inside another is full precision again.
///
/// It is leave, not an order: which products run in bf16 is looked up in a table per CPU (compile/tune.hpp extends
/// it), and where none would be faster nothing changes. Throws for a type that is neither f32 nor bf16.
///
///   Autocast guard(bf16);
///   loss = cross_entropy(model(x), y);
class LEPTON_API Autocast {
 public:
  explicit Autocast(DType type);
  ~Autocast() { detail::exchange_autocast(saved_); }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  DType saved_;
};

}  // namespace lepton
