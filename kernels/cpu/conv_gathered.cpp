// f64 convolution: each image's windows are gathered into rows, which are multiplied by the weights. It is what
// the f32 kernels are checked against, and what gradient checks run on.
#include <algorithm>
#include <cstring>

#include "kernels/cpu/conv_plan.hpp"
#include "kernels/cpu/gemm.hpp"
#include "lepton/core/parallel.hpp"

namespace lepton::kernels::cpu {
namespace {

constexpr std::int64_t kShards = 8;  // parts of the batch, each with windows (and a weight gradient) of its own

struct Sizes {
  std::int64_t pixels, window, ic, oc, shards, images;  // ic and oc are a group's
  explicit Sizes(const ConvShape& s)
      : pixels(s.oh * s.ow), window(s.ic / s.groups * s.kh * s.kw), ic(s.ic / s.groups), oc(s.oc / s.groups),
        shards(std::max<std::int64_t>(1, std::min(s.n, kShards))), images((s.n + shards - 1) / shards) {}
};

/// visit(window element of `rows`, pixel of x) for every element of every window of one image and group that
/// lies inside the picture. rows: [oh * ow, ic, kh, kw] with the channels of the group.
template <class F> void for_window(const ConvShape& s, std::int64_t group, F&& visit) {
  const std::int64_t ic = s.ic / s.groups;
  std::int64_t element = 0;
  for (std::int64_t oh = 0; oh < s.oh; ++oh)
    for (std::int64_t ow = 0; ow < s.ow; ++ow)
      for (std::int64_t c = 0; c < ic; ++c)
        for (std::int64_t kh = 0; kh < s.kh; ++kh)
          for (std::int64_t kw = 0; kw < s.kw; ++kw, ++element) {
            const std::int64_t h = oh * s.stride_h - s.pad_h + kh * s.dilation_h;
            const std::int64_t w = ow * s.stride_w - s.pad_w + kw * s.dilation_w;
            if (h >= 0 && h < s.ih && w >= 0 && w < s.iw) visit(element, (h * s.iw + w) * s.ic + group * ic + c);
          }
}

void gather(const ConvShape& s, const Sizes& z, std::int64_t group, const double* image, double* rows) {
  std::memset(rows, 0, std::size_t(z.pixels * z.window) * sizeof(double));
  for_window(s, group, [&](std::int64_t element, std::int64_t pixel) { rows[element] = image[pixel]; });
}

void forward(const ConvShape& s, const Sizes& z, std::int64_t g, const double* x, const double* weight,
             const double* bias, double* y, double* rows) {
  gather(s, z, g, x, rows);
  gemm(Gemm<double>{rows, z.window, 1, weight + g * z.oc * z.window, z.window, true, bias ? bias + g * z.oc : nullptr,
                    y + g * z.oc, s.oc, z.pixels, z.oc, z.window});
}

void input_grad(const ConvShape& s, const Sizes& z, std::int64_t g, double* dx, const double* weight, const double* dy,
                double* rows) {
  gemm(Gemm<double>{dy + g * z.oc, s.oc, 1, weight + g * z.oc * z.window, z.window, false, nullptr, rows, z.window,
                    z.pixels, z.window, z.oc});
  for_window(s, g, [&](std::int64_t element, std::int64_t pixel) { dx[pixel] += rows[element]; });
}

/// dw (of the shard) += this image's; `product` is room for one group's.
void weight_grad(const ConvShape& s, const Sizes& z, std::int64_t g, const double* x, double* dw, const double* dy,
                 double* rows, double* product) {
  gather(s, z, g, x, rows);
  gemm(Gemm<double>{dy + g * z.oc, 1, s.oc, rows, z.window, false, nullptr, product, z.window, z.oc, z.window, z.pixels});
  for (std::int64_t i = 0; i < z.oc * z.window; ++i) dw[g * z.oc * z.window + i] += product[i];
}

bool supports(const ConvShape& s, ConvPass) { return s.dtype == f64; }

void prepare(ConvPlan& plan) {
  const Sizes z(plan.shape);
  const std::int64_t weight = plan.shape.oc * z.window;
  const std::int64_t doubles = z.shards * (z.pixels * z.window + 2 * weight);
  plan.scratch_bytes = std::size_t(doubles) * sizeof(double);
}

void run(const ConvPlan& plan, const ConvMemory& m, const Epilogue& done) {
  const ConvShape& s = plan.shape;
  const Sizes z(s);
  const std::int64_t weight_size = s.oc * z.window, a_shard = z.pixels * z.window + 2 * weight_size;
  auto* const x = static_cast<double*>(m.x);
  auto* const weight = static_cast<double*>(m.weight);
  auto* const y = static_cast<double*>(m.y);
  const auto* const bias = static_cast<const double*>(m.bias);
  const auto part = [&](std::int64_t shard) { return static_cast<double*>(m.scratch) + shard * a_shard; };
  parallel_for(z.shards, [&](std::int64_t shard) {
    double *rows = part(shard), *dw = rows + z.pixels * z.window, *product = dw + weight_size;
    if (plan.pass == ConvPass::weight_grad) std::fill(dw, dw + weight_size, 0.0);
    for (std::int64_t n = shard * z.images; n < std::min(s.n, (shard + 1) * z.images); ++n) {
      double* const image = x + n * s.ih * s.iw * s.ic;
      double* const out = y + n * z.pixels * s.oc;
      if (plan.pass == ConvPass::input_grad) std::fill(image, image + s.ih * s.iw * s.ic, 0.0);
      for (std::int64_t g = 0; g < s.groups; ++g) {
        if (plan.pass == ConvPass::forward) forward(s, z, g, image, weight, bias, out, rows);
        else if (plan.pass == ConvPass::input_grad) input_grad(s, z, g, image, weight, out, rows);
        else weight_grad(s, z, g, image, dw, out, rows, product);
      }
      if (!done) continue;
      if (plan.pass == ConvPass::forward) done(n * z.pixels, (n + 1) * z.pixels, 0, s.oc);
      else done(n * s.ih * s.iw, (n + 1) * s.ih * s.iw, 0, s.ic);
    }
  });
  if (plan.pass != ConvPass::weight_grad) return;
  std::fill(weight, weight + weight_size, 0.0);
  for (std::int64_t shard = 0; shard < z.shards; ++shard) {
    const double* const dw = part(shard) + z.pixels * z.window;
    for (std::int64_t i = 0; i < weight_size; ++i) weight[i] += dw[i];
  }
}

}  // namespace

const ConvAlgorithm kGatheredConv{"gathered", supports, nullptr, prepare, nullptr, run};

}  // namespace lepton::kernels::cpu
