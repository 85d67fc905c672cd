// The part of the CUDA runtime's interface that lepton calls, over the emulator: linked in place of cudart.
//
// Stricter than the device in one way: a copy to the host arrives as late as possible, even into memory
// that is not pinned. A copy from the host takes its bytes at the call, as from memory that is not pinned.
#include <cuda_runtime_api.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "tests/emu/memory.hpp"
#include "tests/emu/stream.hpp"

namespace {

cudaError_t last_error = cudaSuccess;

cudaError_t fail(cudaError_t error) {
  if (error != cudaSuccess) last_error = error;
  return error;
}

std::unique_lock<std::recursive_mutex> lock() { return std::unique_lock(emu::api_mutex()); }

bool direction_fits(const void* to, const void* from, cudaMemcpyKind kind) {
  const bool device_to = emu::is_device(to), device_from = emu::is_device(from);
  switch (kind) {
    case cudaMemcpyHostToDevice: return device_to && !device_from;
    case cudaMemcpyDeviceToHost: return !device_to && device_from;
    case cudaMemcpyDeviceToDevice: return device_to && device_from;
    default: return false;
  }
}

}  // namespace

extern "C" {

// Devices

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}
cudaError_t cudaDriverGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) { return device == 0 ? cudaSuccess : fail(cudaErrorInvalidDevice); }
cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }
const char* cudaGetErrorName(cudaError_t error) {
  return error == cudaSuccess ? "cudaSuccess" : "emulated error";
}
const char* cudaGetErrorString(cudaError_t error) { return cudaGetErrorName(error); }

cudaError_t cudaDeviceSynchronize() {
  const auto held = lock();
  if (emu::capturing()) return fail(cudaErrorStreamCaptureUnsupported);
  emu::run_all();
  return cudaSuccess;
}

// Memory

cudaError_t cudaMalloc(void** block, std::size_t bytes) {
  const auto held = lock();
  if (emu::capturing()) return fail(cudaErrorStreamCaptureUnsupported);
  *block = bytes == 0 ? nullptr : emu::allocate(bytes);
  return bytes == 0 || *block != nullptr ? cudaSuccess : fail(cudaErrorMemoryAllocation);
}

cudaError_t cudaFree(void* block) {
  const auto held = lock();
  if (block == nullptr) return cudaSuccess;
  if (emu::capturing()) return fail(cudaErrorStreamCaptureUnsupported);
  emu::run_all();
  return emu::release(block) ? cudaSuccess : fail(cudaErrorInvalidValue);
}

cudaError_t cudaFreeAsync(void* block, cudaStream_t stream) {
  const auto held = lock();
  emu::enqueue(emu::resolve(stream), [block] {
    if (!emu::release(block)) emu::die("cudaFreeAsync of no live block");
  });
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  const auto held = lock();
  if (bytes == 0) return cudaSuccess;
  if (!direction_fits(to, from, kind)) return fail(cudaErrorInvalidValue);
  CUstream_st& s = emu::resolve(stream);
  if (kind == cudaMemcpyHostToDevice && !s.capture) {
    const auto* first = static_cast<const char*>(from);
    emu::enqueue(s, [to, staged = std::vector<char>(first, first + bytes)] {
      std::memcpy(to, staged.data(), staged.size());
    });
  } else {
    emu::enqueue(s, [=] { std::memcpy(to, from, bytes); });
  }
  return cudaSuccess;
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
  const cudaError_t status = cudaMemcpyAsync(to, from, bytes, kind, nullptr);
  return status == cudaSuccess ? cudaDeviceSynchronize() : status;
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
  const auto held = lock();
  if (!emu::is_device(to)) return fail(cudaErrorInvalidValue);
  emu::enqueue(emu::resolve(stream), [=] { std::memset(to, value, bytes); });
  return cudaSuccess;
}

// Streams and events

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  const auto held = lock();
  *stream = emu::create_stream();
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const auto held = lock();
  if (stream == nullptr) return fail(cudaErrorInvalidResourceHandle);
  emu::destroy_stream(stream);
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const auto held = lock();
  CUstream_st& s = emu::resolve(stream);
  if (s.capture) {
    s.capture->broken = true;
    return fail(cudaErrorStreamCaptureUnsupported);
  }
  emu::run_until([&] { return s.queue.empty(); });
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = new CUevent_st;
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  const auto held = lock();
  if (event->reached < event->recorded) emu::run_until([&] { return event->reached >= event->recorded; });
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const auto held = lock();
  emu::record(*event, emu::resolve(stream));
  return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  const auto held = lock();
  return fail(emu::wait(emu::resolve(stream), *event));
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const auto held = lock();
  emu::run_until([event, round = event->recorded] { return event->reached >= round; });
  return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  const auto held = lock();
  return event->reached >= event->recorded ? cudaSuccess : cudaErrorNotReady;
}

// Graphs

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  const auto held = lock();
  *status = emu::resolve(stream).capture ? cudaStreamCaptureStatusActive : cudaStreamCaptureStatusNone;
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  const auto held = lock();
  if (stream == nullptr || stream->capture) return fail(cudaErrorStreamCaptureUnsupported);
  emu::begin_capture(*stream);
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  const auto held = lock();
  *graph = nullptr;
  if (stream == nullptr || !stream->capture || stream->capture->streams.front() != stream)
    return fail(cudaErrorIllegalState);
  auto captured = std::make_unique<CUgraph_st>();
  const cudaError_t status = emu::end_capture(*stream, captured->nodes);
  if (status == cudaSuccess) *graph = captured.release();
  return fail(status);
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph, unsigned long long) {
  *executable = new CUgraphExec_st{graph->nodes};
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t stream) {
  const auto held = lock();
  emu::enqueue(emu::resolve(stream), [graph] { emu::replay(graph->nodes); });
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) {
  const auto held = lock();
  emu::run_all();  // launches of it that are still queued
  delete graph;
  return cudaSuccess;
}

}  // extern "C"
