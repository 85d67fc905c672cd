// A tuning in place of the table, so that a test runs the same kernels on every CPU.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "lepton/compile/tune.hpp"
#include "lepton/core/error.hpp"

namespace lepton::test {

/// A file that is gone at the end, with the head of a tuning for this machine.
class TuningFile {
 public:
  explicit TuningFile(const std::string& rows) {
    char name[] = "/tmp/lepton-tuning-XXXXXX";
    const int file = mkstemp(name);
    if (file < 0) throw Error(name, "cannot be made");
    ::close(file);
    path_ = name;
    clear_tuning();
    tune([] {}, {.save = path_});  // of nothing: the head alone
    clear_tuning();
    std::ofstream(path_, std::ios::app) << rows;
  }
  ~TuningFile() { unlink(path_.c_str()); }
  TuningFile(const TuningFile&) = delete;
  TuningFile& operator=(const TuningFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Puts rows in place of the table while it lives.
class Tuned {
 public:
  explicit Tuned(const std::string& rows) { load_tuning(TuningFile(rows).path()); }
  ~Tuned() { clear_tuning(); }
  Tuned(const Tuned&) = delete;
  Tuned& operator=(const Tuned&) = delete;
};

/// All products and convolutions that autocast may run in bf16 are run so.
inline constexpr const char* kAllBf16 =
    "matmul bf16 -> bf16\nconv2d bf16 -> bf16\nconv2d_input_grad bf16 -> bf16\nconv2d_weight_grad bf16 -> bf16\n";

}  // namespace lepton::test
