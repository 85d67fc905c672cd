// Tensors on an emulated GPU (LEPTON_CUDA_PLUGIN) against the same on the CPU: values, gradients, messages.
#include <gtest/gtest.h>

#include <cmath>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/tensor/factory.hpp"
#include "lepton/tensor/tensor.hpp"

namespace {

using namespace lepton;

/// sin(1), sin(2), ...: neither random nor regular.
Tensor numbers(const Shape& shape, double phase) {
  std::vector<float> values(std::size_t(shape.numel()));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(std::sin(double(i + 1) + phase));
  return tensor(values, shape);
}

void expect_close(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.shape(), b.shape());
  const auto x = a.to_vector<double>(), y = b.to_vector<double>();
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(x[i], y[i], 1e-5 * (1 + std::abs(y[i]))) << i;
}

struct Step {
  Tensor loss, w1, b1, w2;  // after the update
};

/// Three steps of gradient descent of a small network, all on one device.
Step train(Device device) {
  const Tensor x = numbers({33, 13}, 0).to(device), target = numbers({33, 5}, 1).to(device);
  Tensor w1 = numbers({13, 17}, 2).to(device), b1 = numbers({17}, 3).to(device),
         w2 = numbers({17, 5}, 4).to(device);
  for (Tensor* p : {&w1, &b1, &w2}) p->set_requires_grad();
  Tensor loss;
  for (int i = 0; i < 3; ++i) {
    const Tensor hidden = maximum(matmul(x, w1) + b1, zeros({}, {.device = device}));
    const Tensor error = matmul(hidden, w2) - target;
    loss = mean(error * error);
    loss.backward();
    const NoGrad no_grad;
    for (Tensor* p : {&w1, &b1, &w2}) {
      p->add_(p->grad(), -0.05);
      p->zero_grad();
    }
  }
  return {loss.detach(), w1.detach(), b1.detach(), w2.detach()};
}

TEST(EmulatedTensor, TrainsAsOnTheCpu) {
  const Step gpu = train(kCuda), cpu = train(kCpu);
  EXPECT_FALSE(gpu.w1.device().is_cpu());
  expect_close(gpu.loss, cpu.loss);
  expect_close(gpu.w1, cpu.w1);
  expect_close(gpu.b1, cpu.b1);
  expect_close(gpu.w2, cpu.w2);
}

TEST(EmulatedTensor, ViewsReductionsAndTypes) {
  const Tensor x = numbers({4, 5, 6}, 0), y = x.to(kCuda);
  expect_close(sum(y.permute({2, 0, 1}), {1}), sum(x.permute({2, 0, 1}), {1}));
  expect_close(max(y, {0, 2}), max(x, {0, 2}));
  expect_close(argmax(y, 1), argmax(x, 1));
  expect_close((y * 100).to(i32).to(f64), (x * 100).to(i32).to(f64));
  expect_close(where(y < 0.25, y, -y), where(x < 0.25, x, -x));
}

TEST(EmulatedTensor, DevicesDoNotMix) {
  try {
    const Tensor y = numbers({3}, 0).to(kCuda) + numbers({3}, 0);
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("different devices"), std::string::npos) << e.what();
  }
}

}  // namespace
