// The workloads, by name. A new one is a file beside this, and a line in each of the two lists below.
#pragma once

#include <memory>

#include "benchmarks/workloads/workload.hpp"

namespace lepton::bench {

std::unique_ptr<Workload> make_mlp();
std::unique_ptr<Workload> make_cnn();
std::unique_ptr<Workload> make_mobilenet_frozen();
std::unique_ptr<Workload> make_mobilenet();
std::unique_ptr<Workload> make_vae();
std::unique_ptr<Workload> make_resnet18();

struct NamedWorkload {
  const char* name;
  std::unique_ptr<Workload> (*make)();
};

// rnn, lstm, transformer and gpt come with their layers.
inline constexpr NamedWorkload kWorkloads[] = {
    {"mlp", make_mlp},
    {"cnn", make_cnn},
    {"mobilenet_frozen", make_mobilenet_frozen},
    {"mobilenet", make_mobilenet},
    {"vae", make_vae},
    {"resnet18", make_resnet18},
};

}  // namespace lepton::bench
