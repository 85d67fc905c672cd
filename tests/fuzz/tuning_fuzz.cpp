// Feeds arbitrary lines, behind the head of a tuning for this machine or without one, to load_tuning: what it accepts
// is in place, else it throws Error and the tuning is what it was.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "lepton/compile/tune.hpp"
#include "lepton/core/error.hpp"

using namespace lepton;

namespace {

/// A file in memory, which is opened by its path.
struct MemoryFile {
  int fd = memfd_create("input", 0);
  std::string path = "/proc/self/fd/" + std::to_string(fd);
  void put(const std::string& text) const {
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text.data(), text.size(), 0) != ssize_t(text.size())) std::abort();
  }
};

std::string head() {
  const std::string path = "/dev/shm/lepton-fuzz-" + std::to_string(getpid());
  tune([] {}, {.save = path});
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  unlink(path.c_str());
  return text.str();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  static const MemoryFile input;
  static const std::string first = head();
  const bool whole = count > 0 && bytes[0] == 'l';  // the head's first letter: the input brings its own
  input.put((whole ? "" : first) + std::string(reinterpret_cast<const char*>(bytes), count));
  const std::string before = tuning_hash();
  try {
    load_tuning(input.path);
    if (tuning_hash().size() != 16) std::abort();
  } catch (const Error&) {
    if (tuning_hash() != before) std::abort();
  }
  return 0;
}
