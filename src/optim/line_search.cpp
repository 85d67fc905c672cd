// Bracketing and zooming, in the order of PyTorch's, so that its traces can be compared.
#include "src/optim/line_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace lepton::optim::detail {
namespace {

constexpr double kDecrease = 1e-4, kCurvature = 0.9;  // c1 and c2 of the conditions

/// The lowest point of the cubic through two points with their slopes, within [low, high]; the middle without one.
double cubic_minimum(const LinePoint& a, const LinePoint& b, double low, double high) {
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
  const double square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const double d2 = std::sqrt(square);
  const auto& [near, far] = a.t <= b.t ? std::pair(a, b) : std::pair(b, a);
  const double at = far.t - (far.t - near.t) * ((far.slope + d2 - d1) / (far.slope - near.slope + 2 * d2));
  return std::min(std::max(at, low), high);
}

class Search {
 public:
  Search(const std::function<LinePoint(double)>& evaluate, const LinePoint& start, std::int64_t most)
      : evaluate_(evaluate), start_(start), most_(most) {}

  /// Moves on until the bracket holds a point that will do.
  void bracket(double t) {
    LinePoint before = start_, now = at(t);
    for (; iterations_ < most_; ++iterations_) {
      if (too_high(now) || (iterations_ > 1 && now.loss >= before.loss)) return set(before, now);
      if (flat(now)) {
        done_ = true;
        return set(now, now);
      }
      if (now.slope >= 0) return set(before, now);
      const double next = cubic_minimum(before, now, now.t + 0.01 * (now.t - before.t), now.t * 10);
      before = std::exchange(now, at(next));
    }
    set(start_, now);
  }

  /// Narrows the bracket.
  void zoom(double length, double tolerance) {
    bool slow = false;  // the last trial lay close to an end
    for (; !done_ && iterations_ < most_; ++iterations_) {
      const auto [low, high] = std::minmax(ends_[0].t, ends_[1].t);
      if (std::abs(high - low) * length < tolerance) return;
      double t = cubic_minimum(ends_[0], ends_[1], low, high);
      const double margin = 0.1 * (high - low);
      const bool close = std::min(high - t, t - low) < margin;
      if (close && (slow || t >= high || t <= low)) {
        t = std::abs(t - high) < std::abs(t - low) ? high - margin : low + margin;
        slow = false;
      } else {
        slow = close;
      }
      take(at(t));
    }
  }

  LineSearchResult result() const { return {ends_[best_], evaluations_}; }

 private:
  LinePoint at(double t) {
    ++evaluations_;
    return evaluate_(t);
  }
  bool too_high(const LinePoint& p) const { return p.loss > start_.loss + kDecrease * p.t * start_.slope; }
  bool flat(const LinePoint& p) const { return std::abs(p.slope) <= -kCurvature * start_.slope; }

  void set(const LinePoint& a, const LinePoint& b) {
    ends_[0] = a;
    ends_[1] = b;
    best_ = a.loss <= b.loss ? 0 : 1;
  }

  void take(const LinePoint& p) {
    LinePoint &low = ends_[best_], &high = ends_[1 - best_];
    if (too_high(p) || p.loss >= low.loss) {
      high = p;
      best_ = ends_[0].loss <= ends_[1].loss ? 0 : 1;
      return;
    }
    if (flat(p)) done_ = true;
    else if (p.slope * (high.t - low.t) >= 0) high = low;
    low = p;
  }

  const std::function<LinePoint(double)>& evaluate_;
  const LinePoint& start_;
  std::int64_t most_, iterations_ = 0, evaluations_ = 0;
  LinePoint ends_[2];
  int best_ = 0;
  bool done_ = false;
};

}  // namespace

LineSearchResult strong_wolfe(const std::function<LinePoint(double t)>& evaluate, const LinePoint& start,
                              double t, double length, double tolerance, std::int64_t most) {
  Search search(evaluate, start, most);
  search.bracket(t);
  search.zoom(length, tolerance);
  return search.result();
}

}  // namespace lepton::optim::detail
