// Optimizer: what every optimizer can do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton::optim {

class GradScaler;

/// What a step does with the gradients before it uses them. They are read once and stay as they are in memory.
struct StepOptions {
  /// Above 0: they are scaled down together to this norm at most, with the numbers of clip_grad_norm (clip.hpp).
  double max_norm = 0;
  /// They are those of a scaled loss, and the step is left out where one of them is not finite (grad_scaler.hpp).
  const GradScaler* scaler = nullptr;
};

/// Holds handles to the parameters, in groups with options of their own, so it follows a model that is moved; where
/// the model is gone, step() throws. Movable, not copyable.
class LEPTON_API Optimizer {
 public:
  Optimizer(Optimizer&&) noexcept;
  Optimizer& operator=(Optimizer&&) noexcept;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  virtual ~Optimizer();

  /// Updates every parameter that has a gradient; the others, and their state, stay. Where `options` say something,
  /// gives the norm of all gradients together before clipping (an f64 scalar), else an undefined tensor.
  Tensor step(const StepOptions& options = {}) { return run(options); }
  void zero_grad();

  std::size_t groups() const { return lr_.size(); }
  double lr(std::size_t group = 0) const;
  /// Of every group; takes effect at the next step, also of a captured step. Throws inside one.
  void set_lr(double lr);
  void set_lr(double lr, std::size_t group);
  /// Updates so far, of the parameter that had most.
  virtual std::int64_t steps() const = 0;

  /// Of all groups.
  const std::vector<Tensor>& parameters() const { return parameters_; }

  using Named = std::vector<std::pair<std::string, Tensor>>;
  /// The state as it is saved: "<slot>.<parameter>" and "step.<parameter>" for each, "lr.<group>". The tensors are
  /// the optimizer's own: writing into them sets its state.
  virtual Named state() const = 0;

 protected:
  explicit Optimizer(const char* name) : name_(name) {}
  virtual Tensor run(const StepOptions& options) = 0;

  /// A further group; throws where there is nothing to train in it.
  void append(std::vector<Tensor> parameters, double lr);
  const char* name() const { return name_; }
  /// The learning rate where kernels read it, an f64 scalar.
  const Tensor& lr_tensor(std::size_t group) const { return lr_[group]; }
  void move_lr(Device device);

 private:
  const char* name_;
  std::vector<Tensor> parameters_;
  std::vector<Tensor> lr_;
};

}  // namespace lepton::optim
