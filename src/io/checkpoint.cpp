// Checkpoints: two files that are replaced as one.
#include "lepton/io/checkpoint.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <set>

#include "kernels/cpu/tuning.hpp"
#include "lepton/autograd/no_grad.hpp"
#include "src/io/checkpoint_files.hpp"
#include "src/io/match.hpp"
#include "src/io/safetensors.hpp"
#include "src/io/upgrade.hpp"

namespace lepton::io {
namespace {

constexpr int kFormatVersion =
    2;  // of training.safetensors: since 2 it may hold more than the optimizer's state
constexpr const char* kTuningKey = "tuning";
constexpr std::string_view kOptimizerPrefix = "optim.";
constexpr std::string_view kExtraPrefix = "extra.";

/// The same tensors in the memory of the CPU, where they may be already, in the order of a file.
Named on_host(const Named& tensors) {
  const NoGrad no_grad;
  Named result;
  for (const auto& [name, t] : tensors) result.emplace_back(name, t.to(kCpu).contiguous());
  order_for_file(result);
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
  result["format_version"] = std::to_string(kFormatVersion);
  if (const auto* tuning = kernels::cpu::current_tuning()) result[kTuningKey] = tuning->hash;
  for (const auto& [key, value] : state.extra) result[std::string(kExtraPrefix) + key] = value;
  return result;
}

template <class T>
void read_number(T& number, const Metadata& metadata, const char* key, const std::string& path) {
  const auto found = metadata.find(key);
  if (found == metadata.end())
    throw Error(path, std::string("is no part of a checkpoint: its metadata has no '") + key + "'");
  const std::string& text = found->second;
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

/// "ema" of "ema.0.weight".
std::string part_of(const std::string& name) { return name.substr(0, name.find('.')); }

std::set<std::string> parts_of(const Named& tensors) {
  std::set<std::string> parts;
  for (const auto& [name, t] : tensors) parts.insert(part_of(name));
  return parts;
}

/// What fits of the parts beside model and optimizer. A part that only one side has is a note; one that differs throws.
Match match_parts(const Named& wanted, const Named& saved, const std::string& path,
                  std::vector<std::string>& notes) {
  const auto have = parts_of(saved), want = parts_of(wanted);
  for (const std::string& part : want)
    if (!have.contains(part)) notes.push_back("the checkpoint has no '" + part + "', which begins anew");
  for (const std::string& part : have)
    if (!want.contains(part)) notes.push_back("the checkpoint's '" + part + "' is not used");
  Match found = match(wanted, saved);
  std::erase_if(found.report.missing, [&](const auto& name) { return !have.contains(part_of(name)); });
  std::erase_if(found.report.unexpected, [&](const auto& name) { return !want.contains(part_of(name)); });
  require_ok(found.report, path, "was it trained with other options?");
  return found;
}

/// Reads a pair of files, checks everything, and then writes it into model, optimizer and parts.
TrainingState apply(const CheckpointPaths& paths, nn::Module& module, optim::Optimizer& optimizer,
                    const Named& parts) {
  CheckpointPair pair = read_pair(paths, kFormatVersion);
  TrainingState state = to_state(pair.training.metadata, paths.training);
  const Named slots = optimizer_state(optimizer);
  Named moments, others;
  for (auto& entry : upgraded(std::move(pair.training.tensors), slots))
    (entry.first.starts_with(kOptimizerPrefix) ? moments : others).push_back(std::move(entry));

  const Match weights = match(module.state(), pair.model.tensors), optim = match(slots, moments);
  require_ok(weights.report, pair.model_path, "is this a checkpoint of another model?");
  require_ok(optim.report, paths.training, "was it trained with another optimizer?");
  const Match more = match_parts(parts, others, paths.training, state.notes);
  for (const Match* m : {&weights, &optim, &more}) m->write();
  return state;
}

/// `run` on the pair that counts, and where that cannot be used on the one before it, with what was wrong.
template <class Run> auto with_fallback(const std::string& folder, Run&& run) {
  const CheckpointPaths paths(folder), before = paths.previous();
  try {
    return run(paths, std::string());
  } catch (const Error& error) {
    if (!exists(before.training)) throw;
    try {
      return run(before, std::string(error.what()));
    } catch (const Error&) {}
    throw;
  }
}

void make_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(folder, "cannot be made: " + error.message());
}

}  // namespace

void save_checkpoint(const std::string& folder, const nn::Module& module, const optim::Optimizer& optimizer,
                     const TrainingState& state, const Metadata& metadata, const Named& parts) {
  refuse_in_capture("save_checkpoint");
  Named training = optimizer_state(optimizer);
  for (const auto& part : parts) {
    if (part.first.starts_with(kOptimizerPrefix))
      throw Error("save_checkpoint",
                  "'" + part.first + "' would be taken for the optimizer's; call the part otherwise");
    training.push_back(part);
  }
  const Named weights = on_host(module.state()), moments = on_host(training);
  Metadata about_model = model_metadata(metadata), about_training = to_metadata(state);
  about_model[kFingerprintKey] = about_training[kFingerprintKey] =
      fingerprint(weights, moments, about_model, about_training);

  make_folder(folder);
  const CheckpointPaths paths(folder);
  if (interrupted(paths)) replace(paths.next_model, paths.model);  // before its files are overwritten
  OutputFile model_file(paths.next_model, paths.model), training_file(paths.next_training, paths.training);
  write_safetensors(model_file, weights, about_model, paths.model);
  write_safetensors(training_file, moments, about_training, paths.training);
  model_file.finish();
  training_file.finish();
  sync_folder_of(paths.model);
  keep_previous(paths);
  replace(paths.next_training, paths.training);  // from here on the new checkpoint counts
  replace(paths.next_model, paths.model);
}

TrainingState load_checkpoint(const std::string& folder, nn::Module& module, optim::Optimizer& optimizer,
                              const Named& parts) {
  refuse_in_capture("load_checkpoint");
  return with_fallback(folder, [&](const CheckpointPaths& paths, const std::string& problem) {
    TrainingState state = apply(paths, module, optimizer, parts);
    if (!problem.empty()) state.notes.push_back("the checkpoint before the last is used: " + problem);
    return state;
  });
}

Metadata load_metadata(const std::string& folder) {
  return with_fallback(folder, [](const CheckpointPaths& paths, const std::string&) {
    const std::string& path = interrupted(paths) ? paths.next_model : paths.model;
    return read_header(InputFile(path), path).metadata;
  });
}

}  // namespace lepton::io
