// What the pooling kernels share: vectors of channels, and places in a window that go with them.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernels/cpu/vec.hpp"
#include "kernels/pool.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

/// An integer of the size of T: the lanes of a place in the window, beside the value found there.
template <class T> using PlaceOf = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
template <class T> using Places = Vec<PlaceOf<T>>;

// Bytes to lanes and back, by hand: GCC 12 takes vectors apart for __builtin_convertvector between these.

/// The first kLanes bytes, each in a lane.
template <class T> LEPTON_INLINE Places<T> places_from(__m128i bytes) {
  IntRegister r;
  if constexpr (sizeof(T) == 4) r = LEPTON_MM(cvtepu8_epi32)(bytes);
  else r = LEPTON_MM(cvtepu8_epi64)(bytes);
  return reinterpret_cast<typename Places<T>::Raw>(r);
}

/// The lowest byte of each lane, in the first kLanes bytes.
template <class T> LEPTON_INLINE __m128i bytes_from(Places<T> places) {
  const auto r = reinterpret_cast<IntRegister>(places.v);
#if LEPTON_AVX512
  if constexpr (sizeof(T) == 4) return _mm512_cvtepi32_epi8(r);
  else return _mm512_cvtepi64_epi8(r);
#else
  // Packing with saturation keeps what is at most 255. Of 64-bit lanes the upper halves are dropped first.
  const __m128i low = _mm256_castsi256_si128(r), high = _mm256_extracti128_si256(r, 1);
  if constexpr (sizeof(T) == 8) {
    const __m128i four =
        _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(low), _mm_castsi128_ps(high), 0x88));
    return _mm_packus_epi16(_mm_packus_epi32(four, four), four);
  } else {
    const __m128i eight = _mm_packus_epi32(low, high);
    return _mm_packus_epi16(eight, eight);
  }
#endif
}

/// A full vector of channels.
template <class T> struct AllChannels {
  static constexpr std::size_t kBytes = Vec<T>::kLanes;
  LEPTON_INLINE Vec<T> load(const T* p) const { return Vec<T>::load(p); }
  LEPTON_INLINE void store(Vec<T> v, T* p) const { v.store(p); }
  LEPTON_INLINE Places<T> load_places(const std::uint8_t* p) const {
    __m128i bytes = _mm_setzero_si128();
    __builtin_memcpy(&bytes, p, kBytes);
    return places_from<T>(bytes);
  }
  LEPTON_INLINE void store_places(Places<T> places, std::uint8_t* p) const {
    __m128i bytes = bytes_from<T>(places);
    asm("" : "+v"(bytes));  // else GCC narrows while it stores, which is slow on Zen
    __builtin_memcpy(p, &bytes, kBytes);
  }
};

/// Its first `count` lanes.
template <class T> struct FirstChannels {
  std::int64_t count;
  LEPTON_INLINE Vec<T> load(const T* p) const { return Vec<T>::load_partial(p, count); }
  LEPTON_INLINE void store(Vec<T> v, T* p) const { v.store_partial(p, count); }
  LEPTON_INLINE Places<T> load_places(const std::uint8_t* p) const {
    __m128i bytes = _mm_setzero_si128();
    __builtin_memcpy(&bytes, p, std::size_t(count));
    return places_from<T>(bytes);
  }
  LEPTON_INLINE void store_places(Places<T> places, std::uint8_t* p) const {
    const __m128i bytes = bytes_from<T>(places);
    __builtin_memcpy(p, &bytes, std::size_t(count));
  }
};

/// body(first channel, lanes) over c channels.
template <class T, class F> LEPTON_INLINE void for_channels(std::int64_t c, F&& body) {
  std::int64_t j = 0;
  for (; j + Vec<T>::kLanes <= c; j += Vec<T>::kLanes) body(j, AllChannels<T>());
  if (j < c) body(j, FirstChannels<T>{c - j});
}

/// The largest so far, and its place.
template <class T> struct Best {
  Vec<T> value;
  Places<T> place;

  /// Takes v where it is larger, or the first NaN.
  LEPTON_INLINE void offer(Vec<T> v, std::int64_t where) {
    const Mask<T> better = ~(v <= value) & (value == value);
    value = select(better, v, value);
    place = select(Mask<PlaceOf<T>>{better.m}, Places<T>(where), place);
  }

  /// relu before pooling, done behind it.
  LEPTON_INLINE void rectify() {
    const Mask<T> positive = value > Vec<T>(0);
    value = maximum(value, Vec<T>(0));
    place = select(Mask<PlaceOf<T>>{positive.m}, place, Places<T>(kNowhere));
  }
};

/// v in the lanes whose place is `place`, else 0.
template <class T> LEPTON_INLINE Vec<T> where_place(Places<T> places, std::int64_t place, Vec<T> v) {
  return select(Mask<T>{(places == Places<T>(place)).m}, v, Vec<T>(0));
}

/// 2 by 2 windows side by side and whole: the common case, for which loops unroll.
LEPTON_INLINE bool is_two_by_two(const PoolShape& s) {
  return s.kh == 2 && s.kw == 2 && s.stride_h == 2 && s.stride_w == 2 && s.pad_h == 0 && s.pad_w == 0 &&
         s.dilation_h == 1 && s.dilation_w == 1 && 2 * s.oh <= s.ih && 2 * s.ow <= s.iw;
}

/// How many steps of a window, `dilation` long, it takes to go `distance`: 0 for one that is negative.
LEPTON_INLINE std::int64_t steps_to(std::int64_t distance, std::int64_t dilation) {
  if (distance <= 0) return 0;
  return dilation == 1 ? distance : (distance + dilation - 1) / dilation;
}

/// About what an output element takes.
LEPTON_INLINE std::int64_t pool_picoseconds(const PoolShape& s) { return 100 + s.kh * s.kw * 100; }

}  // namespace lepton::kernels::cpu::LEPTON_ISA
