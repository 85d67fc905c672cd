// Finding where a NaN is born: what went in and what came out, element by element on the host.
#include "src/autograd/anomaly.hpp"

#include <cmath>

#include "lepton/autograd/anomaly.hpp"
#include "lepton/ops/cast.hpp"
#include "src/core/recorder.hpp"

namespace lepton::detail {

namespace {

/// While it lives nothing is checked, recorded or put on the tape.
struct Aside {
  bool checking = exchange_detect_anomaly(false);
  NoGrad no_grad;
  PauseRecording pause;
  ~Aside() { exchange_detect_anomaly(checking); }
};

/// The place of the first NaN in row-major order; -1 if there is none.
std::int64_t first_nan(const Tensor& t) {
  if (!t.defined() || !is_floating(t.dtype())) return -1;
  const Tensor values = cast(t.detach().to(kCpu), f64).contiguous();
  const auto* const p = static_cast<const double*>(values.raw());
  for (std::int64_t i = 0; i < values.numel(); ++i)
    if (std::isnan(p[i])) return i;
  return -1;
}

std::string place_in(std::int64_t i, const Shape& shape) {
  Dims at = shape;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    at[axis] = i % shape[axis];
    i /= shape[axis];
  }
  return to_string(at) + " of " + to_string(shape);
}

std::string describe(const TensorImpl& t) {
  std::string text = to_string(t.shape) + " " + std::string(name_of(t.dtype));
  if (t.name) text += " '" + *t.name + "'";
  else if (t.node) text += " from " + std::string(t.node->name);
  return text;
}

}  // namespace

void check_for_nan(const char* op, std::span<const Tensor* const> inputs, const Tensor& y) {
  std::string text;
  {
    const Aside aside;
    const std::int64_t at = first_nan(y);
    if (at < 0) return;
    for (const Tensor* x : inputs) {
      if (first_nan(*x) >= 0) return;  // born earlier
      if (x->defined()) text += (text.empty() ? "" : ", ") + describe(x->impl());
    }
    text = "made a NaN at " + place_in(at, y.shape()) + " out of inputs without one: " + text;
  }
  throw Error(op, text);
}

Grads checked_backward(Node& node, const Tensor& g) {
  // The operations of a backward are not checked one by one: the one of the forward pass is to be named.
  struct Unchecked {
    bool checking = exchange_detect_anomaly(false);
    ~Unchecked() { exchange_detect_anomaly(checking); }
  };
  Grads grads = [&] {
    const Unchecked unchecked;
    return node.backward(g);
  }();
  std::string text;
  {
    const Aside aside;
    const auto edges = node.edges();
    for (int i = 0; i < grads.size() && i < int(edges.size()) && text.empty(); ++i) {
      const std::int64_t at = first_nan(grads[i]);
      if (at < 0 || first_nan(g) >= 0) continue;
      const Edge& edge = edges[std::size_t(i)];
      text = "its gradient by input " + std::to_string(i) + ", " + to_string(grads[i].shape()) +
             (edge.leaf && edge.leaf->name ? " '" + *edge.leaf->name + "'" : "") +
             (edge.node ? " from " + std::string(edge.node->name) : "") + ", is NaN at " +
             place_in(at, grads[i].shape()) + ", though the gradient by its result " + to_string(g.shape()) +
             " is not";
    }
  }
  if (!text.empty()) throw Error(node.name, text);
  return grads;
}

}  // namespace lepton::detail
