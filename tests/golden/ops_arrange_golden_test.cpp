// Padding, rearranging, einsum and indexing against PyTorch: layers/ops.py made the file.
#include "lepton/ops/arrange.hpp"
#include "lepton/ops/einsum.hpp"
#include "lepton/ops/indexing.hpp"
#include "lepton/ops/logic.hpp"
#include "tests/golden/ops.hpp"

namespace lepton::golden {
namespace {

Entry padding(const std::string& name, PadMode mode) {
  const std::vector<std::vector<Sides>> sides{
      {{2, 1}, {1, 0}}, {{}, {0, 2}}, {{1, 1}, {1, 1}}, {{0, 2}, {2, 1}}, {{1, 2}, {}}};
  return with(name, sides, [mode](const Tensor& x, const std::vector<Sides>& s) { return pad(x, s, mode); });
}

Entry with_number(const std::string& name, const std::vector<std::int64_t>& numbers,
                  Tensor (*f)(const Tensor&, std::int64_t)) {
  return with(name, numbers, f);
}

TEST(GoldenOps, Arranging) {
  using Number = std::pair<std::int64_t, std::int64_t>;
  using Padded = std::pair<std::vector<Sides>, double>;
  const std::vector<std::int64_t> diagonals{0, 1, -1, 2, -2};
  Entry sums{"einsum", {}};
  for (const char* letters : {"ij,jk->ik", "bij,bjk->bki", "ii->i", "ij,kj,k->i", "ij,ij"})
    sums.cases.push_back(function([letters](const Tensors& x) { return einsum(letters, x); }));
  const std::vector<Padded> constants{{{{2, 3}, {1, 0}}, 0},
                                      {{{0, 2}}, 1.5},
                                      {{{1, 1}, {1, 1}}, -1},
                                      {{{1, -2}, {-1, 1}}, 0},
                                      {{{3, 0}, {}}, 2}};
  std::vector<Entry> table{
      with("pad", constants,
           [](const Tensor& x, const Padded& p) { return pad(x, p.first, PadMode::constant, p.second); }),
      padding("reflect", PadMode::reflect),
      padding("replicate", PadMode::replicate),
      padding("circular", PadMode::circular),
      with("roll", std::vector<Number>{{1, 0}, {-1, 1}, {5, 1}, {0, 0}, {-7, 0}},
           [](const Tensor& x, Number n) { return roll(x, n.first, n.second); }),
      with("flip", std::vector<Dims>{{0}, {1}, {0, 1}, {-1}, {-2, 1}}, flip),
      with("tile", std::vector<Dims>{{2, 1}, {1, 3}, {2, 2}, {2, 1, 1}, {3}}, tile),
      with("repeat_interleave", std::vector<Number>{{2, 0}, {3, 1}, {1, 0}, {2, -1}, {4, 0}},
           [](const Tensor& x, Number n) { return repeat_interleave(x, n.first, n.second); }),
      with_number("tril", diagonals, tril),
      with_number("triu", diagonals, triu),
      with_number("diagonal", diagonals, diagonal),
      with_number("diag_embed", diagonals, diag_embed),
      sums,
      same("masked_fill", 5, function([](const Tensors& x) { return masked_fill(x[0], x[1] > 0, -1.5); })),
      same("where", 5, function([](const Tensors& x) { return where(x[2] > 0, x[0], x[1]); }))};
  auto file = read_cases("ops_arrange");
  expect_cases(file, table);
  for (const auto& [name, left] : file)
    EXPECT_TRUE(name.starts_with("index")) << name << " is in the file, but in no table";
}

TEST(GoldenOps, Indexing) {
  const Entry reading{"index",
                      {function([](const Tensors& x) {
                         return x[0].index({1, Slice{1, -1}, Slice{.step = 2}});
                       }),
                       function([](const Tensors& x) {
                         return x[0].index({kEllipsis, kNewAxis, -2});
                       }),
                       function([](const Tensors& x) {
                         return x[0].index({kAll, x[1]});
                       }),
                       function([](const Tensors& x) {
                         return x[0].index({x[2], kAll, x[1]});
                       }),
                       function([](const Tensors& x) {
                         return x[0].index({x[2], x[1] - 4, Slice{1, 3}});
                       })}};
  const Entry writing{
      "index_put",
      {function([](const Tensors& x) { return index_put(x[0], {x[1]}, x[2]); }),
       function([](const Tensors& x) { return index_put(x[0], {x[1]}, x[2], true); }),
       function([](const Tensors& x) {
         return index_put(x[0], {x[1], x[2]}, x[3], true);
       }),
       function([](const Tensors& x) { return index_put(x[0], {x[0].detach() > 0}, x[1]); }),
       function([](const Tensors& x) { return index_put(x[0], {x[0].detach() > 0}, x[1], true); })}};
  auto file = read_cases("ops_arrange");
  ASSERT_EQ(file["index"].size(), 6u);
  const Expected by_mask = file["index"].back();
  file["index"].pop_back();
  expect_cases(file, {reading, writing});
  // What a mask chooses cannot be captured.
  CaseRun(by_mask, function([](const Tensors& x) { return x[0].index({x[0].detach() > 0}); }), f64)
      .expect_pytorchs(1e-6);
}

}  // namespace
}  // namespace lepton::golden
