// Emulated streams, events and graphs: queues that run as late as possible, in the schedule's order.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "tests/emu/block.hpp"

namespace emu {

using Work = std::function<void()>;

/// One step of a graph, and the steps that must have run before.
struct Node {
  Work work;
  std::vector<std::size_t> after;
};

/// A capture under way: the nodes so far, and the streams that take part, the first being its origin.
struct Capture {
  std::vector<Node> nodes;
  std::vector<CUstream_st*> streams;
  bool broken = false;
};

/// An entry of a stream's queue: waits for an event, works, or records an event.
struct Entry {
  Work work;
  CUevent_st* waits_for = nullptr;
  CUevent_st* records = nullptr;
  long round = 0;  // of the event
};

}  // namespace emu

/// A stream. While it captures, `last` are the nodes that its next one comes after.
struct CUstream_st {
  std::deque<emu::Entry> queue;
  std::shared_ptr<emu::Capture> capture;
  std::vector<std::size_t> last;
};

/// An event: how often it was recorded and reached; or, recorded in a capture, the nodes it stands for.
struct CUevent_st {
  long recorded = 0, reached = 0;
  std::weak_ptr<emu::Capture> capture;
  std::vector<std::size_t> nodes;
};

struct CUgraph_st {
  std::vector<emu::Node> nodes;
};
struct CUgraphExec_st {
  std::vector<emu::Node> nodes;
};

namespace emu {

/// The default stream for null, else the stream itself.
CUstream_st& resolve(cudaStream_t stream);

cudaStream_t create_stream();
void destroy_stream(cudaStream_t stream);

/// Puts work on the stream's queue, or into the graph it captures.
void enqueue(CUstream_st& stream, Work work);
void enqueue_kernel(const Grid& grid, cudaStream_t stream, Work body);

void record(CUevent_st& event, CUstream_st& stream);
cudaError_t wait(CUstream_st& stream, CUevent_st& event);

/// Runs queued work of all streams, in the schedule's order, until the condition holds. Dies if it never can.
void run_until(const std::function<bool()>& condition);
void run_all();

bool capturing();  ///< whether any stream is

void begin_capture(CUstream_st& stream);
/// Ends it and gives the nodes; refuses where work on another stream was not joined.
cudaError_t end_capture(CUstream_st& stream, std::vector<Node>& nodes);
/// Runs the nodes in an order that their dependencies allow and the schedule picks.
void replay(const std::vector<Node>& nodes);

/// Held in every call of the runtime.
std::recursive_mutex& api_mutex();

}  // namespace emu
