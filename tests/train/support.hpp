// What the tests of training share: a small problem, and its weights to compare.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/io/state.hpp"
#include "lepton/nn/dropout.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/sequential.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/loss.hpp"
#include "lepton/ops/random.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/optim/adam.hpp"
#include "lepton/train/fit.hpp"

namespace lepton {

/// A folder that is gone at the end of the test.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "lepton-train-XXXXXX").string();
    if (!mkdtemp(name.data())) throw Error(name, "cannot be made");
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Expects an Error whose text holds each of `parts`.
template <class F> void expect_error(F&& run, const std::vector<std::string>& parts) {
  try {
    run();
    ADD_FAILURE() << "no error was thrown";
  } catch (const Error& error) {
    for (const std::string& part : parts)
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
          << "\"" << part << "\" is not in: " << error.what();
  }
}

/// The largest of three among eight numbers; 100 samples are not a whole number of batches of 32.
inline data::Dataset problem(std::int64_t samples = 100) {
  manual_seed(11);
  const Tensor x = randn({samples, 8});
  return data::TensorDataset(x, argmax(x.slice(1, 0, 3)));
}

inline nn::Sequential network(std::int64_t hidden = 16) {
  manual_seed(5);
  return nn::Sequential{nn::Linear(8, hidden), relu, nn::Dropout(0.2), nn::Linear(hidden, 3)};
}

inline std::vector<float> weights(const nn::Module& module) {
  std::vector<float> all;
  for (const auto& [name, t] : module.state())
    for (const float v : t.to_vector<float>()) all.push_back(v);
  return all;
}

/// A network that a fresh `fit` has trained, and what it reported.
struct Trained {
  nn::Sequential net = network();
  Report report;
  explicit Trained(const FitOptions& options, const data::Dataset& data = problem()) {
    net = network();
    optim::Adam adam(net.parameters(), {.lr = 1e-2});
    report = fit(net, adam, cross_entropy, data, options);
  }
  std::vector<float> weights() const { return lepton::weights(net); }
};

}  // namespace lepton
