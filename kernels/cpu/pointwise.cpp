// Element-by-element kernels: the formulas of ops/formula in SIMD loops. Compiled once for each instruction set.
#include "kernels/cpu/pointwise.hpp"

#include "kernels/cpu/formula_params.hpp"
#include "kernels/cpu/rows.hpp"
#include "kernels/cpu/vmath.hpp"
#include "lepton/ops/formula/binary.hpp"
#include "lepton/ops/formula/unary.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

template <class F, class T> void unary_run(const UnaryArgs& args) {
  const F f = formula_from<F>(args.params);
  const T* const x = static_cast<const T*>(args.x);
  T* const y = static_cast<T*>(args.y);
  for_pieces(args.n, [&](std::int64_t first, std::int64_t count) {
    using V = Vec<T>;
    std::int64_t i = first;
    const std::int64_t end = first + count;
    for (; i + V::kLanes <= end; i += V::kLanes) f.value(V::load(x + i)).store(y + i);
    if (i < end) f.value(V::load_partial(x + i, end - i)).store_partial(y + i, end - i);
  });
}

template <class F, class T> void unary_grad_run(const UnaryGradArgs& args) {
  const F f = formula_from<F>(args.params);
  const T* const g = static_cast<const T*>(args.g);
  const T* const s = static_cast<const T*>(args.saved);
  T* const dx = static_cast<T*>(args.dx);
  const auto gradient = [&f](Vec<T> gv, Vec<T> sv) { return gradient_of(f, gv, sv); };
  for_pieces(args.n, [&](std::int64_t first, std::int64_t count) {
    using V = Vec<T>;
    std::int64_t i = first;
    const std::int64_t end = first + count;
    for (; i + V::kLanes <= end; i += V::kLanes) gradient(V::load(g + i), V::load(s + i)).store(dx + i);
    if (i < end) gradient(V::load_partial(g + i, end - i), V::load_partial(s + i, end - i)).store_partial(dx + i, end - i);
  });
}

/// How a row of an operand is read: in order, one value throughout, or copied together first.
constexpr std::int64_t kChunk = 256;

template <class T> LEPTON_INLINE const T* gathered(const T* p, std::int64_t stride, std::int64_t count, T* buffer) {
  if (stride == 1) return p;
  for (std::int64_t i = 0; i < count; ++i) buffer[i] = p[i * stride];
  return buffer;
}

/// store(i, lanes, op(a, b)) over a row of two operands with any strides.
template <class T, class Op, class Store>
LEPTON_INLINE void binary_row(const T* a, std::int64_t sa, const T* b, std::int64_t sb, std::int64_t n, Op&& apply,
                              Store&& store) {
  using V = Vec<T>;
  constexpr std::int64_t kLanes = V::kLanes;
  const auto loop = [&](std::int64_t base, std::int64_t count, auto&& left, auto&& right) {
    std::int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) store(base + i, kLanes, apply(left(i, kLanes), right(i, kLanes)));
    if (i < count) store(base + i, count - i, apply(left(i, count - i), right(i, count - i)));
  };
  // Lanes behind the end are filled with 1, which divides.
  const auto in_order = [](const T* p) {
    return [p](std::int64_t i, std::int64_t lanes) {
      return lanes == kLanes ? V::load(p + i) : V::load_partial(p + i, lanes, T(1));
    };
  };
  const auto throughout = [](T value) { return [v = V(value)](std::int64_t, std::int64_t) { return v; }; };
  if (sa == 1 && sb == 1) return loop(0, n, in_order(a), in_order(b));
  if (sa == 1 && sb == 0) return loop(0, n, in_order(a), throughout(*b));
  if (sa == 0 && sb == 1) return loop(0, n, throughout(*a), in_order(b));
  T left[kChunk], right[kChunk];
  for (std::int64_t i = 0; i < n; i += kChunk) {
    const std::int64_t count = min64(kChunk, n - i);
    loop(i, count, in_order(gathered(a + i * sa, sa, count, left)), in_order(gathered(b + i * sb, sb, count, right)));
  }
}

