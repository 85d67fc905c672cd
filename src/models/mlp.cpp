// The multi-layer perceptron.
#include "lepton/models/mlp.hpp"

#include "lepton/ops/formula/unary.hpp"

namespace lepton::models {

Mlp::Mlp(const MlpOptions& options) : dropout(options.dropout) {
  const auto& sizes = options.sizes;
  if (sizes.size() < 2)
    throw Error("mlp", "needs the sizes of input and output at least, got " + std::to_string(sizes.size()) +
                           " sizes");
  for (const std::int64_t size : sizes)
    if (size < 1) throw Error("mlp", "sizes must be positive, got " + std::to_string(size));
  for (std::size_t i = 1; i < sizes.size(); ++i) layers.emplace_back(sizes[i - 1], sizes[i]);
}

Tensor Mlp::operator()(const Tensor& x) {
  return with_hooks(x, [this](const Tensor& in) {
    Tensor y = in.rank() > 2 ? in.flatten(1) : in;
    for (std::size_t i = 0; i < layers.size(); ++i) {
      y = layers[i](y);
      if (i + 1 < layers.size()) y = dropout(relu(y));
    }
    return y;
  });
}

}  // namespace lepton::models
