// Feeds arbitrary bytes to the npy and npz readers: what they accept can be saved and read again, else they throw
// Error.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>

#include "lepton/core/error.hpp"
#include "lepton/io/npy.hpp"

using namespace lepton;

namespace {

const std::string& scratch() {
  static const std::string path = "/dev/shm/lepton-fuzz-npy-" + std::to_string(getpid());
  static const int registered = std::atexit([] { unlink(scratch().c_str()); });
  static_cast<void>(registered);
  return path;
}

void require_same(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) std::abort();
  if (a.numel() && std::memcmp(a.raw(), b.raw(), std::size_t(a.numel()) * size_of(a.dtype())) != 0)
    std::abort();
}

void check_archive(std::span<const std::uint8_t> bytes) {
  const io::Named arrays = io::read_npz(bytes, "input");
  for (const auto& [name, x] : arrays)
    if (name.empty()) return;  // read, but not written
  io::save_npz(scratch(), arrays, bytes.size() % 2 ? io::Compress::yes : io::Compress::no);
  const io::Named again = io::load_npz(scratch());
  if (again.size() != arrays.size()) std::abort();
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    if (again[i].first != arrays[i].first) std::abort();
    require_same(again[i].second, arrays[i].second);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  const std::span input(bytes, count);
  try {
    const Tensor x = io::read_npy(input, "input");
    io::save_npy(scratch(), x);
    require_same(io::load_npy(scratch()), x);
  } catch (const Error&) {}
  try {
    check_archive(input);
  } catch (const Error&) {}
  return 0;
}
