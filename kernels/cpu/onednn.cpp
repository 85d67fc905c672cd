// oneDNN: engine, streams, thread count.
#include "kernels/cpu/onednn.hpp"

#include <dlfcn.h>

namespace lepton::kernels::cpu {
namespace {

// Looked up, not linked: whichever OpenMP runtime oneDNN brought is the one to be told.
struct OpenMp {
  int (*max_threads)() = reinterpret_cast<int (*)()>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
  void (*set_threads)(int) = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
};
const OpenMp& open_mp() {
  static const OpenMp functions;
  return functions;
}

}  // namespace

SingleThreadedOpenMp::SingleThreadedOpenMp() : saved_(open_mp().max_threads ? open_mp().max_threads() : 1) {
  if (saved_ != 1 && open_mp().set_threads) open_mp().set_threads(1);
}
SingleThreadedOpenMp::~SingleThreadedOpenMp() {
  if (saved_ != 1 && open_mp().set_threads) open_mp().set_threads(saved_);
}

const dnnl::engine& onednn_engine() {
  static const auto* engine = new dnnl::engine(dnnl::engine::kind::cpu, 0);
  return *engine;
}

dnnl::stream& onednn_stream() {
  static thread_local dnnl::stream stream(onednn_engine());
  return stream;
}

}  // namespace lepton::kernels::cpu
