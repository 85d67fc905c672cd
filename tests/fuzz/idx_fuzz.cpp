// Feeds arbitrary bytes to the IDX reader, gzip included: it returns a tensor or throws Error, nothing else.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "lepton/core/error.hpp"
#include "lepton/data/idx.hpp"

using namespace lepton;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  try {
    const Tensor t = data::read_idx(std::span(bytes, count), "input");
    if (t.numel() < 1 || t.rank() < 1 || !t.is_contiguous()) std::abort();
  } catch (const Error&) {}
  return 0;
}
