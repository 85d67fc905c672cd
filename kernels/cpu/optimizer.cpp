// The optimizer step: every rule of optim::Rules in a SIMD loop. Compiled once for each instruction set.
#include "kernels/cpu/optimizer.hpp"

#include "kernels/cpu/rows.hpp"
#include "kernels/cpu/vec.hpp"
#include "lepton/optim/rules/all.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

template <class Rule> constexpr int slot_count() { return int(sizeof(Rule::slots) / sizeof(Rule::slots[0])); }

/// Elements [first, first + count) of one parameter.
template <class Rule, class T>
LEPTON_INLINE void update_piece(const OptimizerSegment& segment, const typename Rule::Options& options,
                                const optim::StepState& state, std::int64_t first, std::int64_t count) {
  using V = Vec<T>;
  constexpr int kSlots = slot_count<Rule>();
  T* const p = static_cast<T*>(segment.p) + first;
  const T* const g = static_cast<const T*>(segment.g) + first;
  T* slot[kSlots];
  for (int k = 0; k < kSlots; ++k) slot[k] = static_cast<T*>(segment.slot[k]) + first;
  std::int64_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) {
    V value = V::load(p + i), s[kSlots];
    for (int k = 0; k < kSlots; ++k) s[k] = V::load(slot[k] + i);
    Rule::update(value, V::load(g + i), s, options, state);
    value.store(p + i);
    for (int k = 0; k < kSlots; ++k) s[k].store(slot[k] + i);
  }
  if (const std::int64_t rest = count - i) {
    V value = V::load_partial(p + i, rest), s[kSlots];
    for (int k = 0; k < kSlots; ++k) s[k] = V::load_partial(slot[k] + i, rest);
    Rule::update(value, V::load_partial(g + i, rest), s, options, state);
    value.store_partial(p + i, rest);
    for (int k = 0; k < kSlots; ++k) s[k].store_partial(slot[k] + i, rest);
  }
}

template <class Rule, class T> void run(const OptimizerArgs& args) {
  typename Rule::Options options;
  static_assert(sizeof options <= sizeof args.options && slot_count<Rule>() <= kOptimizerSlots);
  __builtin_memcpy(static_cast<void*>(&options), args.options, sizeof options);
  if (args.first) {
    args.state->step += 1;
    Rule::advance(*args.state, options);
  }
  const optim::StepState state = *args.state;
  // Small parameters together are one piece of work, large ones are cut: neighbours share a shard until it is full.
  std::int64_t total = 0;
  for (int s = 0; s < args.count; ++s) total += args.segment[s].n;
  const std::int64_t shards = total < kParallelFrom ? 1 : (total + kShard - 1) / kShard;
  const auto shard = [&](std::int64_t index) {
    const std::int64_t begin = index * kShard, end = shards == 1 ? total : min64(total, begin + kShard);
    std::int64_t at = 0;
    for (int s = 0; s < args.count && at < end; at += args.segment[s++].n) {
      const std::int64_t from = max64(begin, at), to = min64(end, at + args.segment[s].n);
      if (from < to) update_piece<Rule, T>(args.segment[s], options, state, from - at, to - from);
    }
  };
  if (shards == 1) shard(0);
  else parallel_for(shards, shard);
}

using Run = void (*)(const OptimizerArgs&);
template <int kRules> struct Table {
  Run run[kRules][2];
};
template <class... R> constexpr Table<sizeof...(R)> table(TypeList<R...>) {
  return {{{&run<R, float>, &run<R, double>}...}};
}
constexpr auto kTable = table(optim::Rules{});

}  // namespace

void optimizer(const OptimizerArgs& args) { kTable.run[args.rule][int(args.dtype)](args); }

}  // namespace lepton::kernels::cpu::LEPTON_ISA
