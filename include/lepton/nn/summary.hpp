// What a model does with an input: its layers and functions, with shapes, parameters and work; also as a picture.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lepton/nn/module.hpp"

namespace lepton::nn {

/// One layer, or a function between layers.
struct SummaryRow {
  std::string name;             ///< the layer's path ("features.0"), or the operation's name
  std::string type;             ///< the layer's type; empty for a function
  Shape output;                 ///< as its last kernel gives it
  std::int64_t parameters = 0;  ///< of its own, counted where it first runs
  std::int64_t flops = 0;  ///< two for each multiplication and addition of a product, one for other elements
  std::vector<int> from;   ///< the rows whose results it takes; -1 is the input
};

/// What `summary` gives. Nothing is printed: to_string() is for that.
struct LEPTON_API Summary {
  Shape input;
  std::vector<SummaryRow> rows;  ///< in the order of their running
  std::int64_t parameters = 0, trained = 0, flops = 0;

  /// A table with a row for each layer, and the sums.
  std::string to_string() const;
  /// The rows as a graph for Graphviz.
  std::string to_dot() const;
  /// The rows as a picture.
  std::string to_svg() const;
};

namespace detail {
LEPTON_API Summary summarize(Module& model, const Tensor& input, const std::function<void()>& run);
}

/// Runs `model(input)` once in evaluation mode, off the tape, and tells what happened. Layers are known by the parameters
/// that they read; layers without any appear as the functions that they call. Throws what the model throws.
template <class Model> Summary summary(Model& model, const Tensor& input) {
  return detail::summarize(model, input, [&] { model(input); });
}

}  // namespace lepton::nn

namespace lepton {

/// A model's layers and how they hang together, as DOT (for Graphviz) and as a picture.
struct ModelGraph {
  std::string dot, svg;
};
/// graph(model, input): how nn::summary's rows take each other's results.
template <class Model> ModelGraph graph(Model& model, const Tensor& input) {
  const nn::Summary s = nn::summary(model, input);
  return {s.to_dot(), s.to_svg()};
}

}  // namespace lepton
