// Feeds arbitrary text to TabularPipeline::from_json, as it stands in the metadata of a model: what it accepts prepares a
// table or refuses it by an Error, and is kept the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lepton/core/error.hpp"
#include "lepton/data/csv.hpp"
#include "lepton/data/tabular.hpp"

using namespace lepton;

namespace {

const data::Table& table() {
  static const data::Table rows = [] {
    const std::string text =
        "age,town,born,member,kind\n1,Ulm,2024-02-29,true,a\n,Bonn,1970-01-01T10:00,false,b\n3,,,,a\n";
    return data::read_csv({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, "rows");
  }();
  return rows;
}

template <class F> void run(F&& f) {
  try {
    f();
  } catch (const Error&) {}
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  run([&] {
    const auto pipeline =
        data::TabularPipeline::from_json({reinterpret_cast<const char*>(bytes), count}, "input");
    if (data::TabularPipeline::from_json(pipeline.to_json()).to_json() != pipeline.to_json()) std::abort();
    if (pipeline.describe().empty() && !pipeline.feature_names().empty()) std::abort();
    run([&] {
      if (pipeline.features(table()).shape() != Shape{3, std::int64_t(pipeline.feature_names().size())})
        std::abort();
    });
    run([&] { pipeline.targets(table()); });
  });
  return 0;
}
