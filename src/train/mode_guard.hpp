// ModeGuard: puts every module's training mode back.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lepton/nn/module.hpp"

namespace lepton {

/// Remembers the mode of a module and of each within, which may differ (a frozen backbone), and sets them
/// back when it dies. The modules must outlive it.
class ModeGuard {
 public:
  explicit ModeGuard(nn::Module& root) {
    remember(root);
    struct Visitor final : nn::FieldVisitor {
      explicit Visitor(ModeGuard& to) : guard(to) {}
      void parameter(const std::string&, nn::Parameter&) override {}
      void buffer(const std::string&, nn::Buffer&) override {}
      void module(const std::string&, nn::Module& m) override { guard.remember(m); }
      ModeGuard& guard;
    } visitor(*this);
    root.visit(visitor);
  }
  ~ModeGuard() {
    // Outer ones first, since setting one sets those within.
    for (const auto& [module, training] : modes_)
      if (module->training() != training) module->train(training);
  }
  ModeGuard(const ModeGuard&) = delete;
  ModeGuard& operator=(const ModeGuard&) = delete;

 private:
  void remember(nn::Module& m) { modes_.emplace_back(&m, m.training()); }

  std::vector<std::pair<nn::Module*, bool>> modes_;
};

}  // namespace lepton
