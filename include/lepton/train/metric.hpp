// Metric: a figure of merit of predictions, computed over a whole dataset.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "lepton/core/export.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton {

/// A name, and how the figure is computed: a function of (predictions, targets), whose values are averaged
/// over the batches, each weighted by its samples; or, for figures that are no such mean, an object that
/// collects them by `update(predictions, targets)`, with the member that gives the figure.
///
///   Metric("accuracy", metrics::Accuracy())
///   Metric("f1", metrics::ConfusionMatrix(10), &metrics::ConfusionMatrix::macro_f1)
class LEPTON_API Metric {
 public:
  Metric(std::string name, double (*of_batch)(const Tensor& prediction, const Tensor& target));

  /// Each evaluation begins with a copy of `collector` as it is given.
  template <class Collector>
  requires requires(Collector c, const Tensor& t) { c.update(t, t); }
  Metric(std::string name, Collector collector, double (Collector::*figure)() const = &Collector::value)
      : name_(std::move(name)), fresh_(std::make_unique<Object<Collector>>(std::move(collector), figure)) {}

  Metric(const Metric& other);
  Metric(Metric&&) noexcept;
  Metric& operator=(Metric other) noexcept;
  ~Metric();

  const std::string& name() const { return name_; }

  /// The same, compared with another tensor of the batch than its second, where a model has several inputs or targets.
  ///
  ///   Metric("accuracy", metrics::Accuracy()).against(2)       // of batches x, more x, y
  Metric against(std::size_t tensor) const;
  /// Which tensor of a batch it compares with.
  std::size_t target() const { return target_; }

  /// What collects during one evaluation.
  class LEPTON_API Run {
   public:
    virtual ~Run();
    virtual void update(const Tensor& prediction, const Tensor& target) = 0;
    virtual double value() const = 0;
    virtual std::unique_ptr<Run> clone() const = 0;
  };
  std::unique_ptr<Run> begin() const { return fresh_->clone(); }

 private:
  template <class Collector> struct Object final : Run {
    using Figure = double (Collector::*)() const;
    Collector held;
    Figure figure;
    Object(Collector c, Figure f) : held(std::move(c)), figure(f) {}
    void update(const Tensor& prediction, const Tensor& target) override { held.update(prediction, target); }
    double value() const override { return (held.*figure)(); }
    std::unique_ptr<Run> clone() const override { return std::make_unique<Object>(*this); }
  };

  std::string name_;
  std::unique_ptr<Run> fresh_;
  std::size_t target_ = 1;
};

}  // namespace lepton
