// Where a direct convolution finds the pixels of its windows.
#include "kernels/cpu/conv_direct_source.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/cpu/bf16_rows.hpp"
#include "kernels/cpu/conv_direct.hpp"
#include "kernels/cpu/dispatch.hpp"

namespace lepton::kernels::cpu {
namespace {

/// One row of the picture into one of the copy.
void copy_row(const DirectSource& s, const float* x, char* to) {
  if (s.form == DirectSource::Form::pairs) {
    const DirectPairs pairs{
        x, s.width, s.channels, s.pair_step, s.before, s.columns, reinterpret_cast<std::uint32_t*>(to)};
    return LEPTON_FOR_ISA_BF16(direct_pairs)(pairs);
  }
  const std::int64_t pixel = s.pixel_bytes(), after = s.columns - s.before - s.width;
  std::memset(to, 0, std::size_t(s.before * pixel));
  to += s.before * pixel;
  std::memset(to + s.width * pixel, 0, std::size_t(after * pixel));
  if (s.form == DirectSource::Form::floats) {
    std::memcpy(to, x, std::size_t(s.width * pixel));
    return;
  }
  auto* half = reinterpret_cast<std::uint16_t*>(to);
  const std::int64_t group = s.channels / s.groups;
  if (s.padded == group) return to_bf16(x, half, s.width * s.channels);
  for (std::int64_t i = 0; i < s.width * s.groups; ++i, x += group, half += s.padded) {
    to_bf16(x, half, group);
    half[group] = 0;  // the one that makes an odd number even
  }
}

}  // namespace

DirectReach direct_reach(const GatherAxis& columns) {
  DirectReach reach{0, columns.in};
  for (std::int64_t k = 0; k < columns.period() && k < columns.out; ++k) {
    const Taps t = columns.all(k);
    if (t.count == 0) continue;
    const std::int64_t places = (columns.out - 1 - k) / columns.period();
    reach.first = std::min(reach.first, t.first);
    reach.last = std::max(reach.last, t.first + places * columns.advance() + (t.count - 1) * t.step + 1);
  }
  return reach;
}

DirectView direct_view(const DirectSource& s, const float* x, std::int64_t image0, std::int64_t image1,
                       std::int64_t row0, std::int64_t rows, char* copy) {
  if (!s.copied) return {&s, reinterpret_cast<const char*>(x), 0, 0, s.height};
  char* to = copy;
  for (std::int64_t image = image0; image < image1; ++image)
    for (std::int64_t r = row0; r < row0 + rows; ++r, to += s.row_bytes())
      copy_row(s, x + (image * s.height + r) * s.width * s.channels, to);
  return {&s, copy, image0, row0, rows};
}

void direct_rows(const DirectView& view, const DirectPixels& p, const void* zeros, const void** rows,
                 std::int64_t step) {
  const DirectSource& s = *view.source;
  const std::int64_t runs = s.merged ? std::min<std::int64_t>(p.columns.count, 1) : p.columns.count;
  const std::int64_t move = p.advance * s.pixel_bytes();
  for (std::int64_t a = 0; a < p.rows.count; ++a) {
    const std::int64_t row = p.rows.first + a * p.rows.step;
    for (std::int64_t b = 0; b < runs; ++b, rows += step) {
      std::int64_t begin = 0, end = row >= 0 && row < s.height ? p.count : 0;
      const std::int64_t column = p.columns.first + b * p.columns.step;
      if (!s.copied && end > 0) {  // pixels whose tap lies inside
        if (column < 0) begin = std::min(end, (-column + p.advance - 1) / p.advance);
        const std::int64_t last = column < s.width ? (s.width - 1 - column) / p.advance + 1 : 0;
        end = std::max(begin, std::min(end, last));
      }
      for (std::int64_t i = 0; i < begin; ++i) rows[i] = zeros;
      if (begin < end) {
        const char* at = view.at(p.image, row, column + begin * p.advance);
        for (std::int64_t i = begin; i < end; ++i, at += move) rows[i] = at;
      }
      for (std::int64_t i = end; i < p.count; ++i) rows[i] = zeros;
    }
  }
}

}  // namespace lepton::kernels::cpu
