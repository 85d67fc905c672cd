// Gradient checkpointing. The tape is recorded as ever; then the tensors that it alone holds lose their memory, and the
// first that a gradient asks for has the function run again. Both runs make the same storages in the same order, so a
// storage's number says where its elements are to be found.
#include "lepton/autograd/checkpoint.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <unordered_set>

#include "lepton/autograd/node.hpp"
#include "lepton/core/autocast.hpp"
#include "lepton/core/rng.hpp"
#include "src/autograd/checkpoint.hpp"
#include "src/core/allocation_watch.hpp"
#include "src/core/recorder.hpp"

namespace lepton::detail {
namespace {

using Function = std::function<void(std::span<const Tensor>)>;

std::uint32_t next_serial() {
  static std::atomic<std::uint32_t> serial{0};
  return ++serial;
}

/// The thread's generator at an earlier place while it lives, then where it was.
class Rewound {
 public:
  Rewound(std::uint64_t seed, std::uint64_t offset) : now_(default_generator()) { go_to(seed, offset); }
  ~Rewound() { go_to(now_.seed(), now_.offset()); }
  Rewound(const Rewound&) = delete;
  Rewound& operator=(const Rewound&) = delete;

 private:
  static void go_to(std::uint64_t seed, std::uint64_t offset) {
    if (default_generator().seed() != seed) default_generator().set_seed(seed);
    default_generator().set_offset(offset);
  }
  const Generator now_;
};

/// What the tape keeps between the outputs and the inputs of a function: how many places hold each tensor.
std::map<TensorImpl*, int> saved_between(std::span<const Tensor> outputs,
                                         const std::vector<SavedTensor>& inputs) {
  std::unordered_set<const Node*> seen;
  std::vector<Node*> pending;
  const auto follow = [&](Node* node) {
    if (node && seen.insert(node).second) pending.push_back(node);
  };
  for (const SavedTensor& x : inputs)
    if (x.tensor.defined()) seen.insert(x.tensor.impl().node.get());
  for (const Tensor& y : outputs)
    if (y.defined()) follow(y.impl().node.get());
  std::map<TensorImpl*, int> places;
  while (!pending.empty()) {
    Node* const node = pending.back();
    pending.pop_back();
    for (const auto& kept : node->saved())
      for (SavedTensor& s : kept)
        if (s.tensor.defined()) ++places[s.tensor.ref().get()];
    for (const Edge& edge : node->edges()) follow(edge.node.get());
  }
  return places;
}

}  // namespace

/// A function that ran, and what it takes to run it again.
class Checkpoint final : public RefCounted, AllocationWatcher {
 public:
  Checkpoint(Function again, const std::vector<Tensor>& inputs)
      : again_(std::move(again)),
        seed_(default_generator().seed()),
        offset_(default_generator().offset()),
        autocast_(autocast_dtype()) {
    for (const Tensor& x : inputs) inputs_.push_back(save_input(x));
  }

  void watch() { outer_ = std::exchange(allocation_watcher, static_cast<AllocationWatcher*>(this)); }
  void stop_watching() {
    if (allocation_watcher == this) allocation_watcher = outer_;
  }

  void let_go(std::span<const Tensor> outputs);
  void compute_again(TensorImpl& t);

 private:
  /// A storage that the function makes.
  struct Made {
    std::size_t bytes = 0;
    int absent = 0;    ///< tensors that wait for its elements
    StorageRef again;  ///< of the second run, until all have it
  };

  void made(Storage& storage) override;
  StorageRef placeholder(const Storage& original);
  void run_again();

