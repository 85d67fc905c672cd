// Layers one after the other.
#pragma once

#include <concepts>
#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "lepton/nn/module.hpp"

namespace lepton::nn {

/// Any callable Tensor -> Tensor, as a value: a module, a function like `relu`, a lambda.
class LEPTON_API Layer {
 public:
  /// Not a template, so that an overloaded function's name converts.
  Layer(Tensor (*function)(const Tensor&));

  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, Layer> &&
           std::is_invocable_r_v<Tensor, std::remove_cvref_t<F>&, const Tensor&>) Layer(F&& callable)
      : held_(std::make_unique<Object<std::remove_cvref_t<F>>>(std::forward<F>(callable))) {}

  Layer(const Layer& other) : held_(other.held_->clone()) {}
  Layer(Layer&&) noexcept = default;
  /// Between layers of one type the values are assigned, so that parameters keep their identity.
  Layer& operator=(const Layer& other);
  Layer& operator=(Layer&&) noexcept = default;
  ~Layer();

  Tensor operator()(const Tensor& x) { return held_->call(x); }
  /// The module inside, or null for a plain function.
  Module* module() { return held_->module(); }
  /// What is inside, if it is a T.
  template <class T> T* get() {
    auto* object = dynamic_cast<Object<T>*>(held_.get());
    return object ? &object->value : nullptr;
  }

 private:
  friend class Sequential;
  struct Base {
    virtual ~Base() = default;
    virtual Tensor call(const Tensor& x) = 0;
    virtual std::unique_ptr<Base> clone() const = 0;
    virtual bool assign(const Base& other) = 0;
    virtual Module* module() = 0;
  };
  template <class F> struct Object final : Base {
    F value;
    template <class G> explicit Object(G&& g) : value(std::forward<G>(g)) {}
    Tensor call(const Tensor& x) override {
      if constexpr (std::is_base_of_v<Module, F>) return nn::call(value, x);
      else return value(x);
    }
    std::unique_ptr<Base> clone() const override { return std::make_unique<Object>(value); }
    bool assign(const Base& other) override {
      if constexpr (std::is_copy_assignable_v<F>)
        if (auto* same = dynamic_cast<const Object*>(&other)) return value = same->value, true;
      return false;
    }
    Module* module() override {
      if constexpr (std::is_base_of_v<Module, F>) return &value;
      else return nullptr;
    }
  };

  mutable std::unique_ptr<Base> held_;  // moved out of the const elements of an initializer list
};

/// Layers applied in order: Sequential{Linear(784, 256), relu, Dropout(0.1), Linear(256, 10)}. Parameters are
/// named by position: "0.weight", "3.weight".
class LEPTON_API Sequential : public Module {
 public:
  Sequential() = default;
  Sequential(std::initializer_list<Layer> layers);

  void add(Layer layer) { layers_.push_back(std::move(layer)); }
  Tensor operator()(const Tensor& x);
  std::size_t size() const { return layers_.size(); }
  /// Layers [first, last) alone, without the hooks of the whole.
  Tensor run(std::size_t first, std::size_t last, const Tensor& x);
  /// The layer at a place as a T; throws where it is another type.
  template <class T> T& at(std::size_t i) {
    T* layer = i < layers_.size() ? layers_[i].get<T>() : nullptr;
    if (!layer) throw_no_layer(i);
    return *layer;
  }
  void visit(FieldVisitor& visitor) override;

 private:
  [[noreturn]] void throw_no_layer(std::size_t i) const;
  std::vector<Layer> layers_;
};

/// model(x) in `segments` parts of about as many layers, all but the last of them checkpointed: of each only what goes
/// into it is kept. The model must outlive the walk. Throws where segments < 1.
LEPTON_API Tensor checkpoint_sequential(Sequential& model, std::int64_t segments, const Tensor& x);

}  // namespace lepton::nn
