// Dead code: from the end to the beginning, what is neither seen from outside nor read later is not computed.
#include "src/compile/passes.hpp"

namespace lepton::detail {

void drop_dead_code(Graph& graph) {
  std::vector<bool> needed;
  for (int s = 0; s < graph.storages(); ++s) needed.push_back(!graph.temporary(s));
  bool dropped = false;
  for (int i = graph.size() - 1; i >= 0; --i) {
    bool writes = false, live = false;
    for (const RecordedSlot& slot : graph.launch(i).slots)
      if (slot.access != Access::read) {
        writes = true;
        live = live || needed[std::size_t(slot.storage)];
      }
    if (writes && !live) {
      graph.erase(i);
      dropped = true;
      continue;
    }
    for (const RecordedSlot& slot : graph.launch(i).slots)
      if (slot.access != Access::write) needed[std::size_t(slot.storage)] = true;
  }
  if (dropped) graph.refresh();
}

}  // namespace lepton::detail
