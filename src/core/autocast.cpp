// Mixed precision: the state of each thread.
#include "lepton/core/autocast.hpp"

#include <string>
#include <utility>

#include "lepton/core/error.hpp"

namespace lepton {
namespace {

thread_local constinit DType allowed = f32;

DType checked(DType type) {
  if (type == f32 || type == bf16) return type;
  if (type == f16)
    throw Error("Autocast", "no device of this version multiplies f16 faster than f32; say bf16, which has the range "
                            "of f32 and needs no loss scaler");
  throw Error("Autocast", "factors can be rounded to bf16, or kept f32; not to " + std::string(name_of(type)));
}

}  // namespace

DType autocast_dtype() { return allowed; }

DType detail::exchange_autocast(DType type) { return std::exchange(allowed, type); }

Autocast::Autocast(DType type) : saved_(detail::exchange_autocast(checked(type))) {}

}  // namespace lepton
