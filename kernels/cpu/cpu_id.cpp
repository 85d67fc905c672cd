// Asks the CPU who it is. Compiled for any x86-64.
#include "kernels/cpu/cpu_id.hpp"

#include <cpuid.h>

#include <cstring>

namespace lepton::kernels::cpu {
namespace {

struct Leaf {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

/// Zeros where the CPU lacks the leaf.
Leaf leaf(unsigned number) {
  Leaf l;
  if (!__get_cpuid_count(number, 0, &l.eax, &l.ebx, &l.ecx, &l.edx)) return {};
  return l;
}

Vendor vendor() {
  const Leaf l = leaf(0);
  char name[12];
  std::memcpy(name, &l.ebx, 4);
  std::memcpy(name + 4, &l.edx, 4);
  std::memcpy(name + 8, &l.ecx, 4);
  if (std::memcmp(name, "AuthenticAMD", sizeof name) == 0) return Vendor::amd;
  return std::memcmp(name, "GenuineIntel", sizeof name) == 0 ? Vendor::intel : Vendor::other;
}

CpuId ask() {
  CpuId id;
  id.vendor = vendor();
  set_signature(id, leaf(1).eax);
  id.isa = isa_bf16() ? Isa::v4bf16 : isa();
  return id;
}

}  // namespace

void set_signature(CpuId& id, std::uint32_t eax) {
  const int family = int(eax >> 8 & 0xf), model = int(eax >> 4 & 0xf);
  const int more_family = int(eax >> 20 & 0xff), more_model = int(eax >> 16 & 0xf);
  id.family = family == 15 ? family + more_family : family;
  id.model = family == 15 || family == 6 ? more_model << 4 | model : model;
}

const CpuId& this_cpu() {
  static const CpuId id = ask();
  return id;
}

std::string to_string(const CpuId& id) {
  constexpr const char* kVendors[] = {"amd", "intel", "other"};
  constexpr const char* kIsas[] = {"v3", "v4", "v4bf16"};
  return std::string(kVendors[int(id.vendor)]) + " " + std::to_string(id.family) + " " + std::to_string(id.model) + " " +
         kIsas[int(id.isa)];
}

}  // namespace lepton::kernels::cpu
