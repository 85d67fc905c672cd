// Rows on a GPU, or its emulator, against the CPU. Skipped where there is none, or a kernel is missing.
#include "lepton/core/device.hpp"
#include "tests/ops/op_table.hpp"

namespace lepton::test {
namespace {

class CudaTest : public OpTable {
 protected:
  void SetUp() override {
    if (!cuda::available()) GTEST_SKIP() << cuda::why_unavailable();
  }
  Tensors on_gpu(const Tensors& x) const {
    Tensors moved;
    for (const Tensor& t : x) {
      moved.push_back(t.detach().to(kCuda));
      if (t.requires_grad()) moved.back().set_requires_grad();
    }
    return moved;
  }
};

TEST_P(CudaTest, MatchesTheCpu) {
  for (const DType dtype : {f32, f64})
    for (const Inputs& inputs : row().inputs) {
      const Tensors x = draw(inputs, dtype), there = on_gpu(x);
      const double tolerance = dtype == f32 ? 4 * row().f32_tolerance : 1e-10;
      try {
        EXPECT_TRUE(close(call(there).detach(), call(x).detach(), tolerance)) << name_of(dtype);
        if (row().derivatives == 0) continue;
        const Tensors g = gradients(inputs, there), right = gradients(inputs, x);
        for (std::size_t i = 0; i < g.size(); ++i)
          EXPECT_TRUE(close(g[i], right[i], tolerance)) << name_of(dtype) << ", gradient " << i;
      } catch (const Error& e) {
        const std::string error = e.what();
        if (error.find("has no CUDA kernel") == std::string::npos) throw;
        GTEST_SKIP() << error;
      }
    }
}

LEPTON_FOR_ROWS(CudaTest, rows_where([](const OpCase& row) { return !row.inputs[0].empty(); }));

}  // namespace
}  // namespace lepton::test