template <class F, class T> void binary_run(const BinaryArgs& args) {
  const F f{};
  const int last = args.walk.rank - 1;
  for_rows(args.walk, [&](const std::int64_t* at, std::int64_t first, std::int64_t count) {
    T* const y = static_cast<T*>(args.y) + first;
    binary_row(
        static_cast<const T*>(args.a) + at[0], args.walk.stride[0][last], static_cast<const T*>(args.b) + at[1],
        args.walk.stride[1][last], count, [&f](Vec<T> a, Vec<T> b) { return f.value(a, b); },
        [y](std::int64_t i, std::int64_t lanes, Vec<T> v) {
          if (lanes == Vec<T>::kLanes) v.store(y + i);
          else v.store_partial(y + i, lanes);
        });
  });
}

template <class F, class T> void compare_run(const BinaryArgs& args) {
  const F f{};
  const int last = args.walk.rank - 1;
  for_rows(args.walk, [&](const std::int64_t* at, std::int64_t first, std::int64_t count) {
    bool* const y = static_cast<bool*>(args.y) + first;
    binary_row(
        static_cast<const T*>(args.a) + at[0], args.walk.stride[0][last], static_cast<const T*>(args.b) + at[1],
        args.walk.stride[1][last], count, [&f](Vec<T> a, Vec<T> b) { return f.test(a, b); },
        [y](std::int64_t i, std::int64_t lanes, Mask<T> m) { m.store_bool(y + i, lanes); });
  });
}

template <class T> void where_run(const WhereArgs& args) {
  const Walk& w = args.walk;
  const int last = w.rank - 1;
  const std::int64_t sc = w.stride[0][last], sa = w.stride[1][last], sb = w.stride[2][last];
  for_rows(w, [&](const std::int64_t* at, std::int64_t first, std::int64_t count) {
    const bool* const c = args.condition + at[0];
    const T* const a = static_cast<const T*>(args.a) + at[1];
    const T* const b = static_cast<const T*>(args.b) + at[2];
    T* const y = static_cast<T*>(args.y) + first;
    for (std::int64_t i = 0; i < count; ++i) y[i] = c[i * sc] ? a[i * sa] : b[i * sb];
  });
}

// Tables from the lists of formulas: one row a formula, one column an element type.
template <class Args> using Run = void (*)(const Args&);

template <class Args, int kOps> struct Table {
  Run<Args> run[kOps][9];
};

template <class... F> constexpr Table<UnaryArgs, sizeof...(F)> unary_table(TypeList<F...>) {
  return {{{&unary_run<F, float>, &unary_run<F, double>}...}};
}
template <class... F> constexpr Table<UnaryGradArgs, sizeof...(F)> unary_grad_table(TypeList<F...>) {
  return {{{&unary_grad_run<F, float>, &unary_grad_run<F, double>}...}};
}
template <class F, class T> constexpr Run<BinaryArgs> integer_run() {
  if constexpr (op::RealOnly<F>) return nullptr;
  else return &binary_run<F, T>;
}
template <class... F> constexpr Table<BinaryArgs, sizeof...(F)> binary_table(TypeList<F...>) {
  return {{{&binary_run<F, float>, &binary_run<F, double>, nullptr, nullptr, nullptr,
            integer_run<F, std::uint8_t>(), integer_run<F, std::int32_t>(), integer_run<F, std::int64_t>()}...}};
}
template <class... F> constexpr Table<BinaryArgs, sizeof...(F)> compare_table(TypeList<F...>) {
  return {{{&compare_run<F, float>, &compare_run<F, double>, nullptr, nullptr, nullptr,
            &compare_run<F, std::uint8_t>, &compare_run<F, std::int32_t>, &compare_run<F, std::int64_t>}...}};
}

constexpr auto kUnary = unary_table(op::UnaryOps{});
constexpr auto kUnaryGrad = unary_grad_table(op::UnaryOps{});
constexpr auto kBinary = binary_table(op::BinaryOps{});
constexpr auto kCompare = compare_table(op::CompareOps{});

}  // namespace

void unary(const UnaryArgs& args) { kUnary.run[args.op][int(args.dtype)](args); }
void unary_grad(const UnaryGradArgs& args) { kUnaryGrad.run[args.op][int(args.dtype)](args); }
void binary(const BinaryArgs& args) { kBinary.run[args.op][int(args.dtype)](args); }
void compare(const BinaryArgs& args) { kCompare.run[args.op][int(args.dtype)](args); }

void where(const WhereArgs& args) {
  switch (args.element_size) {
    case 1: return where_run<std::uint8_t>(args);
    case 2: return where_run<std::uint16_t>(args);
    case 4: return where_run<std::uint32_t>(args);
    default: return where_run<std::uint64_t>(args);
  }
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
