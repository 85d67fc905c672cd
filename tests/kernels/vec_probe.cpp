// The side of the Vec tests that is compiled once for each instruction set.
#include "vec_probe.hpp"

#include "kernels/cpu/philox_vec.hpp"
#include "kernels/cpu/vmath.hpp"
#include "lepton/ops/formula/binary.hpp"
#include "lepton/ops/formula/unary.hpp"

#define LEPTON_REQUIRE(CONDITION)       \
  do {                                  \
    if (!(CONDITION)) return __LINE__;  \
  } while (false)

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

template <class F> void map(const float* x, float* y, std::int64_t n, F f) {
  constexpr int kStep = Vec<float>::kLanes;
  std::int64_t i = 0;
  for (; i + kStep <= n; i += kStep) f(Vec<float>::load(x + i)).store(y + i);
  f(Vec<float>::load_partial(x + i, n - i)).store_partial(y + i, n - i);
}

template <class T> int check_partial(const T* x) {
  constexpr int kLanes = Vec<T>::kLanes;
  for (int n = 0; n <= kLanes; ++n) {
    const Vec<T> a = Vec<T>::load_partial(x, n, T(7));
    for (int i = 0; i < kLanes; ++i) LEPTON_REQUIRE(a[i] == (i < n ? x[i] : T(7)));
    T y[kLanes];
    for (T& e : y) e = T(9);
    Vec<T>::load(x).store_partial(y, n);
    for (int i = 0; i < kLanes; ++i) LEPTON_REQUIRE(y[i] == (i < n ? x[i] : T(9)));
  }
  return 0;
}

template <class T> int check_arithmetic(const T* x, const T* y) {
  const Vec<T> a = Vec<T>::load(x), b = Vec<T>::load(y);
  for (int i = 0; i < Vec<T>::kLanes; ++i) {
    LEPTON_REQUIRE((a + b)[i] == T(x[i] + y[i]));
    LEPTON_REQUIRE((a - b)[i] == T(x[i] - y[i]));
    LEPTON_REQUIRE((a * b)[i] == T(x[i] * y[i]));
    LEPTON_REQUIRE((a / b)[i] == T(x[i] / y[i]));
    LEPTON_REQUIRE((-a)[i] == T(-x[i]));
    LEPTON_REQUIRE(fma(a, b, a)[i] == T(x[i] * y[i] + x[i]));
    LEPTON_REQUIRE(abs(a)[i] == (x[i] < T(0) ? T(-x[i]) : x[i]));
    LEPTON_REQUIRE(maximum(a, b)[i] == (x[i] > y[i] ? x[i] : y[i]));
    LEPTON_REQUIRE(minimum(a, b)[i] == (x[i] < y[i] ? x[i] : y[i]));
    LEPTON_REQUIRE(Vec<T>(3.0)[i] == T(3) && op::Add{}.value(a, b)[i] == T(x[i] + y[i]));
    LEPTON_REQUIRE(op::Affine{2.0}.value(a)[i] == T(2 * x[i]) && op::Square{}.value(a)[i] == T(x[i] * x[i]));
  }
  return 0;
}

template <class T> int check_masks(const T* x, const T* y) {
  constexpr int kLanes = Vec<T>::kLanes;
  const Vec<T> a = Vec<T>::load(x), b = Vec<T>::load(y);
  bool less[kLanes], equal[kLanes], either[kLanes], not_less[kLanes];
  op::Less{}.test(a, b).store_bool(less);
  op::Equal{}.test(a, b).store_bool(equal);
  (((a <= b) & (a != b)) | (a > b)).store_bool(either);
  (~(a < b)).store_bool(not_less);
  for (int i = 0; i < kLanes; ++i) {
    LEPTON_REQUIRE(less[i] == (x[i] < y[i]) && equal[i] == (x[i] == y[i]));
    LEPTON_REQUIRE(either[i] == (x[i] != y[i]) && not_less[i] == (x[i] >= y[i]));
    LEPTON_REQUIRE(select(a >= b, a, b)[i] == (x[i] >= y[i] ? x[i] : y[i]));
  }
  LEPTON_REQUIRE(!any(a != a) && any(a == a));
  for (int n = 0; n <= kLanes; ++n) {
    bool part[kLanes + 1];
    for (bool& p : part) p = true;
    (a != a).store_bool(part, n);
    for (int i = 0; i <= kLanes; ++i) LEPTON_REQUIRE(part[i] == (i >= n));
    const Vec<T> read = select(Mask<T>::load_bool(less, n), Vec<T>(1), Vec<T>(0));
    for (int i = 0; i < kLanes; ++i) LEPTON_REQUIRE(read[i] == T(i < n && less[i]));
  }
  return 0;
}

template <class T> int check_reductions(const T* x) {
  T sum = 0, largest = x[0], smallest = x[0];
  for (int i = 0; i < Vec<T>::kLanes; ++i) {
    sum = T(sum + x[i]);
    if (x[i] > largest) largest = x[i];
    if (x[i] < smallest) smallest = x[i];
  }
  const Vec<T> a = Vec<T>::load(x);
  LEPTON_REQUIRE(reduce_add(a) == sum && reduce_max(a) == largest && reduce_min(a) == smallest);
  return 0;
}

