// The autocast guard: it nests, belongs to a thread, and refuses what cannot be honoured.
#include "lepton/core/autocast.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "tests/support/compare.hpp"

namespace lepton {
namespace {

TEST(Autocast, nests_and_puts_back) {
  EXPECT_EQ(autocast_dtype(), f32);
  {
    const Autocast on(bf16);
    EXPECT_EQ(autocast_dtype(), bf16);
    {
      const Autocast off(f32);
      EXPECT_EQ(autocast_dtype(), f32);
      const Autocast again(bf16);
      EXPECT_EQ(autocast_dtype(), bf16);
    }
    EXPECT_EQ(autocast_dtype(), bf16);
  }
  EXPECT_EQ(autocast_dtype(), f32);
}

TEST(Autocast, is_put_back_by_an_exception) {
  try {
    const Autocast on(bf16);
    throw Error("test");
  } catch (const Error&) {}
  EXPECT_EQ(autocast_dtype(), f32);
}

TEST(Autocast, belongs_to_a_thread) {
  const Autocast on(bf16);
  std::promise<void> changed, looked;
  std::thread other([&] {
    EXPECT_EQ(autocast_dtype(), f32);
    const Autocast also(bf16);
    const Autocast off(f32);
    changed.set_value();
    looked.get_future().wait();
    EXPECT_EQ(autocast_dtype(), f32);
  });
  changed.get_future().wait();
  EXPECT_EQ(autocast_dtype(), bf16);
  looked.set_value();
  other.join();
}

TEST(Autocast, refuses_other_types_and_changes_nothing) {
  EXPECT_ERROR(Autocast(f16), "[Autocast] no device of this version multiplies f16");
  for (const DType t : {f64, i8, boolean}) EXPECT_ERROR(Autocast{t}, "not to " + std::string(name_of(t)));
  EXPECT_EQ(autocast_dtype(), f32);
}

}  // namespace
}  // namespace lepton
