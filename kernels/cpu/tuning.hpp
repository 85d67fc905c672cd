// A tuning: rows that were measured on this machine, from a file.
//
//   lepton tuning 1
//   cpu amd 26 2 v4 bf16
//   # a comment
//   matmul bf16 batch=1 m=1024 n=256 k=256 trans_a=0 trans_b=1 -> bf16
//   conv2d f32 in=32.. kernel_h=3 kernel_w=1..3 -> f32 onednn
//
// A row: the operation; what autocast allows (f32: nothing); conditions on sizes, as NAME=SIZE, NAME=FROM.. or
// NAME=FROM..TO, where a size that is not named may be any; and the way to compute it: the type, and the
// algorithm of a convolution where it is not the usual one. The first row that holds counts.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/cpu/choice.hpp"
#include "kernels/cpu/cpu_id.hpp"

namespace lepton::kernels::cpu {

struct Tuning {
  std::vector<ChoiceRow> rows;
  std::string hash;  ///< of the file's text: 16 hexadecimal digits
};

/// Reads a tuning for `cpu`. Throws, naming `where` and the line, where the text is none or is for another CPU.
Tuning parse_tuning(std::string_view text, const std::string& where, const CpuId& cpu);
/// parse_tuning of a file, for this machine. Throws, naming it, where it cannot be read.
Tuning read_tuning(const std::string& path);

/// The first lines of a file for `cpu`.
std::string tuning_head(const CpuId& cpu);
/// A row's line, without the end of the line, and what follows its arrow.
std::string to_string(const ChoiceRow& row);
std::string to_string(const Choice& choice);

/// What counts in this process: at first the file that LEPTON_TUNING names, if it is set. Null for none. Throws as
/// `read_tuning` does.
const Tuning* current_tuning();
/// Puts a tuning in place, or with null takes it away. Pointers to what was there before stay valid.
void set_tuning(std::unique_ptr<const Tuning> tuning);
/// Counts what was put in place.
std::uint64_t tuning_version();

}  // namespace lepton::kernels::cpu
