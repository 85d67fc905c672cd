// oneDNN as lepton uses it: one thread a call, primitives held, versions 2 and 3 behind one face.
#pragma once

#include <dnnl.hpp>

namespace lepton::kernels::cpu {

/// Makes OpenMP, which oneDNN threads with, use one thread in the calls of this thread while it lives: the
/// work is cut by our own pool, and two spinning pools would fight for the cores.
class SingleThreadedOpenMp {
 public:
  SingleThreadedOpenMp();
  ~SingleThreadedOpenMp();
  SingleThreadedOpenMp(const SingleThreadedOpenMp&) = delete;
  SingleThreadedOpenMp& operator=(const SingleThreadedOpenMp&) = delete;

 private:
  int saved_;
};

const dnnl::engine& onednn_engine();
/// A stream of the calling thread's.
dnnl::stream& onednn_stream();

}  // namespace lepton::kernels::cpu
