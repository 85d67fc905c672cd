// Triangles and diagonals of the last two axes.
#include <algorithm>

#include "lepton/ops/arrange.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/gather.hpp"
#include "lepton/ops/index.hpp"
#include "src/ops/places.hpp"

namespace lepton {
namespace {

/// Whether column - row is at least `least` and at most `most`: [m, n].
Tensor band(std::int64_t m, std::int64_t n, std::int64_t least, std::int64_t most, Device device) {
  const Tensor inside = detail::places(
      m * n, [&](std::int64_t i) { return std::int64_t(i % n - i / n >= least && i % n - i / n <= most); },
      device);
  return reshape(inside, {m, n}) != 0;
}

Tensor triangle(const Tensor& x, std::int64_t least, std::int64_t most, const char* op) {
  if (x.rank() < 2) throw Error(op, "needs at least two axes, got " + to_string(x.shape()));
  const Tensor zero = zeros({}, {.dtype = x.dtype(), .device = x.device()});
  return where(band(x.size(-2), x.size(-1), least, most, x.device()), x, zero);
}

/// Where a band is, row by row: rows and columns.
Tensor band_indices(std::int64_t m, std::int64_t n, std::int64_t least, std::int64_t most, Device device,
                    const char* op) {
  if (m < 0 || n < 0) throw Error(op, "of a matrix [" + std::to_string(m) + ", " + std::to_string(n) + "]");
  std::vector<std::int64_t> rows, columns;
  for (std::int64_t i = 0; i < m; ++i)
    for (std::int64_t j = 0; j < n; ++j)
      if (j - i >= least && j - i <= most) {
        rows.push_back(i);
        columns.push_back(j);
      }
  const std::int64_t count = std::int64_t(rows.size());
  rows.insert(rows.end(), columns.begin(), columns.end());
  return reshape(detail::places(
                     2 * count, [&](std::int64_t i) { return rows[std::size_t(i)]; }, device),
                 {2, count});
}

}  // namespace

Tensor tril(const Tensor& x, std::int64_t k) { return triangle(x, INT64_MIN, k, "tril"); }
Tensor triu(const Tensor& x, std::int64_t k) { return triangle(x, k, INT64_MAX, "triu"); }

Tensor tril_indices(std::int64_t m, std::int64_t n, std::int64_t k, Device device) {
  return band_indices(m, n, INT64_MIN, k, device, "tril_indices");
}
Tensor triu_indices(std::int64_t m, std::int64_t n, std::int64_t k, Device device) {
  return band_indices(m, n, k, INT64_MAX, device, "triu_indices");
}

Tensor block_diag(const std::vector<Tensor>& blocks) {
  std::int64_t columns = 0, left = 0;
  for (const Tensor& block : blocks) {
    if (block.rank() != 2) throw Error("block_diag", "takes matrices, not " + to_string(block.shape()));
    columns += block.size(1);
  }
  std::vector<Tensor> bands;
  for (const Tensor& block : blocks) {
    bands.push_back(pad(block, {{left, columns - left - block.size(1)}}));
    left += block.size(1);
  }
  if (bands.empty()) throw Error("block_diag", "of no matrix");
  return cat(bands);
}

Tensor diagonal(const Tensor& x, std::int64_t k) {
  if (x.rank() < 2) throw Error("diagonal", "needs at least two axes, got " + to_string(x.shape()));
  const std::int64_t m = x.size(-2), n = x.size(-1), row = std::max<std::int64_t>(-k, 0),
                     column = std::max<std::int64_t>(k, 0);
  const std::int64_t count = std::max<std::int64_t>(0, std::min(m - row, n - column));
  const Tensor at = detail::places(
      count, [&](std::int64_t i) { return (row + i) * n + column + i; }, x.device());
  return index_select(x.flatten(-2), -1, at);
}

Tensor diag_embed(const Tensor& x, std::int64_t k) {
  if (x.rank() == 0) throw Error("diag_embed", "needs at least one axis, got a scalar");
  const std::int64_t d = x.size(-1), n = d + std::abs(k), row = std::max<std::int64_t>(-k, 0),
                     column = std::max<std::int64_t>(k, 0);
  Shape flat = x.shape(), square = x.shape();
  flat[x.rank() - 1] = n * n;
  square[x.rank() - 1] = n;
  square.push_back(n);
  const Tensor at = detail::places(
      d, [&](std::int64_t i) { return (row + i) * n + column + i; }, x.device());
  const Tensor empty_matrix = zeros(flat, {.dtype = x.dtype(), .device = x.device()});
  return reshape(scatter(empty_matrix, -1, expand(at, x.shape()), x), square);
}

}  // namespace lepton
