// The first program of a user: how long it takes to compile is measured by compile_time.py.
#include <lepton/lepton.hpp>

#include <cstdio>

using namespace lepton;

struct Net : nn::Module {
  nn::Linear hidden{20, 128}, out{128, 1};
  nn::Dropout dropout{0.5};
  Tensor operator()(const Tensor& x) { return out(dropout(relu(hidden(x)))); }
  LEPTON_FIELDS(hidden, out)
};

int main() {
  Net net;
  optim::Adam adam(net.parameters(), {.lr = 1e-3});
  const Tensor x = randn({32, 20}), y = (sum(x, {1}, KeepDim::yes) > 0).to(f32);
  auto step = compile([&](const Tensor& input, const Tensor& target) {
    const Tensor loss = binary_cross_entropy_with_logits(net(input), target);
    adam.zero_grad();
    loss.backward();
    adam.step();
    return loss;
  });
  for (int i = 0; i < 1000; ++i)
    if (const Tensor loss = step(x, y); i % 100 == 0) std::printf("step %d: loss %.4f\n", i, loss.item());
}
