// What the tests of convolutions share: runs of one pass by one algorithm, and the f64 reference.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "kernels/conv.hpp"
#include "kernels/cpu/bf16_rows.hpp"
#include "tests/kernels/check.hpp"

namespace lepton::test {

using kernels::ConvShape;
using kernels::cpu::ConvPass;

/// A square convolution. n images of [ic, h, w], oc kernels of [k, k].
struct ConvCase {
  std::int64_t n, ic, h, w, oc, k;
  std::int64_t stride = 1, pad = 0, dilation = 1, groups = 1;
};

inline ConvShape conv_shape(const ConvCase& c, DType dtype = f32) {
  const auto out = [&](std::int64_t in) { return (in + 2 * c.pad - c.dilation * (c.k - 1) - 1) / c.stride + 1; };
  ConvShape s{};
  s.n = c.n, s.ic = c.ic, s.ih = c.h, s.iw = c.w, s.oc = c.oc, s.oh = out(c.h), s.ow = out(c.w), s.kh = s.kw = c.k;
  s.stride_h = s.stride_w = c.stride, s.pad_h = s.pad_w = c.pad, s.dilation_h = s.dilation_w = c.dilation;
  s.groups = c.groups, s.dtype = s.compute = dtype;
  return s;
}

inline std::string to_string(const ConvCase& c) {
  std::string text;
  for (const std::int64_t v : {c.n, c.ic, c.h, c.w, c.oc, c.k, c.stride, c.pad, c.dilation, c.groups})
    text += (text.empty() ? "" : " ") + std::to_string(v);
  return "n ic h w oc k stride pad dilation groups: " + text;
}

inline std::int64_t x_size(const ConvShape& s) { return s.n * s.ic * s.ih * s.iw; }
inline std::int64_t y_size(const ConvShape& s) { return s.n * s.oc * s.oh * s.ow; }
inline std::int64_t weight_size(const ConvShape& s) { return s.oc * (s.ic / s.groups) * s.kh * s.kw; }

inline const char* to_string(ConvPass pass) {
  return pass == ConvPass::forward ? "forward" : pass == ConvPass::input_grad ? "input_grad" : "weight_grad";
}

/// Memory full of NaN that starts at a cache line, with what must stay untouched behind it.
class Room {
 public:
  explicit Room(std::size_t bytes) : size_(bytes), memory_(new (std::align_val_t(64)) unsigned char[bytes + kFence]) {
    std::memset(memory_, 0xff, bytes);
    std::memset(memory_ + bytes, kMark, kFence);
  }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  ~Room() {
    EXPECT_TRUE(std::all_of(memory_ + size_, memory_ + size_ + kFence, [](unsigned char c) { return c == kMark; }))
        << "something was written behind the end";
    ::operator delete[](memory_, std::align_val_t(64));
  }
  void* get() { return memory_; }

 private:
  static constexpr std::size_t kFence = 256;
  static constexpr unsigned char kMark = 0x5a;
  std::size_t size_;
  unsigned char* memory_;
};

enum class Weights { plain, packed };

/// What a pass writes. `a` is x, or g for the input gradient; `b` is the weight, or g for the weight gradient.
template <class T>
std::vector<T> run_conv(const ConvShape& s, ConvPass pass, const char* algorithm, const std::vector<T>& a,
                        const std::vector<T>& b, const std::vector<T>& bias = {}, Weights weights = Weights::plain,
                        std::vector<T>* result = nullptr, const kernels::Epilogue& done = {}) {
  namespace cpu = kernels::cpu;
  const auto* plan = cpu::prepare_conv(s, pass, algorithm);
  const bool packed = weights == Weights::packed && cpu::conv_packed_bytes(plan) > 0;
  std::vector<T> own;
  std::vector<T>& y = result ? *result : own;
  y.assign(std::size_t(pass == ConvPass::forward ? y_size(s) : pass == ConvPass::input_grad ? x_size(s) : weight_size(s)),
           std::numeric_limits<T>::quiet_NaN());
  Room scratch(cpu::conv_scratch(plan, packed)), form(cpu::conv_packed_bytes(plan));
  if (packed) cpu::conv2d_pack({b.data(), form.get(), plan}, kCpuStream);
  const void* const w = packed ? form.get() : b.data();
  if (pass == ConvPass::forward)
    cpu::conv2d({a.data(), w, bias.empty() ? nullptr : bias.data(), y.data(), scratch.get(), plan, packed}, done);
  else if (pass == ConvPass::input_grad)
    cpu::conv2d_input_grad({a.data(), w, y.data(), scratch.get(), plan, packed}, done);
  else cpu::conv2d_weight_grad({a.data(), b.data(), y.data(), scratch.get(), plan, nullptr}, kCpuStream);
  return y;
}

/// What an epilogue is told, and the values that it saw.
struct Seen {
  const std::vector<float>& result;
  std::int64_t columns;
  std::vector<int> times;
  std::vector<float> values;

  static void see(const void* context, std::int64_t row0, std::int64_t row1, std::int64_t col0,
                  std::int64_t col1) {
    Seen& seen = *const_cast<Seen*>(static_cast<const Seen*>(context));
    for (std::int64_t r = row0; r < row1; ++r)
      for (std::int64_t c = col0; c < col1; ++c) {
        const auto i = std::size_t(r * seen.columns + c);
        ASSERT_LT(i, seen.times.size());
        ++seen.times[i];
        seen.values[i] = seen.result[i];
      }
  }
};

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// What is multiplied where factors are rounded to `compute`.
inline std::vector<double> rounded(const std::vector<float>& v, DType compute) {
  if (compute == f32) return {v.begin(), v.end()};
  std::vector<std::uint16_t> half(v.size());
  std::vector<float> back(v.size());
  kernels::cpu::to_bf16(v.data(), half.data(), std::int64_t(v.size()));
  kernels::cpu::from_bf16(half.data(), back.data(), std::int64_t(v.size()));
  return {back.begin(), back.end()};
}

/// Root mean square of the difference, relative to that of `b`.
template <class T> double relative_error(const std::vector<T>& a, const std::vector<double>& b) {
  double error = 0, size = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    error += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return size > 0 ? std::sqrt(error / size) : std::sqrt(error);
}

}  // namespace lepton::test
