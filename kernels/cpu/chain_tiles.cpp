// The steps of chains, a tile at a time. Compiled once for each instruction set.
//
// Each is the loop of the kernel of its name, around the same expression on the same vectors, so that it gives the
// same bits.
#include <type_traits>

#include "kernels/cpu/chain.hpp"
#include "kernels/cpu/formula_params.hpp"
#include "kernels/cpu/vmath.hpp"
#include "lepton/ops/formula/binary.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

using Run = void (*)(const ChainTask&, const ChainTile&);

/// What a lane loop needs of a place, in variables that no store can change.
template <class T> struct Rows {
  T* p;
  std::int64_t pitch;
  LEPTON_INLINE explicit Rows(const ChainPlace& place)
      : p(reinterpret_cast<T*>(place.data)), pitch(place.pitch) {}
  LEPTON_INLINE void next() {
    p = reinterpret_cast<T*>(reinterpret_cast<std::uintptr_t>(p) + std::uintptr_t(pitch));
  }
};

/// y = apply(x) over a tile.
template <class T, class Apply>
LEPTON_INLINE void map_one(const ChainTask& task, const ChainTile& tile, Apply&& apply) {
  using V = Vec<T>;
  Rows<const T> x(tile.place[task.in[0]]);
  Rows<T> y(tile.place[task.out]);
  const std::int64_t cols = tile.cols;
  for (std::int64_t r = tile.rows; r > 0; --r, x.next(), y.next()) {
    std::int64_t i = 0;
    for (; i + V::kLanes <= cols; i += V::kLanes) apply(V::load(x.p + i)).store(y.p + i);
    if (i < cols) apply(V::load_partial(x.p + i, cols - i)).store_partial(y.p + i, cols - i);
  }
}

/// store(y, lanes, apply(a, b)) over a tile, y a place in the result, whose elements are To.
template <class T, class To, class Apply, class Store>
LEPTON_INLINE void map_two(const ChainTask& task, const ChainTile& tile, Apply&& apply, Store&& store) {
  using V = Vec<T>;
  Rows<const T> a(tile.place[task.in[0]]), b(tile.place[task.in[1]]);
  Rows<To> y(tile.place[task.out]);
  const std::int64_t cols = tile.cols;
  for (std::int64_t r = tile.rows; r > 0; --r, a.next(), b.next(), y.next()) {
    std::int64_t i = 0;
    for (; i + V::kLanes <= cols; i += V::kLanes)
      store(y.p + i, std::int64_t(V::kLanes), apply(V::load(a.p + i), V::load(b.p + i)));
    if (i < cols)
      store(y.p + i, cols - i, apply(V::load_partial(a.p + i, cols - i), V::load_partial(b.p + i, cols - i)));
  }
}

template <class T> LEPTON_INLINE void store_lanes(T* y, std::int64_t lanes, Vec<T> v) {
  if (lanes == Vec<T>::kLanes) v.store(y);
  else v.store_partial(y, lanes);
}

template <class F, class T> void unary_tile(const ChainTask& task, const ChainTile& tile) {
  const F f = formula_from<F>(task.step->params);
  map_one<T>(task, tile, [&f](Vec<T> x) { return f.value(x); });
}

template <class F, class T> void unary_grad_tile(const ChainTask& task, const ChainTile& tile) {
  const F f = formula_from<F>(task.step->params);
  map_two<T, T>(
      task, tile, [&f](Vec<T> g, Vec<T> s) { return gradient_of(f, g, s); }, store_lanes<T>);
}

template <class F, class T> void binary_tile(const ChainTask& task, const ChainTile& tile) {
  map_two<T, T>(
      task, tile, [](Vec<T> a, Vec<T> b) { return F{}.value(a, b); }, store_lanes<T>);
}

template <class F, class T> void compare_tile(const ChainTask& task, const ChainTile& tile) {
  map_two<T, bool>(
      task, tile, [](Vec<T> a, Vec<T> b) { return F{}.test(a, b); },
      [](bool* y, std::int64_t lanes, Mask<T> m) { m.store_bool(y, lanes); });
}

template <class T> void where_tile(const ChainTask& task, const ChainTile& tile) {
  using V = Vec<T>;
  Rows<const bool> c(tile.place[task.in[0]]);
  Rows<const T> a(tile.place[task.in[1]]), b(tile.place[task.in[2]]);
  Rows<T> y(tile.place[task.out]);
  const std::int64_t cols = tile.cols;
  for (std::int64_t r = tile.rows; r > 0; --r, c.next(), a.next(), b.next(), y.next()) {
    std::int64_t i = 0;
    for (; i + V::kLanes <= cols; i += V::kLanes)
      select(Mask<T>::load_bool(c.p + i), V::load(a.p + i), V::load(b.p + i)).store(y.p + i);
    if (const std::int64_t rest = cols - i; rest > 0)
      select(Mask<T>::load_bool(c.p + i, rest), V::load_partial(a.p + i, rest),
             V::load_partial(b.p + i, rest))
          .store_partial(y.p + i, rest);
  }
}

