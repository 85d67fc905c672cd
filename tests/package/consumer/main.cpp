// Trains a little, saves, loads, and sees an error: what a first program does.
#include <lepton/lepton.hpp>

#include <cstdio>
#include <filesystem>

using namespace lepton;

int main() {
  manual_seed(1);
  const Tensor x = randn({200, 4});
  const data::Dataset data = data::TensorDataset(x, (sum(x, {1}) > 0).to(i64));
  nn::Sequential net{nn::Linear(4, 16), relu, nn::Linear(16, 2)};
  optim::Adam adam(net.parameters(), {.lr = 1e-2});
  const Report report = fit(net, adam, cross_entropy, data,
                            {.epochs = 20, .validation = data, .metrics = {{"accuracy", metrics::Accuracy()}}});
  const std::string file = (std::filesystem::temp_directory_path() / "lepton-consumer.safetensors").string();
  io::save_model(file, net);
  io::load_model(file, net);
  std::filesystem::remove(file);
  try {
    matmul(x, x);
    return 1;
  } catch (const Error&) {  // thrown in the library, caught here
  }
  const double accuracy = report.epochs.back().validation[1].value;
  std::printf("accuracy %.3f\n", accuracy);
  return accuracy > 0.95 ? 0 : 1;
}
