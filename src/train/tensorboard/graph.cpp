// Walks the tape; operations take their place in the hierarchy from the parameters that they use.
#include "src/train/tensorboard/graph.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "lepton/autograd/node.hpp"

namespace lepton::detail {
namespace {

// Fields of GraphDef, NodeDef, AttrValue and TensorShapeProto.
constexpr int kGraphNode = 1, kGraphVersions = 4, kProducer = 1;
constexpr int kName = 1, kOp = 2, kInput = 3, kAttr = 5;
constexpr int kMapKey = 1, kMapValue = 2, kAttrShape = 7, kDim = 2, kDimSize = 1;
constexpr int kProducerVersion = 22;

class Walk {
 public:
  std::string operator()(const Ref<Node>& node) {
    if (const auto found = names_.find(node.get()); found != names_.end()) return found->second;
    std::vector<std::string> inputs;
    std::string scope;
    for (const Edge& edge : node->edges()) {
      if (edge.node) inputs.push_back((*this)(edge.node));
      if (!edge.leaf) continue;
      inputs.push_back(leaf(edge.leaf));
      if (edge.leaf->name && scope.empty()) scope = inputs.back().substr(0, inputs.back().rfind('/') + 1);
    }
    const std::string name = unique(scope + node->name);
    names_.emplace(node.get(), name);
    Message def;
    def.bytes(kName, name).bytes(kOp, node->name);
    for (const std::string& input : inputs) def.bytes(kInput, input);
    graph_.message(kGraphNode, def);
    return name;
  }

  Message finish() && {
    graph_.message(kGraphVersions, Message().integer(kProducer, kProducerVersion));
    return std::move(graph_);
  }

 private:
  std::string leaf(const Ref<TensorImpl>& t) {
    if (const auto found = names_.find(t.get()); found != names_.end()) return found->second;
    std::string path = t->name ? *t->name : "leaf";
    std::replace(path.begin(), path.end(), '.', '/');
    const std::string name = unique(path);
    names_.emplace(t.get(), name);
    Message shape;
    for (int axis = 0; axis < t->shape.rank(); ++axis)
      shape.message(kDim, Message().integer(kDimSize, t->shape[axis]));
    const Message attribute =
        Message().bytes(kMapKey, "shape").message(kMapValue, Message().message(kAttrShape, shape));
    graph_.message(kGraphNode,
                   Message().bytes(kName, name).bytes(kOp, "Parameter").message(kAttr, attribute));
    return name;
  }

  std::string unique(const std::string& name) {
    const int n = taken_[name]++;
    return n == 0 ? name : name + "_" + std::to_string(n);
  }

  Message graph_;
  std::unordered_map<const void*, std::string> names_;
  std::map<std::string, int> taken_;
};

}  // namespace

Message graph_of(const Tensor& result) {
  if (result.is_leaf())
    throw Error("EventFile", "nothing on the tape made this tensor, so there is no graph");
  Walk walk;
  walk(result.impl().node);
  return std::move(walk).finish();
}

}  // namespace lepton::detail