// Of plain loops, which compilers turn into vectors themselves.
template <class From, class To> void cast_tile(const ChainTask& task, const ChainTile& tile) {
  Rows<const From> x(tile.place[task.in[0]]);
  Rows<To> y(tile.place[task.out]);
  const std::int64_t cols = tile.cols;
  for (std::int64_t r = tile.rows; r > 0; --r, x.next(), y.next()) {
    const From* const from = x.p;
    To* const to = y.p;
    if constexpr (std::is_same_v<From, To>) __builtin_memmove(to, from, std::size_t(cols) * sizeof(To));
    else if constexpr (std::is_same_v<To, bool>)
      for (std::int64_t i = 0; i < cols; ++i) to[i] = from[i] != From(0);
    else
      for (std::int64_t i = 0; i < cols; ++i) to[i] = static_cast<To>(from[i]);
  }
}

template <class T> void constant_tile(const ChainTask& task, const ChainTile& tile) {
  const T value = T(task.step->number);
  Rows<T> y(tile.place[task.out]);
  for (std::int64_t r = tile.rows; r > 0; --r, y.next())
    for (std::int64_t i = 0; i < tile.cols; ++i) y.p[i] = value;
}

/// The product is rounded before the sum, as by two steps.
template <class T, class Then> void product_sum_tile(const ChainTask& task, const ChainTile& tile) {
  using V = Vec<T>;
  const auto value = [](V a, V b, V c) __attribute__((always_inline)) {
    V product = a * b;
    asm("" : "+v"(product.v));  // no fused multiply-add
    return Then{}(product + c);
  };
  Rows<const T> a(tile.place[task.in[0]]), b(tile.place[task.in[1]]), c(tile.place[task.in[2]]);
  Rows<T> y(tile.place[task.out]);
  const std::int64_t cols = tile.cols;
  for (std::int64_t r = tile.rows; r > 0; --r, a.next(), b.next(), c.next(), y.next()) {
    std::int64_t i = 0;
    for (; i + V::kLanes <= cols; i += V::kLanes)
      value(V::load(a.p + i), V::load(b.p + i), V::load(c.p + i)).store(y.p + i);
    if (const std::int64_t rest = cols - i; rest > 0)
      value(V::load_partial(a.p + i, rest), V::load_partial(b.p + i, rest), V::load_partial(c.p + i, rest))
          .store_partial(y.p + i, rest);
  }
}

struct Nothing {
  template <class V> LEPTON_INLINE V operator()(V x) const { return x; }
};
template <class F> struct Formula {
  template <class V> LEPTON_INLINE V operator()(V x) const { return F{}.value(x); }
};

template <class T> Run product_sum(After after) {
  switch (after) {
    case After::relu: return product_sum_tile<T, Formula<op::Relu>>;
    case After::relu6: return product_sum_tile<T, Formula<op::Relu6>>;
    default: return product_sum_tile<T, Nothing>;
  }
}

// Tables from the lists of formulas: one row a formula, for f32 and f64.
template <int kOps> struct Table { Run run[kOps][2]; };
template <class... F> constexpr Table<sizeof...(F)> unary_table(TypeList<F...>) {
  return {{{&unary_tile<F, float>, &unary_tile<F, double>}...}};
}
template <class... F> constexpr Table<sizeof...(F)> unary_grad_table(TypeList<F...>) {
  return {{{&unary_grad_tile<F, float>, &unary_grad_tile<F, double>}...}};
}
template <class... F> constexpr Table<sizeof...(F)> binary_table(TypeList<F...>) {
  return {{{&binary_tile<F, float>, &binary_tile<F, double>}...}};
}
template <class... F> constexpr Table<sizeof...(F)> compare_table(TypeList<F...>) {
  return {{{&compare_tile<F, float>, &compare_tile<F, double>}...}};
}

constexpr auto kUnary = unary_table(op::UnaryOps{});
constexpr auto kUnaryGrad = unary_grad_table(op::UnaryOps{});
constexpr auto kBinary = binary_table(op::BinaryOps{});
constexpr auto kCompare = compare_table(op::CompareOps{});

// [from][to], each f32, f64, boolean
constexpr Run kCast[3][3] = {
    {&cast_tile<float, float>, &cast_tile<float, double>, &cast_tile<float, bool>},
    {&cast_tile<double, float>, &cast_tile<double, double>, &cast_tile<double, bool>},
    {&cast_tile<bool, float>, &cast_tile<bool, double>, &cast_tile<bool, bool>}};

LEPTON_INLINE int type_index(DType t) { return t == DType::f32 ? 0 : t == DType::f64 ? 1 : 2; }

}  // namespace

Run chain_product_sum(DType type, After after) {
  return type == DType::f64 ? product_sum<double>(after) : product_sum<float>(after);
}

Run chain_function(const ChainStep& step, DType from) {
  const int type = type_index(step.dtype);
  switch (step.kind) {
    case ChainOp::formula: return kUnary.run[step.op][type];
    case ChainOp::gradient: return kUnaryGrad.run[step.op][type];
    case ChainOp::pair: return kBinary.run[step.op][type];
    case ChainOp::comparison: return kCompare.run[step.op][type_index(from)];
    case ChainOp::choice: return type == 0 ? where_tile<float> : where_tile<double>;
    case ChainOp::draw: return dropout_tile;
    case ChainOp::mask: return mask_scale_tile;
    case ChainOp::cast: return kCast[type_index(from)][type];
    case ChainOp::constant: return type == 0 ? constant_tile<float> : constant_tile<double>;
  }
  return nullptr;
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
