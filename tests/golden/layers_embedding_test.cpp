// Tables of rows against PyTorch: layers/embeddings.py made the file.
#include "lepton/nn/embedding.hpp"
#include "tests/golden/layers.hpp"

namespace lepton::golden {
namespace {

struct Table {
  std::int64_t rows, n;
  std::optional<std::int64_t> padding;
};
const Table kTables[] = {{5, 3, {}}, {4, 2, {}}, {6, 20, 2}, {3, 4, -1}, {9, 1, 0}};

Entry bags(const std::string& name, BagMode mode) {
  Entry entry{name, {}};
  for (const Table& t : kTables)
    entry.cases.push_back(layer(nn::EmbeddingBag(t.rows, t.n, {.mode = mode, .padding_idx = t.padding})));
  return entry;
}

TEST(Layers, Embeddings) {
  Entry plain{"Embedding", {}}, weighted{"embedding_bag", {}};
  for (const Table& t : kTables)
    plain.cases.push_back(layer(nn::Embedding(t.rows, t.n, {.padding_idx = t.padding})));
  const std::vector<std::int64_t> offsets[] = {
      {0, 2, 2, 5}, {0, 3, 4, 8}, {0, 0, 1, 6}, {0, 1, 8, 8}, {0, 4, 5, 8}};
  for (std::size_t i = 0; i < 5; ++i)
    weighted.cases.push_back(function([i, starts = tensor(offsets[i], {4})](const std::vector<Tensor>& x) {
      return embedding_bag(x[0], x[1], starts,
                           {.mode = BagMode::sum,
                            .padding_idx = kTables[i].padding,
                            .per_sample_weights = x[2],
                            .include_last_offset = i % 2 == 1});
    }));
  expect_family("embeddings",
                {plain, bags("EmbeddingBag_sum", BagMode::sum), bags("EmbeddingBag_mean", BagMode::mean),
                 bags("EmbeddingBag_max", BagMode::max), weighted});
}

}  // namespace
}  // namespace lepton::golden
