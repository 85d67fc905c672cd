// liblepton_cuda.so: the backend's table over plain CUDA runtime calls.
#include <cuda_runtime_api.h>

#include <cstring>
#include <mutex>
#include <vector>

#include "kernels/cuda/kernels.hpp"
#include "src/cuda/allocator.hpp"
#include "src/cuda/backend.hpp"
#include "src/cuda/check.hpp"

namespace lepton::cuda {
namespace {

struct Devices {
  int count = 0;
  std::string why;
};

/// Why there is no GPU, where the first call says so. 35: no driver, or one too old; 34: the toolkit's
/// stand-in for a driver; 100: a driver, but no device.
std::string no_gpu(cudaError_t status) {
  int driver = 0;
  cudaDriverGetVersion(&driver);
  const auto version = [](int v) { return std::to_string(v / 1000) + "." + std::to_string(v % 1000 / 10); };
  if (status == cudaErrorInsufficientDriver && driver > 0)
    return "the NVIDIA driver knows CUDA " + version(driver) + ", but lepton was built with " +
           version(CUDART_VERSION);
  if (status == cudaErrorInsufficientDriver || status == cudaErrorStubLibrary)
    return "no NVIDIA driver is installed";
  if (status == cudaErrorNoDevice || status == cudaSuccess) return "the NVIDIA driver finds no GPU";
  return std::string("CUDA does not start: ") + cudaGetErrorString(status) + " (" + cudaGetErrorName(status) +
         ")";
}

int device_count(const char** why) {
  static const Devices devices = [] {
    Devices d;
    const cudaError_t status = cudaGetDeviceCount(&d.count);
    if (status != cudaSuccess) {
      cudaGetLastError();
      d.count = 0;
    }
    if (d.count == 0) d.why = no_gpu(status);
    return d;
  }();
  if (why != nullptr) *why = devices.why.c_str();
  return devices.count;
}

cudaStream_t queue(void* stream) { return static_cast<cudaStream_t>(stream); }

/// Never destroyed: tensors may be released after the CUDA runtime has shut down.
Allocator& allocator() {
  static Allocator& instance = *new Allocator;
  return instance;
}

void copy_to_device(void* to, const void* from, std::size_t bytes, void* stream) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, queue(stream)), "copying to the GPU");
}

void copy_on_device(void* to, const void* from, std::size_t bytes, void* stream) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, queue(stream)), "copying on the GPU");
}

void synchronize(void* stream) { check(cudaStreamSynchronize(queue(stream)), "waiting for the GPU"); }

void copy_to_host(void* to, const void* from, std::size_t bytes, void* stream) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, queue(stream)), "copying from the GPU");
  synchronize(stream);
}

void* stream(int device) {
  static std::mutex mutex;
  static std::vector<cudaStream_t> streams(std::size_t(device_count(nullptr)), nullptr);
  if (device < 0 || device >= int(streams.size()))
    throw Error("cuda", "there is no GPU " + std::to_string(device));
  const std::scoped_lock lock(mutex);
  cudaStream_t& s = streams[std::size_t(device)];
  if (s == nullptr) {
    check(cudaSetDevice(device), "choosing a GPU");
    check(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking), "creating a stream");
  }
  return s;
}

void* allocate(int device, std::size_t bytes) {
  return allocator().allocate(device, bytes, queue(stream(device)));
}

void release(int, void* memory, std::size_t) { allocator().release(memory); }

struct NamedKernel {
  const char* name;
  Backend::KernelFunction function;
};

/// A kernel without its arguments' type; `kernel` is the contract, which says that type and the name.
template <auto Function, class Args> constexpr NamedKernel named(const kernels::Kernel<Args>& kernel) {
  return {kernel.name, [](const void* args, Stream s) { Function(*static_cast<const Args*>(args), s); }};
}

constexpr NamedKernel kKernels[] = {
    named<kernels::cuda::unary>(kernels::unary),   named<kernels::cuda::unary_grad>(kernels::unary_grad),
    named<kernels::cuda::binary>(kernels::binary), named<kernels::cuda::compare>(kernels::compare),
    named<kernels::cuda::where>(kernels::where),   named<kernels::cuda::copy>(kernels::copy),
    named<kernels::cuda::fill>(kernels::fill),     named<kernels::cuda::reduce>(kernels::reduce),
    named<kernels::cuda::argmax>(kernels::argmax), named<kernels::cuda::matmul>(kernels::matmul),
};

Backend::KernelFunction kernel(const char* name) {
  for (const NamedKernel& k : kKernels)
    if (std::strcmp(k.name, name) == 0) return k.function;
  return nullptr;
}

constexpr Backend kBackend{kBackendAbi,  device_count,   allocate,    release, copy_to_device,
                           copy_to_host, copy_on_device, synchronize, stream,  kernel};

}  // namespace
}  // namespace lepton::cuda

const lepton::cuda::Backend* lepton_cuda_backend() { return &lepton::cuda::kBackend; }
