// Tests with a given number of threads.
#pragma once

#include "lepton/core/parallel.hpp"

namespace lepton::test {

/// Sets the number of threads while it lives.
class Threads {
 public:
  explicit Threads(int n) : before_(num_threads()) { set_num_threads(n); }
  ~Threads() { set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

}  // namespace lepton::test
