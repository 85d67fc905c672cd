// Where kernels that are compiled once for each instruction set are entered: the choice between the two builds.
#include "kernels/cpu/batch_norm.hpp"
#include "kernels/cpu/bf16_rows.hpp"
#include "kernels/cpu/dispatch.hpp"
#include "kernels/cpu/gemm.hpp"
#include "kernels/cpu/layer_norm.hpp"
#include "kernels/cpu/optimizer.hpp"
#include "kernels/cpu/pointwise.hpp"
#include "kernels/cpu/pool.hpp"
#include "kernels/cpu/random.hpp"
#include "kernels/cpu/reduce.hpp"
#include "kernels/cpu/softmax.hpp"

namespace lepton::kernels::cpu {

void unary(const UnaryArgs& args, Stream) { LEPTON_FOR_ISA(unary)(args); }
void unary_grad(const UnaryGradArgs& args, Stream) { LEPTON_FOR_ISA(unary_grad)(args); }
void binary(const BinaryArgs& args, Stream) { LEPTON_FOR_ISA(binary)(args); }
void compare(const BinaryArgs& args, Stream) { LEPTON_FOR_ISA(compare)(args); }
void where(const WhereArgs& args, Stream) { LEPTON_FOR_ISA(where)(args); }
void reduce(const ReduceArgs& args, Stream) { LEPTON_FOR_ISA(reduce)(args); }
void argmax(const ArgmaxArgs& args, Stream) { LEPTON_FOR_ISA(argmax)(args); }
void softmax(const SoftmaxArgs& args, Stream) { LEPTON_FOR_ISA(softmax)(args); }
void cross_entropy(const CrossEntropyArgs& args, Stream) { LEPTON_FOR_ISA(cross_entropy)(args); }
void cross_entropy_grad(const CrossEntropyGradArgs& args, Stream) {
  LEPTON_FOR_ISA(cross_entropy_grad)(args);
}
void cross_entropy_with_grad(const CrossEntropyWithGradArgs& args, Stream) {
  LEPTON_FOR_ISA(cross_entropy_with_grad)(args);
}
void bce(const BceArgs& args, Stream) { LEPTON_FOR_ISA(bce)(args); }
void bce_grad(const BceGradArgs& args, Stream) { LEPTON_FOR_ISA(bce_grad)(args); }
void random(const RandomArgs& args, Stream) { LEPTON_FOR_ISA(random)(args); }
void dropout(const DropoutArgs& args, Stream) { LEPTON_FOR_ISA(dropout)(args); }
void mask_scale(const MaskScaleArgs& args, Stream) { LEPTON_FOR_ISA(mask_scale)(args); }
void max_pool2d(const MaxPoolArgs& args, Stream) { LEPTON_FOR_ISA(max_pool2d)(args); }
void max_pool2d_grad(const MaxPoolGradArgs& args, Stream) { LEPTON_FOR_ISA(max_pool2d_grad)(args); }
void max_pool2d_pick(const MaxPoolPickArgs& args, Stream) { LEPTON_FOR_ISA(max_pool2d_pick)(args); }
void layer_norm(const LayerNormArgs& args, Stream) { LEPTON_FOR_ISA(layer_norm)(args); }
void layer_norm_grad(const LayerNormGradArgs& args, Stream) { LEPTON_FOR_ISA(layer_norm_grad)(args); }
void optimizer(const OptimizerArgs& args, Stream) { LEPTON_FOR_ISA(optimizer)(args); }
void gradient_norm(const GradientNormArgs& args, Stream) { LEPTON_FOR_ISA(gradient_norm)(args); }
void gradient_scale(const GradientScaleArgs& args, Stream) { LEPTON_FOR_ISA(gradient_scale)(args); }

void gemm(const Gemm<float>& g) { isa() == Isa::v4 ? v4::gemm(g) : v3::gemm(g); }
void gemm(const Gemm<double>& g) { isa() == Isa::v4 ? v4::gemm(g) : v3::gemm(g); }

void to_bf16(const float* x, std::uint16_t* y, std::int64_t n) { LEPTON_FOR_ISA_BF16(to_bf16)(x, y, n); }
void from_bf16(const std::uint16_t* x, float* y, std::int64_t n) { LEPTON_FOR_ISA_BF16(from_bf16)(x, y, n); }

}  // namespace lepton::kernels::cpu
