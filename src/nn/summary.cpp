// Watching a model run: operations are told apart by the storages they read.
#include "lepton/nn/summary.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "lepton/autograd/no_grad.hpp"
#include "src/autograd/observer.hpp"
#include "src/nn/type_name.hpp"

namespace lepton::nn {
namespace {

using lepton::detail::OpKind;

/// The modules with parameters or buffers of their own, and whose each storage is.
struct Owners final : FieldVisitor {
  struct Owner {
    std::string path, type;
    std::int64_t parameters = 0;
  };
  std::map<std::string, Owner> modules;
  std::map<const Storage*, std::string> paths;
  std::int64_t trained = 0;

  explicit Owners(Module& root) {
    modules[""] = {"", type_name(root), 0};
    root.visit(*this);
  }
  void module(const std::string& path, Module& m) override { modules[path] = {path, type_name(m), 0}; }
  void parameter(const std::string& path, Parameter& p) override {
    modules[add(path, p)].parameters += p->numel();
    if (p->requires_grad()) trained += p->numel();
  }
  void buffer(const std::string& path, Buffer& b) override { add(path, b); }

 private:
  std::string add(const std::string& path, const Tensor& t) {
    const std::size_t dot = path.rfind('.');
    return paths[t.impl().storage.get()] = dot == path.npos ? "" : path.substr(0, dot);
  }
};

std::int64_t flops_of(const std::string& op, std::span<const Tensor* const> in, const Tensor& y) {
  const std::int64_t n = y.numel();
  if ((op == "matmul" || op == "linear") && in[0]->rank() > 0) return 2 * n * in[0]->shape().back();
  if (op == "conv2d" && in[1]->numel() > 0) return 2 * n * (in[1]->numel() / in[1]->shape()[0]);
  if (op == "conv2d_input_grad")
    return 2 * in[0]->numel() * (in[1]->numel() / std::max<std::int64_t>(1, in[1]->shape()[0]));
  return n;
}

/// Sizes other than 1, in order.
std::vector<std::int64_t> sorted_sizes(const Shape& shape) {
  std::vector<std::int64_t> sizes;
  for (const std::int64_t n : shape)
    if (n != 1) sizes.push_back(n);
  std::sort(sizes.begin(), sizes.end());
  return sizes;
}

/// What a view does to the shape that a kernel gave: drops an axis of size 1 or splits axes, as layers do at their end;
/// only moves axes; or makes something else of it, as flattening does.
enum class Look : std::uint8_t { restored, moved, other };
Look look_of(const Shape& from, const Shape& to) {
  const auto a = sorted_sizes(from), b = sorted_sizes(to);
  if (b.size() > a.size()) return Look::restored;
  if (a != b) return Look::other;
  return to.rank() < from.rank() ? Look::restored : Look::moved;
}

class Watch final : public lepton::detail::OpObserver {
 public:
  Watch(Owners& owners, const Tensor& input, Summary& summary) : owners_(owners), summary_(summary) {
    rows_[input.impl().storage.get()] = -1;
    kept_.push_back(input);
    saved_ = lepton::detail::exchange_observer(this);
  }
  ~Watch() { lepton::detail::exchange_observer(saved_); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void applied(const char* name, std::span<const Tensor* const> in, const Tensor& y, OpKind kind) override {
    const Storage* const out = y.impl().storage.get();
    if (kind == OpKind::views) {
      const auto row = rows_.find(out);
      if (row != rows_.end() && row->second == int(summary_.rows.size()) - 1 && row->second >= 0 && open_)
        reshaped(summary_.rows.back(), y.shape());
      return;
    }
    kept_.push_back(y);  // so that its storage is nobody else's while this lasts
    std::vector<int> from;
    std::string owner;
    bool owned = false;
    for (const Tensor* t : in) {
      if (!t->defined()) continue;
      const Storage* const s = t->impl().storage.get();
      if (const auto path = owners_.paths.find(s); path != owners_.paths.end() && !owned)
        owner = path->second, owned = true;
      if (const auto row = rows_.find(s); row != rows_.end()) from.push_back(row->second);
    }
    if (from.empty()) {  // of parameters alone: still its module's
      if (owned) owners_.paths[out] = owner;
      return;
    }
    const std::string op = name;
    if (op == "clone" || op == "copy") {  // the same numbers elsewhere
      rows_[out] = from[0];
      return;
    }
    rows_[out] = row_of(owned, owner, op, from);
    SummaryRow& row = summary_.rows[std::size_t(rows_[out])];
    row.output = y.shape();
    row.flops += flops_of(op, in, y);
    open_ = true;
  }

 private:
  /// The row that an operation belongs to: the last one where its module goes on, else a new one.
  int row_of(bool owned, const std::string& owner, const std::string& op, const std::vector<int>& from) {
    const int last = int(summary_.rows.size()) - 1;
    const std::string name = !owned ? op : owner.empty() ? owners_.modules[owner].type : owner;
    if (owned && last >= 0 && summary_.rows.back().name == name) {
      add(summary_.rows.back(), from, last);
      return last;
    }
    SummaryRow row;
    row.name = name;
    if (owned) {
      row.type = owners_.modules[owner].type;
      row.parameters = std::exchange(owners_.modules[owner].parameters, 0);
    }
    add(row, from, last + 1);
    summary_.rows.push_back(row);
    return last + 1;
  }
  static void add(SummaryRow& row, const std::vector<int>& from, int itself) {
    for (const int f : from)
      if (f != itself && std::find(row.from.begin(), row.from.end(), f) == row.from.end())
        row.from.push_back(f);
  }
  /// A view of the last row's result, which may be the layer's own end, or the next one's beginning. Axes that move are
  /// the layer's own where it so gives the shape that it got.
  void reshaped(SummaryRow& row, const Shape& shape) {
    const Look look = look_of(row.output, shape);
    open_ = look != Look::other;
    bool restored = look == Look::restored;
    for (const int f : row.from)
      restored =
          restored || (open_ && shape == (f < 0 ? summary_.input : summary_.rows[std::size_t(f)].output));
    if (restored) row.output = shape;
  }

  Owners& owners_;
  Summary& summary_;
  std::map<const Storage*, int> rows_;
  std::vector<Tensor> kept_;
  bool open_ = false;  // whether views still shape the last row's result
  OpObserver* saved_;
};

/// Evaluation while it lives.
class Evaluating final : FieldVisitor {
 public:
  explicit Evaluating(Module& root) {
    modes_.emplace_back(&root, root.training());
    root.visit(*this);
    root.eval();
  }
  ~Evaluating() override {
    for (const auto& [m, training] : modes_)
      m->train(training);  // outer ones first: inner ones are set after them
  }
  void parameter(const std::string&, Parameter&) override {}
  void buffer(const std::string&, Buffer&) override {}
  void module(const std::string&, Module& m) override { modes_.emplace_back(&m, m.training()); }

 private:
  std::vector<std::pair<Module*, bool>> modes_;
};

}  // namespace

Summary detail::summarize(Module& model, const Tensor& input, const std::function<void()>& run) {
  const NoGrad no_grad;
  const Evaluating evaluating(model);
  Owners owners(model);
  Summary s;
  s.input = input.shape();
  s.parameters = model.parameter_count();
  s.trained = owners.trained;
  {
    const Watch watch(owners, input, s);
    run();
  }
  for (const SummaryRow& row : s.rows) s.flops += row.flops;
  return s;
}

}  // namespace lepton::nn
