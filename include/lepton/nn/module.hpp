// Module: a value made of parameters, buffers and other modules.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "lepton/nn/module_hooks.hpp"
#include "lepton/nn/parameter.hpp"

namespace lepton::nn {

class Module;

/// Goes through the members that LEPTON_FIELDS names. What a module can do (list, save, move, print) is a
/// visitor.
class LEPTON_API FieldVisitor {
 public:
  virtual ~FieldVisitor();
  virtual void parameter(const std::string& path, Parameter& p) = 0;
  virtual void buffer(const std::string& path, Buffer& b) = 0;
  /// Called before the module's own fields.
  virtual void module(const std::string&, Module&) {}

  /// `names` is the text of the members, separated by commas.
  template <class... F> void fields([[maybe_unused]] std::string_view names, F&... members) {
    (field(next_name(names), members), ...);
  }
  template <class F> void field(std::string_view name, F& member);

 private:
  static std::string_view next_name(std::string_view& names);
  std::string path_;
};

/// Whether a module is being trained. A captured step notices a change through the shared cell.
class LEPTON_API ModeFlag {
 public:
  ModeFlag();
  ModeFlag(const ModeFlag& other);
  ModeFlag(ModeFlag&&) noexcept;
  ModeFlag& operator=(const ModeFlag& other);
  ModeFlag& operator=(ModeFlag&&) noexcept;
  ~ModeFlag();
  bool get() const;
  void set(bool training);

 private:
  struct Cell;
  friend void destroy(Cell* cell);
  Ref<Cell> cell_;
};

/// Base of layers and networks: derive, hold parameters and layers as members, name them once in LEPTON_FIELDS,
/// and define `operator()`. Modules are values: copies are independent, `std::vector<Net> clients(8, net)` works.
class LEPTON_API Module {
 public:
  virtual ~Module();

  /// Written by LEPTON_FIELDS.
  virtual void visit(FieldVisitor& visitor) = 0;

  using Named = std::vector<std::pair<std::string, Tensor>>;
  /// What an optimizer takes: each parameter once, though it be reached twice.
  std::vector<Tensor> parameters();
  Named named_parameters() const;
  Named named_buffers() const;
  /// Parameters and buffers by their paths ("features.0.weight"), as they are saved.
  Named state() const;
  std::int64_t parameter_count() const;

  /// Sets training or evaluation here and in all modules within: dropout and batch norm differ.
  void train(bool on = true);
  void eval() { train(false); }
  bool training() const { return mode_.get(); }

  /// Moves or converts every parameter and buffer (floating ones, for a type) in place: optimizers and
  /// captured steps follow.
  void to(Device device);
  void to(DType dtype);
  /// Freezes the parameters, or thaws them.
  void set_requires_grad(bool on);
  void zero_grad();

  /// One line a module, with parameter shapes and counts.
  std::string describe() const;

  /// The module at a path ("features.3"), this one for an empty path; throws where there is none.
  Module& submodule(std::string_view path);

  /// Run `hook` at every call of this module with one tensor, several in the order of their coming, as PyTorch's do: on
  /// what goes in, on that and what comes out, on the gradient by what came out, on that and the gradient by what went
  /// in. In a captured step they run while it is recorded. A copy of the module has none.
  ///
  /// A call is one of a layer of the library, of any module in a Sequential, ModuleList or ModuleDict, one by
  /// `nn::call(module, x)`, and one of a module of yours whose operator() is written with `with_hooks`.
  HookHandle register_forward_pre_hook(ForwardPreHook hook) {
    return hooks_.add_forward_pre(std::move(hook));
  }
  HookHandle register_forward_hook(ForwardHook hook) { return hooks_.add_forward(std::move(hook)); }
  HookHandle register_backward_pre_hook(BackwardPreHook hook) {
    return hooks_.add_backward_pre(std::move(hook));
  }
  HookHandle register_backward_hook(BackwardHook hook) { return hooks_.add_backward(std::move(hook)); }

  /// f(x) between this module's hooks, for an operator() that runs them whoever calls it:
  ///   Tensor operator()(const Tensor& x) { return with_hooks(x, [&](const Tensor& in) { ... }); }
  template <class F> Tensor with_hooks(const Tensor& x, F&& f) const { return hooks_.around(x, f); }

 protected:
  Module() = default;
  Module(const Module&) = default;
  Module(Module&&) = default;
  Module& operator=(const Module&) = default;
  Module& operator=(Module&&) = default;

 private:
  ModeFlag mode_;
  detail::ModuleHooks hooks_;
};

/// module(x) between its hooks, though its operator() knows nothing of them.
template <class M> Tensor call(M& module, const Tensor& x) {
  return module.with_hooks(x, [&](const Tensor& in) -> Tensor { return module(in); });
}

/// Names a module's members, in the order of their saving: LEPTON_FIELDS(weight, bias). Members may be
/// Parameters, Buffers, modules, and std::optional, std::vector or std::array of these.
#define LEPTON_FIELDS(...)                                          \
  void visit(::lepton::nn::FieldVisitor& lepton_visitor) override { \
    lepton_visitor.fields(#__VA_ARGS__ __VA_OPT__(, ) __VA_ARGS__); \
  }

namespace detail {
template <class T> inline constexpr bool is_list = false;
template <class T, class A> inline constexpr bool is_list<std::vector<T, A>> = true;
template <class T, std::size_t n> inline constexpr bool is_list<std::array<T, n>> = true;
template <class T> inline constexpr bool is_optional = false;
template <class T> inline constexpr bool is_optional<std::optional<T>> = true;
template <class T> inline constexpr bool never = false;
}  // namespace detail

template <class F> void FieldVisitor::field(std::string_view name, F& member) {
  if constexpr (detail::is_optional<F>) {
    if (member) field(name, *member);
    return;
  } else {
    const std::size_t keep = path_.size();
    if (keep) path_ += '.';
    path_ += name;
    if constexpr (std::is_base_of_v<Parameter, F>) {
      if (member.defined()) parameter(path_, member);
    } else if constexpr (std::is_base_of_v<Buffer, F>) {
      if (member.defined()) buffer(path_, member);
    } else if constexpr (std::is_base_of_v<Module, F>) {
      module(path_, member);
      member.visit(*this);
    } else if constexpr (detail::is_list<F>) {
      std::size_t i = 0;
      for (auto& element : member) field(std::to_string(i++), element);
    } else if constexpr (std::is_base_of_v<Tensor, F>) {
      static_assert(detail::never<F>,
                    "LEPTON_FIELDS: a plain Tensor is shared between copies of a module; use nn::Buffer or "
                    "nn::Parameter");
    } else {
      static_assert(
          detail::never<F>,
          "LEPTON_FIELDS: this member is no Parameter, Buffer, module, or list of these; leave it out");
    }
    path_.resize(keep);
  }
}

}  // namespace lepton::nn
