// One element of each row. Compiled once: it is bound by memory.
#include "kernels/pick.hpp"

#include <cstring>
#include <string>

#include "kernels/cpu/shards.hpp"
#include "lepton/core/error.hpp"

namespace lepton::kernels::cpu {
namespace {

void check_picks(const PickArgs& args) {
  for (std::int64_t r = 0; r < args.rows; ++r)
    if (const std::int64_t i = args.index[r]; (i < 0 || i >= args.n) && i != args.ignored) [[unlikely]]
      throw Error(args.op, "target " + std::to_string(i) + " of row " + std::to_string(r) +
                               " is outside [0, " + std::to_string(args.n) + ")");
}

template <class T> void pick_rows(const PickArgs& args) {
  const T* const x = static_cast<const T*>(args.x);
  T* const y = static_cast<T*>(args.y);
  for_ranges(args.rows, 5000, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r)
      y[r] = args.index[r] == args.ignored ? T(0) : x[r * args.n + args.index[r]];
  });
}

template <class T> void place_rows(const PlaceArgs& args) {
  const T* const x = static_cast<const T*>(args.x);
  T* const y = static_cast<T*>(args.y);
  for_ranges(args.rows, 5000 + args.n * 100, [&](std::int64_t begin, std::int64_t end) {
    std::memset(y + begin * args.n, 0, std::size_t((end - begin) * args.n) * sizeof(T));
    for (std::int64_t r = begin; r < end; ++r)
      if (args.index[r] != args.ignored) y[r * args.n + args.index[r]] = x[r];
  });
}

}  // namespace

void pick(const PickArgs& args, Stream) {
  check_picks(args);
  if (args.dtype == DType::f32) pick_rows<float>(args);
  else pick_rows<double>(args);
}

void place(const PlaceArgs& args, Stream) {
  if (args.dtype == DType::f32) place_rows<float>(args);
  else place_rows<double>(args);
}

}  // namespace lepton::kernels::cpu
