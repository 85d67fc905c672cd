// IDX files, the format of MNIST and its successors, gzipped or not.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lepton/core/export.hpp"
#include "lepton/data/pixel_dataset.hpp"

namespace lepton::data {

/// The array in an IDX file (http://yann.lecun.com/exdb/mnist): u8, i8, i32, f32, f64, and 16-bit integers
/// as i32. Throws, naming the file, where it is not IDX, holds no elements, is truncated, or is longer than
/// its header says.
LEPTON_API Tensor read_idx(const std::string& path);

/// The same from bytes; `name` stands for the file in messages.
LEPTON_API Tensor read_idx(std::span<const std::uint8_t> bytes, const std::string& name);

/// Training and test pictures of a folder with MNIST's four files.
struct Mnist {
  Pixels train, test;
};

/// Whether a folder holds a file by one of MNIST's usual names.
LEPTON_API bool has_mnist(const std::string& folder);

/// Reads `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
/// `t10k-labels-idx1-ubyte`, also written `.idx3-ubyte`, also with `.gz`. images: u8 [N, 1, H, W]. Throws,
/// naming the file, where one is missing or broken, or where pictures and labels differ in number.
LEPTON_API Mnist read_mnist(const std::string& folder);

}  // namespace lepton::data
