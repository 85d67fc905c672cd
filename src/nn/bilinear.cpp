// The bilinear layer.
#include "lepton/nn/bilinear.hpp"

#include "lepton/nn/init.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/matmul.hpp"
#include "lepton/ops/shape.hpp"

namespace lepton::nn {

Bilinear::Bilinear(const BilinearOptions& o) {
  if (o.in1 < 1 || o.in2 < 1 || o.out < 1) throw Error("Bilinear", "sizes must be positive");
  weight = Parameter(init::fan_in_uniform({o.out, o.in1, o.in2}, o.in1));
  if (o.bias) bias = Parameter(init::fan_in_uniform({o.out}, o.in1));
}

Tensor Bilinear::operator()(const Tensor& x1, const Tensor& x2) const {
  const Shape& w = weight->shape();
  const auto leading = [](Shape s) {
    if (s.rank() > 0) s.erase(s.rank() - 1);
    return s;
  };
  if (x1.rank() == 0 || x2.rank() == 0 || x1.shape().back() != w[1] || x2.shape().back() != w[2] ||
      leading(x1.shape()) != leading(x2.shape()))
    throw Error("Bilinear", "inputs " + to_string(x1.shape()) + " and " + to_string(x2.shape()) +
                                " do not fit weight " + to_string(w));
  const std::int64_t n = x1.numel() / w[1];
  // [n, in1] @ [in1, out * in2], whose rows are [out, in2] matrices that multiply x2.
  const Tensor by_first =
      matmul(x1.reshape({n, w[1]}), permute(weight, {1, 0, 2}).reshape({w[1], w[0] * w[2]}));
  Tensor y = matmul(by_first.reshape({n, w[0], w[2]}), x2.reshape({n, w[2], 1})).reshape({n, w[0]});
  if (bias.defined()) y = y + bias;
  Shape out = leading(x1.shape());
  out.push_back(w[0]);
  return y.reshape(out);
}

}  // namespace lepton::nn
