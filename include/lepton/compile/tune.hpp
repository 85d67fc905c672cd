// Tuning: measuring on this machine which kernels are fastest for a model's sizes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lepton/core/export.hpp"

namespace lepton {

struct TuneOptions {
  std::string save = {};   ///< file that the outcome is written to, for `load_tuning`
  double seconds = 0.1;    ///< spent on each way to compute an operation, and a few runs at least
};

/// What was measured.
struct LEPTON_API TuneResult {
  /// A way to compute an operation: the type, and the algorithm of a convolution, such as "f32 onednn".
  struct Way {
    std::string name;
    double seconds = 0;  ///< a run
  };
  struct Entry {
    std::string operation;   ///< "matmul bf16 batch=1 m=32 n=64 k=12544 ..."
    std::vector<Way> ways;
    std::size_t by_table = 0, chosen = 0;  ///< which of them the table says, and which it is from now on
  };
  std::vector<Entry> entries;
  std::string hash;          ///< `tuning_hash()` from now on

  /// A line an entry.
  std::string describe() const;
};

/// Calls `step` once, which counts as any other call of it, and measures the ways to compute each product and
/// convolution in it, at the present number of threads; of products only those under an Autocast, as there is one way
/// without. What was faster than the table's way by 3 % and more counts from now on in this process, before the table
/// and beside what was tuned before; captured steps are recorded anew. Nothing else in the library measures: without
/// `tune` and `load_tuning` results depend on the CPU's model alone. Call it while other threads are idle, outside of
/// captured steps. Throws where the file cannot be written, and what `step` throws.
///
///   tune([&] { Autocast guard(bf16); step(x, y); }, {.save = "tuning.txt"});
LEPTON_API TuneResult tune(const std::function<void()>& step, const TuneOptions& options = {});

/// Makes what `tune` wrote count in this process, in place of any other tuning: the same machine and the same file
/// give the same bits. LEPTON_TUNING in the environment names a file that is loaded at first. Throws, naming file and
/// line, where it is none, or was measured on another kind of CPU.
LEPTON_API void load_tuning(const std::string& path);

/// Back to the table of this CPU.
LEPTON_API void clear_tuning();

/// Of the tuning that counts: 16 hexadecimal digits, empty where there is none. Checkpoints keep it.
LEPTON_API std::string tuning_hash();

}  // namespace lepton
