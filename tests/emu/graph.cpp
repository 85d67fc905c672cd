// Captured graphs: nodes with their true dependencies, so that a missing one shows in some replay.
#include "tests/emu/schedule.hpp"
#include "tests/emu/stream.hpp"

namespace emu {
namespace {

/// Whether every node comes before one of `last`, or is one.
bool all_joined(const std::vector<Node>& nodes, const std::vector<std::size_t>& last) {
  std::vector<bool> reached(nodes.size(), false);
  for (const std::size_t i : last) reached[i] = true;
  bool all = true;
  for (std::size_t i = nodes.size(); i-- > 0;) {  // a node comes after ones of smaller numbers only
    all = all && reached[i];
    if (reached[i])
      for (const std::size_t before : nodes[i].after) reached[before] = true;
  }
  return all;
}

}  // namespace

void begin_capture(CUstream_st& stream) {
  stream.capture = std::make_shared<Capture>();
  stream.capture->streams.push_back(&stream);
  stream.last.clear();
}

cudaError_t end_capture(CUstream_st& stream, std::vector<Node>& nodes) {
  const auto capture = stream.capture;
  for (CUstream_st* member : capture->streams) member->capture = nullptr;
  if (capture->broken) return cudaErrorStreamCaptureInvalidated;
  if (!all_joined(capture->nodes, stream.last)) return cudaErrorStreamCaptureUnjoined;
  nodes = std::move(capture->nodes);
  return cudaSuccess;
}

void replay(const std::vector<Node>& nodes) {
  std::vector<std::size_t> missing(nodes.size());  // how many nodes each still waits for
  std::vector<std::vector<std::size_t>> followers(nodes.size());
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    missing[i] = nodes[i].after.size();
    if (missing[i] == 0) ready.push_back(i);
    for (const std::size_t before : nodes[i].after) followers[before].push_back(i);
  }
  while (!ready.empty()) {
    const auto at = ready.begin() + std::ptrdiff_t(pick(ready.size()));
    const std::size_t next = *at;
    ready.erase(at);
    nodes[next].work();
    for (const std::size_t i : followers[next])
      if (--missing[i] == 0) ready.push_back(i);
  }
}

}  // namespace emu
