// What a step did, to be compared with what it does when it is recorded again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "src/compile/recording.hpp"

namespace lepton::detail {

/// The launches of a recording before any pass: kernels, arguments without their pointers, and which memory each
/// reads and writes.
class Fingerprint {
 public:
  explicit Fingerprint(const Recording& recording);

  /// The first difference in words; empty where there is none.
  std::string difference(const Fingerprint& later) const;

 private:
  struct Launch {
    const void* kernel;
    const char* name;
    std::vector<std::byte> args;  // pointers and padding zeroed; empty where the compiler cannot clear padding
    std::vector<RecordedSlot> slots;
  };
  std::vector<Launch> launches_;
  std::vector<const Storage*> outside_;  // of each storage that the step did not make, inputs excepted
  std::vector<std::uint64_t> draws_;
};

}  // namespace lepton::detail
