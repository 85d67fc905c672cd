// What a product or a convolution does with each finished block of its result.
#pragma once

#include <cstdint>

namespace lepton::kernels {

/// A function that a CPU kernel calls for rows [row0, row1) and columns [col0, col1) of its [rows, columns] result
/// once they are final, bias included: on the thread that made them, while they are still in its cache. Blocks do not
/// overlap and cover the result. Rows are those of all matrices of a batch, or the pixels of all images of a
/// channels-last picture, whose columns are its channels.
struct Epilogue {
  void (*run)(const void* context, std::int64_t row0, std::int64_t row1, std::int64_t col0, std::int64_t col1) = nullptr;
  const void* context = nullptr;

  explicit operator bool() const { return run != nullptr; }
  void operator()(std::int64_t row0, std::int64_t row1, std::int64_t col0, std::int64_t col1) const {
    run(context, row0, row1, col0, col1);
  }
};

}  // namespace lepton::kernels
