// Functions that somebody wants called, and the means to take them away again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "lepton/core/export.hpp"

namespace lepton {

namespace detail {

class LEPTON_API HookRegistry {
 public:
  virtual ~HookRegistry();
  virtual void remove(std::uint64_t id) = 0;
  virtual bool contains(std::uint64_t id) const = 0;
};

/// Another number after each change of hooks that outlive a step, those of leaves and modules, anywhere in the program.
/// A captured step holds while it is the same.
LEPTON_API std::uint64_t hook_changes();
LEPTON_API void count_hook_change();

enum class HookLife : std::uint8_t { step, lasting };

/// Hooks of one kind in the order in which they came, the order in which they run.
template <class Hook> class HookList final : public HookRegistry {
 public:
  explicit HookList(HookLife life) : life_(life) {}
  std::uint64_t add(Hook hook) {
    hooks_.emplace_back(++last_, std::move(hook));
    changed();
    return last_;
  }
  void remove(std::uint64_t id) override {
    if (std::erase_if(hooks_, [&](const auto& h) { return h.first == id; })) changed();
  }
  bool contains(std::uint64_t id) const override {
    for (const auto& h : hooks_)
      if (h.first == id) return true;
    return false;
  }
  bool empty() const { return hooks_.empty(); }
  /// Calls `use(hook)` for each. A hook may remove hooks, itself too: that counts from the next run on.
  template <class Use> void each(const Use& use) const {
    const auto now = hooks_;
    for (const auto& h : now) use(h.second);
  }

 private:
  void changed() const {
    if (life_ == HookLife::lasting) count_hook_change();
  }
  std::vector<std::pair<std::uint64_t, Hook>> hooks_;
  std::uint64_t last_ = 0;
  HookLife life_;
};

}  // namespace detail

/// Takes a hook away again. A value: copies mean the same hook. That a handle dies removes nothing, and it may outlive
/// what was hooked.
class LEPTON_API HookHandle {
 public:
  HookHandle() = default;
  HookHandle(std::weak_ptr<detail::HookRegistry> registry, std::uint64_t id)
      : registry_(std::move(registry)), id_(id) {}

  /// From the next run on the hook is not called. Where it is gone already, nothing happens.
  void remove() const;
  /// Whether the hook is still called.
  bool active() const;

 private:
  std::weak_ptr<detail::HookRegistry> registry_;
  std::uint64_t id_ = 0;
};

}  // namespace lepton
