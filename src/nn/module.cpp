// What every module can do, as visitors over its fields.
#include "lepton/nn/module.hpp"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <typeinfo>

#include "lepton/autograd/no_grad.hpp"
#include "src/core/recorder.hpp"
#include "src/nn/type_name.hpp"

namespace lepton::nn {

FieldVisitor::~FieldVisitor() = default;

std::string_view FieldVisitor::next_name(std::string_view& names) {
  const std::size_t comma = names.find(',');
  std::string_view name = names.substr(0, comma);
  names = comma == names.npos ? std::string_view() : names.substr(comma + 1);
  while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
  while (!name.empty() && (name.back() == '_' || name.back() == ' '))
    name.remove_suffix(1);  // weight_ is saved as weight
  return name;
}

struct ModeFlag::Cell final : RefCounted {
  bool training = true;
};
void destroy(ModeFlag::Cell* cell) { delete cell; }

ModeFlag::ModeFlag() : cell_(new Cell) {}
ModeFlag::ModeFlag(const ModeFlag& other) : cell_(new Cell) { cell_->training = other.get(); }
ModeFlag::ModeFlag(ModeFlag&&) noexcept = default;
ModeFlag& ModeFlag::operator=(const ModeFlag& other) {
  set(other.get());
  return *this;
}
ModeFlag& ModeFlag::operator=(ModeFlag&&) noexcept = default;
ModeFlag::~ModeFlag() = default;

bool ModeFlag::get() const {
  if (!cell_) return true;
  if (auto* recorder = lepton::detail::current_recorder; recorder && recorder->first_touch(cell_.get()))
    recorder->guard([cell = cell_, seen = cell_->training] { return cell->training == seen; });
  return cell_->training;
}
void ModeFlag::set(bool training) {
  if (!cell_) cell_ = Ref<Cell>(new Cell);
  cell_->training = training;
}

Module::~Module() = default;

namespace {

struct Collect final : FieldVisitor {
  std::vector<std::pair<std::string, Parameter*>> parameters;
  std::vector<std::pair<std::string, Buffer*>> buffers;
  std::vector<std::pair<std::string, Module*>> modules;
  Module::Named state;
  void parameter(const std::string& path, Parameter& p) override {
    parameters.emplace_back(path, &p);
    state.emplace_back(path, p.tensor());
  }
  void buffer(const std::string& path, Buffer& b) override {
    buffers.emplace_back(path, &b);
    state.emplace_back(path, b.tensor());
  }
  void module(const std::string& path, Module& m) override { modules.emplace_back(path, &m); }
};

// `visit` is not const because visitors may write; those used here on a const module only look.
Collect collect(const Module& m) {
  Collect c;
  const_cast<Module&>(m).visit(c);
  return c;
}

/// Puts `values` (same shape) under an identity.
void replace_storage(const Tensor& identity, const Tensor& values) {
  auto& t = identity.impl();
  t.storage->retired = true;
  t.storage = values.contiguous().impl().storage;
  t.offset = 0;
  t.dtype = values.dtype();
  t.strides = contiguous_strides(t.shape);
  t.contiguous = true;
  t.grad.reset();
}

}  // namespace

std::string type_name(const Module& m) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(typeid(m).name(), nullptr, nullptr, &status), std::free);
  const std::string full = status == 0 ? text.get() : typeid(m).name();
  return full.substr(full.rfind("::") == full.npos ? 0 : full.rfind("::") + 2);
}

std::vector<Tensor> Module::parameters() {
  std::vector<Tensor> result;
  for (auto& [path, tensor] : named_parameters()) {
    auto& impl = tensor.impl();
    const bool seen =
        std::any_of(result.begin(), result.end(), [&](const Tensor& t) { return &t.impl() == &impl; });
    if (seen) continue;
    impl.listed = true;
    impl.name = std::make_unique<std::string>(path);
    result.push_back(tensor);
  }
  return result;
}

Module::Named Module::named_parameters() const {
  Named result;
  for (auto& [path, p] : collect(*this).parameters) result.emplace_back(path, p->tensor());
  return result;
}
Module::Named Module::named_buffers() const {
  Named result;
  for (auto& [path, b] : collect(*this).buffers) result.emplace_back(path, b->tensor());
  return result;
}
Module::Named Module::state() const { return collect(*this).state; }

std::int64_t Module::parameter_count() const {
  std::int64_t n = 0;
  for (const auto& [path, t] : named_parameters()) n += t.numel();
  return n;
}

void Module::train(bool on) {
  mode_.set(on);
  for (auto& [path, m] : collect(*this).modules) m->mode_.set(on);
}

Module& Module::submodule(std::string_view path) {
  if (path.empty()) return *this;
  const Collect all = collect(*this);
  for (const auto& [name, module] : all.modules)
    if (name == path) return *module;
  std::string names;
  for (const auto& [name, module] : all.modules) names += (names.empty() ? "" : ", ") + name;
  throw Error("submodule", "no module '" + std::string(path) + "'; there are: " + names);
}

void Module::to(Device device) {
  const NoGrad no_grad;
  const lepton::detail::PauseRecording pause;
  for (auto& [path, t] : state())
    if (t.device() != device) replace_storage(t, t.detach().to(device));
}

void Module::to(DType dtype) {
  const NoGrad no_grad;
  const lepton::detail::PauseRecording pause;
  for (auto& [path, t] : state())
    if (is_floating(t.dtype()) && t.dtype() != dtype) replace_storage(t, t.detach().to(dtype));
}

void Module::set_requires_grad(bool on) {
  for (auto& [path, t] : named_parameters()) t.set_requires_grad(on);
}

void Module::zero_grad() {
  for (auto& [path, t] : named_parameters()) t.zero_grad();
}

std::string Module::describe() const {
  const Collect all = collect(*this);
  const auto depth = [](const std::string& path) { return std::count(path.begin(), path.end(), '.') + 1; };
  const auto own = [&](const std::string& prefix) {
    std::string text;
    for (const auto& [path, p] : all.parameters) {
      const std::string start = prefix.empty() ? "" : prefix + ".";
      if (path.starts_with(start) && path.find('.', start.size()) == path.npos)
        text += (text.empty() ? "" : ", ") + path.substr(start.size()) + " " + to_string(p->tensor().shape());
    }
    return text.empty() ? text : "  " + text;
  };
  std::string text = type_name(*this) + own("") + "\n";
  for (const auto& [path, m] : all.modules)
    text += std::string(std::size_t(depth(path)) * 2, ' ') + path.substr(path.rfind('.') + 1) + ": " +
            type_name(*m) + own(path) + "\n";
  return text + std::to_string(parameter_count()) + " parameters\n";
}

}  // namespace lepton::nn
