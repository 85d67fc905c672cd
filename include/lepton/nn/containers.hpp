// Layers in a list or under names, for networks that decide themselves how to call them.
#pragma once

#include "lepton/nn/sequential.hpp"

namespace lepton::nn {

/// Layers of any types by their place; parameters are named "0.weight", "1.weight". A list of one type can be a
/// std::vector.
class LEPTON_API ModuleList : public Module {
 public:
  ModuleList() = default;
  ModuleList(std::initializer_list<Layer> layers);

  void append(Layer layer) { layers_.push_back(std::move(layer)); }
  std::size_t size() const { return layers_.size(); }
  /// Throws where there is none.
  Layer& operator[](std::size_t i);
  auto begin() { return layers_.begin(); }
  auto end() { return layers_.end(); }
  void visit(FieldVisitor& visitor) override;

 private:
  std::vector<Layer> layers_;
};

/// Layers of any types by their names, in the order of their coming.
class LEPTON_API ModuleDict : public Module {
 public:
  ModuleDict() = default;
  ModuleDict(std::initializer_list<std::pair<const char*, Layer>> layers);

  /// Adds a layer, or replaces that of the name. Throws for an empty name or one with a dot in it.
  void insert(const std::string& name, Layer layer);
  bool contains(const std::string& name) const;
  std::size_t size() const { return layers_.size(); }
  /// Throws where there is none.
  Layer& operator[](const std::string& name);
  std::vector<std::string> keys() const;
  void visit(FieldVisitor& visitor) override;

 private:
  std::vector<std::pair<std::string, Layer>> layers_;
};

}  // namespace lepton::nn
