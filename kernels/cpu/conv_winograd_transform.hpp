// The transforms of Winograd's F(4x4, 3x3) and F(3x3, 4x4), on vectors of channels.
//
// They are written so that a tile needs no temporary memory: two columns of frequencies are made at a time, from
// pixels that are read again.
#pragma once

#include "kernels/cpu/conv_winograd_layout.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {

// The points are 0, +-kA, +-kB and infinity. 5/8 and 3/2 make half the error of the usual 1 and 2, and all that the
// input's transform multiplies by is exact. (x^2 - kA^2)(x^2 - kB^2) = kModulus0 + kModulus2 x^2 + x^4.
inline constexpr float kA = 0.625f, kB = 1.5f;
inline constexpr float kA2 = kA * kA, kB2 = kB * kB, kModulus0 = kA2 * kB2, kModulus2 = -(kA2 + kB2);
// A point's share is divided by its distances to the other points: at 0, +-kA, +-kB.
inline constexpr float kShare0 = 1 / kModulus0, kShareA = 1 / (2 * kA2 * (kA2 - kB2)),
                       kShareB = 1 / (2 * kB2 * (kB2 - kA2));

/// Six pixels to frequencies kFirst and kSecond: (0, 5), (1, 2) or (3, 4), which share terms. pixel(i): pixel i.
template <int kFirst, class Pixel> LEPTON_INLINE void input_pair(Pixel&& pixel, Lane& first, Lane& second) {
  if constexpr (kFirst == 0) {
    first = fma(Lane(kModulus0), pixel(0), fma(Lane(kModulus2), pixel(2), pixel(4)));
    second = fma(Lane(kModulus0), pixel(1), fma(Lane(kModulus2), pixel(3), pixel(5)));
  } else {
    const Lane scale(kFirst == 1 ? -kB2 : -kA2), point(kFirst == 1 ? kA : kB);
    const Lane even = fma(scale, pixel(2), pixel(4)), odd = fma(scale, pixel(1), pixel(3));
    first = fma(point, odd, even);
    second = fma(-point, odd, even);
  }
}

/// All six frequencies of a line.
LEPTON_INLINE void input_line(const Lane* pixels, Lane* to) {
  const auto pixel = [pixels](int i) __attribute__((always_inline)) { return pixels[i]; };
  input_pair<0>(pixel, to[0], to[5]);
  input_pair<1>(pixel, to[1], to[2]);
  input_pair<3>(pixel, to[3], to[4]);
}

template <int kFirst, int kSecond, class Row, class Store>
LEPTON_INLINE void input_columns(Row&& row, Store&& store) {
  Lane z[2][6], t[6];
  for (int i = 0; i < 6; ++i) input_pair<kFirst>(row(i), z[0][i], z[1][i]);
  for (int c = 0; c < 2; ++c) {
    input_line(z[c], t);
    for (int i = 0; i < 6; ++i) store(i, c ? kSecond : kFirst, t[i]);
  }
}

/// 6x6 pixels, row(i)(j), to 6x6 frequencies, store(i, j, value).
template <class Row, class Store> LEPTON_INLINE void input_transform(Row&& row, Store&& store) {
  input_columns<0, 5>(row, store);
  input_columns<1, 2>(row, store);
  input_columns<3, 4>(row, store);
}

/// Six frequencies of a line to four pixels.
LEPTON_INLINE void output_line(const Lane* m, Lane* to) {
  const Lane even_a = m[1] + m[2], odd_a = m[1] - m[2], even_b = m[3] + m[4], odd_b = m[3] - m[4];
  to[0] = m[0] + even_a + even_b;
  to[1] = fma(Lane(kA), odd_a, Lane(kB) * odd_b);
  to[2] = fma(Lane(kA2), even_a, Lane(kB2) * even_b);
  to[3] = fma(Lane(kA * kA2), odd_a, fma(Lane(kB * kB2), odd_b, m[5]));
}

/// 6x6 frequencies, load(i, j), to 4x4 pixels.
template <class Load> LEPTON_INLINE void output_transform(Load&& load, Lane (&to)[4][4]) {
  Lane z[4][6];
  for (int j = 0; j < 6; ++j) {
    Lane m[6], t[4];
    for (int i = 0; i < 6; ++i) m[i] = load(i, j);
    output_line(m, t);
    for (int i = 0; i < 4; ++i) z[i][j] = t[i];
  }
  for (int i = 0; i < 4; ++i) output_line(z[i], to[i]);
}

