// Descriptions of launches: sizes where a kernel has some worth telling.
#include "src/compile/describe.hpp"

#include <fmt/format.h>

#include "kernels/matmul.hpp"

namespace lepton::detail {
namespace {

template <class Args> const Args* match(const RecordedLaunch& launch, const kernels::Kernel<Args>& kernel) {
  return launch.call.kernel == &kernel ? reinterpret_cast<const Args*>(launch.args.get()) : nullptr;
}

Description product(const kernels::MatmulArgs& a) {
  std::string text = fmt::format("matmul [{}, {}] @ [{}, {}]", a.m, a.k, a.k, a.n);
  if (a.batch != 1) text = fmt::format("{} times {}", a.batch, text);
  return {text, 2.0 * double(a.batch) * double(a.m) * double(a.n) * double(a.k)};
}

}  // namespace

Description describe(const RecordedLaunch& launch) {
  if (const auto* args = match(launch, kernels::matmul)) return product(*args);
  return {launch.call.name, 0};
}

}  // namespace lepton::detail
