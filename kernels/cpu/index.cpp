// Rows by index. Compiled once: it is bound by memory.
#include "kernels/index.hpp"

#include <cstddef>
#include <cstring>

#include "kernels/cpu/index_check.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu {
namespace {

/// Copies rows of kBytes, or of `bytes` where kBytes is 0.
template <std::size_t kBytes> void gather(const GatherRowsArgs& args, std::size_t bytes) {
  const auto* const x = static_cast<const std::byte*>(args.x);
  auto* const y = static_cast<std::byte*>(args.y);
  const std::size_t size = kBytes != 0 ? kBytes : bytes;
  for_ranges(args.count, 2000 + std::int64_t(size) * 50, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      std::memcpy(y + std::size_t(i) * size, x + std::size_t(args.index[i]) * size, size);
  });
}

/// A shard owns some rows of y: it clears them, and adds to them what the indices send there, in order.
template <class T> void scatter_add(const ScatterAddRowsArgs& args) {
  const T* const x = static_cast<const T*>(args.x);
  T* const y = static_cast<T*>(args.y);
  const std::int64_t width = args.width;
  const std::int64_t picoseconds =
      width * 200 * (args.rows + 2 * args.count) / (args.rows > 0 ? args.rows : 1);
  for_ranges(args.rows, picoseconds, [&](std::int64_t begin, std::int64_t end) {
    std::memset(y + begin * width, 0, std::size_t((end - begin) * width) * sizeof(T));
    for (std::int64_t i = 0; i < args.count; ++i) {
      if (args.index[i] < begin || args.index[i] >= end) continue;
      T* const to = y + args.index[i] * width;
      const T* const from = x + i * width;
      for (std::int64_t j = 0; j < width; ++j) to[j] += from[j];
    }
  });
}

}  // namespace

void gather_rows(const GatherRowsArgs& args, Stream) {
  check_indices(args.op, args.index, args.count, args.rows);
  const std::size_t bytes = std::size_t(args.width) * args.element_size;
  switch (bytes) {
    case 0: return;
    case 4: return gather<4>(args, bytes);
    case 8: return gather<8>(args, bytes);
    default: return gather<0>(args, bytes);
  }
}

void scatter_add_rows(const ScatterAddRowsArgs& args, Stream) {
  check_indices("scatter_add_rows", args.index, args.count, args.rows);
  if (args.width == 0) return;
  if (args.dtype == DType::f32) scatter_add<float>(args);
  else scatter_add<double>(args);
}

}  // namespace lepton::kernels::cpu
