// Feeds arbitrary bytes to the safetensors reader: what it accepts can be saved and read again, else it
// throws Error.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "lepton/core/error.hpp"
#include "lepton/io/safetensors.hpp"

using namespace lepton;

namespace {

/// A file in memory, which the reader opens by its path.
struct MemoryFile {
  int fd = memfd_create("input", 0);
  std::string path = "/proc/self/fd/" + std::to_string(fd);
  void put(const std::uint8_t* bytes, std::size_t count) const {
    if (ftruncate(fd, 0) != 0 || pwrite(fd, bytes, count, 0) != ssize_t(count)) std::abort();
  }
};

const std::string& scratch() {
  static const std::string path = "/dev/shm/lepton-fuzz-" + std::to_string(getpid());
  static const int registered = std::atexit([] { unlink(scratch().c_str()); });
  static_cast<void>(registered);
  return path;
}

void check_round_trip(const io::SafetensorsFile& file) {
  io::save_safetensors(scratch(), file.tensors, file.metadata);
  const io::SafetensorsFile again = io::load_safetensors(scratch());
  if (again.metadata != file.metadata || again.tensors.size() != file.tensors.size()) std::abort();
  for (const auto& [name, t] : file.tensors) {
    bool found = false;
    for (const auto& [other, u] : again.tensors)
      found = found || (name == other && t.shape() == u.shape() && t.dtype() == u.dtype() &&
                        std::memcmp(t.raw(), u.raw(), std::size_t(t.numel()) * size_of(t.dtype())) == 0);
    if (!found) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const MemoryFile input;
  input.put(bytes, count);
  try {
    check_round_trip(io::load_safetensors(input.path));
  } catch (const Error&) {}
  return 0;
}
