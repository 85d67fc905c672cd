// Pipelines in and out of JSON.
#include <map>

#include "lepton/core/error.hpp"
#include "src/data/tabular/state.hpp"

namespace lepton::data {
namespace tabular {
namespace {

constexpr int kVersion = 1;

template <class E> struct Names {
  E value;
  const char* name;
};
constexpr Names<ColumnType> kTypes[] = {{ColumnType::number, "number"},
                                        {ColumnType::boolean, "boolean"},
                                        {ColumnType::date, "date"},
                                        {ColumnType::text, "text"}};
constexpr Names<TabularTask> kTasks[] = {{TabularTask::classification, "classification"},
                                         {TabularTask::regression, "regression"}};
constexpr Names<Part> kParts[] = {{Part::value, "value"}, {Part::days, "days"},       {Part::month, "month"},
                                  {Part::day, "day"},     {Part::weekday, "weekday"}, {Part::hour, "hour"}};
constexpr Names<Encoding> kEncodings[] = {{Encoding::one_hot, "one_hot"}, {Encoding::ordinal, "ordinal"}};
constexpr Names<Unknown> kUnknowns[] = {{Unknown::ignore, "ignore"}, {Unknown::error, "error"}};

template <class E, std::size_t N> const char* name_in(const Names<E> (&names)[N], E value) {
  for (const auto& n : names)
    if (n.value == value) return n.name;
  return names[0].name;
}

template <class E, std::size_t N> E value_in(const Names<E> (&names)[N], const Json& json) {
  const std::string text = json;
  for (const auto& n : names)
    if (text == n.name) return n.value;
  throw Error("TabularPipeline", "knows no " + text + ": saved by a newer lepton?");
}

Json to_json(const Line& line) {
  return {{"centre", line.centre}, {"scale", line.scale}, {"shift", line.shift}};
}

Line line_from(const Json& json) { return {json.at("centre"), json.at("scale"), json.at("shift")}; }

Json to_json(const Recipe& r) {
  Json json{{"column", r.column}, {"type", name_in(kTypes, r.type)}};
  for (const NumberFeature& f : r.numbers) {
    Json feature = to_json(f.line);
    feature["part"] = name_in(kParts, f.part);
    feature["fill"] = f.fill;
    json["numbers"].push_back(std::move(feature));
  }
  if (r.indicator) json["indicator"] = true;
  if (!r.categories) return json;
  json["categories"] = r.categories->names;
  json["other"] = r.categories->other;
  if (r.fill) json["fill"] = *r.fill;
  json["encoding"] = name_in(kEncodings, r.encoding);
  json["unknown"] = name_in(kUnknowns, r.unknown);
  return json;
}

Recipe recipe_from(const Json& json) {
  Recipe r{.column = json.at("column"), .type = value_in(kTypes, json.at("type"))};
  if (json.contains("numbers"))
    for (const Json& f : json.at("numbers"))
      r.numbers.push_back({value_in(kParts, f.at("part")), f.at("fill"), line_from(f)});
  r.indicator = json.value("indicator", false);
  if (!json.contains("categories")) return r;
  r.categories = Categories{json.at("categories"), json.at("other")};
  if (json.contains("fill")) r.fill = json.at("fill").get<std::string>();
  r.encoding = value_in(kEncodings, json.at("encoding"));
  r.unknown = value_in(kUnknowns, json.at("unknown"));
  return r;
}

}  // namespace
}  // namespace tabular

Json TabularPipeline::State::to_json() const {
  using namespace tabular;
  Json json{{"version", kVersion}};
  json["target"] = {{"column", target.column},
                    {"type", name_in(kTypes, target.type)},
                    {"task", name_in(kTasks, target.task)},
                    {"classes", target.classes},
                    {"line", tabular::to_json(target.line)}};
  for (const Recipe& r : recipes) json["columns"].push_back(tabular::to_json(r));
  json["left_out"] = left_out;
  return json;
}

TabularPipeline::State TabularPipeline::State::from_json(const Json& json) {
  using namespace tabular;
  if (json.at("version") > kVersion)
    throw Error("TabularPipeline", "was saved by a newer lepton: version " + json.at("version").dump() +
                                       "; this one reads up to " + std::to_string(kVersion));
  State state;
  const Json& target = json.at("target");
  state.target = {target.at("column"), value_in(kTypes, target.at("type")),
                  value_in(kTasks, target.at("task")), target.at("classes"), line_from(target.at("line"))};
  for (const Json& column : json.at("columns")) state.recipes.push_back(recipe_from(column));
  state.left_out = json.at("left_out");
  return state;
}

}  // namespace lepton::data
