// Signals that ask a training to stop.
#include "lepton/train/interrupt.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace lepton {
namespace {

class Interrupt : public ::testing::Test {
 protected:
  ~Interrupt() override {
    clear_interrupt();
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
  }
};

TEST_F(Interrupt, ByCall) {
  EXPECT_FALSE(interrupt_requested());
  request_interrupt();
  EXPECT_TRUE(interrupt_requested());
  EXPECT_EQ(interrupt_signal(), 0);
  clear_interrupt();
  EXPECT_FALSE(interrupt_requested());
}

TEST_F(Interrupt, BySignal) {
  interrupt_on_signal();
  std::raise(SIGTERM);
  EXPECT_TRUE(interrupt_requested());
  EXPECT_EQ(interrupt_signal(), SIGTERM);
}

TEST_F(Interrupt, SignalAfterACall) {
  interrupt_on_signal();
  request_interrupt();
  std::raise(SIGINT);
  EXPECT_EQ(interrupt_signal(), SIGINT);
}

TEST_F(Interrupt, SecondSignalEnds) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto twice = [](int first, int second) {
    interrupt_on_signal();
    std::raise(first);
    std::raise(second);
  };
  EXPECT_EXIT(twice(SIGINT, SIGINT), ::testing::KilledBySignal(SIGINT), "");
  EXPECT_EXIT(twice(SIGINT, SIGTERM), ::testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace lepton
