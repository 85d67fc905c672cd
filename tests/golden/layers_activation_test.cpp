// Activations against PyTorch: layers/activations.py made the file.
#include "lepton/nn/activation.hpp"
#include "tests/golden/layers.hpp"

namespace lepton::golden {
namespace {

TEST(Layers, Activations) {
  const auto of = [](Tensor (*f)(const Tensor&)) {
    return function([f](const std::vector<Tensor>& x) { return f(x[0]); });
  };
  std::vector<Entry> table;
  const std::pair<const char*, Tensor (*)(const Tensor&)> plain[] = {{"relu", relu},
                                                                     {"sigmoid", sigmoid},
                                                                     {"tanh", tanh},
                                                                     {"silu", silu},
                                                                     {"gelu", gelu},
                                                                     {"gelu_tanh", gelu_tanh},
                                                                     {"selu", selu},
                                                                     {"mish", mish},
                                                                     {"softsign", softsign},
                                                                     {"hardswish", hardswish},
                                                                     {"hardsigmoid", hardsigmoid},
                                                                     {"relu6", relu6},
                                                                     {"logsigmoid", logsigmoid},
                                                                     {"tanhshrink", tanhshrink}};
  for (const auto& [name, f] : plain) table.push_back(same(name, 5, of(f)));
  using nn::CELU, nn::ELU, nn::GLU, nn::Hardshrink, nn::Hardtanh, nn::LeakyReLU, nn::LogSoftmax, nn::PReLU,
      nn::Softmax, nn::Softmin, nn::Softplus, nn::Softshrink, nn::Threshold;
  const auto resting = [](double lower, double upper) {
    nn::RReLU m(lower, upper);
    m.eval();
    return layer(m);
  };
  table.insert(
      table.end(),
      {{"LeakyReLU",
        {layer(LeakyReLU()), layer(LeakyReLU(0.2)), layer(LeakyReLU(-0.5)), layer(LeakyReLU(1)),
         layer(LeakyReLU(0))}},
       {"ELU", {layer(ELU()), layer(ELU(0.5)), layer(ELU(2)), layer(ELU(0.1)), layer(ELU(1.5))}},
       {"CELU", {layer(CELU()), layer(CELU(0.5)), layer(CELU(2)), layer(CELU(0.1)), layer(CELU(1.5))}},
       {"Softplus",
        {layer(Softplus()), layer(Softplus(2, 5)), layer(Softplus(0.5)), layer(Softplus(3, 10)),
         layer(Softplus(1, 1))}},
       {"Hardtanh",
        {layer(Hardtanh()), layer(Hardtanh(-2.5, 0.5)), layer(Hardtanh(0, 0.25)), layer(Hardtanh(5, 20)),
         layer(Hardtanh(-10, -1))}},
       {"PReLU", {layer(PReLU()), layer(PReLU(4)), layer(PReLU(3)), layer(PReLU()), layer(PReLU(2))}},
       {"Hardshrink",
        {layer(Hardshrink()), layer(Hardshrink(1)), layer(Hardshrink(0.1)), layer(Hardshrink(3)),
         layer(Hardshrink(0))}},
       {"Softshrink",
        {layer(Softshrink()), layer(Softshrink(1)), layer(Softshrink(0.1)), layer(Softshrink(3)),
         layer(Softshrink(0))}},
       {"Threshold",
        {layer(Threshold(0, 0)), layer(Threshold(-2.5, 20)), layer(Threshold(0.1, -1)),
         layer(Threshold(15, 0.5)), layer(Threshold(-20, 3))}},
       {"RReLU",
        {resting(1.0 / 8, 1.0 / 3), resting(0.1, 0.5), resting(0, 1), resting(-0.5, 0.5),
         layer(nn::RReLU(0.3, 0.3))}},
       {"Softmin",
        {layer(Softmin()), layer(Softmin(0)), layer(Softmin(1)), layer(Softmin()), layer(Softmin(2))}},
       {"GLU", {layer(GLU()), layer(GLU(0)), layer(GLU(1)), layer(GLU()), layer(GLU(2))}},
       {"Softmax",
        {layer(Softmax()), layer(Softmax(0)), layer(Softmax(1)), layer(Softmax()), layer(Softmax(2))}},
       {"LogSoftmax",
        {layer(LogSoftmax()), layer(LogSoftmax(0)), layer(LogSoftmax(1)), layer(LogSoftmax()),
         layer(LogSoftmax(2))}}});
  expect_family("activations", table);
}

}  // namespace
}  // namespace lepton::golden
