// CIFAR-10 in its binary version.
#pragma once

#include <string>
#include <vector>

#include "lepton/core/export.hpp"
#include "lepton/data/pixel_dataset.hpp"

namespace lepton::data {

/// Training and test pictures. images: u8 [N, 3, 32, 32].
struct Cifar10 {
  Pixels train, test;
  std::vector<std::string> class_names;
};

/// Whether a folder, or `cifar-10-batches-bin` in it, holds a file by one of CIFAR-10's names.
LEPTON_API bool has_cifar10(const std::string& folder);

/// Reads data_batch_1.bin to data_batch_5.bin and test_batch.bin (https://www.cs.toronto.edu/~kriz/cifar.html).
/// Throws, naming the file, where one is missing, is no whole number of records, or has a label above 9.
LEPTON_API Cifar10 read_cifar10(const std::string& folder);

}  // namespace lepton::data
