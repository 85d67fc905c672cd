// Dropout and its gradient: 128 elements at a time, their mask bits in two words. Compiled once for each
// instruction set; the masks are the same.
#include "kernels/cpu/mask_bits.hpp"
#include "kernels/cpu/random.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

constexpr std::int64_t kBlock = kKeepBits;
constexpr std::int64_t kMaskBytes = kBlock / 8;
constexpr std::uint64_t kCounters = kBlock / 8;

/// y = bit ? x * scale : 0 for element `first` and those behind it: 128, or what is left of n.
template <class T>
LEPTON_INLINE void scale_kept(const T* x, T* y, KeepBits bits, std::int64_t first, std::int64_t n,
                              Vec<T> scale) {
  constexpr std::int64_t kLanes = Vec<T>::kLanes;
  x += first;
  y += first;
  if (n - first >= kBlock) {
    for (int i = 0; i < kBlock; i += kLanes)
      keep(Vec<T>::load(x + i) * scale, bits.word[i / 64] >> i % 64).store(y + i);
    return;
  }
  for (std::int64_t i = 0; i < n - first; i += kLanes) {
    const std::int64_t rest = n - first - i, lanes = rest < kLanes ? rest : kLanes;
    keep(Vec<T>::load_partial(x + i, lanes) * scale, bits.word[i / 64] >> i % 64).store_partial(y + i, lanes);
  }
}

template <class T> void dropout_blocks(const DropoutArgs& args, std::int64_t begin, std::int64_t end) {
  const T* const x = static_cast<const T*>(args.x);
  T* const y = static_cast<T*>(args.y);
  std::uint8_t* const mask = args.mask;
  const std::int64_t n = args.n;
  const Vec<T> scale(args.scale);
  const auto most = std::uint16_t(args.keep_below - 1);
  const std::uint64_t seed = args.place.state[0], counter = args.place.state[1] + args.place.distance;
  for (std::int64_t b = begin; b < end; ++b) {
    const KeepBits bits = draw(seed, counter + std::uint64_t(b) * kCounters, most);
    __builtin_memcpy(mask + b * kMaskBytes, &bits, kMaskBytes);
    scale_kept(x, y, bits, b * kBlock, n, scale);
  }
}

template <class T> void mask_scale_blocks(const MaskScaleArgs& args, std::int64_t begin, std::int64_t end) {
  const T* const x = static_cast<const T*>(args.x);
  T* const y = static_cast<T*>(args.y);
  const std::uint8_t* const mask = args.mask;
  const std::int64_t n = args.n;
  const Vec<T> scale(args.scale);
  for (std::int64_t b = begin; b < end; ++b) {
    KeepBits bits;
    __builtin_memcpy(&bits, mask + b * kMaskBytes, kMaskBytes);
    scale_kept(x, y, bits, b * kBlock, n, scale);
  }
}

template <class T> void dropout_run(const DropoutArgs& args) {
  if (args.keep_below == 0) {
    __builtin_memset(args.mask, 0, std::size_t(dropout_mask_bytes(args.n)));
    __builtin_memset(args.y, 0, std::size_t(args.n) * sizeof(T));
    return;
  }
  for_ranges((args.n + kBlock - 1) / kBlock, kBlock * 350,
             [&](std::int64_t begin, std::int64_t end) { dropout_blocks<T>(args, begin, end); });
}

template <class T> void mask_scale_run(const MaskScaleArgs& args) {
  for_ranges((args.n + kBlock - 1) / kBlock, kBlock * 100,
             [&](std::int64_t begin, std::int64_t end) { mask_scale_blocks<T>(args, begin, end); });
}

}  // namespace

void dropout(const DropoutArgs& args) {
  if (args.dtype == DType::f32) dropout_run<float>(args);
  else dropout_run<double>(args);
}

void mask_scale(const MaskScaleArgs& args) {
  if (args.dtype == DType::f32) mask_scale_run<float>(args);
  else mask_scale_run<double>(args);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
