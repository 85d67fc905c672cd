// Summaries and graphs of models.
#include "lepton/nn/summary.hpp"

#include <gtest/gtest.h>

#include "lepton/nn/batch_norm.hpp"
#include "lepton/nn/conv2d.hpp"
#include "lepton/nn/linear.hpp"
#include "lepton/nn/pool.hpp"
#include "lepton/nn/sequential.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/ops/formula/unary.hpp"
#include "lepton/ops/random.hpp"

namespace lepton {
namespace {

TEST(Summary, OfAConvolutionalNet) {
  nn::Sequential model{nn::Conv2d({.in = 3, .out = 8, .kernel = 3}),
                       nn::BatchNorm2d(8),
                       relu,
                       nn::MaxPool2d(2),
                       nn::Flatten(),
                       nn::Linear(8 * 3 * 3, 10)};
  const nn::Summary s = nn::summary(model, randn({2, 3, 8, 8}));
  ASSERT_EQ(s.rows.size(), 5u) << s.to_string();
  EXPECT_EQ(s.rows[0].name, "0");
  EXPECT_EQ(s.rows[0].type, "Conv2d");
  EXPECT_EQ(s.rows[0].output, (Shape{2, 8, 6, 6}));
  EXPECT_EQ(s.rows[0].parameters, 8 * 3 * 9 + 8);
  EXPECT_EQ(s.rows[0].flops, 2 * (2 * 8 * 36) * 27);
  EXPECT_EQ(s.rows[1].type, "BatchNorm2d");
  EXPECT_EQ(s.rows[1].output, (Shape{2, 8, 6, 6}));
  EXPECT_EQ(s.rows[1].parameters, 16);
  EXPECT_EQ(s.rows[2].name, "relu");
  EXPECT_EQ(s.rows[2].output, (Shape{2, 8, 6, 6}));
  EXPECT_EQ(s.rows[3].name, "max_pool2d");
  EXPECT_EQ(s.rows[3].output, (Shape{2, 8, 3, 3}));
  EXPECT_EQ(s.rows[4].type, "Linear");
  EXPECT_EQ(s.rows[4].flops, 2 * 20 * 72);
  EXPECT_EQ(s.parameters, model.parameter_count());
  EXPECT_EQ(s.trained, s.parameters);
  EXPECT_TRUE(model.training() && model.at<nn::BatchNorm2d>(1).training());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(s.rows[std::size_t(i)].from, (std::vector<int>{i - 1}));
  const std::string text = s.to_string();
  EXPECT_NE(text.find("5: Linear       [2, 10]              730   2,880\n"), text.npos) << text;
  EXPECT_NE(text.find("970 parameters, 970 of them trained; "), text.npos) << text;
}

struct Residual : nn::Module {
  nn::Linear first{4, 4}, second{4, 4};
  Tensor operator()(const Tensor& x) { return x + second(relu(first(x))); }
  LEPTON_FIELDS(first, second)
};

TEST(Graph, ShowsBothWaysOfAResidual) {
  Residual model;
  model.first.set_requires_grad(false);
  const nn::Summary s = nn::summary(model, randn({3, 4}));
  EXPECT_EQ(s.trained, s.parameters / 2);
  ASSERT_EQ(s.rows.size(), 4u) << s.to_string();
  EXPECT_EQ(s.rows[3].name, "add");
  EXPECT_EQ(s.rows[3].from, (std::vector<int>{-1, 2}));
  const ModelGraph g = graph(model, randn({3, 4}));
  for (const char* line : {"n2 [label=\"second: Linear\\n[3, 4]\"];", "input -> n3;", "n2 -> n3;"})
    EXPECT_NE(g.dot.find(line), g.dot.npos) << g.dot;
  EXPECT_TRUE(g.svg.starts_with("<svg ") && g.svg.ends_with("</svg>\n"));
  EXPECT_NE(g.svg.find(">second: Linear</text>"), g.svg.npos);
}

}  // namespace
}  // namespace lepton
