// What ConsoleProgress writes where there is no terminal; tests/examples runs it on one.
#include "lepton/train/progress.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>

namespace lepton {
namespace {

/// What a ConsoleProgress wrote into a file.
template <class F> std::string written(F&& use) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
  {
    ConsoleProgress progress(file.get());
    use(progress);
  }
  std::rewind(file.get());
  std::string text(4096, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  return text;
}

TEST(ConsoleProgress, OneLineAnEpoch) {
  const std::string text = written([](Progress& p) {
    TrainingPosition at{.epoch = 2, .epochs = 5, .step = 0, .steps = 10};
    p.epoch_begins(at);
    for (at.step = 1; at.step <= 10; ++at.step) {
      at.seconds += 0.5;
      p.step_done(at);
    }
    p.epoch_ends(at, {.epoch = 2,
                      .steps = 10,
                      .samples = 320,
                      .seconds = 5,
                      .loss = 0.25,
                      .validation = {{"loss", 0.5}, {"accuracy", 0.875}}});
  });
  EXPECT_EQ(
      text,
      "epoch 2/5  loss 0.2500  validation loss 0.5000  validation accuracy 0.8750  5.0 s, 64 samples/s\n");
}

TEST(ConsoleProgress, ALineEveryTenSeconds) {
  const std::string text = written([](Progress& p) {
    TrainingPosition at{.epoch = 1, .epochs = 1, .step = 0, .steps = 100};
    p.epoch_begins(at);
    for (at.step = 1; at.step <= 50; ++at.step) {
      at.seconds += 0.25;
      at.samples += 32;
      at.loss = 2;
      p.step_done(at);
    }
  });
  EXPECT_EQ(text, "epoch 1/1  step 40/100  128 samples/s  0:15 left  loss 2.0000\n");
}

TEST(ConsoleProgress, Notes) {
  EXPECT_EQ(written([](Progress& p) { p.noted({}, "no checkpoint was written"); }),
            "note: no checkpoint was written\n");
}

TEST(ConsoleProgress, TimeLeftCountsFromWhereItWasResumed) {
  const std::string text = written([](Progress& p) {
    TrainingPosition at{.epoch = 1, .epochs = 1, .step = 90, .steps = 100};
    p.epoch_begins(at);
    at.step = 92;
    at.seconds = 1200;
    p.step_done(at);
  });
  EXPECT_NE(text.find("1:20:00 left"), std::string::npos) << text;
}

}  // namespace
}  // namespace lepton
