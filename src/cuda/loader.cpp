// Loads liblepton_cuda.so with dlopen, once a process.
#include "src/cuda/loader.hpp"

#include <dlfcn.h>

#include <cstdlib>

namespace lepton::cuda {
namespace {

struct Loaded {
  const Backend* backend = nullptr;
  std::string why;
};

/// liblepton_cuda.so in the folder of the library that this code is in.
std::string plugin_path() {
  if (const char* path = std::getenv("LEPTON_CUDA_PLUGIN"); path != nullptr && *path != '\0') return path;
  Dl_info here{};
  std::string path;
  if (dladdr(reinterpret_cast<const void*>(&cuda_backend), &here) != 0 && here.dli_fname != nullptr)
    path = here.dli_fname;
  return path.substr(0, path.rfind('/') + 1) + "liblepton_cuda.so";
}

Loaded load() {
  const std::string path = plugin_path();
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return {nullptr, "the CUDA backend is not there: " + std::string(dlerror())};
  using Entry = const Backend* (*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(library, "lepton_cuda_backend"));
  if (entry == nullptr) return {nullptr, path + " is not lepton's CUDA backend"};
  const Backend* backend = entry();
  if (backend->abi != kBackendAbi)
    return {nullptr, path + " is from another version of lepton: its interface is number " +
                         std::to_string(backend->abi) + ", not " + std::to_string(kBackendAbi)};
  return {backend, ""};
}

const Loaded& loaded() {
  static const Loaded instance = load();
  return instance;
}

}  // namespace

const Backend* cuda_backend(std::string* why) {
  if (why != nullptr) *why = loaded().why;
  return loaded().backend;
}

bool available() { return cuda_backend() != nullptr && cuda_backend()->device_count(nullptr) > 0; }

std::string why_unavailable() {
  std::string why;
  const Backend* backend = cuda_backend(&why);
  if (backend == nullptr) return why;
  const char* reason = "";
  backend->device_count(&reason);
  return reason;
}

}  // namespace lepton::cuda
