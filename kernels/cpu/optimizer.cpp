// The optimizer step: every rule of optim::Rules in a SIMD loop. Compiled once for each instruction set.
#include "kernels/cpu/optimizer.hpp"

#include "kernels/cpu/optimizer_segments.hpp"
#include "lepton/optim/rules/all.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

using optim::ParameterProgress;
using optim::StepState;

template <class Rule> constexpr int slot_count() {
  if constexpr (requires { Rule::slots; }) return int(sizeof(Rule::slots) / sizeof(Rule::slots[0]));
  else return 0;
}

/// Slots that a rule finds something in: all but the direction that it gives.
template <class Rule> constexpr int read_count() {
  if constexpr (requires { Rule::directs; }) return slot_count<Rule>() - 1;
  else return slot_count<Rule>();
}

/// One vector of parameters. `load` and `store` move whole vectors, or the first elements of one.
template <class Rule, class T, class Load, class Store>
LEPTON_INLINE void update_vector(T* p, const T* g, T* const* slot, const typename Rule::Options& options,
                                 const StepState& state, T factor, Load load, Store store) {
  constexpr int kSlots = slot_count<Rule>();
  Vec<T> value = load(p), s[kSlots > 0 ? kSlots : 1];
  for (int k = 0; k < read_count<Rule>(); ++k) s[k] = load(slot[k]);
  Rule::update(value, scaled(load(g), factor), s, options, state);
  if constexpr (read_count<Rule>() == kSlots) store(value, p);
  for (int k = 0; k < kSlots; ++k) store(s[k], slot[k]);
}

/// Elements [first, first + count) of one parameter.
template <class Rule, class T>
LEPTON_INLINE void update_piece(const OptimizerSegment& segment, const typename Rule::Options& options,
                                const StepState& state, T factor, std::int64_t first, std::int64_t count) {
  using V = Vec<T>;
  constexpr int kSlots = slot_count<Rule>();
  T* p = static_cast<T*>(segment.p) + first;
  const T* g = static_cast<const T*>(segment.g) + first;
  T* slot[kSlots > 0 ? kSlots : 1];
  for (int k = 0; k < kSlots; ++k) slot[k] = static_cast<T*>(segment.slot[k]) + first;
  const auto next = [&] {
    p += V::kLanes, g += V::kLanes;
    for (int k = 0; k < kSlots; ++k) slot[k] += V::kLanes;
  };
  for (; count >= V::kLanes; count -= V::kLanes, next())
    update_vector<Rule, T>(
        p, g, slot, options, state, factor, [](const T* from) { return V::load(from); },
        [](V v, T* to) { v.store(to); });
  if (count > 0)
    update_vector<Rule, T>(
        p, g, slot, options, state, factor, [count](const T* from) { return V::load_partial(from, count); },
        [count](V v, T* to) { v.store_partial(to, count); });
}

LEPTON_INLINE bool same(const ParameterProgress& x, const ParameterProgress& y) {
  return x.step == y.step && x.a == y.a && x.b == y.b && x.c == y.c && x.d == y.d;
}

LEPTON_INLINE double lr_of(const OptimizerArgs& args) { return args.lr ? *args.lr : 0; }

/// Counts a step of every parameter. Neighbours have mostly made the same steps, so what the rule works out for one
/// serves the next.
template <class Rule>
LEPTON_INLINE void advance_all(const OptimizerArgs& args, const typename Rule::Options& options) {
  const OptimizerSegment* const segment = segments_of(args);
  ParameterProgress before{}, after{};
  for (int i = 0; i < args.count; ++i) {
    ParameterProgress& mine = args.progress[segment[i].row];
    if (i == 0 || !same(mine, before)) {
      before = mine;
      StepState s{lr_of(args), mine.step + 1, mine.a, mine.b, mine.c, mine.d};
      Rule::advance(s, options);
      after = {s.step, s.a, s.b, s.c, s.d};
    }
    mine = after;
  }
}

/// What all shards of a pass read.
template <class Rule, class T> struct Pass {
  const OptimizerArgs& args;
  typename Rule::Options options;
  double lr;
  T factor;

  LEPTON_INLINE void shard(std::int64_t begin, std::int64_t end) const {
    for_segments(segments_of(args), args.count, begin, end,
                 [this](const OptimizerSegment& s, std::int64_t first, std::int64_t count) {
                   const ParameterProgress& mine = args.progress[s.row];
                   const StepState state{lr, mine.step, mine.a, mine.b, mine.c, mine.d};
                   if constexpr (requires { Rule::idle(options, state); })
                     if (Rule::idle(options, state)) return;
                   update_piece<Rule, T>(s, options, state, factor, first, count);
                 });
  }
};

template <class Rule, class T> void run(const OptimizerArgs& args) {
  if (args.scale && !is_finite(*args.norm)) return;
  Pass<Rule, T> pass{args, {}, lr_of(args), T(gradient_factor(args.norm, args.max_norm, args.scale))};
  static_assert(sizeof pass.options <= sizeof args.options && slot_count<Rule>() <= kOptimizerSlots);
  __builtin_memcpy(static_cast<void*>(&pass.options), args.options, sizeof pass.options);
  advance_all<Rule>(args, pass.options);
  // Small parameters together are one piece of work, large ones are cut: neighbours share a shard until it is full.
  const std::int64_t total = extent(segments_of(args), args.count);
  if (total < kParallelFrom) pass.shard(0, total);
  else
    parallel_for((total + kShard - 1) / kShard,
                 [&](std::int64_t i) { pass.shard(i * kShard, min64(total, (i + 1) * kShard)); });
}

using Run = void (*)(const OptimizerArgs&);
template <int kRules> struct Table { Run run[kRules][2]; };
template <class... R> constexpr Table<sizeof...(R)> table(TypeList<R...>) {
  return {{{&run<R, float>, &run<R, double>}...}};
}
constexpr auto kTable = table(optim::Rules{});

}  // namespace

void optimizer(const OptimizerArgs& args) { kTable.run[args.rule][int(args.dtype)](args); }

}  // namespace lepton::kernels::cpu::LEPTON_ISA
