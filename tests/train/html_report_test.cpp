// The HTML report: what is in it, and the mistakes that it shows.
#include "lepton/train/html_report.hpp"

#include <cmath>
#include <fstream>
#include <sstream>

#include "lepton/metrics/accuracy.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// Logits that are its inputs.
struct Echo : nn::Module {
  nn::Linear unused{1, 1};
  Tensor operator()(const Tensor& x) { return x * 1.0; }
  LEPTON_FIELDS(unused)
};

TEST(Mistakes, AreThoseOfGreatestLoss) {
  // Of class 0, 1, 2, 0, 1; the first two are right.
  const Tensor x = tensor(
      std::vector<float>{5.f, 0.f, 0.f, 0.f, 5.f, 0.f, 3.f, 0.f, 0.f, 0.f, 4.f, 0.f, 0.f, 0.f, 1.f}, {5, 3});
  const Tensor y = tensor(std::vector<std::int64_t>{0, 1, 2, 0, 1}, {5});
  Echo echo;
  const data::Dataset data = data::TensorDataset(x, y);
  const Mistakes found = find_mistakes(echo, data, 2, {.batch_size = 2});
  EXPECT_EQ(found.confusion.at(2, 0), 1);
  EXPECT_NEAR(found.confusion.accuracy(), 0.4, 1e-12);
  ASSERT_EQ(found.worst.size(), 2u);
  EXPECT_EQ(found.worst[0].index, 3);
  EXPECT_EQ(found.worst[0].name, "3");
  EXPECT_EQ(found.worst[0].predicted, 1);
  EXPECT_NEAR(found.worst[0].probability, std::exp(4) / (std::exp(4) + 2), 1e-6);
  EXPECT_NEAR(found.worst[0].loss, std::log(std::exp(4) + 2), 1e-6);
  EXPECT_EQ(found.worst[1].index, 2);
  EXPECT_EQ(found.worst[1].actual, 2);
  EXPECT_TRUE(found.worst[1].picture.empty());
}

TEST(Mistakes, OfOneLogitForTwoClasses) {
  const Tensor x = tensor(std::vector<float>{2.f, -3.f, 1.f}, {3, 1}),
               y = tensor(std::vector<std::int64_t>{1, 1, 0}, {3});
  Echo echo;
  const Mistakes found = find_mistakes(echo, data::TensorDataset(x, y));
  ASSERT_EQ(found.worst.size(), 2u);
  EXPECT_EQ(found.worst[0].index, 1);
  EXPECT_NEAR(found.worst[0].probability, 1 / (1 + std::exp(-3)), 1e-6);
  EXPECT_EQ(found.confusion.at(0, 1), 1);
}

TEST(HtmlReport, HoldsCurvesMatrixAndPictures) {
  const TempFolder folder;
  const Trained run(
      {.epochs = 3, .validation = problem(40), .metrics = {{"top & first", metrics::Accuracy()}}});
  struct Flat : nn::Module {
    nn::Linear linear{12, 3};
    Tensor operator()(const Tensor& x) { return linear(x.reshape({-1, 12})); }
    LEPTON_FIELDS(linear)
  } flat;
  manual_seed(2);
  const Tensor pictures = rand({30, 3, 2, 2}), classes = argmax(randn({30, 3}));
  const Mistakes mistakes = find_mistakes(flat, data::TensorDataset(pictures, classes), 5);
  write_html_report(folder / "run.html", run.report,
                    {.title = "A <b> run",
                     .facts = {{"data", "drawn"}},
                     .class_names = {"a", "b", "<c>"},
                     .mistakes = mistakes});
  const std::string html = text_of(folder / "run.html");
  EXPECT_TRUE(html.starts_with("<!doctype html>"));
  EXPECT_EQ(count(html, "<svg "), 3);
  EXPECT_EQ(count(html, "<circle "), 12);  // two losses, a figure and the rate, of three epochs each
  EXPECT_EQ(count(html, "src=\"data:image/png;base64,iVBORw0KGgo"), 5);
  EXPECT_EQ(count(html, "&lt;c&gt;</th>"), 2);
  EXPECT_NE(html.find("A &lt;b&gt; run"), std::string::npos);
  EXPECT_NE(html.find("top &amp; first"), std::string::npos);
  for (const char* outside : {"http:", "https:", "<script", "<link"})
    EXPECT_EQ(count(html, outside), 0) << outside;
  for (const char* nothing : {"nan", "inf\""}) EXPECT_EQ(count(html, nothing), 0) << nothing;
  expect_error([&] { write_html_report(folder / "none/run.html", run.report); }, {"none/run.html"});
}

}  // namespace
}  // namespace lepton
