// predict on pictures: files, folders of them, and MNIST's files of pictures, by what image_classification saved.
#pragma once

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "picture_format.hpp"
#include "predict_settings.hpp"

namespace example {

/// A picture to look at: a file, or one of those in an IDX file.
struct Picture {
  std::string name;
  lepton::data::Image image;
};

inline bool is_picture(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png";
}

/// Picture files as given, and those in folders given, at any depth, in order of their names.
inline std::vector<std::string> find_pictures(const std::vector<std::string>& inputs) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const std::string& input : inputs) {
    if (!fs::is_directory(input)) {
      files.push_back(input);
      continue;
    }
    const std::size_t before = files.size();
    for (const auto& entry : fs::recursive_directory_iterator(input))
      if (entry.is_regular_file() && is_picture(entry.path())) files.push_back(entry.path().string());
    if (files.size() == before) throw lepton::Error(input, "holds no .jpg, .jpeg or .png files");
    std::sort(files.begin() + std::ptrdiff_t(before), files.end());
  }
  return files;
}

/// The pictures of an IDX file, [N, H, W], as grey images.
inline std::vector<Picture> read_idx_pictures(const std::string& path) {
  const lepton::Tensor all = lepton::data::read_idx(path);
  if (all.rank() != 3 || all.dtype() != lepton::u8)
    throw lepton::Error(path, "holds " + lepton::to_string(all.shape()) + ", no grey pictures");
  std::vector<Picture> pictures;
  for (std::int64_t i = 0; i < all.size(0); ++i)
    pictures.push_back({path + "[" + std::to_string(i) + "]",
                        {all.size(1), all.size(2), 1, all[i].to_vector<std::uint8_t>()}});
  return pictures;
}

inline std::vector<Picture> read_pictures(const std::string& file) {
  if (!is_picture(file) && file.find("idx") != file.npos) return read_idx_pictures(file);
  return {{file, lepton::data::decode_image(file)}};
}

/// f32 [N, C, H, W], prepared as for the training.
inline lepton::Tensor to_tensor(std::span<const Picture> pictures, const PictureFormat& format) {
  const std::int64_t C = format.channels, H = format.height, W = format.width;
  lepton::Tensor x = lepton::empty({std::int64_t(pictures.size()), C, H, W});
  float* out = x.data<float>();
  for (const Picture& p : pictures) {
    const auto image = lepton::data::resize(lepton::data::with_channels(p.image, C), H, W);
    for (std::int64_t c = 0; c < C; ++c)
      for (std::int64_t i = 0; i < H * W; ++i) *out++ = float(image.pixels[std::size_t(i * C + c)]) / 255.0f;
  }
  return x;
}

/// Says the class of each picture, and how probable it is.
inline void predict_pictures(const PredictSettings& s, const std::string& path,
                             const lepton::io::Metadata& metadata, Predictions& predictions) {
  using namespace lepton;
  const PictureFormat format = PictureFormat::from(metadata, path);
  models::Cnn model = format.model();
  io::load_model(path, model);
  model.eval();
  const auto classify = [&](std::span<const Picture> pictures) {
    const Tensor probability = softmax(model(to_tensor(pictures, format)));
    const auto best = argmax(probability).to_vector<std::int64_t>();
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const std::string& label = format.classes[std::size_t(best[i])];
      const double p = probability[std::int64_t(i)][best[i]].item();
      if (s.json) predictions.push_back({{"file", pictures[i].name}, {"class", label}, {"probability", p}});
      else std::printf("%s\t%s\t%.4f\n", pictures[i].name.c_str(), label.c_str(), p);
    }
  };

  std::vector<Picture> waiting;
  for (const std::string& file : find_pictures(s.inputs)) {
    for (Picture& p : read_pictures(file)) waiting.push_back(std::move(p));
    while (std::int64_t(waiting.size()) >= s.batch_size) {
      classify(std::span(waiting).first(std::size_t(s.batch_size)));
      waiting.erase(waiting.begin(), waiting.begin() + s.batch_size);
    }
  }
  if (!waiting.empty()) classify(waiting);
}

}  // namespace example
