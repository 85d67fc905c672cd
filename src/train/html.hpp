// Parts of an HTML page: escaped text, pictures within it, curves as SVG.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lepton::detail {

/// Text in which nothing is markup.
std::string escaped(std::string_view text);

/// "0.0123": four significant digits.
std::string short_number(double value);

/// Bytes as base64 (RFC 4648).
std::string base64(std::string_view bytes);

/// A curve of a chart: its name, and points (x, y), of which those that are not finite are left out.
struct Curve {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// A chart with axes, a legend, and a mark with its values at each point.
std::string svg_chart(const std::string& title, const std::vector<Curve>& curves);

}  // namespace lepton::detail