// Small whole numbers, so that every result is exact in every type; the divisor divides.
template <class T> int check_type() {
  constexpr int kLanes = Vec<T>::kLanes;
  T x[kLanes], y[kLanes];
  for (int i = 0; i < kLanes; ++i) {
    x[i] = T(i % 5 * 2);
    y[i] = T(1 + i % 2);
    if (std::is_signed_v<T> && i % 3 == 0) x[i] = T(-x[i]);
  }
  x[kLanes - 1] = 10;
  if (const int line = check_partial(x)) return line;
  if (const int line = check_arithmetic(x, y)) return line;
  if (const int line = check_masks(x, y)) return line;
  return check_reductions(x);
}

template <class T> int check_nan_wins() {
  const T nan = T(__builtin_nan(""));
  const Vec<T> a(nan), b(1);
  for (const Vec<T> y : {maximum(a, b), maximum(b, a), minimum(a, b), minimum(b, a)})
    for (int i = 0; i < Vec<T>::kLanes; ++i) LEPTON_REQUIRE(y[i] != y[i]);
  T x[Vec<T>::kLanes] = {};
  x[Vec<T>::kLanes / 2 + 1] = nan;
  const T largest = reduce_max(Vec<T>::load(x)), smallest = reduce_min(Vec<T>::load(x));
  LEPTON_REQUIRE(largest != largest && smallest != smallest);
  return 0;
}

template <class T> bool close(T vector, T scalar) {
  const T difference = vector - scalar, size = scalar < 0 ? -scalar : scalar;
  const T bound = (sizeof(T) == 4 ? T(2e-6) : T(1e-14)) * (size + 1);
  if (vector != vector || scalar != scalar) return vector != vector && scalar != scalar;
  return vector == scalar || (difference < bound && -difference < bound);
}

template <class T, class O> int check_unary(O o) {
  for (const double at : {-30.0, -2.5, -0.75, 0.0, 1e-3, 0.5, 1.0, 3.0, 20.0}) {
    const T x = T(at), g = T(1.5);
    const Vec<T> v(x), vg(g);
    LEPTON_REQUIRE(close(o.value(v)[1], o.value(x)));
    if constexpr (op::FromY<O>) LEPTON_REQUIRE(close(o.grad_from_y(vg, v)[1], o.grad_from_y(g, x)));
    else LEPTON_REQUIRE(close(o.grad_from_x(vg, v)[1], o.grad_from_x(g, x)));
  }
  return 0;
}

template <class T, class O> int check_binary(O o) {
  for (const double b : {-2.0, 0.5, 1.0})
    LEPTON_REQUIRE(close(o.value(Vec<T>(1), Vec<T>(b))[1], o.value(T(1), T(b))));
  return 0;
}

template <class T, class... O> int check_all_unary(TypeList<O...>) {
  int line = 0;
  ((line = check_unary<T>(O{})) || ...);
  return line;
}

template <class T, class... O> int check_all_binary(TypeList<O...>) {
  int line = 0;
  ((line = check_binary<T>(O{})) || ...);
  return line;
}

}  // namespace

void apply(Function f, const float* x, float* y, std::int64_t n) {
  using F = Vec<float>;
  switch (f) {
    case Function::exp: return map(x, y, n, [](F v) { return exp(v); });
    case Function::log: return map(x, y, n, [](F v) { return log(v); });
    case Function::log1p: return map(x, y, n, [](F v) { return log1p(v); });
    case Function::tanh: return map(x, y, n, [](F v) { return tanh(v); });
    case Function::erf: return map(x, y, n, [](F v) { return erf(v); });
    case Function::sin: return map(x, y, n, [](F v) { return sin(v); });
    case Function::cos: return map(x, y, n, [](F v) { return cos(v); });
    case Function::sqrt: return map(x, y, n, [](F v) { return sqrt(v); });
    case Function::gelu: return map(x, y, n, [](F v) { return op::Gelu{}.value(v); });
    case Function::softplus: return map(x, y, n, [](F v) { return op::Softplus{}.value(v); });
  }
}

int check_types() {
  int line = 0;
  (line = check_type<float>()) || (line = check_type<double>()) || (line = check_type<std::int8_t>()) ||
      (line = check_type<std::uint8_t>()) || (line = check_type<std::int32_t>()) ||
      (line = check_type<std::int64_t>()) || (line = check_type<std::uint32_t>());
  return line;
}

int check_minimum_and_maximum() {
  const int line = check_nan_wins<float>();
  return line ? line : check_nan_wins<double>();
}

int check_formulas() {
  int line = 0;
  (line = check_all_unary<float>(op::UnaryOps{})) ||
      (line = check_all_unary<double>(op::UnaryOps{})) ||
      (line = check_all_binary<float>(op::BinaryOps{})) ||
      (line = check_all_binary<double>(op::BinaryOps{})) ||
      (line = check_unary<float>(op::Clamp{-1, 1})) || (line = check_unary<double>(op::PowScalar{2.5}));
  return line;
}

int philox_probe(std::uint64_t seed, std::uint64_t counter, std::uint32_t (*block)[4], std::uint32_t* stream,
                 float* uniform) {
  const PhiloxWords words = philox_block(seed, counter), ordered = philox_stream(seed, counter);
  for (int w = 0; w < 4; ++w) {
    for (int lane = 0; lane < Words::kLanes; ++lane) block[lane][w] = words.word[w][lane];
    ordered.word[w].store(stream + w * Words::kLanes);
    uniform01(ordered.word[w]).store(uniform + w * Words::kLanes);
  }
  return Words::kLanes;
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
