// The drawn pictures: sizes, classes, and that they depend on seed and index alone.
#include "lepton/data/synthetic.hpp"

#include "lepton/core/parallel.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

using Indices = std::vector<std::int64_t>;

std::vector<float> picture(const Dataset& data, std::int64_t i) {
  return data.batch(Indices{i})[0].to_vector<float>();
}

TEST(SyntheticImages, PartsAndClasses) {
  const ImageData data = synthetic_images({.count = 100, .size = 32});
  EXPECT_EQ(data.train.size(), 80);
  EXPECT_EQ(data.test.size(), 20);
  EXPECT_EQ(data.class_names.size(), 10u);
  EXPECT_EQ(data.train.sample_shape(), (Shape{3, 32, 32}));
  const Indices labels = data.test.labels();
  for (std::int64_t i = 0; i < 20; ++i) EXPECT_EQ(labels[std::size_t(i)], i % 10);
}

TEST(SyntheticImages, DependOnSeedAndIndexAlone) {
  const ImageData data = synthetic_images({.count = 100, .size = 32, .seed = 5});
  const int threads = num_threads();
  set_num_threads(1);
  const ImageData more = synthetic_images({.count = 200, .size = 32, .seed = 5});
  set_num_threads(threads);
  EXPECT_EQ(picture(data.train, 41), picture(more.train, 41));
  EXPECT_EQ(picture(data.test, 3), picture(more.train, 83));
  EXPECT_NE(picture(data.train, 41), picture(data.train, 51));
  EXPECT_NE(picture(data.train, 41),
            picture(synthetic_images({.count = 100, .size = 32, .seed = 6}).train, 41));
}

TEST(SyntheticImages, Refuses) {
  expect_error([] { synthetic_images({.count = 19}); }, {"[synthetic_images]"});
  expect_error([] { synthetic_images({.size = 8}); }, {"[synthetic_images]"});
}

}  // namespace
}  // namespace lepton::data