  Function again_;
  std::vector<SavedTensor> inputs_;
  std::uint64_t seed_, offset_;
  DType autocast_;
  const std::uint32_t serial_ = next_serial();
  AllocationWatcher* outer_ = nullptr;
  std::vector<Made> made_;
  bool second_ = false;
  std::size_t count_ = 0;  ///< storages that the second run has made
};

void destroy(Checkpoint* checkpoint) { delete checkpoint; }

namespace {

/// Frees what a placeholder holds, and marks it as one.
void drop_checkpoint(void* context) { delete static_cast<Ref<Checkpoint>*>(context); }

}  // namespace

void Checkpoint::made(Storage& storage) {
  if (!second_) {
    storage.checkpoint = {serial_, std::uint32_t(made_.size())};
    made_.push_back({storage.bytes, 0, {}});
    return;
  }
  const std::size_t number = count_++;
  if (number < made_.size() && made_[number].bytes == storage.bytes && made_[number].absent > 0)
    made_[number].again = StorageRef(&storage);
}

/// A storage without memory that knows where its elements can be had.
StorageRef Checkpoint::placeholder(const Storage& original) {
  StorageRef s = adopt_storage(nullptr, original.bytes, drop_checkpoint, new Ref<Checkpoint>(this));
  s->device = original.device;
  s->version = original.version;
  s->checkpoint = original.checkpoint;
  return s;
}

void Checkpoint::let_go(std::span<const Tensor> outputs) {
  // Of each storage, the tensors on it that nobody but the tape holds.
  std::map<Storage*, std::vector<TensorImpl*>> tensors;
  for (const auto& [t, places] : saved_between(outputs, inputs_))
    if (t->storage->checkpoint.serial == serial_ && t->storage->data && t->ref_count() == places)
      tensors[t->storage.get()].push_back(t);
  for (const auto& [storage, on_it] : tensors) {
    const int recorded = current_recorder ? current_recorder->references_to(*storage) : 0;
    if (storage->ref_count() - recorded != int(on_it.size())) continue;
    made_[storage->checkpoint.number].absent = int(on_it.size());
    const StorageRef empty = placeholder(*storage);
    for (TensorImpl* t : on_it) t->storage = empty;
  }
  if (outer_)  // to which the outputs are all that was made
    for (const Tensor& y : outputs)
      if (y.defined() && y.impl().storage->checkpoint.serial == serial_) outer_->made(*y.impl().storage);
}

void Checkpoint::run_again() {
  constexpr auto kOp = "checkpoint";
  std::vector<Tensor> x;
  for (const SavedTensor& s : inputs_) {
    if (s.tensor.defined() && s.tensor.ref()->storage->version != s.version)
      throw Error(kOp, "input " + std::to_string(x.size()) + " " + to_string(s.tensor.shape()) +
                           " was changed in place after it was used, so its gradient cannot be computed");
    x.push_back(s.tensor.defined() ? s.tensor.detach() : Tensor());
    if (wants_grad(s.tensor)) x.back().set_requires_grad();
  }
  {
    const Rewound random(seed_, offset_);
    const Autocast as_before(autocast_);
    const EnableGrad on;
    struct Watch {
      explicit Watch(Checkpoint& c) : watched(c) { watched.watch(); }
      ~Watch() { watched.stop_watching(); }
      Checkpoint& watched;
    } watch(*this);
    second_ = true;
    count_ = 0;
    again_(x);
  }
  const auto missing = [](const Made& m) { return m.absent > 0 && !m.again; };
  if (count_ != made_.size() || std::any_of(made_.begin(), made_.end(), missing))
    throw Error(kOp, "the function made other tensors when it ran again than at first: " +
                         std::to_string(count_) + " where it made " + std::to_string(made_.size()) +
                         "; it must do the same for the same inputs");
  again_ = {};
  inputs_.clear();
}

void Checkpoint::compute_again(TensorImpl& t) {
  const Ref<Checkpoint> self(this);  // the last placeholder may go
  if (again_) run_again();
  Made& m = made_[t.storage->checkpoint.number];
  t.storage = m.again;
  if (--m.absent == 0) m.again = {};
}

void compute_again(TensorImpl& t) {
  if (t.storage->deleter == drop_checkpoint)
    (*static_cast<Ref<Checkpoint>*>(t.storage->deleter_context))->compute_again(t);
}

CheckpointRun::CheckpointRun(Function again, const std::vector<Tensor>& inputs)
    : checkpoint_(new Checkpoint(std::move(again), inputs)) {
  checkpoint_->watch();
}
CheckpointRun::~CheckpointRun() { checkpoint_->stop_watching(); }

void CheckpointRun::finish(std::span<const Tensor> outputs) {
  checkpoint_->stop_watching();
  checkpoint_->let_go(outputs);
}

}  // namespace lepton::detail
