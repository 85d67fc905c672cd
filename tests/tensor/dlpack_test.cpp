// DLPack: the layout of its structs, memory shared both ways, and who frees it.
#include "lepton/tensor/dlpack.hpp"

#include <cstddef>
#include <vector>

#include "lepton/tensor/factory.hpp"
#include "tests/support/compare.hpp"

namespace lepton::test {
namespace {

using dlpack::ManagedTensor;

// The offsets of dlpack.h on 64-bit machines.
static_assert(offsetof(dlpack::View, device) == 8 && offsetof(dlpack::View, rank) == 16 &&
              offsetof(dlpack::View, type) == 20 && offsetof(dlpack::View, shape) == 24 &&
              offsetof(dlpack::View, strides) == 32 && offsetof(dlpack::View, byte_offset) == 40);
static_assert(sizeof(dlpack::View) == 48 && sizeof(ManagedTensor) == 64 && sizeof(dlpack::ElementType) == 4);

TEST(Dlpack, LendsAView) {
  const Tensor x = arange(0, 12, 1, {.dtype = f64}).reshape({3, 4}), view = x.transpose().slice(0, 1, 3);
  ManagedTensor* lent = to_dlpack(view);
  const auto& v = lent->view;
  EXPECT_EQ(v.rank, 2);
  EXPECT_EQ(v.shape[0], 2);
  EXPECT_EQ(v.strides[0], 1);
  EXPECT_EQ(v.strides[1], 4);
  EXPECT_EQ(v.type.bits, 64);
  EXPECT_EQ(static_cast<double*>(v.data)[0], 1);
  static_cast<double*>(v.data)[0] = 7;
  EXPECT_EQ(x[0][1].item(), 7);
  lent->deleter(lent);
  EXPECT_ERROR(to_dlpack(x.clone().set_requires_grad()), "[to_dlpack] the tape needs this tensor");
}

TEST(Dlpack, ComesBackWithoutACopy) {
  for (const DType dtype : {f32, f64, f16, bf16, i8, u8, i32, i64, boolean}) {
    const Tensor x = arange(0, 6).reshape({2, 3}).to(dtype);
    const Tensor y = from_dlpack(to_dlpack(x.transpose()));
    EXPECT_EQ(y.dtype(), dtype);
    EXPECT_EQ(y.shape(), (Shape{3, 2}));
    EXPECT_EQ(y.raw(), x.raw());
    EXPECT_EQ(values(y), values(x.transpose()));
  }
}

TEST(Dlpack, TakesForeignMemoryAndFreesItOnce) {
  static int freed;
  freed = 0;
  std::vector<float> memory{0, 1, 2, 3, 4, 5};
  std::int64_t shape[] = {2, 2};
  ManagedTensor foreign{{memory.data(),
                         {dlpack::DeviceType::cpu, 0},
                         2,
                         {dlpack::TypeCode::real, 32, 1},
                         shape,
                         nullptr,
                         sizeof(float)},
                        nullptr,
                        [](ManagedTensor*) { ++freed; }};
  {
    const Tensor x = from_dlpack(&foreign);
    const Tensor row = x[1];
    EXPECT_EQ(values(x), (std::vector<double>{1, 2, 3, 4}));
    x.fill_(9);
    EXPECT_EQ(memory[4], 9);
    EXPECT_EQ(memory[5], 5);
    EXPECT_EQ(freed, 0);
  }
  EXPECT_EQ(freed, 1);
  foreign.view.type.lanes = 4;
  EXPECT_ERROR(from_dlpack(&foreign), "[from_dlpack] no type with code 2, 32 bits and 4 lanes");
  foreign.view.type.lanes = 1;
  foreign.view.device.type = dlpack::DeviceType(3);
  EXPECT_ERROR(from_dlpack(&foreign), "[from_dlpack] takes CPU memory, not that of device type 3");
  EXPECT_EQ(freed, 1);
}

TEST(Dlpack, SpansAreSharedToo) {
  std::vector<double> memory{1, 2, 3, 4};
  const Tensor x = from_blob(std::span(memory), {2, 2});
  x.mul_(2);
  EXPECT_EQ(memory[3], 8);
  EXPECT_EQ(x.span<double>().data(), memory.data());
  EXPECT_ERROR(from_blob(std::span(memory), {3}), "[from_blob] 4 values do not fill [3]");
}

}  // namespace
}  // namespace lepton::test
