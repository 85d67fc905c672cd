// Layer and Sequential.
#include "lepton/nn/sequential.hpp"

#include <algorithm>

#include "lepton/autograd/checkpoint.hpp"

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
  return with_hooks(x, [this](const Tensor& in) { return run(0, layers_.size(), in); });
}

Tensor Sequential::run(std::size_t first, std::size_t last, const Tensor& x) {
  if (last > layers_.size() || first > last)
    throw Error("Sequential", "no layers [" + std::to_string(first) + ", " + std::to_string(last) +
                                  "), there are " + std::to_string(layers_.size()));
  Tensor y = x;
  for (std::size_t i = first; i < last; ++i) y = layers_[i](y);
  return y;
}

Tensor checkpoint_sequential(Sequential& model, std::int64_t segments, const Tensor& x) {
  if (segments < 1) throw Error("checkpoint_sequential", "needs at least one segment");
  return model.with_hooks(x, [&](const Tensor& in) {
    const std::size_t layers = model.size(),
                      parts = std::min<std::size_t>(std::size_t(segments), std::max<std::size_t>(layers, 1));
    Tensor y = in;
    for (std::size_t part = 0; part < parts; ++part) {
      const std::size_t first = layers * part / parts, last = layers * (part + 1) / parts;
      const auto segment = [&model, first, last](const Tensor& h) { return model.run(first, last, h); };
      y = part + 1 < parts ? checkpoint(segment, y) : segment(y);
    }
    return y;
  });
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
