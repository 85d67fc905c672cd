// Queues of work and the events between them.
#include "tests/emu/stream.hpp"

#include <algorithm>

#include "tests/emu/memory.hpp"
#include "tests/emu/schedule.hpp"

namespace emu {
namespace {

/// All streams, the default stream first.
std::vector<std::unique_ptr<CUstream_st>>& streams() {
  static auto& all = *new std::vector<std::unique_ptr<CUstream_st>>;  // never destroyed, as is the arena
  if (all.empty()) all.push_back(std::make_unique<CUstream_st>());
  return all;
}

bool can_run(const CUstream_st& stream) {
  if (stream.queue.empty()) return false;
  const Entry& next = stream.queue.front();
  return next.waits_for == nullptr || next.waits_for->reached >= next.round;
}

void run_next(CUstream_st& stream) {
  const Entry entry = std::move(stream.queue.front());
  stream.queue.pop_front();
  if (entry.work) {
    open_memory(true);
    entry.work();
  }
  if (entry.records != nullptr) entry.records->reached = entry.round;
}

}  // namespace

CUstream_st& resolve(cudaStream_t stream) { return stream != nullptr ? *stream : *streams().front(); }

cudaStream_t create_stream() { return streams().emplace_back(std::make_unique<CUstream_st>()).get(); }

void destroy_stream(cudaStream_t stream) {
  run_until([&] { return stream->queue.empty(); });
  std::erase_if(streams(), [&](const auto& s) { return s.get() == stream; });
}

void enqueue(CUstream_st& stream, Work work) {
  if (!stream.capture) {
    stream.queue.push_back({std::move(work)});
    return;
  }
  stream.capture->nodes.push_back({std::move(work), stream.last});
  stream.last = {stream.capture->nodes.size() - 1};
}

void enqueue_kernel(const Grid& grid, cudaStream_t stream, Work body) {
  const std::scoped_lock lock(api_mutex());
  if (const char* reason = over_limits(grid)) die("launch of " + std::string(grid.name) + ": " + reason);
  enqueue(resolve(stream), [grid, body = std::move(body)] { run(grid, body); });
}

void record(CUevent_st& event, CUstream_st& stream) {
  event.capture = stream.capture;
  if (stream.capture) event.nodes = stream.last;
  else stream.queue.push_back({nullptr, nullptr, &event, ++event.recorded});
}

cudaError_t wait(CUstream_st& stream, CUevent_st& event) {
  const auto captured = event.capture.lock();
  if (!captured) {
    if (stream.capture) return cudaErrorStreamCaptureIsolation;
    stream.queue.push_back({nullptr, &event, nullptr, event.recorded});
    return cudaSuccess;
  }
  if (stream.capture && stream.capture != captured) return cudaErrorStreamCaptureIsolation;
  if (!stream.capture) {  // the stream joins the capture
    stream.capture = captured;
    stream.last.clear();
    captured->streams.push_back(&stream);
  }
  stream.last.insert(stream.last.end(), event.nodes.begin(), event.nodes.end());
  return cudaSuccess;
}

void run_until(const std::function<bool()>& condition) {
  while (!condition()) {
    std::vector<CUstream_st*> ready;
    for (const auto& stream : streams())
      if (can_run(*stream)) ready.push_back(stream.get());
    if (ready.empty()) die("streams wait for an event that nothing records");
    run_next(*ready[pick(ready.size())]);
  }
  open_memory(false);
}

void run_all() {
  run_until([] {
    return std::all_of(streams().begin(), streams().end(), [](auto& s) { return s->queue.empty(); });
  });
}

bool capturing() {
  return std::any_of(streams().begin(), streams().end(), [](auto& s) { return s->capture != nullptr; });
}

std::recursive_mutex& api_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

}  // namespace emu
