// Checkpoints: two files that are replaced as one.
#include "lepton/io/checkpoint.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <optional>

#include "kernels/cpu/tuning.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "src/io/match.hpp"
#include "src/io/safetensors.hpp"
#include "src/io/upgrade.hpp"

namespace lepton::io {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFingerprintKey = "checkpoint";
constexpr const char* kTuningKey = "tuning";
constexpr std::string_view kOptimizerPrefix = "optim.";
constexpr std::string_view kExtraPrefix = "extra.";

/// The files of a folder.
struct Paths {
  std::string model, training, next_model, next_training;
  explicit Paths(const std::string& folder)
      : model((fs::path(folder) / "model.safetensors").string()),
        training((fs::path(folder) / "training.safetensors").string()),
        next_model(model + ".next"),
        next_training(training + ".next") {}
};

/// Tells states apart: a change of any one word changes it for sure, as each step is a bijection of both
/// operands.
class Fingerprint {
 public:
  void add(const void* bytes, std::size_t count) {
    const char* from = static_cast<const char*>(bytes);
    for (; count > 0; count -= std::min(count, sizeof(std::uint64_t)), from += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, from, std::min(count, sizeof word));
      hash_ = std::rotl(hash_ ^ word, 29) * 0x9E3779B97F4A7C15u;
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
    return {digits, std::to_chars(digits, digits + kHex, hash_, kHex).ptr};
  }

 private:
  std::uint64_t hash_ = 0;
};

/// The same tensors in the memory of the CPU, where they may be already.
Named on_host(const Named& tensors) {
  const NoGrad no_grad;
  Named result;
  for (const auto& [name, t] : tensors) result.emplace_back(name, t.to(kCpu).contiguous());
  return result;
}

Named optimizer_state(const optim::Optimizer& optimizer) {
  Named result = optimizer.state();
  for (auto& [name, t] : result) name.insert(0, kOptimizerPrefix);
  return result;
}

Metadata to_metadata(const TrainingState& state) {
  Metadata result = model_metadata({{"epoch", std::to_string(state.epoch)},
                                    {"step", std::to_string(state.step)},
                                    {"seed", std::to_string(state.seed)},
                                    {"generator_seed", std::to_string(state.generator_seed)},
                                    {"generator_offset", std::to_string(state.generator_offset)}});
  if (const auto* tuning = kernels::cpu::current_tuning()) result[kTuningKey] = tuning->hash;
  for (const auto& [key, value] : state.extra) result[std::string(kExtraPrefix) + key] = value;
  return result;
}

const std::string& required(const Metadata& metadata, const char* key, const std::string& path) {
  const auto found = metadata.find(key);
  if (found == metadata.end())
    throw Error(path, std::string("is no part of a checkpoint: its metadata has no '") + key + "'");
  return found->second;
}

template <class T>
void read_number(T& number, const Metadata& metadata, const char* key, const std::string& path) {
  const std::string& text = required(metadata, key, path);
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end)
    throw Error(path, std::string("its metadata has '") + key + "' = '" + text + "', which is not a number");
}

TrainingState to_state(const Metadata& metadata, const std::string& path) {
  TrainingState state;
  read_number(state.epoch, metadata, "epoch", path);
  read_number(state.step, metadata, "step", path);
  read_number(state.seed, metadata, "seed", path);
  read_number(state.generator_seed, metadata, "generator_seed", path);
  read_number(state.generator_offset, metadata, "generator_offset", path);
  if (const auto tuning = metadata.find(kTuningKey); tuning != metadata.end()) state.tuning = tuning->second;
  for (const auto& [key, value] : metadata)
    if (key.starts_with(kExtraPrefix)) state.extra.emplace(key.substr(kExtraPrefix.size()), value);
  return state;
}

bool exists(const std::string& path) {
  std::error_code ignored;  // what may not be looked at is reported when it is opened
  return fs::exists(path, ignored);
}

Metadata metadata_of(const std::string& path) { return read_header(InputFile(path), path).metadata; }

