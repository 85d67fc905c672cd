// Tells the classes of pictures with a model that image_classification has saved.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <span>

#include "common.hpp"
#include "picture_format.hpp"

namespace fs = std::filesystem;
using namespace lepton;

struct Settings {
  std::string model;
  std::vector<std::string> inputs;
  std::int64_t batch_size = 32;
  int threads = 0;
  bool json = false;
};

/// A picture to look at: a file, or one of those in an IDX file.
struct Picture {
  std::string name;
  data::Image image;
};

static std::string lower_extension(const fs::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension;
}

static bool is_picture(const fs::path& path) {
  const std::string extension = lower_extension(path);
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png";
}

/// Picture files as given, and those in folders given, at any depth, in order of their names.
static std::vector<std::string> find_files(const std::vector<std::string>& inputs) {
  std::vector<std::string> files;
  for (const std::string& input : inputs) {
    if (!fs::is_directory(input)) {
      files.push_back(input);
      continue;
    }
    const std::size_t before = files.size();
    for (const auto& entry : fs::recursive_directory_iterator(input))
      if (entry.is_regular_file() && is_picture(entry.path())) files.push_back(entry.path().string());
    if (files.size() == before) throw Error(input, "holds no .jpg, .jpeg or .png files");
    std::sort(files.begin() + std::ptrdiff_t(before), files.end());
  }
  return files;
}

/// The pictures of an IDX file, [N, H, W], as grey images.
static std::vector<Picture> read_idx_pictures(const std::string& path) {
  const Tensor all = data::read_idx(path);
  if (all.rank() != 3 || all.dtype() != u8)
    throw Error(path, "holds " + to_string(all.shape()) + ", no grey pictures");
  std::vector<Picture> pictures;
  for (std::int64_t i = 0; i < all.size(0); ++i)
    pictures.push_back({path + "[" + std::to_string(i) + "]",
                        {all.size(1), all.size(2), 1, all[i].to_vector<std::uint8_t>()}});
  return pictures;
}

static std::vector<Picture> read(const std::string& file) {
  if (!is_picture(file) && file.find("idx") != file.npos) return read_idx_pictures(file);
  return {{file, data::decode_image(file)}};
}

/// f32 [N, C, H, W], prepared as for the training.
static Tensor prepare(std::span<const Picture> pictures, const example::PictureFormat& format) {
  const std::int64_t C = format.channels, H = format.height, W = format.width;
  Tensor x = empty({std::int64_t(pictures.size()), C, H, W});
  float* out = x.data<float>();
  for (const Picture& p : pictures) {
    const data::Image image = data::resize(data::with_channels(p.image, C), H, W);
    for (std::int64_t c = 0; c < C; ++c)
      for (std::int64_t i = 0; i < H * W; ++i) *out++ = float(image.pixels[std::size_t(i * C + c)]) / 255.0f;
  }
  return x;
}

static int predict(const Settings& s) {
  if (s.threads > 0) set_num_threads(s.threads);
  const std::string path =
      fs::is_directory(s.model) ? (fs::path(s.model) / "model.safetensors").string() : s.model;
  const auto format = example::PictureFormat::from(io::load_safetensors(path).metadata, path);
  models::Cnn model = format.model();
  io::load_model(path, model);
  model.eval();
  const NoGrad no_grad;

  nlohmann::ordered_json predictions = nlohmann::ordered_json::array();
  const auto classify = [&](std::span<const Picture> pictures) {
    const Tensor probability = softmax(model(prepare(pictures, format)));
    const auto best = argmax(probability).to_vector<std::int64_t>();
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const std::string& label = format.classes[std::size_t(best[i])];
      const double p = probability[std::int64_t(i)][best[i]].item();
      if (s.json) predictions.push_back({{"file", pictures[i].name}, {"class", label}, {"probability", p}});
      else std::printf("%s\t%s\t%.4f\n", pictures[i].name.c_str(), label.c_str(), p);
    }
  };

  std::vector<Picture> waiting;
  for (const std::string& file : find_files(s.inputs)) {
    for (Picture& p : read(file)) waiting.push_back(std::move(p));
    while (std::int64_t(waiting.size()) >= s.batch_size) {
      classify(std::span(waiting).first(std::size_t(s.batch_size)));
      waiting.erase(waiting.begin(), waiting.begin() + s.batch_size);
    }
  }
  if (!waiting.empty()) classify(waiting);
  if (s.json)
    std::cout << nlohmann::ordered_json{{"model", path}, {"predictions", predictions}}.dump() << '\n';
  return 0;
}

int main(int argc, char** argv) {
  CLI::App app(
      "Tells the classes of pictures: predict --model DIR photo.jpg folder/ t10k-images-idx3-ubyte.gz");
  Settings s;
  app.add_option("--model", s.model, "Folder that image_classification saved, or its model.safetensors")
      ->required();
  app.add_option("inputs", s.inputs, "JPEG and PNG files, folders of them, MNIST's files of pictures")
      ->required();
  app.add_option("--batch-size", s.batch_size, "Pictures at a time")
      ->check(CLI::Range(std::int64_t(1), std::int64_t(65536)))
      ->capture_default_str();
  app.add_option("--threads", s.threads, "Most threads; 0: all CPUs")->check(CLI::Range(0, 4096));
  app.add_flag("--json", s.json, "One line of JSON in place of a line a picture");
  return example::run(app, argc, argv, [&] { return predict(s); });
}
