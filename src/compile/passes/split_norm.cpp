// Batch normalisation in two halves, so that each can run with what stands before and behind it, a few samples at a time:
// sums over a picture while it is in the cache of the core that made it, and the result where it is read.
#include <cstring>

#include "kernels/batch_norm.hpp"
#include "src/compile/passes.hpp"

namespace lepton::detail {
namespace {

using kernels::BatchNormArgs;
using kernels::BatchNormGradArgs;

/// Bytes of a batch from which on it is worth while: less stays in the last cache anyway.
constexpr std::int64_t kLeast = 16 << 20;

template <class Args> bool worth(const Args& a) {
  return a.rows * a.c * std::int64_t(size_of(a.dtype)) >= kLeast &&
         kernels::cpu::batch_norm_has_parts(a.rows, a.images);
}

/// One half: the arguments and slots of the whole with some of its fields.
template <class Args> class Half {
 public:
  Half(const Graph& g, int whole, const Args& args) : g_(g), whole_(whole), args_(args), half_(args) {
    for (const RecordedSlot& slot : g.launch(whole).slots) set(slot.field, nullptr);
  }

  /// Takes a field of the whole over, if it has it.
  Half& with(const void* Args::*field, Access access) { return take(at(field), access); }
  Half& with(void* Args::*field, Access access) { return take(at(field), access); }
  Half& with(void* Args::*field, RecordedSlot slot, Access access) {
    return add(slot_at(slot, at(field), access));
  }

  RecordedLaunch launch(const kernels::Kernel<Args>& kernel) const { return g_.make(kernel, half_, slots_); }

 private:
  template <class Pointer> std::uint32_t at(Pointer Args::*field) const {
    return field_of(&(args_.*field), &args_);
  }
  void set(std::uint32_t field, const void* pointer) {
    std::memcpy(reinterpret_cast<std::byte*>(&half_) + field, &pointer, sizeof pointer);
  }
  Half& take(std::uint32_t field, Access access) {
    for (const RecordedSlot& slot : g_.launch(whole_).slots)
      if (slot.field == field) return add(slot_at(slot, field, access));
    return *this;
  }
  Half& add(RecordedSlot slot) {
    slots_.push_back(slot);
    return *this;
  }

  const Graph& g_;
  const int whole_;
  const Args& args_;
  Args half_;
  std::vector<RecordedSlot> slots_;
};

constexpr Access kRead = Access::read, kWrite = Access::write, kUpdate = Access::update;

bool split_forward(Graph& g, int i) {
  const BatchNormArgs* const a = g.match(i, kernels::batch_norm);
  if (!a || !worth(*a)) return false;
  const RecordedSlot* const kept = g.slot(i, &a->mean_rest);
  const RecordedSlot rest =
      kept ? *kept : RecordedSlot{0, g.make_temporary(std::size_t(a->c) * size_of(a->dtype)), 0, kWrite};
  using A = BatchNormArgs;
  Half<A> sums(g, i, *a), apply(g, i, *a);
  sums.with(&A::x, kRead)
      .with(&A::running_mean, kUpdate)
      .with(&A::running_var, kUpdate)
      .with(&A::mean, kWrite);
  sums.with(&A::rstd, kWrite).with(&A::scratch, kWrite).with(&A::mean_rest, rest, kWrite);
  apply.with(&A::x, kRead)
      .with(&A::weight, kRead)
      .with(&A::bias, kRead)
      .with(&A::residual, kRead)
      .with(&A::mean, kRead);
  apply.with(&A::rstd, kRead).with(&A::mean_rest, rest, kRead).with(&A::y, kWrite);
  g.split(i, sums.launch(kernels::batch_norm_statistics), apply.launch(kernels::batch_norm_apply));
  return true;
}

bool split_backward(Graph& g, int i) {
  const BatchNormGradArgs* const a = g.match(i, kernels::batch_norm_grad);
  if (!a || !worth(*a)) return false;
  using A = BatchNormGradArgs;
  Half<A> sums(g, i, *a), apply(g, i, *a);
  for (Half<A>* half : {&sums, &apply})
    half->with(&A::x, kRead).with(&A::weight, kRead).with(&A::mean, kRead).with(&A::rstd, kRead);
  const auto incoming = [](Half<A>& half) {
    half.with(&A::g, kRead).with(&A::y, kRead).with(&A::mean_rest, kRead).with(&A::bias, kRead);
  };
  incoming(sums);
  sums.with(&A::dweight, kWrite)
      .with(&A::dbias, kWrite)
      .with(&A::scratch, kWrite)
      .with(&A::dresidual, kWrite);
  if (g.slot(i, &a->dresidual)) apply.with(&A::dresidual, kRead);
  else incoming(apply);
  apply.with(&A::dweight, kRead).with(&A::dbias, kRead).with(&A::dx, kWrite);
  g.split(i, sums.launch(kernels::batch_norm_grad_sums), apply.launch(kernels::batch_norm_grad_apply));
  return true;
}

}  // namespace

void split_norms(Graph& graph) {
  for (int i = 0; i < graph.size(); ++i) split_forward(graph, i) || split_backward(graph, i);
}

}  // namespace lepton::detail