/// Three weights of a line to six frequencies.
LEPTON_INLINE void weight_line(Lane a, Lane b, Lane c, Lane* to) {
  const Lane even_a = fma(Lane(kA2), c, a), even_b = fma(Lane(kB2), c, a);
  to[0] = Lane(kShare0) * a;
  to[1] = Lane(kShareA) * fma(Lane(kA), b, even_a);
  to[2] = Lane(kShareA) * fma(Lane(-kA), b, even_a);
  to[3] = Lane(kShareB) * fma(Lane(kB), b, even_b);
  to[4] = Lane(kShareB) * fma(Lane(-kB), b, even_b);
  to[5] = c;
}

/// 3x3 weights, load(i, j), to 6x6 frequencies, store(i, j, value).
template <class Load, class Store> LEPTON_INLINE void weight_transform(Load&& load, Store&& store) {
  Lane z[3][6];
  for (int i = 0; i < 3; ++i) weight_line(load(i, 0), load(i, 1), load(i, 2), z[i]);
  for (int j = 0; j < 6; ++j) {
    Lane t[6];
    weight_line(z[0][j], z[1][j], z[2][j], t);
    for (int i = 0; i < 6; ++i) store(i, j, t[i]);
  }
}

/// Four pixels of a gradient to frequencies kFirst and kSecond: (0, 5), (1, 2) or (3, 4). They lack the points' shares.
template <int kFirst, class Pixel>
LEPTON_INLINE void gradient_pair(Pixel&& pixel, Lane& first, Lane& second) {
  if constexpr (kFirst == 0) {
    first = pixel(0);
    second = pixel(3);
  } else {
    const Lane square(kFirst == 1 ? kA2 : kB2), point(kFirst == 1 ? kA : kB);
    const Lane even = fma(square, pixel(2), pixel(0)), odd = fma(square, pixel(3), pixel(1));
    first = fma(point, odd, even);
    second = fma(-point, odd, even);
  }
}

template <int kFirst, int kSecond, class Row, class Store>
LEPTON_INLINE void gradient_columns(Row&& row, Store&& store) {
  Lane z[2][4];
  for (int i = 0; i < 4; ++i) gradient_pair<kFirst>(row(i), z[0][i], z[1][i]);
  for (int c = 0; c < 2; ++c) {
    const auto pixel = [&z, c ](int i) __attribute__((always_inline)) { return z[c][i]; };
    Lane t[6];
    gradient_pair<0>(pixel, t[0], t[5]);
    gradient_pair<1>(pixel, t[1], t[2]);
    gradient_pair<3>(pixel, t[3], t[4]);
    for (int i = 0; i < 6; ++i) store(i, c ? kSecond : kFirst, t[i]);
  }
}

/// 4x4 pixels of a gradient, row(i)(j), to 6x6 frequencies, store(i, j, value).
template <class Row, class Store> LEPTON_INLINE void gradient_transform(Row&& row, Store&& store) {
  gradient_columns<0, 5>(row, store);
  gradient_columns<1, 2>(row, store);
  gradient_columns<3, 4>(row, store);
}

/// Six frequencies of a line, times their points' shares, to three weights.
LEPTON_INLINE void sum_line(const Lane* m, Lane* to) {
  const Lane even_a = Lane(kShareA) * (m[1] + m[2]), odd_a = Lane(kShareA * kA) * (m[1] - m[2]);
  const Lane even_b = Lane(kShareB) * (m[3] + m[4]), odd_b = Lane(kShareB * kB) * (m[3] - m[4]);
  to[0] = fma(Lane(kShare0), m[0], even_a + even_b);
  to[1] = odd_a + odd_b;
  to[2] = fma(Lane(kA2), even_a, fma(Lane(kB2), even_b, m[5]));
}

/// 6x6 frequencies, load(i, j), to 3x3 weights.
template <class Load> LEPTON_INLINE void sum_transform(Load&& load, Lane (&to)[3][3]) {
  Lane z[3][6];
  for (int j = 0; j < 6; ++j) {
    Lane m[6], t[3];
    for (int i = 0; i < 6; ++i) m[i] = load(i, j);
    sum_line(m, t);
    for (int i = 0; i < 3; ++i) z[i][j] = t[i];
  }
  for (int i = 0; i < 3; ++i) sum_line(z[i], to[i]);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
