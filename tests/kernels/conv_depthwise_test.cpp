// Depthwise convolution on the shapes that its kernels tell apart; conv_test.cpp runs every algorithm on the usual ones.
#include "tests/kernels/conv_probe.hpp"

namespace lepton::test {
namespace {

namespace cpu = kernels::cpu;

ConvCase depthwise(std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w, std::int64_t k,
                   std::int64_t stride = 1, std::int64_t pad = 0, std::int64_t dilation = 1) {
  return {n, c, h, w, c, k, stride, pad, dilation, c};
}

// Channels below, at, and around whole vectors of either width; rows of one block, of blocks with every remainder, and
// of fewer pixels than taps; all kernels, strides, classes of the input gradient; what only the pixel by pixel way does.
const ConvCase kCases[] = {depthwise(1, 1, 5, 5, 3, 1, 1),
                           depthwise(5, 7, 9, 8, 3, 1, 1),
                           depthwise(2, 8, 10, 11, 3, 2, 1),
                           depthwise(5, 16, 17, 18, 3, 1, 1),
                           depthwise(1, 24, 12, 13, 3, 1, 1),
                           depthwise(2, 33, 19, 20, 3, 2, 1),
                           depthwise(2, 48, 7, 7, 3, 1, 1),
                           depthwise(2, 32, 14, 14, 3, 2, 1),
                           depthwise(1, 16, 21, 22, 3, 1, 0),
                           depthwise(1, 19, 23, 24, 3, 2, 0),
                           depthwise(1, 16, 9, 10, 3, 1, 2),
                           depthwise(1, 16, 9, 11, 3, 2, 2),
                           depthwise(2, 40, 15, 16, 5, 1, 2),
                           depthwise(5, 17, 16, 15, 5, 2, 2),
                           depthwise(1, 16, 11, 9, 5, 2, 1),
                           depthwise(2, 24, 13, 17, 7, 1, 3),
                           depthwise(1, 18, 15, 13, 7, 2, 3),
                           depthwise(1, 16, 3, 3, 7, 1, 3),
                           depthwise(1, 16, 2, 2, 3, 1, 1),
                           depthwise(1, 32, 1, 40, 3, 1, 1),
                           depthwise(2, 16, 8, 8, 1),
                           depthwise(2, 20, 12, 10, 3, 1, 2, 2),
                           depthwise(2, 20, 12, 11, 3, 2, 2, 2),
                           depthwise(2, 20, 12, 11, 3, 2, 3, 3),
                           depthwise(1, 16, 14, 13, 3, 3, 1),
                           depthwise(1, 16, 14, 13, 2, 3, 0),
                           depthwise(1, 16, 12, 12, 4, 2, 1),
                           depthwise(3, 64, 56, 56, 3, 1, 1),
                           depthwise(3, 96, 30, 31, 3, 2, 1)};

/// One pass on normal numbers, in f32 and f64.
void check(const ConvShape& s, ConvPass pass) {
  ConvShape s64 = s;
  s64.dtype = s64.compute = f64;
  const auto a = normal_data<float>(pass == ConvPass::input_grad ? y_size(s) : x_size(s), 0, 1, 1);
  const auto b = normal_data<float>(pass == ConvPass::weight_grad ? y_size(s) : weight_size(s), 0, 1, 2);
  const auto bias = normal_data<float>(pass == ConvPass::forward ? s.oc : 0, 0, 1, 3);
  const auto wide = [](const std::vector<float>& v) { return std::vector<double>(v.begin(), v.end()); };
  const auto expected = run_conv<double>(s64, pass, "gathered", wide(a), wide(b), wide(bias));
  const auto y = with_any_threads([&] { return run_conv(s, pass, "depthwise", a, b, bias); });
  EXPECT_LT(relative_error(y, expected), 5e-7) << to_string(pass);
}

TEST(ConvDepthwise, AgreesWithDoubles) {
  for (const ConvCase& c : kCases) {
    SCOPED_TRACE(to_string(c));
    for (const ConvPass pass : {ConvPass::forward, ConvPass::input_grad, ConvPass::weight_grad})
      check(conv_shape(c), pass);
  }
}

TEST(ConvDepthwise, SidesMayDiffer) {
  ConvShape s = conv_shape(depthwise(2, 24, 17, 20, 3, 1, 1));
  s.kh = 5, s.stride_w = 2, s.pad_h = 3, s.pad_w = 0, s.oh = 19, s.ow = 9;
  for (const ConvPass pass : {ConvPass::forward, ConvPass::input_grad, ConvPass::weight_grad}) check(s, pass);
  s = conv_shape(depthwise(2, 24, 17, 20, 3, 2, 1));
  s.kw = 1, s.pad_w = 0, s.ow = 10;
  for (const ConvPass pass : {ConvPass::forward, ConvPass::input_grad, ConvPass::weight_grad}) check(s, pass);
}

TEST(ConvDepthwise, ComesFirstForItsShapes) {
  const ConvShape s = conv_shape(depthwise(2, 24, 17, 20, 3, 1, 1));
  for (const ConvPass pass : {ConvPass::forward, ConvPass::input_grad, ConvPass::weight_grad})
    EXPECT_STREQ(cpu::conv_algorithm(cpu::prepare_conv(s, pass)), "depthwise");
  EXPECT_STRNE(
      cpu::conv_algorithm(cpu::prepare_conv(conv_shape({2, 8, 9, 9, 16, 3, 1, 1, 1, 8}), ConvPass::forward)),
      "depthwise");
}

}  // namespace
}  // namespace lepton::test
