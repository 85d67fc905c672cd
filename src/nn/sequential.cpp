// Layer and Sequential.
#include "lepton/nn/sequential.hpp"

namespace lepton::nn {

Layer::Layer(Tensor (*function)(const Tensor&))
    : held_(std::make_unique<Object<Tensor (*)(const Tensor&)>>(function)) {}

Layer::~Layer() = default;

Layer& Layer::operator=(const Layer& other) {
  if (this != &other && !(held_ && held_->assign(*other.held_))) held_ = other.held_->clone();
  return *this;
}

Sequential::Sequential(std::initializer_list<Layer> layers) {
  if (layers.size() == 1) {
    Layer only = *layers.begin();
    if (auto* inner = only.get<Sequential>()) {  // Sequential copy{original} is a copy, not a nesting
      layers_ = std::move(inner->layers_);
      return;
    }
  }
  layers_.reserve(layers.size());
  for (const Layer& layer : layers) {
    layers_.emplace_back(static_cast<Tensor (*)(const Tensor&)>(nullptr));
    layers_.back().held_ = std::move(layer.held_);
  }
}

Tensor Sequential::operator()(const Tensor& x) {
  Tensor y = x;
  for (Layer& layer : layers_) y = layer(y);
  return y;
}

void Sequential::visit(FieldVisitor& visitor) {
  for (std::size_t i = 0; i < layers_.size(); ++i)
    if (Module* m = layers_[i].module()) visitor.field(std::to_string(i), *m);
}

void Sequential::throw_no_layer(std::size_t i) const {
  throw Error("Sequential", i < layers_.size() ? "layer " + std::to_string(i) + " is of another type"
                                               : "no layer " + std::to_string(i) + ", there are " +
                                                     std::to_string(layers_.size()));
}

}  // namespace lepton::nn
