// Signed distances of the ten shapes (after Quilez, "2D distance functions"); exact near the outline, which
// is where the drawing needs them.
#include "src/data/shapes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace lepton::data {
namespace {

using std::max, std::min, std::abs, std::hypot;

double box(double x, double y, double a, double b) { return max(abs(x) - a, abs(y) - b); }

double circle(double x, double y) { return hypot(x, y) - 0.9; }
double ring(double x, double y) { return abs(hypot(x, y) - 0.74) - 0.2; }
double square(double x, double y) { return box(x, y, 0.75, 0.75); }
double frame(double x, double y) { return abs(box(x, y, 0.66, 0.66)) - 0.17; }
double bar(double x, double y) { return box(x, y, 1.0, 0.28); }
double cross(double x, double y) { return min(box(x, y, 0.95, 0.28), box(x, y, 0.28, 0.95)); }
double corner(double x, double y) { return min(box(x + 0.5, y, 0.3, 0.8), box(x, y - 0.5, 0.8, 0.3)); }
double half_disc(double x, double y) { return max(hypot(x, y - 0.4) - 1.0, y - 0.4); }

double triangle(double x, double y) {
  const double slope = std::numbers::sqrt3 / 2 * abs(x) - 0.5 * y;
  return max(slope, y) - 0.5;
}

/// Five points: the angle is folded onto one half of a point, whose edge is a line.
double star(double x, double y) {
  constexpr double fifth = 2 * std::numbers::pi / 5, inner = 0.45;
  const double r = hypot(x, y), angle = std::atan2(x, -y);
  const double folded = abs(angle - fifth * std::round(angle / fifth));
  const double px = r * std::sin(folded), py = r * std::cos(folded);
  // The edge runs from the tip (0, 1) to the notch at half a fifth.
  const double nx = inner * std::sin(fifth / 2), ny = inner * std::cos(fifth / 2);
  const double ex = nx, ey = ny - 1, length = hypot(ex, ey);
  return (px * -ey + (py - 1) * ex) / length;
}

}  // namespace

const NamedShape kShapes[kShapeCount] = {
    {"circle", circle}, {"square", square}, {"triangle", triangle},   {"cross", cross},   {"ring", ring},
    {"star", star},     {"bar", bar},       {"half_disc", half_disc}, {"corner", corner}, {"frame", frame}};

}  // namespace lepton::data
