// Task: a model and its loss as the training loop sees them, whatever their types.
#pragma once

#include <memory>
#include <type_traits>

#include "lepton/data/batch.hpp"
#include "lepton/nn/module.hpp"

namespace lepton::detail {

class LEPTON_API Task {
 public:
  virtual ~Task();
  virtual nn::Module& module() = 0;
  /// What a step of training minimises.
  virtual Tensor loss(const data::Batch& batch) = 0;

  struct Outcome {
    Tensor loss, prediction;
  };
  enum class Want { loss, loss_and_prediction };
  /// One pass through the model gives both where the loss is a function of its output.
  virtual Outcome evaluate(const data::Batch& batch, Want want) = 0;
  /// The same task with another model of the same type; throws for one of another.
  virtual std::unique_ptr<Task> with(nn::Module& other) = 0;

 protected:
  template <class Model> static Model& same_type(nn::Module& other) {
    if (auto* model = dynamic_cast<Model*>(&other)) return *model;
    throw Error("fit", "an average is of a model of another type");
  }
  [[noreturn]] static void throw_not_callable();
  template <class Model> static Tensor predict(Model& model, const data::Batch& batch) {
    if constexpr (std::is_invocable_r_v<Tensor, Model&, const Tensor&>) return model(batch[0]);
    else if constexpr (std::is_invocable_r_v<Tensor, Model&, const data::Batch&>) return model(batch);
    else throw_not_callable();
  }
};

template <class Model, class Loss> class FitTask final : public Task {
  static constexpr bool kTakesBatch = std::is_invocable_r_v<Tensor, Loss&, Model&, const data::Batch&>;
  static_assert(
      kTakesBatch || std::is_invocable_r_v<Tensor, Loss&, const Tensor&, const Tensor&>,
      "the loss must be callable as loss(model, batch) or as loss(output, target), and give a Tensor");

 public:
  FitTask(Model& model, Loss& loss) : model_(model), loss_(loss) {}
  nn::Module& module() override { return model_; }

  Tensor loss(const data::Batch& batch) override {
    if constexpr (kTakesBatch) return loss_(model_, batch);
    else return loss_(predict(model_, batch), batch[1]);
  }
  Outcome evaluate(const data::Batch& batch, Want want) override {
    if constexpr (kTakesBatch) {
      return {loss_(model_, batch), want == Want::loss ? Tensor() : predict(model_, batch)};
    } else {
      const Tensor prediction = predict(model_, batch);
      return {loss_(prediction, batch[1]), prediction};
    }
  }
  std::unique_ptr<Task> with(nn::Module& other) override {
    return std::make_unique<FitTask>(same_type<Model>(other), loss_);
  }

 private:
  Model& model_;
  Loss& loss_;
};

/// A model alone, for metrics without a loss.
template <class Model> class PredictTask final : public Task {
 public:
  explicit PredictTask(Model& model) : model_(model) {}
  nn::Module& module() override { return model_; }
  Tensor loss(const data::Batch&) override { return {}; }
  Outcome evaluate(const data::Batch& batch, Want) override { return {Tensor(), predict(model_, batch)}; }
  std::unique_ptr<Task> with(nn::Module& other) override {
    return std::make_unique<PredictTask>(same_type<Model>(other));
  }

 private:
  Model& model_;
};

}  // namespace lepton::detail
