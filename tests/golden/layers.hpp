// Layers and functions against PyTorch: reads what layers/*.py wrote, and compares value, gradients and buffers.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "lepton/autograd/backward.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "lepton/compile/compile.hpp"
#include "lepton/nn/module.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/support/compare.hpp"

namespace lepton::golden {

/// One case of a file. `results` are "y", "grad" and "buffer NAME" with shape and numbers.
struct Expected {
  struct Argument {
    std::string kind;
    double low, high;
    Shape shape;
  };
  struct Result {
    Shape shape;
    std::vector<double> numbers;
  };
  std::string text;
  std::vector<Argument> inputs;
  std::vector<std::pair<std::string, Shape>> parameters;
  Result y;
  std::vector<Result> gradients;
  std::map<std::string, Result> buffers;
};

inline Shape shape_of(const std::string& text) {
  Shape shape;
  std::stringstream sizes(text);
  for (std::string size; text != "-" && std::getline(sizes, size, ',');) shape.push_back(std::stoll(size));
  return shape;
}

inline Expected::Result result_of(std::istream& line) {
  Expected::Result result;
  std::string shape;
  line >> shape;
  result.shape = shape_of(shape);
  for (double v; line >> v;) result.numbers.push_back(v);
  return result;
}

/// The cases of a family by name, in the order of the file.
inline std::map<std::string, std::vector<Expected>> read_cases(const std::string& family) {
  std::ifstream file(std::string(LEPTON_SOURCE_DIR) + "/tests/golden/layers/" + family + ".txt");
  std::map<std::string, std::vector<Expected>> cases;
  Expected* last = nullptr;
  for (std::string text; std::getline(file, text);) {
    std::stringstream line(text);
    std::string kind, word, sizes;
    line >> kind;
    if (kind == "case") {
      line >> word;
      last = &cases[word].emplace_back();
      last->text = text;
    } else if (kind == "in") {
      Expected::Argument in;
      line >> in.kind >> in.low >> in.high >> sizes;
      in.shape = shape_of(sizes);
      last->inputs.push_back(in);
    } else if (kind == "param") {
      line >> word >> sizes;
      last->parameters.emplace_back(word, shape_of(sizes));
    } else if (kind == "y") {
      last->y = result_of(line);
    } else if (kind == "grad") {
      last->gradients.push_back(result_of(line));
    } else if (kind == "buffer") {
      line >> word;
      last->buffers[word] = result_of(line);
    }
  }
  return cases;
}

/// Noise that torch_cases.py computes too.
inline Tensor noise(const Shape& shape, double phase) {
  std::vector<double> values(std::size_t(shape.numel()));
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::sin(double(i) * double(i) * 0.7391 + phase);
  return tensor(values, shape);
}

inline Tensor draw(const Expected::Argument& in, std::size_t place, DType dtype) {
  if (in.kind != "index")
    return (in.low + (in.high - in.low) * (0.5 + 0.5 * noise(in.shape, 0.5 + double(place)))).to(dtype);
  const std::int64_t n = std::int64_t(in.low);
  std::vector<std::int64_t> values;
  for (std::int64_t i = 0; i < in.shape.numel(); ++i)
    values.push_back((i * 7 + 3 * std::int64_t(place) + i / n) % n);
  return tensor(values, in.shape);
}

/// Every number of a small tensor; of others two weighted sums and three elements.
inline std::vector<double> fingerprint(const Tensor& t) {
  const std::vector<double> x = t.to_vector<double>();
  if (x.size() <= 6) return x;
  std::vector<double> numbers;
  for (const double phase : {1.0, 2.0}) {
    const std::vector<double> w = noise({std::int64_t(x.size())}, phase).to_vector<double>();
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * w[i];
    numbers.push_back(sum);
  }
  for (const std::size_t i : {0, 1, 3}) numbers.push_back(x[x.size() * i / 4]);
  return numbers;
}

/// What a case calls: a function, or a module, made anew for each run.
struct Subject {
  std::function<Tensor(const std::vector<Tensor>&)> call;
  std::shared_ptr<nn::Module> module;
};
using MakeSubject = std::function<Subject()>;

/// The function of a case that has no parameters.
template <class F> MakeSubject function(F f) {
  return [f] { return Subject{f, nullptr}; };
}
/// A layer that is copied for each run, called with all inputs.
template <class M> MakeSubject layer(const M& original) {
  return [original] {
    auto m = std::make_shared<M>(original);
    return Subject{[m](const std::vector<Tensor>& x) {
                     if constexpr (requires { (*m)(x[0]); })
                       if (x.size() == 1) return (*m)(x[0]);
                     if constexpr (requires { (*m)(x[0], x[1]); }) return (*m)(x[0], x[1]);
                     else return Tensor();
                   },
                   m};
  };
}

/// A run of one case: draws everything, computes value and gradients, eagerly or in a captured step.
class CaseRun {
 public:
  CaseRun(const Expected& expected, const MakeSubject& make, DType dtype)
      : expected_(expected), subject_(make()), dtype_(dtype) {
    for (std::size_t i = 0; i < expected.inputs.size(); ++i)
      inputs_.push_back(draw(expected.inputs[i], i, dtype));
    if (subject_.module) set_parameters();
  }

