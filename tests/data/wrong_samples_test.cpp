// Wrong samples, shapes and options: each error says which, and what to do.
#include "tests/data/wrong_input.hpp"

namespace lepton::data {
namespace {

Report train(const Dataset& data, std::int64_t features, std::int64_t classes) {
  nn::Linear model(features, classes);
  optim::Adam adam(model.parameters(), {});
  return fit(model, adam, cross_entropy, data, {});
}
Dataset samples(const Shape& x, const Tensor& y) { return TensorDataset(zeros(x), y); }
Tensor labels(std::vector<std::int64_t> values) {
  const std::int64_t n = std::int64_t(values.size());
  return tensor(values, {n});
}

const Case kSamples[] = {
    {"x and y of different lengths",
     [](const Place&) {
       TensorDataset(zeros({4, 2}), labels({0, 1}));
     },
     {"[4, 2] and [2]"},
     {"first sizes differ", "counts samples"}},
    {"a scalar as samples", [](const Place&) { TensorDataset{zeros({})}; }, {"scalar"}, {"axis"}},
    {"a span that does not fit",
     [](const Place&) {
       const std::vector<float> x(7), y(2);
       from_spans<float, float>(x, {3}, y);
     },
     {"7 numbers", "[3]"},
     {"whole number"}},
    {"a sample that is not there",
     [](const Place&) {
       subset(samples({2, 3}, labels({0, 1})), {2});
     },
     {"no sample 2 among 2"},
     {}},
    {"no samples to load",
     [](const Place&) {
       Loader(samples({0, 3}, labels({})));
     },
     {"Loader"},
     {"empty"}},
    {"a batch larger than all",
     [](const Place&) {
       Loader(samples({2, 3}, labels({0, 1})), {.batch_size = 8, .last = LastBatch::drop});
     },
     {"2 samples", "batch of 8"},
     {"LastBatch::drop"}},
    {"weights for other samples",
     [](const Place&) {
       Loader(samples({2, 3}, labels({0, 1})), {.weights = {1}});
     },
     {"1 weights for 2 samples"},
     {"sample_weights"}},
    {"a class that weighs nothing",
     [](const Place&) {
       balanced_weights(std::vector<std::int64_t>{0, 2});
     },
     {"class 1"},
     {"no samples"}},
    {"a split that leaves nothing",
     [](const Place&) { split_rows(3, {.test = 0.9}); },
     {"3 rows"},
     {"nothing is left"}},
    {"more folds than rows", [](const Place&) { k_fold(3, 5); }, {"3 rows", "5 folds"}, {"at least 2"}},
    {"numbers scaled in another width",
     [](const Place&) {
       StandardScaler().fit(zeros({4, 3})).transform(zeros({4, 2}));
     },
     {"[rows, 3]", "[4, 2]"},
     {"columns of its training"}},
    {"a crop larger than the picture",
     [](const Place&) {
       transformed(samples({1, 3, 8, 8}, labels({0})), {CentreCrop{9, 9}})
           .batch(std::vector<std::int64_t>{0});
     },
     {"9 x 9 out of 8 x 8"},
     {"resize"}},
    {"rows where pictures belong",
     [](const Place&) {
       transformed(samples({1, 8}, labels({0})), {Flip{}}).batch(std::vector<std::int64_t>{0});
     },
     {"[1, 8]"},
     {"[N, C, H, W]"}},
    {"features that the model does not take",
     [](const Place&) {
       train(samples({4, 5}, labels({0, 1, 0, 1})), 3, 2);
     },
     {"samples", "[4, 5]", "[2, 3]"},
     {"[linear]", "[out, in]"}},
    {"a label that is no class",
     [](const Place&) {
       train(samples({4, 3}, labels({0, 1, 2, 7})), 3, 2);
     },
     {"2"},
     {"target 7", "[0, 2)"}},
    {"a label below 0",
     [](const Place&) {
       train(samples({2, 3}, labels({0, -1})), 3, 2);
     },
     {"-1"},
     {"[0, 2)"}},
    {"numbers where classes belong",
     [](const Place&) {
       train(samples({2, 3}, zeros({2})), 3, 2);
     },
     {"i64"},
     {"class indices", "i64"}},
    {"NaN in the features",
     [](const Place&) {
       train(TensorDataset(full({4, 3}, Column::kMissing), labels({0, 1, 0, 1})), 3, 2);
     },
     {"epoch 1"},
     {"learning rate"}},
};

TEST(WrongInput, Samples) { expect_all(kSamples); }

}  // namespace
}  // namespace lepton::data
