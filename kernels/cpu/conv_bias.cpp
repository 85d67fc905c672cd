// The gradient of a convolution's bias: every channel's sum over pixels, a few rows of vectors at a time.
#include "kernels/cpu/conv_bias.hpp"

#include "kernels/cpu/vec.hpp"
#include "kernels/cpu/vec_partial.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

constexpr int kRows = 4;  // sums side by side, so that additions do not wait for one another

/// kN vectors of channels of all pixels; the last has `tail` channels.
template <class T, int kN>
LEPTON_INLINE void add_channels(const T* g, std::int64_t pixels, std::int64_t step, std::int64_t tail, T* sums,
                                bool starts) {
  using V = Vec<T>;
  const auto load = [&](const T* from, int j) __attribute__((always_inline)) {
    return j + 1 < kN || tail == V::kLanes ? V::load(from + j * V::kLanes)
                                           : V::load_partial(from + j * V::kLanes, tail);
  };
  V sum[kRows][kN];
  for (int r = 0; r < kRows; ++r)
    for (int j = 0; j < kN; ++j) sum[r][j] = V(T(0));
  std::int64_t p = 0;
  for (; p + kRows <= pixels; p += kRows, g += kRows * step)
    for (int r = 0; r < kRows; ++r)
      for (int j = 0; j < kN; ++j) sum[r][j] += load(g + r * step, j);
  for (; p < pixels; ++p, g += step)
    for (int j = 0; j < kN; ++j) sum[0][j] += load(g, j);
  for (int j = 0; j < kN; ++j) {
    V total = (sum[0][j] + sum[1][j]) + (sum[2][j] + sum[3][j]);
    if (!starts) total = load(sums, j) + total;
    if (j + 1 < kN || tail == V::kLanes) total.store(sums + j * V::kLanes);
    else total.store_partial(sums + j * V::kLanes, tail);
  }
}

template <class T> void add_all(const PixelSum& a) {
  constexpr std::int64_t kLanes = Vec<T>::kLanes, kPanel = 4 * kLanes;
  const T* const g = static_cast<const T*>(a.g);
  T* const sums = static_cast<T*>(a.sums);
  for (std::int64_t c = 0; c < a.channels; c += kPanel) {
    const std::int64_t left = a.channels - c < kPanel ? a.channels - c : kPanel;
    const std::int64_t vectors = (left + kLanes - 1) / kLanes, tail = left - (vectors - 1) * kLanes;
    if (vectors == 4) add_channels<T, 4>(g + c, a.pixels, a.channels, tail, sums + c, a.starts);
    else if (vectors == 3) add_channels<T, 3>(g + c, a.pixels, a.channels, tail, sums + c, a.starts);
    else if (vectors == 2) add_channels<T, 2>(g + c, a.pixels, a.channels, tail, sums + c, a.starts);
    else add_channels<T, 1>(g + c, a.pixels, a.channels, tail, sums + c, a.starts);
  }
}

}  // namespace

void add_pixels(const PixelSum& a) {
  if (a.dtype == f64) add_all<double>(a);
  else add_all<float>(a);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
