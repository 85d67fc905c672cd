// Predicts with a model that an example has saved: classes of pictures, classes or numbers of a table's rows.
#include "common.hpp"
#include "predict_pictures.hpp"
#include "predict_tables.hpp"

namespace fs = std::filesystem;
using namespace lepton;

static int predict(const example::PredictSettings& s) {
  if (s.threads > 0) set_num_threads(s.threads);
  const std::string path =
      fs::is_directory(s.model) ? (fs::path(s.model) / "model.safetensors").string() : s.model;
  const io::Metadata metadata = io::load_safetensors(path).metadata;
  const NoGrad no_grad;
  auto predictions = example::Predictions::array();
  if (example::TableFormat::is_in(metadata)) example::predict_tables(s, path, metadata, predictions);
  else example::predict_pictures(s, path, metadata, predictions);
  if (s.json)
    std::cout << nlohmann::ordered_json{{"model", path}, {"predictions", predictions}}.dump() << '\n';
  return 0;
}

int main(int argc, char** argv) {
  CLI::App app(
      "Predicts with a saved model: predict --model DIR photo.jpg folder/ t10k-images-idx3-ubyte.gz, or "
      "rows.csv");
  example::PredictSettings s;
  app.add_option("--model", s.model, "Folder that a training example saved, or its model.safetensors")
      ->required();
  app.add_option(
         "inputs", s.inputs,
         "Of a model of pictures JPEG and PNG files, folders of them, MNIST's files of pictures; of a model "
         "of tables CSV files")
      ->required();
  app.add_option("--batch-size", s.batch_size, "Pictures at a time")
      ->check(CLI::Range(std::int64_t(1), std::int64_t(65536)))
      ->capture_default_str();
  app.add_option("--threads", s.threads, "Most threads; 0: all CPUs")->check(CLI::Range(0, 4096));
  app.add_flag("--json", s.json, "One line of JSON in place of a line a prediction");
  return example::run(app, argc, argv, [&] { return predict(s); });
}
