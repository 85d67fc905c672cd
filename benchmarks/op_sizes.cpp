// The list of sizes.
#include "benchmarks/op_sizes.hpp"

#include "lepton/lepton.hpp"

namespace lepton::bench {
namespace {

using op_cases::real;
using op_cases::Tensors;

struct ConvSize {
  std::int64_t n, in, side, out, kernel, stride = 1, pad = 0, groups = 1;
};
constexpr ConvSize kConvs[] = {
    {32, 3, 64, 32, 3},          // cnn
    {32, 32, 31, 64, 3},         //
    {32, 3, 32, 64, 3, 1, 1},    // resnet18
    {32, 64, 32, 64, 3, 1, 1},   //
    {32, 64, 32, 128, 3, 2, 1},  //
    {32, 128, 16, 128, 3, 1, 1}, {32, 256, 8, 256, 3, 1, 1},
    {32, 512, 4, 512, 3, 1, 1},  {32, 64, 32, 128, 1, 2},
    {32, 3, 224, 32, 3, 2, 1},  // mobilenet
    {32, 16, 112, 96, 1},        {32, 96, 112, 96, 3, 2, 1, 96},
    {32, 144, 56, 24, 1},        {32, 384, 14, 384, 3, 1, 1, 384},
    {32, 384, 14, 64, 1},        {32, 320, 7, 1280, 1},
};

struct ProductSize {
  std::int64_t rows, in, out;
};
constexpr ProductSize kLinears[] = {
    {32, 20, 128},  {32, 128, 1},    {32, 12544, 64},   {32, 1280, 1024},  {128, 784, 400},   {128, 400, 20},
    {128, 20, 400}, {128, 400, 784}, {1024, 256, 1024}, {1024, 256, 8000}, {1024, 384, 1152},
};
constexpr ProductSize kProducts[] = {{256, 256, 256}, {1024, 1024, 1024}, {2048, 2048, 2048}};

std::string times(std::initializer_list<std::int64_t> sizes) {
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

/// [N, H, W, C] in memory as the [N, C, H, W] that convolutions take and give.
Tensor channels_last(const Tensor& x) { return x.permute({0, 3, 1, 2}); }

SizedOp conv(const ConvSize& s) {
  const std::int64_t side = (s.side + 2 * s.pad - s.kernel) / s.stride + 1;
  const double flops = 2.0 * double(s.n * side * side * s.out * (s.in / s.groups) * s.kernel * s.kernel);
  const Conv2dOptions options{.stride = s.stride, .padding = s.pad, .groups = s.groups};
  return {"conv2d/" + times({s.n, s.in, s.side, s.side}) + "_to_" + std::to_string(s.out) + "_k" +
              std::to_string(s.kernel) + (s.stride > 1 ? "_s" + std::to_string(s.stride) : "") +
              (s.groups > 1 ? "_depthwise" : ""),
          [options](const Tensors& x) { return conv2d(channels_last(x[0]), x[1], {}, options); },
          {real({s.n, s.side, s.side, s.in}), real({s.out, s.in / s.groups, s.kernel, s.kernel})},
          flops};
}

SizedOp linear_of(const ProductSize& s) {
  return {"linear/" + times({s.rows, s.in, s.out}),
          [](const Tensors& x) { return linear(x[0], x[1], x[2]); },
          {real({s.rows, s.in}), real({s.out, s.in}), real({s.out})},
          2.0 * double(s.rows * s.in * s.out)};
}
SizedOp product_of(const ProductSize& s) {
  return {"matmul/" + times({s.rows, s.in, s.out}),
          [](const Tensors& x) { return matmul(x[0], x[1]); },
          {real({s.rows, s.in}), real({s.in, s.out})},
          2.0 * double(s.rows * s.in * s.out)};
}

SizedOp softmax_of(std::int64_t rows, std::int64_t n) {
  return {
      "softmax/" + times({rows, n}), [](const Tensors& x) { return softmax(x[0]); }, {real({rows, n})}, 0};
}

SizedOp norm_of(std::int64_t channels, std::int64_t side) {
  return {"batch_norm/" + times({32, channels, side, side}),
          [](const Tensors& x) { return batch_norm(channels_last(x[0]), x[1], x[2], {}, {}); },
          {real({32, side, side, channels}), real({channels}, 0.5, 2), real({channels})},
          0};
}

}  // namespace

std::vector<SizedOp> sized_ops() {
  std::vector<SizedOp> ops;
  for (const ConvSize& size : kConvs) ops.push_back(conv(size));
  for (const ProductSize& size : kLinears) ops.push_back(linear_of(size));
  for (const ProductSize& size : kProducts) ops.push_back(product_of(size));
  for (const auto& [rows, n] : {std::pair{1024, 8000}, {8192, 32}, {6144, 256}, {32, 1000}})
    ops.push_back(softmax_of(rows, n));
  for (const auto& [channels, side] : {std::pair{64, 32}, {512, 4}, {96, 112}, {384, 14}})
    ops.push_back(norm_of(channels, side));
  return ops;
}

}  // namespace lepton::bench
