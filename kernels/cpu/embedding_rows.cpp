// Bags of rows: vectors along a row. Compiled once for each instruction set.
#include "kernels/cpu/embedding.hpp"
#include "kernels/cpu/lanes.hpp"
#include "kernels/cpu/shards.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

LEPTON_INLINE Range places(const Bags& b, std::int64_t bag) {
  if (!b.offsets) return {bag * b.width, (bag + 1) * b.width};
  return {b.offsets[bag], bag + 1 < b.bags ? b.offsets[bag + 1] : b.count};
}

/// What rows of a bag are multiplied by, besides their own weights: 1, or 1 / their number for a mean.
template <class T> LEPTON_INLINE T share_of(const Bags& b, Range r) {
  if (b.join != BagJoin::mean) return T(1);
  std::int64_t n = 0;
  for (std::int64_t i = r.begin; i < r.end; ++i) n += b.ids[i] != b.padding;
  return n > 0 ? T(1) / T(n) : T(0);
}

template <class T> void sum_bags(const EmbeddingBagArgs& args, std::int64_t begin, std::int64_t end) {
  using V = Vec<T>;
  const Bags b = args.bags;
  const T* const table = static_cast<const T*>(args.table);
  const T* const weights = static_cast<const T*>(b.weights);
  for (std::int64_t bag = begin; bag < end; ++bag) {
    const Range r = places(b, bag);
    const T share = share_of<T>(b, r);
    T* const y = static_cast<T*>(args.y) + bag * b.n;
    over_lanes<T>(b.n, [=](std::int64_t j, auto lanes) {
      V sum(0);
      for (std::int64_t i = r.begin; i < r.end; ++i) {
        if (b.ids[i] == b.padding) continue;
        const V row = lanes.load(table + b.ids[i] * b.n + j);
        sum = weights ? fma(row, V(weights[i]), sum) : sum + row;
      }
      lanes.store(sum * V(share), y + j);
    });
  }
}

template <class T> void max_bags(const EmbeddingBagArgs& args, std::int64_t begin, std::int64_t end) {
  const Bags b = args.bags;
  const T* const table = static_cast<const T*>(args.table);
  for (std::int64_t bag = begin; bag < end; ++bag) {
    const Range r = places(b, bag);
    T* const y = static_cast<T*>(args.y) + bag * b.n;
    std::int64_t* const where = args.where + bag * b.n;
    for (std::int64_t j = 0; j < b.n; ++j) {
      y[j] = T(0);
      where[j] = -1;
    }
    for (std::int64_t i = r.begin; i < r.end; ++i) {
      if (b.ids[i] == b.padding) continue;
      const T* const row = table + b.ids[i] * b.n;
      for (std::int64_t j = 0; j < b.n; ++j)
        if (where[j] < 0 || row[j] > y[j]) {
          y[j] = row[j];
          where[j] = b.ids[i];
        }
    }
  }
}

template <class T> void bag_run(const EmbeddingBagArgs& args) {
  const Bags& b = args.bags;
  const std::int64_t picoseconds = (b.count / (b.bags > 0 ? b.bags : 1) + 1) * (5000 + b.n * 100);
  for_ranges(b.bags, picoseconds, [&](std::int64_t begin, std::int64_t end) {
    if (b.join == BagJoin::max) max_bags<T>(args, begin, end);
    else sum_bags<T>(args, begin, end);
  });
}

/// A shard owns some rows of the table: it clears them, and adds what the bags send there, in order.
template <class T> void add_rows(const EmbeddingBagGradArgs& args, Range own) {
  using V = Vec<T>;
  const Bags b = args.bags;
  const T* const weights = static_cast<const T*>(b.weights);
  T* const dtable = static_cast<T*>(args.dtable);
  for (std::int64_t k = own.begin * b.n; k < own.end * b.n; ++k) dtable[k] = T(0);
  for (std::int64_t bag = 0; bag < b.bags; ++bag) {
    const Range r = places(b, bag);
    const T* const g = static_cast<const T*>(args.g) + bag * b.n;
    if (b.join == BagJoin::max) {
      const std::int64_t* const where = args.where + bag * b.n;
      for (std::int64_t j = 0; j < b.n; ++j)
        if (where[j] >= own.begin && where[j] < own.end) dtable[where[j] * b.n + j] += g[j];
      continue;
    }
    T share(-1);  // counted where the first row of the bag is one of the shard's own
    for (std::int64_t i = r.begin; i < r.end; ++i) {
      const std::int64_t id = b.ids[i];
      if (id < own.begin || id >= own.end || id == b.padding) continue;
      if (share < T(0)) share = share_of<T>(b, r);
      const V factor(weights ? share * weights[i] : share);
      T* const to = dtable + id * b.n;
      over_lanes<T>(b.n, [=](std::int64_t j, auto lanes) {
        lanes.store(fma(lanes.load(g + j), factor, lanes.load(to + j)), to + j);
      });
    }
  }
}

template <class T> void bag_grad_run(const EmbeddingBagGradArgs& args) {
  const Bags& b = args.bags;
  const std::int64_t picoseconds = (b.n * 200 + 2000) * (b.rows + 2 * b.count) / (b.rows > 0 ? b.rows : 1);
  for_ranges(b.rows, picoseconds, [&](std::int64_t begin, std::int64_t end) {
    add_rows<T>(args, {begin, end});
  });
}

}  // namespace

void embedding_bag(const EmbeddingBagArgs& args) {
  args.bags.dtype == DType::f32 ? bag_run<float>(args) : bag_run<double>(args);
}
void embedding_bag_grad(const EmbeddingBagGradArgs& args) {
  args.bags.dtype == DType::f32 ? bag_grad_run<float>(args) : bag_grad_run<double>(args);
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