  /// y and then the gradients, as the file has them.
  std::vector<Tensor> results(std::span<const Tensor> from) const {
    std::vector<Tensor> x(from.begin(), from.end()), by;
    for (std::size_t i = 0; i < x.size(); ++i)
      if (expected_.inputs[i].kind == "real") by.push_back(x[i] = x[i].detach().set_requires_grad());
    if (subject_.module)
      for (const auto& [name, p] : subject_.module->named_parameters()) by.push_back(p);
    const Tensor y = subject_.call(x);
    std::vector<Tensor> all{y.detach()};
    if (expected_.gradients.empty()) return all;
    const auto g = grad(y, by, {.gradient = weight_});
    for (std::size_t i = 0; i < g.size(); ++i)
      all.push_back(g[i].defined() ? g[i] : zeros_like(by[i].detach()));
    return all;
  }
  void expect_pytorchs(double tolerance) {
    const auto all = run_eager();
    expect(all[0], expected_.y, tolerance, "y");
    ASSERT_EQ(all.size(), 1 + expected_.gradients.size());
    for (std::size_t i = 1; i < all.size(); ++i)
      expect(all[i], expected_.gradients[i - 1], tolerance, "gradient " + std::to_string(i - 1));
    if (!subject_.module) return;
    for (const auto& [name, b] : subject_.module->named_buffers()) {
      ASSERT_TRUE(expected_.buffers.contains(name)) << name << " is no buffer of PyTorch's";
      expect(b, expected_.buffers.at(name), tolerance, name);
    }
  }
  std::vector<Tensor> run_eager() const {
    prepare_weight();
    return results(inputs_);
  }
  /// Of a second replay.
  std::vector<Tensor> run_captured() const {
    prepare_weight();
    detail::CapturedStep captured;
    auto function = [&](std::span<const Tensor> x) { return results(x); };
    const detail::StepFunction record{&function, [](void* f, std::span<const Tensor> x) {
                                        return (*static_cast<decltype(function)*>(f))(x);
                                      }};
    captured(record, inputs_);
    return captured(record, inputs_);
  }

 private:
  void set_parameters() {
    subject_.module->to(dtype_);
    const auto named = subject_.module->named_parameters();
    ASSERT_EQ(named.size(), expected_.parameters.size());
    const NoGrad no_grad;
    for (std::size_t i = 0; i < named.size(); ++i) {
      EXPECT_EQ(named[i].first, expected_.parameters[i].first);
      ASSERT_EQ(named[i].second.shape(), expected_.parameters[i].second) << named[i].first;
      named[i].second.copy_(noise(named[i].second.shape(), 0.1 * double(i + 1)).to(dtype_));
    }
    const auto buffers = subject_.module->named_buffers();
    for (std::size_t i = 0; i < buffers.size(); ++i)
      if (const auto& [name, b] = buffers[i]; name.ends_with("_u") || name.ends_with("_v")) {
        const Tensor direction = noise(b.shape(), 0.2 * double(i + 1));
        b.copy_((direction / std::sqrt(sum(direction * direction).item())).to(dtype_));
      }
  }
  void prepare_weight() const { weight_ = noise(expected_.y.shape, 3.0).to(dtype_); }
  static void expect(const Tensor& t, const Expected::Result& right, double tolerance,
                     const std::string& what) {
    EXPECT_EQ(t.shape(), right.shape) << what;
    EXPECT_TRUE(test::close(fingerprint(t), right.numbers, tolerance)) << what;
  }

  const Expected& expected_;
  Subject subject_;
  DType dtype_;
  std::vector<Tensor> inputs_;
  mutable Tensor weight_;
};

/// The cases of one name, in the order of the file.
struct Entry {
  std::string name;
  std::vector<MakeSubject> cases;
  bool captured = true;  ///< false where the size of the result depends on the data
};

/// The cases that the table names, in f64 and f32 and as a captured step; they are taken out of `cases`.
inline void expect_cases(std::map<std::string, std::vector<Expected>>& cases,
                         const std::vector<Entry>& table) {
  for (const Entry& entry : table) {
    const auto& expected = cases[entry.name];
    ASSERT_EQ(expected.size(), entry.cases.size()) << entry.name;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      SCOPED_TRACE(expected[i].text);
      CaseRun(expected[i], entry.cases[i], f64).expect_pytorchs(1e-6);
      CaseRun(expected[i], entry.cases[i], f32).expect_pytorchs(2e-4);
      if (!entry.captured) continue;
      const auto eager = CaseRun(expected[i], entry.cases[i], f32);
      const auto y = eager.run_eager();
      const auto replayed = CaseRun(expected[i], entry.cases[i], f32).run_captured();
      ASSERT_EQ(y.size(), replayed.size());
      const bool has_state = !expected[i].buffers.empty();  // which the first replay has changed
      for (std::size_t k = 0; k < y.size() && !has_state; ++k)
        EXPECT_TRUE(test::same_bits(replayed[k], y[k]));
    }
    cases.erase(entry.name);
  }
}

/// Whether cases that a table lacks are in another table of the same file.
enum class Rest { missing, elsewhere };

/// Every case of the table; it must have all of the file unless the rest is elsewhere.
inline void expect_family(const std::string& family, const std::vector<Entry>& table,
                          Rest rest = Rest::missing) {
  auto cases = read_cases(family);
  expect_cases(cases, table);
  if (rest == Rest::elsewhere) return;
  for (const auto& [name, left] : cases) ADD_FAILURE() << name << " is in the file, but in no table";
}

/// `f` for every case of a name.
inline Entry same(const std::string& name, std::size_t count, const MakeSubject& f) {
  return {name, std::vector<MakeSubject>(count, f)};
}

}  // namespace lepton::golden
