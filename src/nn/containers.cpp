// Layers in a list or under names.
#include "lepton/nn/containers.hpp"

#include <algorithm>

namespace lepton::nn {

ModuleList::ModuleList(std::initializer_list<Layer> layers) : layers_(layers) {}

Layer& ModuleList::operator[](std::size_t i) {
  if (i >= layers_.size())
    throw Error("ModuleList",
                "no layer " + std::to_string(i) + ", there are " + std::to_string(layers_.size()));
  return layers_[i];
}

void ModuleList::visit(FieldVisitor& visitor) {
  for (std::size_t i = 0; i < layers_.size(); ++i)
    if (Module* m = layers_[i].module()) visitor.field(std::to_string(i), *m);
}

ModuleDict::ModuleDict(std::initializer_list<std::pair<const char*, Layer>> layers) {
  for (const auto& [name, layer] : layers) insert(name, layer);
}

void ModuleDict::insert(const std::string& name, Layer layer) {
  if (name.empty() || name.find('.') != name.npos)
    throw Error("ModuleDict", "'" + name + "' is no name: it is empty, or has a dot in it");
  if (contains(name)) (*this)[name] = std::move(layer);
  else layers_.emplace_back(name, std::move(layer));
}

bool ModuleDict::contains(const std::string& name) const {
  return std::any_of(layers_.begin(), layers_.end(), [&](const auto& l) { return l.first == name; });
}

Layer& ModuleDict::operator[](const std::string& name) {
  for (auto& [key, layer] : layers_)
    if (key == name) return layer;
  throw Error("ModuleDict", "no layer '" + name + "'");
}

std::vector<std::string> ModuleDict::keys() const {
  std::vector<std::string> names;
  for (const auto& [name, layer] : layers_) names.push_back(name);
  return names;
}

void ModuleDict::visit(FieldVisitor& visitor) {
  for (auto& [name, layer] : layers_)
    if (Module* m = layer.module()) visitor.field(name, *m);
}

}  // namespace lepton::nn
