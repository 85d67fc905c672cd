// Pooling with all its options, and back, against PyTorch: layers/pool_options.py made the file.
#include "lepton/nn/pool.hpp"
#include "lepton/ops/cast.hpp"
#include "tests/golden/layers.hpp"

namespace lepton::golden {
namespace {

struct Setting {
  std::int64_t kernel, stride, padding, dilation;
  bool ceil;
  CeilMode mode() const { return CeilMode(ceil); }
};
constexpr Setting kMax[] = {{2, 2, 0, 1, true}, {3, 2, 1, 1, true}, {2, 1, 0, 2, false},
                            {3, 2, 1, 2, true}, {2, 3, 1, 1, true}, {2, 0, 1, 3, false}};
constexpr Setting kAvg[] = {
    {2, 2, 0, 1, true}, {3, 2, 1, 1, true}, {2, 3, 1, 1, false}, {4, 3, 2, 1, true}, {3, 0, 0, 1, false}};

template <class M> M max_layer(const Setting& s) {
  return M(s.kernel, s.stride, s.padding, s.dilation, s.mode());
}

template <class M> Entry max_pools(const std::string& name) {
  Entry entry{name, {}};
  for (const Setting& s : kMax) entry.cases.push_back(layer(max_layer<M>(s)));
  return entry;
}
template <class M> Entry max_indices(const std::string& name) {
  Entry entry{name, {}};
  for (const Setting& s : kMax)
    entry.cases.push_back(function([s](const std::vector<Tensor>& x) {
      return cast(max_layer<M>(s).with_indices(x[0]).second, x[0].dtype());
    }));
  return entry;
}
template <class M> Entry avg_pools(const std::string& name) {
  Entry entry{name, {}};
  for (const Setting& s : kAvg)
    for (const CountPadding count : {CountPadding::yes, CountPadding::no})
      entry.cases.push_back(layer(M(s.kernel, s.stride, s.padding, count, s.mode())));
  return entry;
}
template <class M> Entry sums_by_three(const std::string& name) {
  Entry entry{name, {}};
  for (const Setting& s : kAvg)
    entry.cases.push_back(layer(M(s.kernel, s.stride, s.padding, CountPadding::yes, s.mode(), 3)));
  return entry;
}
template <class M> Entry lp_pools(const std::string& name, CeilMode ceil) {
  return {name,
          {layer(M(2, 2, 0, ceil)), layer(M(1, 3, 2, ceil)), layer(M(3, 2, 1, ceil)), layer(M(2, 4, 2, ceil)),
           layer(M(1.5, 3, 0, ceil))}};
}

/// Pooling and the way back, to `size` where it is asked for.
template <class Pool, class Unpool, class Size> Entry there_and_back(const std::string& name, Size size) {
  struct Trip {
    std::int64_t kernel, stride, padding;
    bool sized;
  };
  Entry entry{name, {}};
  for (const Trip t : {Trip{2, 0, 0, false},
                       {2, 2, 0, true},
                       {2, 3, 1, true},
                       {1, 2, 0, true},
                       {3, 0, 1, true},
                       {3, 1, 1, false}})
    entry.cases.push_back(function([=](const std::vector<Tensor>& x) {
      const auto [y, at] = Pool(t.kernel, t.stride, t.padding).with_indices(x[0]);
      const Unpool unpool(t.kernel, t.stride, t.padding);
      return t.sized ? unpool(y, at, size) : unpool(y, at);
    }));
  return entry;
}

TEST(Layers, PoolingWithOptions) {
  using namespace nn;
  expect_family(
      "pool_options",
      {max_pools<MaxPool1d>("MaxPool1d_options"), max_pools<MaxPool2d>("MaxPool2d_options"),
       max_pools<MaxPool3d>("MaxPool3d_options"), max_indices<MaxPool1d>("max_pool1d_indices_options"),
       max_indices<MaxPool2d>("max_pool2d_indices_options"),
       max_indices<MaxPool3d>("max_pool3d_indices_options"), avg_pools<AvgPool1d>("AvgPool1d_options"),
       avg_pools<AvgPool2d>("AvgPool2d_options"), avg_pools<AvgPool3d>("AvgPool3d_options"),
       sums_by_three<AvgPool2d>("AvgPool2d_divisor"), sums_by_three<AvgPool3d>("AvgPool3d_divisor"),
       lp_pools<LPPool3d>("LPPool3d", CeilMode::no), lp_pools<LPPool1d>("LPPool1d_options", CeilMode::yes),
       lp_pools<LPPool2d>("LPPool2d_options", CeilMode::yes),
       lp_pools<LPPool3d>("LPPool3d_options", CeilMode::yes),
       there_and_back<MaxPool1d, MaxUnpool1d>("MaxUnpool1d", std::int64_t(9)),
       there_and_back<MaxPool2d, MaxUnpool2d>("MaxUnpool2d", Pair(7, 6)),
       there_and_back<MaxPool3d, MaxUnpool3d>("MaxUnpool3d", Triple(5, 6, 4))});
}

}  // namespace
}  // namespace lepton::golden
