// Sums of products, written with letters.
#pragma once

#include <string_view>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// Einstein's convention: a letter for each axis, "ij,jk->ik" is a matrix product, "bi,bi->b" one dot product a row,
/// "ii->" a trace. "..." stands for all other axes, which broadcast: "...ij,...jk->...ik". What does not stand behind the
/// arrow is summed over; without an arrow "..." stays, and in alphabetical order the letters that occur once. Operands are
/// multiplied from the left. Throws for an axis too many or too few and where a letter has two sizes.
LEPTON_API Tensor einsum(std::string_view letters, const std::vector<Tensor>& operands);

/// Every product of an element of a and one of b: [m], [n] -> [m, n].
LEPTON_API Tensor outer(const Tensor& a, const Tensor& b);
/// Sum of the products of two vectors: [n], [n] -> [].
LEPTON_API Tensor dot(const Tensor& a, const Tensor& b);

}  // namespace lepton
