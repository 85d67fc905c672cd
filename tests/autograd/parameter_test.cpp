// Parameters that no module lists.
#include "lepton/nn/parameter.hpp"
#include "lepton/nn/module.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/reduce.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

struct Forgetful : nn::Module {
  nn::Parameter weight{tensor<double>({1, 2})}, bias{tensor<double>({3, 4})};
  Tensor operator()(const Tensor& x) { return x * weight + bias; }
  LEPTON_FIELDS(weight)
};

TEST(ForgottenParameter, IsAnErrorOfBackward) {
  Forgetful net;
  net.parameters();
  const Tensor x = tensor<double>({1, 1});
  EXPECT_ERROR(sum(net(x)).backward(),
               "[backward] a parameter of shape [2] got a gradient, but no module lists it; is it "
               "missing from LEPTON_FIELDS?");
}

TEST(ForgottenParameter, IsFineWhereNobodyLists) {
  const Forgetful made;
  Forgetful net = made;
  sum(net(tensor<double>({1, 1}))).backward();
  EXPECT_TRUE(net.bias->grad().defined());
}

}  // namespace
}  // namespace lepton::test
