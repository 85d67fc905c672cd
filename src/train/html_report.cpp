// The report's page.
#include "lepton/train/html_report.hpp"

#include <algorithm>

#include "src/io/file.hpp"
#include "src/train/html.hpp"

namespace lepton {
namespace {

using detail::Curve;
using detail::escaped;
using detail::short_number;

constexpr const char* kStyle = R"(
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:960px;margin:2em auto;padding:0 1em}
h1,h2{font-weight:600}
.charts{display:flex;flex-wrap:wrap;gap:16px}
svg{width:440px;max-width:100%;font-size:12px;fill:currentColor}
.grid{stroke:currentColor;stroke-opacity:.15}
table{border-collapse:collapse;margin:1em 0}
td,th{padding:.2em .7em;text-align:right;border-bottom:1px solid color-mix(in srgb,currentColor 15%,transparent)}
th:first-child,td:first-child{text-align:left}
.mistakes{display:flex;flex-wrap:wrap;gap:12px}
.mistakes div{width:140px;font-size:12px;overflow-wrap:anywhere}
.mistakes img{width:128px;height:128px;object-fit:contain;image-rendering:pixelated;display:block}
)";

std::string class_name(const HtmlReportOptions& options, std::int64_t c) {
  return std::size_t(c) < options.class_names.size() ? options.class_names[std::size_t(c)]
                                                     : std::to_string(c);
}

std::string cell(const char* tag, const std::string& text, const std::string& attributes = {}) {
  return "<" + std::string(tag) + attributes + ">" + escaped(text) + "</" + tag + ">";
}

std::string facts(const Report& report, const HtmlReportOptions& options) {
  auto rows = options.facts;
  double seconds = 0;
  for (const EpochReport& e : report.epochs) seconds += e.seconds;
  rows.emplace_back("epochs", std::to_string(report.epochs_done));
  rows.emplace_back("updates", std::to_string(report.steps));
  rows.emplace_back("seconds of training", short_number(seconds));
  if (report.best_epoch > 0)
    rows.emplace_back("best", short_number(report.best) + " in epoch " + std::to_string(report.best_epoch));
  if (report.interrupted) rows.emplace_back("ended", "interrupted");
  else if (!report.stopped.empty()) rows.emplace_back("ended", report.stopped);
  std::string table = "<table>";
  for (const auto& [name, value] : rows) table += "<tr>" + cell("th", name) + cell("td", value) + "</tr>";
  table += "</table>";
  for (const std::string& note : report.notes) table += "<p>" + escaped(note) + "</p>";
  return table;
}

/// Losses in one chart, a chart for each other figure, and the rate.
std::string curves(const Report& report) {
  std::vector<std::string> names;
  for (const EpochReport& e : report.epochs)
    for (const Figure& f : e.validation)
      if (std::find(names.begin(), names.end(), f.name) == names.end()) names.push_back(f.name);
  const auto of_figure = [&](const std::string& name, const std::string& shown) {
    Curve curve{shown, {}};
    for (const EpochReport& e : report.epochs)
      for (const Figure& f : e.validation)
        if (f.name == name) curve.points.emplace_back(double(e.epoch), f.value);
    return curve;
  };
  Curve loss{"training", {}}, lr{"lr", {}};
  for (const EpochReport& e : report.epochs) {
    loss.points.emplace_back(double(e.epoch), e.loss);
    lr.points.emplace_back(double(e.epoch), e.lr);
  }
  std::string html = "<h2>Curves by epoch</h2><div class=\"charts\">" +
                     detail::svg_chart("loss", {loss, of_figure("loss", "validation")});
  for (const std::string& name : names)
    if (name != "loss") html += detail::svg_chart(name, {of_figure(name, "validation")});
  return html + detail::svg_chart("learning rate", {lr}) + "</div>";
}

std::string confusion(const metrics::ConfusionMatrix& m, const HtmlReportOptions& options) {
  std::string html = "<h2>Confusion matrix</h2><p>Accuracy " + short_number(m.accuracy()) + ", mean f1 " +
                     short_number(m.macro_f1()) +
                     ". A row is an actual class, a column what it was taken for.</p><table><tr><th></th>";
  for (std::int64_t c = 0; c < m.classes(); ++c) html += cell("th", class_name(options, c));
  html += "<th>recall</th></tr>";
  for (std::int64_t actual = 0; actual < m.classes(); ++actual) {
    std::int64_t all = 0;
    for (std::int64_t c = 0; c < m.classes(); ++c) all += m.at(actual, c);
    html += "<tr>" + cell("th", class_name(options, actual));
    for (std::int64_t c = 0; c < m.classes(); ++c) {
      const double share = all > 0 ? double(m.at(actual, c)) / double(all) : 0;
      const std::string colour = c == actual ? "51,102,204" : "220,60,40";
      html += cell("td", std::to_string(m.at(actual, c)),
                   " style=\"background:rgba(" + colour + "," + short_number(0.7 * share) + ")\"");
    }
    html += cell("td", short_number(m.recall(actual))) + "</tr>";
  }
  return html + "</table>";
}

std::string worst(const std::vector<Mistake>& mistakes, const HtmlReportOptions& options) {
  if (mistakes.empty()) return "<h2>Worst mistakes</h2><p>There are none.</p>";
  std::string html = "<h2>Worst mistakes</h2><div class=\"mistakes\">";
  for (const Mistake& m : mistakes) {
    html += "<div>";
    if (!m.picture.empty())
      html += "<img alt=\"\" src=\"data:image/png;base64," + detail::base64(m.picture) + "\">";
    html += escaped(m.name.empty() ? std::to_string(m.index) : m.name) + "<br><b>" +
            escaped(class_name(options, m.actual)) + "</b> taken for <b>" +
            escaped(class_name(options, m.predicted)) + "</b>, sure to " + short_number(100 * m.probability) +
            " %</div>";
  }
  return html + "</div>";
}

}  // namespace

void write_html_report(const std::string& path, const Report& report, const HtmlReportOptions& options) {
  std::string html =
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>" +
      escaped(options.title) + "</title><style>" + kStyle + "</style><h1>" + escaped(options.title) +
      "</h1>" + facts(report, options);
  if (!report.epochs.empty()) html += curves(report);
  if (options.mistakes)
    html += confusion(options.mistakes->confusion, options) + worst(options.mistakes->worst, options);
  html += "</html>\n";

  const std::string place = io::replaced_file(path), next = io::temporary_beside(place);
  io::OutputFile file(next, path);
  file.write(html.data(), html.size());
  file.finish();
  io::replace(next, place);
}

}  // namespace lepton
