// Tensors of a file beside those of a model or optimizer that are to get their values.
#pragma once

#include <utility>
#include <vector>

#include "lepton/io/state.hpp"

namespace lepton::io {

/// Looked at before anything is written.
struct Match {
  LoadReport report;
  std::vector<std::pair<Tensor, Tensor>> pairs;  ///< of target and source, which fit

  /// Copies every source into its target.
  void write() const;
};

Match match(const Named& targets, const Named& sources);

/// Throws where `report` is not ok. `where` is what the error names; `hint` follows the names.
void require_ok(const LoadReport& report, const std::string& where, const std::string& hint);

/// Metadata as save_model writes it.
Metadata model_metadata(const Metadata& metadata);

/// The format of files that save_model writes.
constexpr int kModelFormat = 1;

/// Throws where a file says that a lepton wrote it which knows formats after `newest`.
void check_format_version(const Metadata& metadata, const std::string& path, int newest = kModelFormat);

}  // namespace lepton::io
