// Mistakes of a classifier, by their loss.
#include <algorithm>
#include <cmath>

#include "lepton/ops/binary.hpp"
#include "lepton/ops/reduce.hpp"
#include "lepton/train/html_report.hpp"
#include "src/train/evaluation.hpp"
#include "src/train/png.hpp"

namespace lepton::detail {
namespace {

/// Probabilities [n, classes] of logits, row by row.
struct Probabilities {
  std::int64_t classes;
  std::vector<double> values;

  explicit Probabilities(const Tensor& logits)
      : classes(logits.rank() > 1 ? logits.size(-1) : 1), values(logits.to_vector<double>()) {
    if (logits.rank() < 1 || logits.rank() > 2)
      throw Error("find_mistakes", "needs logits [N, C], [N, 1] or [N], got " + to_string(logits.shape()));
    if (classes == 1) {  // one logit stands for the second of two classes
      std::vector<double> both;
      for (const double z : values) both.insert(both.end(), {0.0, z});
      values = std::move(both);
      classes = 2;
    }
    for (std::size_t row = 0; row < values.size(); row += std::size_t(classes)) softmax(&values[row]);
  }
  const double* row(std::int64_t i) const { return &values[std::size_t(i * classes)]; }

 private:
  void softmax(double* z) const {
    const double top = *std::max_element(z, z + classes);
    double sum = 0;
    for (std::int64_t c = 0; c < classes; ++c) sum += z[c] = std::exp(z[c] - top);
    for (std::int64_t c = 0; c < classes; ++c) z[c] /= sum;
  }
};

bool worse(const Mistake& a, const Mistake& b) {
  return a.loss != b.loss ? a.loss > b.loss : a.index < b.index;
}

/// Keeps the `count` worst.
void keep(std::vector<Mistake>& worst, Mistake mistake, std::int64_t count) {
  worst.insert(std::upper_bound(worst.begin(), worst.end(), mistake, worse), mistake);
  if (std::int64_t(worst.size()) > count) worst.pop_back();
}

/// From its darkest to its brightest; empty where it is no picture.
std::string picture_of(const Tensor& x) {
  if (x.rank() != 3 || (x.size(0) != 1 && x.size(0) != 3)) return {};
  const Tensor picture = x.to(f32), low = min(picture), range = max(picture) - low;
  return encode_png((picture - low) / (range + (range == 0.0).to(f32))).bytes;
}

}  // namespace

Mistakes find_mistakes(Task& task, const data::Dataset& data, std::int64_t count,
                       const EvaluateOptions& options) {
  const Autocast autocast(options.autocast);
  data::Loader loader(
      data, {.batch_size = options.batch_size, .shuffle = data::Shuffle::never, .workers = options.workers});
  std::optional<Mistakes> result;
  std::int64_t index = 0;
  const auto look = [&](const data::Batch& batch, const Task::Outcome& outcome) {
    const Tensor& logits = outcome.prediction;
    const Probabilities p(logits);
    if (!result) result.emplace(Mistakes{metrics::ConfusionMatrix(p.classes), {}});
    result->confusion.update(logits, batch[1]);
    const auto actual = batch[1].to_vector<std::int64_t>();
    for (std::int64_t i = 0; i < std::int64_t(actual.size()); ++i, ++index) {
      const double* const row = p.row(i);
      const std::int64_t predicted = std::max_element(row, row + p.classes) - row,
                         truth = actual[std::size_t(i)];
      if (predicted != truth)
        keep(result->worst, {index, {}, truth, predicted, row[predicted], -std::log(row[truth]), {}}, count);
    }
  };
  for_each_outcome(task, loader, Task::Want::loss_and_prediction, OnInterrupt::go_on, look);
  const auto names = data.sample_names();
  for (Mistake& m : result->worst) {
    if (std::size_t(m.index) < names.size()) m.name = names[std::size_t(m.index)];
    m.picture = picture_of(data.batch({&m.index, 1})[0][0]);
  }
  return std::move(*result);
}

}  // namespace lepton::detail
