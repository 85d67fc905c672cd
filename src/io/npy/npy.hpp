// The parts of the npy format: header, and array as bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::io::npy {

using Bytes = std::span<const std::uint8_t>;

/// What a header says of its array.
struct Header {
  char kind = 'f';             ///< NumPy's: f floating, i and u whole, b boolean
  int bytes = 4;               ///< of an element in the file
  bool swapped = false;        ///< big-endian
  bool columns_first = false;  ///< Fortran's order
  Shape shape;
};

/// Reads the Python dictionary of a header, such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
/// Throws naming `file`.
Header parse_header(std::string_view text, const std::string& file);

/// A whole npy file's bytes. Throws, naming `file`, for types that NumPy has not.
std::vector<std::uint8_t> to_bytes(const Tensor& x, const std::string& file);

}  // namespace lepton::io::npy
