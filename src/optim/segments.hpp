// Building the arguments of a kernel over many parameters: a struct, and a segment for each behind it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <new>
#include <vector>

#include "kernels/optimizer.hpp"
#include "src/tensor/launch.hpp"

namespace lepton::optim::detail {

/// Arguments under construction, in memory that the thread keeps from one step to the next: no step allocates but
/// the first. One of a kind at a time.
template <class Args> class Segments {
 public:
  using Segment = typename Args::Segment;

  /// Room for `most` segments; pointers into the arguments stay valid from here on.
  explicit Segments(std::size_t most) {
    const std::size_t bytes = sizeof(Args) + most * sizeof(Segment);
    if (buffers().bytes.size() < bytes) buffers().bytes.resize(bytes);
    buffers().slots.clear();
    args_ = new (buffers().bytes.data()) Args{};
  }

  Args& args() { return *args_; }

  /// The next parameter, of n elements; its other fields are zero.
  Segment& add(std::int64_t n) {
    auto* segment =
        new (reinterpret_cast<std::byte*>(args_ + 1) + std::size_t(args_->count) * sizeof(Segment)) Segment{};
    ++args_->count;
    segment->n = n;
    segment->begin = end_;
    end_ += (n + kernels::kSegmentAlignment - 1) / kernels::kSegmentAlignment * kernels::kSegmentAlignment;
    return *segment;
  }

  void slot(const lepton::detail::Slot& slot) { buffers().slots.push_back(slot); }

  void launch(const kernels::Kernel<Args>& kernel) const {
    constexpr auto run = [](const void* k, const void* a, Stream stream) {
      static_cast<const kernels::Kernel<Args>*>(k)->cpu(*static_cast<const Args*>(a), stream);
    };
    const std::size_t bytes = sizeof(Args) + std::size_t(args_->count) * sizeof(Segment);
    lepton::detail::launch({&kernel, kernel.name, run, args_, std::uint32_t(bytes), {}, buffers().slots});
  }

 private:
  struct Buffers {
    std::vector<std::byte> bytes;
    std::vector<lepton::detail::Slot> slots;
  };
  static Buffers& buffers() {
    static thread_local Buffers buffers;
    return buffers;
  }

  Args* args_;
  std::int64_t end_ = 0;
};

}  // namespace lepton::optim::detail
