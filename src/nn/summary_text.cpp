// A summary as a table, as a graph for Graphviz, and as a picture.
#include <algorithm>
#include <array>

#include "lepton/nn/summary.hpp"

namespace lepton::nn {
namespace {

/// 12345 as "12,345".
std::string grouped(std::int64_t n) {
  std::string digits = std::to_string(n);
  for (int i = int(digits.size()) - 3; i > 0; i -= 3) digits.insert(std::size_t(i), ",");
  return digits;
}

std::string title(const SummaryRow& row) {
  return row.type.empty() || row.type == row.name ? row.name : row.name + ": " + row.type;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width > text.size() ? width - text.size() : 0, ' ');
  return right ? space + text : text + space;
}

/// With the characters of markup written as entities.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else if (c == '"') out += "&quot;";
    else out += c;
  }
  return out;
}

/// How far each row is from the input, at the longest.
std::vector<int> levels(const std::vector<SummaryRow>& rows) {
  std::vector<int> level;
  for (const SummaryRow& row : rows) {
    int most = 0;
    for (const int f : row.from) most = std::max(most, f < 0 ? 1 : level[std::size_t(f)] + 1);
    level.push_back(most);
  }
  return level;
}

}  // namespace

std::string Summary::to_string() const {
  std::vector<std::array<std::string, 4>> cells{{"layer", "output", "parameters", "FLOPs"},
                                                {"input", lepton::to_string(input), "", ""}};
  for (const SummaryRow& row : rows)
    cells.push_back({title(row), lepton::to_string(row.output), grouped(row.parameters), grouped(row.flops)});
  std::array<std::size_t, 4> width{};
  for (const auto& line : cells)
    for (std::size_t i = 0; i < 4; ++i) width[i] = std::max(width[i], line[i].size());
  std::string text;
  for (const auto& line : cells) {
    for (std::size_t i = 0; i < 4; ++i) text += padded(line[i], width[i], i > 1) + (i < 3 ? "  " : "\n");
  }
  return text + grouped(parameters) + " parameters, " + grouped(trained) + " of them trained; " +
         grouped(flops) + " FLOPs\n";
}

std::string Summary::to_dot() const {
  std::string text =
      "digraph model {\n  node [shape=box];\n  input [label=\"input\\n" + lepton::to_string(input) + "\"];\n";
  for (std::size_t i = 0; i < rows.size(); ++i)
    text += "  n" + std::to_string(i) + " [label=\"" + title(rows[i]) + "\\n" +
            lepton::to_string(rows[i].output) + "\"];\n";
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (const int f : rows[i].from)
      text += "  " + (f < 0 ? std::string("input") : "n" + std::to_string(f)) + " -> n" + std::to_string(i) +
              ";\n";
  return text + "}\n";
}

std::string Summary::to_svg() const {
  constexpr int kWidth = 220, kHeight = 40, kAcross = 260, kDown = 70;
  const std::vector<int> level = levels(rows);
  struct Place {
    int x, y;
  };
  std::vector<int> taken(rows.size() + 2, 0);  // boxes of each level so far
  const auto next = [&](int at) { return Place{10 + kAcross * taken[std::size_t(at)]++, 10 + kDown * at}; };
  const Place start = next(0);
  std::vector<Place> places;
  for (const int at : level) places.push_back(next(at));
  std::string boxes, lines;
  const auto box = [&](const Place& p, const std::string& first, const std::string& second) {
    const std::string x = std::to_string(p.x + kWidth / 2);
    boxes += "<rect x=\"" + std::to_string(p.x) + "\" y=\"" + std::to_string(p.y) + "\" width=\"" +
             std::to_string(kWidth) + "\" height=\"" + std::to_string(kHeight) +
             "\" rx=\"4\" fill=\"white\" stroke=\"black\"/>\n<text x=\"" + x + "\" y=\"" +
             std::to_string(p.y + 17) + "\">" + escaped(first) + "</text>\n<text x=\"" + x + "\" y=\"" +
             std::to_string(p.y + 33) + "\">" + escaped(second) + "</text>\n";
  };
  box(start, "input", lepton::to_string(input));
  int right = start.x, bottom = start.y;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    box(places[i], title(rows[i]), lepton::to_string(rows[i].output));
    right = std::max(right, places[i].x);
    bottom = std::max(bottom, places[i].y);
    for (const int f : rows[i].from) {
      const Place& p = f < 0 ? start : places[std::size_t(f)];
      lines += "<line x1=\"" + std::to_string(p.x + kWidth / 2) + "\" y1=\"" + std::to_string(p.y + kHeight) +
               "\" x2=\"" + std::to_string(places[i].x + kWidth / 2) + "\" y2=\"" +
               std::to_string(places[i].y) + "\" stroke=\"gray\"/>\n";
    }
  }
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + std::to_string(right + kWidth + 10) +
         "\" height=\"" + std::to_string(bottom + kHeight + 10) +
         "\" font-family=\"sans-serif\" font-size=\"12\" text-anchor=\"middle\">\n" + lines + boxes +
         "</svg>\n";
}

}  // namespace lepton::nn
