// Chains that a kernel can do in registers.
#pragma once

#include "kernels/chain.hpp"
#include "kernels/epilogue.hpp"

namespace lepton::kernels::cpu {

/// Whether the chain is no more than a Finish, in place, of a result with so many columns whose first element is at
/// `result`; and if so, which.
bool finish_of(const ChainArgs& chain, const void* result, std::int64_t columns, Finish& finish);

}  // namespace lepton::kernels::cpu
