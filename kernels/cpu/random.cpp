// Uniform and normal numbers from the Philox stream. Compiled once for each instruction set.
//
// A word w gives a float in [0, 1) from its upper 24 bits, and the double (w + 1/2) / 2^32. Normal numbers
// come in pairs from words (0, 1) and (2, 3) of a block (Box & Muller 1958): with u in (0, 1] and v,
// sqrt(-2 ln u) cos(2 pi v) and sqrt(-2 ln u) sin(2 pi v).
#include "kernels/cpu/random.hpp"

#include <cmath>

#include "kernels/cpu/philox_vec.hpp"
#include "kernels/cpu/shards.hpp"
#include "kernels/cpu/vmath.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// Elements that shards are cut in, and that one call of philox_stream gives.
constexpr std::int64_t kPiece = 256, kStream = 4 * Words::kLanes;
static_assert(kPiece % kStream == 0);

/// Where a kernel draws, with its place resolved.
struct Source {
  std::uint64_t seed, counter;
};
LEPTON_INLINE Source source_of(const RandomPlace& place) {
  return {place.state[0], place.state[1] + place.distance};
}

/// y[begin .. end) from f(words), begin a multiple of kStream.
template <class F>
LEPTON_INLINE void fill_floats(float* y, Source s, std::int64_t begin, std::int64_t end, F&& f) {
  using V = Vec<float>;
  for (std::int64_t i = begin; i < end; i += kStream) {
    const PhiloxWords words = philox_stream(s.seed, s.counter + std::uint64_t(i / 4));
    for (int k = 0; k < 4; ++k) {
      const std::int64_t first = i + k * V::kLanes;
      if (first + V::kLanes <= end) f(words.word[k]).store(y + first);
      else if (first < end) f(words.word[k]).store_partial(y + first, end - first);
    }
  }
}

/// In [a, b): a product that rounds to b is moved to the float below it.
LEPTON_INLINE void fill_uniform(float* y, Source s, std::int64_t begin, std::int64_t end, double a,
                                double b) {
  const Vec<float> low{float(a)}, width{float(b - a)}, last{::nextafterf(float(b), float(a))};
  fill_floats(y, s, begin, end, [=](Words w) { return minimum(fma(uniform01(w), width, low), last); });
}

/// Every even lane of `w` in both lanes of its pair; kOdd: every odd one.
template <int kOdd, int... kLane> LEPTON_INLINE Words twice(Words w, std::integer_sequence<int, kLane...>) {
  return __builtin_shufflevector(w.v, w.v, (kLane / 2 * 2 + kOdd)...);
}

/// Standard normal numbers from words in the order of the stream, where an even lane and the next are a pair.
LEPTON_INLINE Vec<float> normal(Words w) {
  constexpr std::make_integer_sequence<int, Words::kLanes> kLanes;
  const Words radius_bits = twice<0>(w, kLanes);
  Words angle_bits = twice<1>(w, kLanes);
  // cos(t) = sin(t + a quarter turn): added to the bits, of which 2^32 are a turn. As signed integers they
  // are in [-1/2, 1/2) turn.
  for (int i = 0; i < Words::kLanes; i += 2) angle_bits.v[i] += 0x40000000u;
  const Vec<float> turn =
      convert<float>(Vec<std::int32_t>(bits_as<std::int32_t>(angle_bits).v >> 8)) * Vec<float>(0x1p-24f);
  const Vec<float> u = uniform01(radius_bits) + Vec<float>(0x1p-24f);
  return sqrt(Vec<float>(-2) * log(u)) * sin(turn * Vec<float>(6.283185307179586));
}

LEPTON_INLINE void fill_normal(float* y, Source s, std::int64_t begin, std::int64_t end, double mean,
                               double deviation) {
  const Vec<float> m(mean), d(deviation);
  fill_floats(y, s, begin, end, [=](Words w) { return fma(normal(w), d, m); });
}

// Doubles are for checks, so they are made one by one.
LEPTON_INLINE double uniform_double(std::uint32_t w) { return (double(w) + 0.5) * 0x1p-32; }

LEPTON_INLINE void fill_uniform(double* y, Source s, std::int64_t begin, std::int64_t end, double a,
                                double b) {
  const double last = ::nextafter(b, a);
  for (std::int64_t i = begin; i < end; ++i) {
    const double v =
        a + (b - a) * uniform_double(philox(s.seed, s.counter + std::uint64_t(i / 4)).word[i % 4]);
    y[i] = v < last ? v : last;
  }
}

LEPTON_INLINE void fill_normal(double* y, Source s, std::int64_t begin, std::int64_t end, double mean,
                               double deviation) {
  for (std::int64_t i = begin; i < end; ++i) {
    const PhiloxBlock block = philox(s.seed, s.counter + std::uint64_t(i / 4));
    const int pair = int(i % 4 / 2 * 2);
    const double radius = ::sqrt(-2 * ::log(uniform_double(block.word[pair])));
    const double angle = 6.283185307179586 * uniform_double(block.word[pair + 1]);
    y[i] = mean + deviation * radius * (i % 2 == 0 ? ::cos(angle) : ::sin(angle));
  }
}

template <class T> void random_run(const RandomArgs& args) {
  const Source source = source_of(args.place);
  T* const y = static_cast<T*>(args.y);
  const bool is_uniform = args.distribution == Distribution::uniform;
  const std::int64_t piece_picoseconds = kPiece * (sizeof(T) == 8 ? 40'000 : is_uniform ? 600 : 1500);
  for_ranges((args.n + kPiece - 1) / kPiece, piece_picoseconds, [&](std::int64_t first, std::int64_t last) {
    const std::int64_t begin = first * kPiece, end = last * kPiece < args.n ? last * kPiece : args.n;
    if (is_uniform) fill_uniform(y, source, begin, end, args.a, args.b);
    else fill_normal(y, source, begin, end, args.a, args.b);
  });
}

}  // namespace

void random(const RandomArgs& args) {
  if (args.dtype == DType::f32) random_run<float>(args);
  else random_run<double>(args);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
