// Tensors as text, laid out as PyTorch does it: one format for all elements, found from those that are shown.
#include "lepton/tensor/print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

namespace lepton {
namespace {

/// How one element is written, and the width that all take.
class ElementFormat {
 public:
  ElementFormat(const Tensor& x, const std::vector<double>& shown, int precision)
      : precision_(precision), kind_(is_floating(x.dtype()) ? Kind::real : Kind::whole) {
    if (x.dtype() == boolean) kind_ = Kind::truth;
    if (kind_ == Kind::real) find_notation(shown);
    // As in PyTorch, zeros and what is not finite do not widen real numbers.
    for (const double v : shown)
      if (!is_floating(x.dtype()) || (v != 0 && std::isfinite(v))) width_ = std::max(width_, plain(v).size());
  }
  std::string operator()(double v) const { return fmt::format("{:>{}}", plain(v), width_); }
  std::size_t width() const { return width_; }

 private:
  enum class Kind { whole, truth, real, integral, scientific };

  void find_notation(const std::vector<double>& shown) {
    double least = INFINITY, most = 0;
    bool integral = true, any = false;
    for (const double v : shown) {
      if (!std::isfinite(v) || v == 0) continue;
      any = true;
      least = std::min(least, std::fabs(v));
      most = std::max(most, std::fabs(v));
      integral = integral && v == std::ceil(v);
    }
    if (!any) {
      kind_ = Kind::integral;
      return;
    }
    const bool wide = most / least > 1000 || most > 1e8;
    if (wide || (!integral && least < 1e-4)) kind_ = Kind::scientific;
    else if (integral) kind_ = Kind::integral;
  }
  std::string plain(double v) const {
    if (kind_ == Kind::truth) return v != 0 ? "True" : "False";
    if (kind_ == Kind::whole) return fmt::format("{}", std::int64_t(v));
    if (!std::isfinite(v)) return std::isnan(v) ? "nan" : v < 0 ? "-inf" : "inf";
    if (kind_ == Kind::integral) return fmt::format("{:.0f}.", v);
    return kind_ == Kind::scientific ? fmt::format("{:.{}e}", v, precision_)
                                     : fmt::format("{:.{}f}", v, precision_);
  }

  int precision_;
  Kind kind_;
  std::size_t width_ = 1;
};

/// The places along an axis that are shown; -1 stands for those left out.
std::vector<std::int64_t> shown_places(std::int64_t n, bool summarise, std::int64_t edge) {
  std::vector<std::int64_t> places;
  for (std::int64_t i = 0; i < n; ++i)
    if (!summarise || n <= 2 * edge || i < edge || i >= n - edge) places.push_back(i);
    else if (i == edge) places.push_back(-1);
  return places;
}

class Printer {
 public:
  Printer(const Tensor& x, const PrintOptions& options)
      : options_(options),
        shape_(x.shape()),
        values_(x.to_vector<double>()),
        summarise_(x.numel() > options.threshold),
        format_(x, shown(), options.precision) {}

  std::string text() const { return shape_.rank() == 0 ? format_(values_[0]) : block(0, 0, 7); }

 private:
  std::vector<double> shown() const {
    std::vector<double> all;
    collect(0, 0, all);
    return all;
  }
  void collect(int axis, std::int64_t offset, std::vector<double>& all) const {
    if (axis == shape_.rank()) {
      all.push_back(values_[std::size_t(offset)]);
      return;
    }
    for (const std::int64_t i : shown_places(shape_[axis], summarise_, options_.edge))
      if (i >= 0) collect(axis + 1, offset * shape_[axis] + i, all);
  }
  /// From axis `axis` on, `indent` columns from the left.
  std::string block(int axis, std::int64_t offset, std::size_t indent) const {
    const std::int64_t n = shape_[axis];
    const auto places = shown_places(n, summarise_, options_.edge);
    std::string text = "[";
    const bool last = axis == shape_.rank() - 1;
    const auto a_line = std::max<std::size_t>(
        1, (std::size_t(options_.width) - std::min<std::size_t>(indent, std::size_t(options_.width))) /
               (format_.width() + 2));
    for (std::size_t k = 0; k < places.size(); ++k) {
      if (k > 0 && !last)
        text += "," + std::string(std::size_t(shape_.rank() - axis - 1), '\n') + std::string(indent + 1, ' ');
      else if (k > 0) text += k % a_line == 0 ? ",\n" + std::string(indent + 1, ' ') : ", ";
      if (places[k] < 0) text += last ? " ..." : "...";
      else if (last) text += format_(values_[std::size_t(offset * n + places[k])]);
      else text += block(axis + 1, offset * n + places[k], indent + 1);
    }
    return text + "]";
  }

  PrintOptions options_;
  Shape shape_;
  std::vector<double> values_;
  bool summarise_;
  ElementFormat format_;
};

}  // namespace

std::string to_string(const Tensor& x, const PrintOptions& options) {
  if (!x.defined()) return "tensor(undefined)";
  const DType dtype = x.dtype();
  std::string text = "tensor(" + (x.numel() == 0 ? "[]" : Printer(x, options).text());
  if (x.numel() == 0 && x.rank() != 1) text += ", size=" + to_string(x.shape());
  if (!x.device().is_cpu()) text += ", device=" + to_string(x.device());
  if (dtype != f32 && dtype != i64 && dtype != boolean) text += ", dtype=" + std::string(name_of(dtype));
  if (x.requires_grad()) text += ", requires_grad=True";
  return text + ")";
}

std::ostream& operator<<(std::ostream& out, const Tensor& x) { return out << to_string(x); }

}  // namespace lepton
