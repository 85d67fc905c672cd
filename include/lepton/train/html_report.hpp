// A report of a training as one HTML file: curves, confusion matrix, worst mistakes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lepton/metrics/confusion.hpp"
#include "lepton/train/evaluate.hpp"
#include "lepton/train/report.hpp"

namespace lepton {

/// A sample of which the model is sure that it is of another class.
struct Mistake {
  std::int64_t index = 0;  ///< in the dataset
  std::string name = {};   ///< Dataset::sample_names
  std::int64_t actual = 0, predicted = 0;
  double probability = 0;    ///< of the predicted class
  double loss = 0;           ///< -log probability of the actual one
  std::string picture = {};  ///< a PNG file, of samples that are pictures
};

/// Which classes are taken for which, and the mistakes of greatest loss first.
struct Mistakes {
  metrics::ConfusionMatrix confusion;
  std::vector<Mistake> worst;
};

namespace detail {
LEPTON_API Mistakes find_mistakes(Task& task, const data::Dataset& data, std::int64_t count,
                                  const EvaluateOptions& options);
}

/// Goes through `data` (x, and y: class indices i64 [N]) in evaluation mode. The model gives logits [N, C], or one for
/// two classes [N] or [N, 1]. Throws what model and data throw, and where the shapes are others.
template <class Model>
Mistakes find_mistakes(Model& model, const data::Dataset& data, std::int64_t count = 24,
                       const EvaluateOptions& options = {}) {
  detail::PredictTask<Model> task(model);
  return detail::find_mistakes(task, data, count, options);
}

struct HtmlReportOptions {
  std::string title = "Training";
  std::vector<std::pair<std::string, std::string>> facts = {};  ///< a table at the top: {"data", "photos/"}
  std::vector<std::string> class_names = {};                    ///< numbers where there are none
  std::optional<Mistakes> mistakes = {};
};

/// Writes the report. The file needs no other, and no network. Throws where it cannot be written.
///
///   write_html_report("run.html", report, {.title = "Photos", .class_names = test.class_names(),
///                                          .mistakes = find_mistakes(model, test)});
LEPTON_API void write_html_report(const std::string& path, const Report& report,
                                  const HtmlReportOptions& options = {});

}  // namespace lepton
