// The convolution algorithms in order of preference, and the choice among them.
#include <cstring>
#include <string>

#include "kernels/cpu/conv_plan.hpp"
#include "lepton/core/error.hpp"

namespace lepton::kernels::cpu {

const ConvAlgorithm* const kConvTable[] = {&kFewChannelsConv, &kDepthwiseConv, &kWinogradConv, &kDirectConv,
                                           &kOneDnnConv,      &kGatheredConv,  nullptr};

ConvAlgorithmNames conv_algorithms(const ConvShape& shape, ConvPass pass) {
  ConvAlgorithmNames names{};
  for (const bool suited : {true, false})
    for (const ConvAlgorithm* const* a = kConvTable; *a; ++a) {
      const bool suits = !(*a)->suits || (*a)->suits(shape, pass);
      if (suits == suited && (*a)->supports(shape, pass)) names.name[names.count++] = (*a)->name;
    }
  return names;
}

const ConvAlgorithm& choose_conv(const ConvShape& shape, ConvPass pass, const char* name) {
  const ConvAlgorithm* second = nullptr;
  for (const ConvAlgorithm* const* a = kConvTable; *a; ++a) {
    if ((name && std::strcmp(name, (*a)->name) != 0) || !(*a)->supports(shape, pass)) continue;
    if (name || !(*a)->suits || (*a)->suits(shape, pass)) return **a;
    if (!second) second = *a;
  }
  if (second) return *second;
  std::string list;
  const ConvAlgorithmNames names = conv_algorithms(shape, pass);
  for (int i = 0; i < names.count; ++i) list += std::string(i ? ", " : "") + names.name[i];
  throw Error("conv2d", std::string("no algorithm '") + (name ? name : "") +
                            "' does this shape and type; these do: " + list);
}

}  // namespace lepton::kernels::cpu
