// Transforms: values against PyTorch and colorsys, what is drawn, and that nothing but seed, epoch and sample matter.
#include "lepton/data/transforms.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "lepton/data/loader.hpp"
#include "lepton/data/weights.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"

namespace lepton::data {
namespace {

using Indices = std::vector<std::int64_t>;
using Floats = std::vector<float>;

constexpr float kTolerance = 2e-6f;

/// The picture of make_transform_golden.py.
Planes picture(std::int64_t channels = 3, std::int64_t height = 5, std::int64_t width = 6) {
  Planes p{channels, height, width, {}};
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t x = 0; x < width; ++x)
        p.values.push_back(float((7 * y * y + 13 * x + 29 * c + 5 * y * x) % 256) / 255.0f);
  return p;
}

Planes after(const Transform& transform, Planes p = picture(), std::uint32_t sample = 0) {
  RandomStream random(1, Purpose::transform, sample);
  transform(p, random);
  return p;
}

void expect_near(const Planes& p, const Floats& golden) {
  ASSERT_EQ(p.values.size(), golden.size());
  for (std::size_t i = 0; i < golden.size(); ++i) EXPECT_NEAR(p.values[i], golden[i], kTolerance) << i;
}

struct AffineCase {
  double degrees, shear, zoom, right, down;
  Outside outside;
  Floats golden;
};
const AffineCase kAffine[] = {
#define LEPTON_AFFINE
#include "tests/data/transform_golden.inc"
#undef LEPTON_AFFINE
};
struct ResizeCase {
  std::int64_t height, width;
  Floats golden;
};
const ResizeCase kResize[] = {
#define LEPTON_RESIZE
#include "tests/data/transform_golden.inc"
#undef LEPTON_RESIZE
};
struct ColourCase {
  double brightness, contrast, saturation, hue;
  Floats golden;
};
const ColourCase kColours[] = {
#include "tests/data/transform_golden.inc"
};

TEST(Transform, AffineIsPyTorchs) {
  for (const AffineCase& c : kAffine) {
    SCOPED_TRACE(testing::Message() << c.degrees << " " << c.shear << " " << c.zoom << " " << c.right);
    expect_near(after(Affine{.degrees = {c.degrees, c.degrees},
                             .shear = {c.shear, c.shear},
                             .zoom = {c.zoom, c.zoom},
                             .right = {c.right, c.right},
                             .down = {c.down, c.down},
                             .outside = c.outside}),
                c.golden);
  }
}

TEST(Transform, ResizeIsPyTorchs) {
  for (const ResizeCase& c : kResize) expect_near(after(Resize{c.height, c.width}), c.golden);
}

TEST(Transform, ColoursAreColorsys) {
  for (const ColourCase& c : kColours) {
    SCOPED_TRACE(testing::Message() << c.brightness << " " << c.contrast << " " << c.saturation << " "
                                    << c.hue);
    expect_near(after(ColourJitter{{c.brightness, c.brightness},
                                   {c.contrast, c.contrast},
                                   {c.saturation, c.saturation},
                                   {c.hue, c.hue}}),
                c.golden);
  }
}

TEST(Transform, Flip) {
  const Planes p = picture();
  const Planes mirrored = after(Flip{1, 0}), turned = after(Flip{0, 1});
  for (std::int64_t c = 0; c < 3; ++c)
    for (std::int64_t y = 0; y < 5; ++y)
      for (std::int64_t x = 0; x < 6; ++x) {
        EXPECT_EQ(mirrored.channel(c)[y * 6 + x], p.channel(c)[y * 6 + 5 - x]);
        EXPECT_EQ(turned.channel(c)[y * 6 + x], p.channel(c)[(4 - y) * 6 + x]);
      }
  int count = 0;
  for (std::uint32_t i = 0; i < 1000; ++i) count += after(Flip{0.3}, p, i).values != p.values;
  EXPECT_NEAR(count, 300, 60);
}

TEST(Transform, Crops) {
  const Planes p = picture();
  const Planes middle = after(CentreCrop{3, 4});
  EXPECT_EQ(middle.height * 10 + middle.width, 34);
  for (std::int64_t y = 0; y < 3; ++y)
    for (std::int64_t x = 0; x < 4; ++x)
      EXPECT_EQ(middle.channel(2)[y * 4 + x], p.channel(2)[(y + 1) * 6 + x + 1]);

  // Each place of a random crop comes up: 3 x 3 of them.
  std::set<Floats> places;
  for (std::uint32_t i = 0; i < 200; ++i) places.insert(after(RandomCrop{3, 4}, p, i).values);
  EXPECT_EQ(places.size(), 9u);
  const Planes padded = after(RandomCrop{.height = 9, .width = 10, .padding = 2, .fill = 7});
  EXPECT_EQ(std::count(padded.values.begin(), padded.values.end(), 7.0f), 3 * (90 - 30));
  EXPECT_EQ(padded.channel(1)[2 * 10 + 2], p.channel(1)[0]);
  expect_error([] { after(RandomCrop{6, 6}); }, {"[RandomCrop]", "6 x 6 out of 5 x 6", "pad"});
  expect_error([] { after(CentreCrop{0, 6}); }, {"[CentreCrop]", "0 x 6"});

  std::set<Floats> parts;
  for (std::uint32_t i = 0; i < 20; ++i) {
    const Planes part = after(RandomResizedCrop{4, 4}, p, i);
    EXPECT_EQ(part.values.size(), 48u);
    EXPECT_TRUE(
        std::all_of(part.values.begin(), part.values.end(), [](float v) { return v >= 0 && v <= 1; }));
    parts.insert(part.values);
  }
  EXPECT_GT(parts.size(), 15u);
  // The whole area in proportions of 1 does not fit into 5 x 6: the middle square is taken.
  const Planes square = after(RandomResizedCrop{5, 5, {1, 1}, {1, 1}});
  EXPECT_EQ(square.values, after(CentreCrop{5, 5}).values);
}

TEST(Transform, Erase) {
  const Planes p = picture(3, 40, 50);
  int erased = 0;
  double area = 0;
  for (std::uint32_t i = 0; i < 400; ++i) {
    const Planes out = after(Erase{.chance = 0.5, .area = {0.1, 0.3}, .value = 9}, p, i);
    const auto nines = std::count(out.values.begin(), out.values.end(), 9.0f);
    if (!nines) continue;
    ++erased;
    area += double(nines) / double(p.values.size());
    EXPECT_GT(nines, 3 * 2000 * 0.09);
    EXPECT_LT(nines, 3 * 2000 * 0.31);
  }
  EXPECT_NEAR(erased, 200, 40);
  EXPECT_NEAR(area / erased, 0.2, 0.02);
}

TEST(Transform, Normalises) {
  const Planes p = picture();
  const Planes n = after(Normalise{{0.5, 0.4, 0.3}, {0.2, 0.25, 0.5}});
  EXPECT_FLOAT_EQ(n.channel(2)[7], (p.channel(2)[7] - 0.3f) / 0.5f);
  EXPECT_FLOAT_EQ(after(Normalise{{0.5}, {2}}).channel(1)[3], (p.channel(1)[3] - 0.5f) / 2);
  EXPECT_FLOAT_EQ(after(ToUnitRange{-1, 1}).values[9], (p.values[9] + 1) / 2);
}

TEST(Transform, RefusesOptions) {
  expect_error([] { after(Resize{0, 4}); }, {"[Resize]", "0 x 4"});
  expect_error([] { after(Affine{.zoom = {0, 1}}); }, {"[Affine]", "zoom"});
  expect_error([] { after(Affine{.degrees = {10, -10}}); }, {"degrees"});
  expect_error([] { after(Flip{1.5}); }, {"[Flip]", "horizontal"});
  expect_error([] { after(ColourJitter{.hue = {-1, 1}}); }, {"[ColourJitter]", "hue"});
  expect_error([] { after(ColourJitter{}, picture(2)); }, {"2 channels"});
  expect_error([] { after(Erase{.area = {0, 2}}); }, {"[Erase]", "area"});
  expect_error([] { after(RandomCrop{.height = 2, .width = 2, .padding = -1}); }, {"padding"});
  expect_error([] { after(Normalise{{0, 0}, {1}}); }, {"[Normalise]", "mean has 2 numbers for 3 channels"});
  expect_error([] { after(Normalise{{0}, {0}}); }, {"deviation", "above 0"});
  expect_error([] { after(ToUnitRange{1, 1}); }, {"[ToUnitRange]"});
}

Dataset pictures(std::int64_t n) {
  Floats values;
  for (std::int64_t i = 0; i < n; ++i) {
    const Planes p = picture(3, 8, 8);
    values.insert(values.end(), p.values.begin(), p.values.end());
  }
  return TensorDataset(tensor(values, {n, 3, 8, 8}), arange(0, double(n)));
}

const Transforms kAugment{RandomCrop{.height = 7, .width = 7, .padding = 1},
                          Flip{},
                          rotate(20),
                          shear(5),
                          zoom(0.2),
                          shift(0.1),
                          ColourJitter{.brightness = {0.8, 1.2}, .hue = {-0.1, 0.1}},
                          Erase{},
                          Normalise{{0.5}, {0.5}}};

/// All batches of two epochs, one after the other.
Floats two_epochs(const Dataset& data, int workers) {
  Loader loader(data, {.batch_size = 6, .seed = 4, .workers = workers});
  Floats all;
  for (int epoch = 0; epoch < 2; ++epoch)
    for (auto& batch : loader)
      for (const Tensor& t : batch) all.insert(all.end(), t.span<float>().begin(), t.span<float>().end());
  return all;
}

TEST(Transform, SameAtAnyNumberOfWorkers) {
  const Dataset data = transformed(pictures(40), kAugment, 4);
  const Floats alone = two_epochs(data, 0);
  EXPECT_EQ(alone.size(), 2u * 40 * (3 * 7 * 7 + 1));
  for (const int workers : {1, 4}) EXPECT_EQ(two_epochs(data, workers), alone) << workers << " workers";
  EXPECT_NE(two_epochs(transformed(pictures(40), kAugment, 5), 0), alone);
}

TEST(Transform, KeyedBySeedEpochAndSample) {
  const Dataset data = transformed(pictures(4), kAugment, 1);
  const auto one = [](const Dataset& d, std::int64_t i, std::int64_t epoch) {
    return d.batch(Indices{i}, epoch)[0].to_vector<float>();
  };
  EXPECT_EQ(one(data, 2, 3), one(data, 2, 3));
  EXPECT_NE(one(data, 2, 3), one(data, 2, 4));
  EXPECT_NE(one(data, 2, 3), one(data, 1, 3));
  EXPECT_NE(one(data, 2, 3), one(transformed(pictures(4), kAugment, 2), 2, 3));
  // A batch is its samples, whatever is put around the dataset.
  const auto pair = data.batch(Indices{1, 2}, 3)[0];
  EXPECT_EQ(pair[1].to_vector<float>(), one(data, 2, 3));
  EXPECT_EQ(one(subset(data, {3, 2}), 1, 3), one(data, 2, 3));
  EXPECT_EQ(one(weighted(data, {1, 1, 1, 1}), 2, 3), one(data, 2, 3));
  EXPECT_EQ(data.sample_shape(), (Shape{3, 7, 7}));
}

TEST(Transform, RefusesDatasets) {
  const auto first = [](const Dataset& d) { d.batch(Indices{0, 1}); };
  expect_error(
      [&] {
        first(transformed(TensorDataset(zeros({4, 3})), {Flip{}}));
      },
      {"[transformed]", "[N, C, H, W]", "[2, 3]"});
  int calls = 0;
  const Transform uneven = [&](Planes& p, RandomStream& random) {
    CentreCrop{4 + calls++ % 2, 4}(p, random);
  };
  expect_error([&] { first(transformed(pictures(2), {uneven})); },
               {"differ in size", "[2, 3, 4, 4]", "[2, 3, 5, 4]", "Resize"});
  expect_error([&] { transformed(Dataset(), {Flip{}}); }, {"without samples"});
}

}  // namespace
}  // namespace lepton::data
