// Memory stays flat over ten thousand steps whose shapes change from one to the next.
#include <unistd.h>

#include <fstream>

#include "lepton/ops/binary.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

/// Bytes of this process in memory.
std::int64_t resident() {
  std::ifstream in("/proc/self/statm");
  std::int64_t total = 0, pages = 0;
  in >> total >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

/// Rows as wide as their number says, from 8 to 47: more shapes than a captured step keeps plans.
struct Ragged {
  std::int64_t size() const { return 10'000; }
  data::Batch batch(std::span<const std::int64_t> rows) const {
    const std::int64_t n = std::int64_t(rows.size()), width = 8 + rows[0] % 40;
    const Tensor x = full({n, width, 8}, 0.01 * double(rows[0] % 7)),
                 y = full({n}, double(rows[0] % 3), {.dtype = i64});
    return data::Batch({x, y});
  }
};

class FlatMemory : public testing::TestWithParam<StepMode> {};
INSTANTIATE_TEST_SUITE_P(Steps, FlatMemory, testing::Values(StepMode::eager, StepMode::captured),
                         [](const auto& mode) {
                           return mode.param == StepMode::eager ? "eager" : "captured";
                         });

TEST_P(FlatMemory, OverTenThousandStepsOfVaryingShapes) {
  struct Watches final : Callback {
    std::int64_t early = 0, late = 0;
    void step_done(Session& s, const data::Batch&) override {
      if (s.at.step == 3'000) early = resident();
      if (s.at.step == 10'000) late = resident();
    }
  } watches;
  nn::Sequential net = network();
  optim::Adam adam(net.parameters());
  const auto loss = [](nn::Sequential& m, const data::Batch& b) {
    return cross_entropy(mean(m(b[0]), {1}), b[1]);
  };
  fit(net, adam, loss, Ragged(),
      {.batch_size = 1, .step = GetParam(), .workers = 1, .callbacks = {&watches}});
  ASSERT_GT(watches.early, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which keep what is freed
  EXPECT_LT(watches.late - watches.early, std::int64_t(4) << 20)
      << "from " << watches.early << " to " << watches.late;
#endif
  RecordProperty("growth", std::to_string(watches.late - watches.early));
}

}  // namespace
}  // namespace lepton
