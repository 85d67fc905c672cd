// What a product or a convolution does with each finished block of its result.
#pragma once

#include <cstdint>

namespace lepton::kernels {

/// The activation that something ends with.
enum class After : std::uint8_t { nothing, relu, relu6 };

/// after(y * scale + shift + addend), each step rounded, for every element of a result y: simple enough to be done
/// while y is in registers. What is null is left out.
struct Finish {
  const float* scale = nullptr;   ///< [columns]
  const float* shift = nullptr;   ///< [columns]
  const float* addend = nullptr;  ///< [rows, columns], whose rows are `addend_row` floats apart; not y itself
  std::int64_t addend_row = 0;
  After after = After::nothing;

  /// The same for y from (row, column) on.
  Finish from(std::int64_t row, std::int64_t column) const {
    return {scale ? scale + column : nullptr, shift ? shift + column : nullptr,
            addend ? addend + row * addend_row + column : nullptr, addend_row, after};
  }
};

/// A function that a CPU kernel calls for rows [row0, row1) and columns [col0, col1) of its [rows, columns] result
/// once they are final, bias included: on the thread that made them, while they are still in its cache. Blocks do not
/// overlap and cover the result. Rows are those of all matrices of a batch, or the pixels of all images of a
/// channels-last picture, whose columns are its channels.
struct Epilogue {
  void (*run)(const void* context, std::int64_t row0, std::int64_t row1, std::int64_t col0, std::int64_t col1) = nullptr;
  const void* context = nullptr;
  /// Where there is one: what `run` does, in place. A kernel that can do it in registers does not call `run`.
  const Finish* finish = nullptr;

  explicit operator bool() const { return run != nullptr; }
  void operator()(std::int64_t row0, std::int64_t row1, std::int64_t col0, std::int64_t col1) const {
    run(context, row0, row1, col0, col1);
  }
};

}  // namespace lepton::kernels
