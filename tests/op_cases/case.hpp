// What a row of the op table says about an operation. No test framework here: benchmarks read the rows too.
#pragma once

#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "lepton/core/dtype.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/op_cases/array.hpp"

namespace lepton::op_cases {

using Tensors = std::vector<Tensor>;

/// How an argument is drawn.
struct Input {
  enum class Draw {
    uniform,   ///< in [low, high], not within 0.05 of `kink`
    distinct,  ///< as uniform, but no two elements, of all inputs, closer than 0.003; at most 400
    index,     ///< i64 in [low, high]
    flag       ///< boolean
  };
  Shape shape;
  double low = -2, high = 2;
  Draw draw = Draw::uniform;
  double kink = std::numeric_limits<double>::infinity();

  bool is_real() const { return draw == Draw::uniform || draw == Draw::distinct; }
};
using Inputs = std::vector<Input>;

/// Not inlined: GCC 12 would take the sizes that a shape does not use for uninitialized ones.
[[gnu::noinline]] inline Input real(const Shape& shape, double low = -2, double high = 2) {
  return {shape, low, high};
}
inline Input away_from(double kink, const Shape& shape, double low = -2, double high = 2) {
  return {shape, low, high, Input::Draw::uniform, kink};
}
inline Input distinct(const Shape& shape) { return {shape, -2, 2, Input::Draw::distinct}; }
inline Input index_below(double n, const Shape& shape) { return {shape, 0, n - 1, Input::Draw::index}; }
inline Input flags(const Shape& shape) { return {shape, 0, 1, Input::Draw::flag}; }

/// A call that must throw an Error whose text begins so.
struct Wrong {
  std::string message;
  std::function<void()> call;
};

/// CALL, an expression, must throw TEXT. A macro because it keeps a table of such calls readable.
#define LEPTON_FAILS(TEXT, CALL)           \
  ::lepton::op_cases::Wrong {              \
    TEXT, [=] { static_cast<void>(CALL); } \
  }

/// One row.
struct OpCase {
  std::string name;  ///< unique, of letters, digits and '_'
  std::string op;    ///< the declaration: its name, with its arguments where it is overloaded
  std::function<Tensor(const Tensors&)> call;
  std::function<Array(const Arrays&)> reference;
  std::vector<Inputs> inputs;  ///< small: gradients are checked element by element
  int derivatives = 2;         ///< how often it can be differentiated by its real inputs
  std::vector<Wrong> wrong = {};
  Inputs large = {};               ///< enough to be cut into shards; also what benchmarks time
  std::vector<DType> dtypes = {};  ///< for real inputs, besides f32 and f64
  bool captured = true;            ///< false: its size depends on the data, so that a captured step refuses it
  double f32_tolerance = 1e-5;     ///< of |y - reference| by 1 + |reference|; 1e-10 for f64
};

/// How a test names the row that it ran.
inline void PrintTo(const OpCase* row, std::ostream* out) { *out << row->name; }

using OpCases = std::vector<OpCase>;

/// What views and copies take.
inline const std::vector<DType> kAnyDType{f16, bf16, i8, u8, i32, i64, boolean};
inline const std::vector<DType> kIntegers{i32, i64};

}  // namespace lepton::op_cases
