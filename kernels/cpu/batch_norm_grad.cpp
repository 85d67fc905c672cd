// The gradient of batch normalisation through its statistics. Compiled once for each instruction set.
//
// With xhat = (x - mean) rstd: dbias = sum g, dweight = sum g xhat, and
// dx = weight rstd (g - dbias / rows - xhat dweight / rows) (Ioffe & Szegedy 2015).
#include "kernels/cpu/batch_norm.hpp"
#include "kernels/cpu/batch_norm_rows.hpp"

namespace lepton::kernels::cpu::LEPTON_ISA {
namespace {

/// g behind the activation, made from g and y. `from(j, lanes)` gives a function of a place in channels j and of what x
/// is there.
template <class T, class Activation> struct FromY {
  const T* g;
  const T* y;
  Activation activation;

  template <class Lanes> LEPTON_INLINE auto from(std::int64_t, Lanes lanes) const {
    return [this, lanes](std::int64_t at, Vec<T>) __attribute__((always_inline)) {
      const Vec<T> v = lanes.load_ahead(g + at);
      if constexpr (std::is_same_v<Activation, NoActivation>) return v;
      else return activation.grad_from_y(v, lanes.load_ahead(y + at));
    };
  }
};

/// The same where y is made of x again.
template <class T, class Activation> struct FromX {
  const BatchNormGradArgs& args;
  Activation activation;

  template <class Lanes> LEPTON_INLINE auto from(std::int64_t j, Lanes lanes) const {
    const Normal<T> normal(args, static_cast<const T*>(args.mean_rest), j, lanes);
    const T* const g = static_cast<const T*>(args.g);
    return [this, g, normal, lanes](std::int64_t at, Vec<T> x) __attribute__((always_inline)) {
      return activation.grad_from_y(lanes.load_ahead(g + at), activation.value(normal(x)));
    };
  }
};

/// Adds kRows rows of g and of g (x - mean) to the sums of a shard.
template <int kRows, class T, class G, class Lanes>
LEPTON_INLINE void add_rows(const T* x, const G& g, std::int64_t at, T* dresidual, const T* mean,
                            std::int64_t c, Lanes lanes, double* sum, double* products) {
  using V = Vec<T>;
  const V m = lanes.load(mean);
  V s(0), p(0);
  for (int r = 0; r < kRows; ++r, at += c) {
    const V v = lanes.load_ahead(x + at), gr = g(at, v);
    if (dresidual) lanes.store(gr, dresidual + at);
    s += gr;
    p = fma(gr, v - m, p);
  }
  lanes.add(Widened<double, T>(s), sum);
  lanes.add(Widened<double, T>(p), products);
}

template <bool kStream, class T, class G>
void add_up(const BatchNormGradArgs& args, const G& incoming, std::int64_t shard, Range rows, bool starts) {
  const std::int64_t c = args.c;
  const G g = incoming;
  const T* const x = static_cast<const T*>(args.x);
  const T* const mean = static_cast<const T*>(args.mean);
  T* const dresidual = static_cast<T*>(args.dresidual);
  const ShardSums sums(args.scratch, c, shard);
  if (starts) sums.clear(c);
  for_groups(rows, [&](std::int64_t r, auto group) {
    for_channels<T, kStream>(c, [&](std::int64_t j, auto lanes) {
      double *const sum = sums.first + j, *const products = sums.second + j;
      const auto from = g.from(j, lanes);
      if (dresidual) add_rows<group.value>(x, from, r * c + j, dresidual, mean + j, c, lanes, sum, products);
      else
        add_rows<group.value>(x, from, r * c + j, static_cast<T*>(nullptr), mean + j, c, lanes, sum, products);
    });
  });
}

/// dbias and dweight from the sums of the shards, joined in order.
template <class T> void join_shards(const BatchNormGradArgs& args) {
  const T* const rstd = static_cast<const T*>(args.rstd);
  T* const dbias = static_cast<T*>(args.dbias);
  T* const dweight = static_cast<T*>(args.dweight);
  for_channel_blocks(args.c, [&](std::int64_t first, std::int64_t count) {
    double sum[kChannels]{}, products[kChannels]{};
    for (std::int64_t shard = 0; shard < kBatchNormShards; ++shard) {
      const ShardSums sums(args.scratch, args.c, shard);
      for (std::int64_t j = 0; j < count; ++j) {
        sum[j] += sums.first[first + j];
        products[j] += sums.second[first + j];
      }
    }
    for (std::int64_t j = 0; j < count; ++j) {
      dbias[first + j] = T(sum[j]);
      dweight[first + j] = T(products[j] * double(rstd[first + j]));
    }
  });
}

template <bool kStream, class T, class G>
void write_dx(const BatchNormGradArgs& args, const G& incoming, Range rows) {
  using V = Vec<T>;
  const std::int64_t c = args.c;
  const G g = incoming;
  const T* const x = static_cast<const T*>(args.x);
  const T* const weight = static_cast<const T*>(args.weight);
  const T* const mean = static_cast<const T*>(args.mean);
  const T* const rstd = static_cast<const T*>(args.rstd);
  const T* const dweight = static_cast<const T*>(args.dweight);
  const T* const dbias = static_cast<const T*>(args.dbias);
  T* const dx = static_cast<T*>(args.dx);
  const V share(1.0 / double(args.rows));
  for_groups(rows, [&](std::int64_t r, auto group) {
    for_channels<T, kStream>(c, [&](std::int64_t j, auto lanes) {
      // dx = scale g + slope (x - mean) + shift
      const V m = lanes.load(mean + j), s = lanes.load(rstd + j),
              scale = weight ? s * lanes.load(weight + j) : s;
      const V slope = -scale * s * lanes.load(dweight + j) * share,
              shift = -scale * lanes.load(dbias + j) * share;
      const auto from = g.from(j, lanes);
      std::int64_t at = r * c + j;
      for (int i = 0; i < group.value; ++i, at += c) {
        const V v = lanes.load_ahead(x + at), rest = fma(slope, v - m, shift);
        lanes.store(fma(scale, from(at, v), rest), dx + at);
      }
    });
  });
}

/// body(g behind the activation)
template <class T, class F> LEPTON_INLINE void with_incoming(const BatchNormGradArgs& args, F&& body) {
  with_activation(args.activation, [&]<class A>(A activation) {
    if constexpr (!std::is_same_v<A, NoActivation>)
      if (args.mean_rest) return body(FromX<T, A>{args, activation});
    body(FromY<T, A>{static_cast<const T*>(args.g), static_cast<const T*>(args.y), activation});
  });
}

template <class T> void add_up_all(const BatchNormGradArgs& args) {
  const bool stream = args.dresidual && streams(args.dresidual, args.rows, args.c, sizeof(T));
  with_incoming<T>(args, [&](const auto& g) {
    for_batch_norm_shards(args.rows, args.c, 200, [&](std::int64_t shard, Range rows) {
      with_streaming(stream, [&](auto kind) { add_up<kind.value == 1, T>(args, g, shard, rows, true); });
    });
  });
}

/// body(g as it comes to dx): what stands in dresidual has been through the activation.
template <class T, class F> LEPTON_INLINE void with_final(const BatchNormGradArgs& args, F&& body) {
  if (args.dresidual) body(FromY<T, NoActivation>{static_cast<const T*>(args.dresidual), nullptr, {}});
  else with_incoming<T>(args, body);
}

template <class T> void write_all_dx(const BatchNormGradArgs& args) {
  const bool stream = streams(args.dx, args.rows, args.c, sizeof(T));
  with_final<T>(args, [&](const auto& g) {
    for_row_ranges(args.rows, args.c, 200, [&](Range rows) {
      with_streaming(stream, [&](auto kind) { write_dx<kind.value == 1, T>(args, g, rows); });
    });
  });
}

}  // namespace

void batch_norm_grad_sums(const BatchNormGradArgs& args) {
  with_type(args.dtype, [&]<class T>(T) { add_up_all<T>(args); });
  batch_norm_grad_finish(args);
}
void batch_norm_grad_add(const BatchNormGradArgs& args, const BatchNormPart& part) {
  const Range rows{0, part.images * (args.rows / args.images)};
  with_type(args.dtype, [&]<class T>(T) {
    with_incoming<T>(args, [&](const auto& g) { add_up<false, T>(args, g, part.shard, rows, part.starts); });
  });
}
void batch_norm_grad_finish(const BatchNormGradArgs& args) {
  with_type(args.dtype, [&]<class T>(T) { join_shards<T>(args); });
}
void batch_norm_grad_apply(const BatchNormGradArgs& args) {
  with_type(args.dtype, [&]<class T>(T) { write_all_dx<T>(args); });
}
void batch_norm_grad_apply_part(const BatchNormGradArgs& args, const BatchNormPart& part) {
  const Range rows{0, part.images * (args.rows / args.images)};
  with_type(args.dtype, [&]<class T>(T) {
    with_final<T>(args, [&](const auto& g) { write_dx<false, T>(args, g, rows); });
  });
}

}  // namespace lepton::kernels::cpu::LEPTON_ISA
