// Matching by name, and writing once everything is known to fit.
#include "lepton/io/state.hpp"

#include <algorithm>
#include <unordered_map>

#include "lepton/autograd/no_grad.hpp"
#include "src/io/match.hpp"
#include "src/io/safetensors.hpp"

namespace lepton::io {
namespace {

constexpr std::size_t kShownNames = 4;  // of each kind: a report is one line
constexpr const char* kHint = "is this a checkpoint of another model?";

void append(std::string& text, const char* title, const std::vector<std::string>& names) {
  if (names.empty()) return;
  text += (text.empty() ? "" : "; ") + std::string(title);
  const std::size_t shown = std::min(names.size(), kShownNames);
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? ": " : ", ") + names[i];
  if (shown < names.size()) text += " and " + std::to_string(names.size() - shown) + " more";
}

/// What keeps a source from being copied; empty where nothing does.
std::string difference(const Tensor& target, const Tensor& source) {
  if (target.shape() != source.shape())
    return "file " + to_string(source.shape()) + ", model " + to_string(target.shape());
  if (target.dtype() == source.dtype() || (is_floating(target.dtype()) && is_floating(source.dtype())))
    return {};
  return "file " + std::string(name_of(source.dtype())) + ", model " + std::string(name_of(target.dtype()));
}

}  // namespace

std::string LoadReport::describe() const {
  std::string text;
  append(text, "missing", missing);
  append(text, "unexpected", unexpected);
  append(text, "of another shape or type", mismatched);
  return text;
}

Match match(const Named& targets, const Named& sources) {
  std::unordered_map<std::string_view, const Tensor*> left;
  for (const auto& [name, source] : sources) left.emplace(name, &source);
  Match result;
  for (const auto& [name, target] : targets) {
    const auto found = left.find(name);
    if (found == left.end()) {
      result.report.missing.push_back(name);
      continue;
    }
    const std::string problem = difference(target, *found->second);
    if (problem.empty()) result.pairs.emplace_back(target, *found->second);
    else result.report.mismatched.push_back(name + ": " + problem);
    left.erase(found);
  }
  for (const auto& [name, source] : sources)
    if (left.contains(name)) result.report.unexpected.push_back(name);
  return result;
}

void Match::write() const {
  const NoGrad no_grad;
  for (const auto& [target, source] : pairs) target.copy_(source.to(target.device()));
}

void require_ok(const LoadReport& report, const std::string& where, const std::string& hint) {
  if (!report.ok()) throw Error(where, "does not fit the model: " + report.describe() + "; " + hint);
}

Metadata model_metadata(const Metadata& metadata) {
  Metadata result = metadata;
  result["format"] = "pt";  // names and shapes are PyTorch's; some of its tools look for this
  result["format_version"] = std::to_string(kModelFormat);
  return result;
}

void check_format_version(const Metadata& metadata, const std::string& path, int newest) {
  const auto found = metadata.find("format_version");
  if (found == metadata.end()) return;  // not written by lepton
  const std::string& version = found->second;
  const bool number =
      !version.empty() && version.size() < 9 && version.find_first_not_of("0123456789") == version.npos;
  if (!number || std::stoi(version) > newest)
    throw Error(path, "has format_version '" + version + "'; this lepton reads up to " +
                          std::to_string(newest));
}

LoadReport load_state(nn::Module& module, const Named& state, Strict strict) {
  refuse_in_capture("load_state");
  const Match found = match(module.state(), state);
  if (strict == Strict::yes) require_ok(found.report, "load_state", kHint);
  found.write();
  return found.report;
}

void save_model(const std::string& path, const nn::Module& module, const Metadata& metadata) {
  save_safetensors(path, module.state(), model_metadata(metadata));
}

LoadReport load_model(const std::string& path, nn::Module& module, Strict strict) {
  const SafetensorsFile file = load_safetensors(path);
  check_format_version(file.metadata, path);
  const Match found = match(module.state(), file.tensors);
  if (strict == Strict::yes) require_ok(found.report, path, kHint);
  found.write();
  return found.report;
}

}  // namespace lepton::io
