// Markup as text.
#include "src/train/html.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace lepton::detail {
namespace {

constexpr double kWidth = 440, kHeight = 240, kLeft = 56, kRight = 12, kTop = 30, kBottom = 28;
constexpr const char* kColours[] = {"#3366cc", "#dc6900", "#2a9d5c", "#a23bb4", "#c0392b", "#7f8c8d"};
constexpr std::size_t kDotsUpTo = 200;  // points of a curve that are marked

/// What the axes span.
struct Span {
  double low = INFINITY, high = -INFINITY;
  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  void widen() {
    if (low == high) low -= 0.5, high += 0.5;
  }
  double share(double value) const { return (value - low) / (high - low); }
};

std::string tag(const std::string& name, const std::string& attributes, const std::string& content) {
  return "<" + name + " " + attributes + ">" + content + "</" + name + ">";
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
  return tag("text",
             "x=\"" + short_number(x) + "\" y=\"" + short_number(y) + "\" text-anchor=\"" + anchor + "\"",
             escaped(text));
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += c;
    }
  }
  return result;
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string base64(std::string_view bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t word = 0;
    for (std::size_t k = 0; k < 3; ++k)
      word = word << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k)
      text += i + k <= bytes.size() ? kDigits[word >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

std::string svg_chart(const std::string& title, const std::vector<Curve>& curves) {
  Span x, y;
  for (const Curve& c : curves)
    for (const auto& [a, b] : c.points)
      if (std::isfinite(b)) x.take(a), y.take(b);
  if (!(x.low <= x.high)) return {};
  x.widen();
  y.widen();
  const auto at_x = [&](double v) { return kLeft + x.share(v) * (kWidth - kLeft - kRight); };
  const auto at_y = [&](double v) { return kHeight - kBottom - y.share(v) * (kHeight - kTop - kBottom); };
  std::string body = text_at(kLeft, 16, "start", title);
  for (const double v : {y.low, (y.low + y.high) / 2, y.high}) {
    const std::string level = short_number(at_y(v));
    body += "<path class=\"grid\" d=\"M" + short_number(kLeft) + " " + level + "H" +
            short_number(kWidth - kRight) + "\"/>";
    body += text_at(kLeft - 5, at_y(v) + 4, "end", short_number(v));
  }
  for (const double v : {x.low, x.high}) body += text_at(at_x(v), kHeight - 10, "middle", short_number(v));
  double legend = kWidth - kRight;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const std::string colour = kColours[i % std::size(kColours)];
    std::string path, dots;
    for (const auto& [a, b] : curves[i].points) {
      if (!std::isfinite(b)) continue;
      const std::string px = short_number(at_x(a)), py = short_number(at_y(b));
      path += (path.empty() ? "M" : "L") + px + " " + py;
      if (curves[i].points.size() <= kDotsUpTo)
        dots +=
            tag("circle", "cx=\"" + px + "\" cy=\"" + py + "\" r=\"2.5\"",
                tag("title", "", escaped(curves[i].name + " " + short_number(a) + ": " + short_number(b))));
    }
    body += tag("g", "stroke=\"" + colour + "\" fill=\"" + colour + "\"",
                "<path fill=\"none\" d=\"" + path + "\"/>" + dots);
    body += tag("g", "fill=\"" + colour + "\"", text_at(legend, 16, "end", curves[i].name));
    legend -= 8.0 * double(curves[i].name.size()) + 12;
  }
  return tag("svg", "viewBox=\"0 0 " + short_number(kWidth) + " " + short_number(kHeight) + "\" role=\"img\"",
             body);
}

}  // namespace lepton::detail
