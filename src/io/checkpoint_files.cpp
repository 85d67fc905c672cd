// Pairs of files are told by a fingerprint that both carry.
#include "src/io/checkpoint_files.hpp"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "src/io/match.hpp"
#include "src/io/safetensors.hpp"

namespace lepton::io {
namespace {

namespace fs = std::filesystem;

constexpr int kFingerprintOfContents =
    2;  // the first format whose fingerprint is checked against the contents

/// Tells contents apart: a change of any one word changes it for sure, as each step is a bijection of both operands.
class Hash {
 public:
  void add(const void* bytes, std::size_t count) {
    const char* from = static_cast<const char*>(bytes);
    for (; count > 0; count -= std::min(count, sizeof(std::uint64_t)), from += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, from, std::min(count, sizeof word));
      value_ = std::rotl(value_ ^ word, 29) * 0x9E3779B97F4A7C15u;
    }
  }
  void add(const Named& tensors) {
    for (const auto& [name, t] : tensors)
      if (t.numel() > 0) add(t.raw(), std::size_t(t.numel()) * size_of(t.dtype()));
  }
  void add(const Metadata& metadata) {
    for (const auto& [key, value] : metadata) {
      add(key.data(), key.size());
      add(value.data(), value.size());
    }
  }
  std::string text() const {
    constexpr int kHex = 16;
    char digits[kHex];
    return {digits, std::to_chars(digits, digits + kHex, value_, kHex).ptr};
  }

 private:
  std::uint64_t value_ = 0;
};

std::optional<std::string> fingerprint_in(const Metadata& metadata) {
  const auto found = metadata.find(kFingerprintKey);
  return found == metadata.end() ? std::nullopt : std::optional(found->second);
}

void check_contents(const CheckpointPair& pair, const std::string& expected, const CheckpointPaths& paths) {
  const Metadata& about = pair.training.metadata;
  const auto version = about.find("format_version");
  if (version == about.end() || std::stoi(version->second) < kFingerprintOfContents) return;
  if (fingerprint(pair.model.tensors, pair.training.tensors, pair.model.metadata, about) != expected)
    throw Error(paths.folder, "is damaged: its files do not hold what was saved in them");
}

}  // namespace

CheckpointPaths::CheckpointPaths(const std::string& f)
    : folder(f),
      model((fs::path(f) / "model.safetensors").string()),
      training((fs::path(f) / "training.safetensors").string()),
      next_model(model + ".next"),
      next_training(training + ".next") {}

CheckpointPaths CheckpointPaths::previous() const {
  return CheckpointPaths((fs::path(folder) / "previous").string());
}

bool exists(const std::string& path) {
  std::error_code ignored;  // what may not be looked at is reported when it is opened
  return fs::exists(path, ignored);
}

std::optional<std::string> fingerprint_of(const std::string& path) {
  return exists(path) ? fingerprint_in(read_header(InputFile(path), path).metadata) : std::nullopt;
}

std::string fingerprint(const Named& model, const Named& training, Metadata about_model,
                        Metadata about_training) {
  about_model.erase(kFingerprintKey);
  about_training.erase(kFingerprintKey);
  Hash hash;
  hash.add(model);
  hash.add(training);
  hash.add(about_model);
  hash.add(about_training);
  return hash.text();
}

bool interrupted(const CheckpointPaths& paths) {
  try {
    const auto wanted = fingerprint_of(paths.training);
    return wanted && fingerprint_of(paths.model) != wanted && fingerprint_of(paths.next_model) == wanted;
  } catch (const Error&) {
    return false;
  }
}

CheckpointPair read_pair(const CheckpointPaths& paths, int newest) {
  if (!exists(paths.training) && exists(paths.model))
    throw Error(paths.training, "is missing, so training cannot go on; load_model loads the weights alone");
  CheckpointPair pair{{}, load_safetensors(paths.training), {}};
  check_format_version(pair.training.metadata, paths.training, newest);
  const auto wanted = fingerprint_in(pair.training.metadata);
  if (!wanted)
    throw Error(paths.training,
                std::string("is no part of a checkpoint: its metadata has no '") + kFingerprintKey + "'");
  const bool next = fingerprint_of(paths.model) != wanted && fingerprint_of(paths.next_model) == wanted;
  pair.model_path = next ? paths.next_model : paths.model;
  if (!exists(pair.model_path)) throw Error(pair.model_path, "is missing from the checkpoint");
  pair.model = load_safetensors(pair.model_path);
  check_format_version(pair.model.metadata, pair.model_path);
  if (fingerprint_in(pair.model.metadata) != wanted)
    throw Error(pair.model_path,
                "was not saved together with training.safetensors; load_model loads its weights alone");
  check_contents(pair, *wanted, paths);
  return pair;
}

void keep_previous(const CheckpointPaths& paths) {
  try {
    const auto wanted = fingerprint_of(paths.training);
    if (!wanted || fingerprint_of(paths.model) != wanted) return;
  } catch (const Error&) {
    return;  // what is damaged does not take the place of what is whole
  }
  const CheckpointPaths previous = paths.previous();
  std::error_code error;
  fs::create_directory(previous.folder, error);
  for (const auto& [from, to] :
       {std::pair(paths.model, previous.model), std::pair(paths.training, previous.training)}) {
    const std::string link = to + ".next";
    ::unlink(link.c_str());
    if (::link(from.c_str(), link.c_str()) != 0) return;
    fs::rename(link, to, error);
    ::unlink(link.c_str());  // renaming does nothing where both are the same file already
  }
  sync_folder_of(previous.model);
}

}  // namespace lepton::io