std::optional<std::string> fingerprint_in(const Metadata& metadata) {
  const auto found = metadata.find(kFingerprintKey);
  return found == metadata.end() ? std::nullopt : std::optional(found->second);
}

/// The fingerprint in a file; none where the file is not there or has none. Throws where it is damaged.
std::optional<std::string> fingerprint_of(const std::string& path) {
  return exists(path) ? fingerprint_in(metadata_of(path)) : std::nullopt;
}

/// Whether the last save ended between its two renames.
bool interrupted(const Paths& paths) {
  try {
    const auto wanted = fingerprint_of(paths.training);
    return wanted && fingerprint_of(paths.model) != wanted && fingerprint_of(paths.next_model) == wanted;
  } catch (const Error&) {
    return false;  // what is damaged is reported when it is loaded, and replaced by the next checkpoint
  }
}

/// The model that was saved with training.safetensors, which has this fingerprint.
SafetensorsFile load_partner(const Paths& paths, const std::string& fingerprint) {
  const bool next =
      fingerprint_of(paths.model) != fingerprint && fingerprint_of(paths.next_model) == fingerprint;
  const std::string& path = next ? paths.next_model : paths.model;
  if (!exists(path)) throw Error(path, "is missing from the checkpoint");
  SafetensorsFile model = load_safetensors(path);
  check_format_version(model.metadata, path);
  if (fingerprint_in(model.metadata) != fingerprint)
    throw Error(path, "was not saved together with training.safetensors; load_model loads its weights alone");
  return model;
}

void make_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(folder, "cannot be made: " + error.message());
}

}  // namespace

void save_checkpoint(const std::string& folder, const nn::Module& module, const optim::Optimizer& optimizer,
                     const TrainingState& state, const Metadata& metadata) {
  refuse_in_capture("save_checkpoint");
  const Named weights = on_host(module.state()), moments = on_host(optimizer_state(optimizer));
  Metadata about_model = model_metadata(metadata), about_training = to_metadata(state);
  about_model.erase(kFingerprintKey);  // it may come from the checkpoint that the run was resumed from
  Fingerprint fingerprint;
  fingerprint.add(weights);
  fingerprint.add(moments);
  fingerprint.add(about_model);
  fingerprint.add(about_training);
  about_model[kFingerprintKey] = about_training[kFingerprintKey] = fingerprint.text();

  make_folder(folder);
  const Paths paths(folder);
  if (interrupted(paths)) replace(paths.next_model, paths.model);  // before its files are overwritten
  OutputFile model(paths.next_model, paths.model), training(paths.next_training, paths.training);
  write_safetensors(model, weights, about_model, paths.model);
  write_safetensors(training, moments, about_training, paths.training);
  model.finish();
  training.finish();
  sync_folder_of(paths.model);
  replace(paths.next_training, paths.training);  // from here on the new checkpoint counts
  replace(paths.next_model, paths.model);
}

TrainingState load_checkpoint(const std::string& folder, nn::Module& module, optim::Optimizer& optimizer) {
  refuse_in_capture("load_checkpoint");
  const Paths paths(folder);
  if (!exists(paths.training) && exists(paths.model))
    throw Error(paths.training, "is missing, so training cannot go on; load_model loads the weights alone");
  const SafetensorsFile training = load_safetensors(paths.training);
  check_format_version(training.metadata, paths.training);
  TrainingState state = to_state(training.metadata, paths.training);
  const SafetensorsFile model =
      load_partner(paths, required(training.metadata, kFingerprintKey, paths.training));

  const Match weights = match(module.state(), model.tensors);
  const Named slots = optimizer_state(optimizer);
  const Match moments = match(slots, upgraded(training.tensors, slots));
  require_ok(weights.report, paths.model, "is this a checkpoint of another model?");
  require_ok(moments.report, paths.training, "was it trained with another optimizer?");
  weights.write();
  moments.write();
  return state;
}

Metadata load_metadata(const std::string& folder) {
  const Paths paths(folder);
  return metadata_of(interrupted(paths) ? paths.next_model : paths.model);
}

}  // namespace lepton::io
