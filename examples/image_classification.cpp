// Trains a small convolutional network on pictures of your own, MNIST, CIFAR-10, or ones it draws itself.
#include <cstdio>
#include <optional>

#include "augment.hpp"
#include "common.hpp"
#include "logs.hpp"
#include "picture_format.hpp"

using namespace lepton;

struct Settings : example::Options {
  std::string data, size, write_split, log;
  std::vector<std::string> augment;
};

/// "64" or "48x64", rows first; nothing where it is neither.
static std::optional<std::pair<std::int64_t, std::int64_t>> parse_size(const std::string& text) {
  int height = 0, width = 0;
  char rest;
  if (std::sscanf(text.c_str(), "%5dx%5d%c", &height, &width, &rest) != 2) {
    if (std::sscanf(text.c_str(), "%5d%c", &height, &rest) != 1) return std::nullopt;
    width = height;
  }
  if (height < 1 || width < 1) return std::nullopt;
  return std::pair<std::int64_t, std::int64_t>(height, width);
}

static data::ImageData load(const Settings& s) {
  std::int64_t height = 0, width = 0;
  if (!s.size.empty()) std::tie(height, width) = *parse_size(s.size);
  if (!s.data.empty())
    return data::load_images(s.data, {.height = height, .width = width, .seed = s.seed, .limit = s.limit});
  if (height != width) throw Error("--size", "pictures that are drawn are square; give one number");
  data::ImageData drawn = data::synthetic_images({.size = height ? height : 64, .seed = s.seed});
  if (s.limit) {
    drawn.train = data::sample(drawn.train, s.limit, s.seed);
    drawn.test = data::sample(drawn.test, s.limit, s.seed);
  }
  return drawn;
}

static void describe(const data::ImageData& d, const Settings& s) {
  std::cout << "data    " << (s.data.empty() ? d.source : s.data + ": " + d.source) << "\n        "
            << d.train.size() << " pictures to train on, " << d.test.size() << " to test, " << d.height << "x"
            << d.width << (d.channels == 1 ? " grey, " : " RGB, ") << d.class_names.size() << " classes:";
  for (std::size_t i = 0; i < std::min<std::size_t>(d.class_names.size(), 10); ++i)
    std::cout << (i ? ", " : " ") << d.class_names[i];
  std::cout << (d.class_names.size() > 10 ? ", ...\n" : "\n");
}

/// A resumed training must mean the same classes by the same outputs.
static void check_same_task(const example::PictureFormat& now, const io::Metadata& metadata,
                            const std::string& path) {
  const auto then = example::PictureFormat::from(metadata, path);
  if (then.classes != now.classes)
    throw Error(path,
                "was trained on other classes than those of the data; --data must be that of its training");
}

static int train(const CLI::App& app, Settings s) {
  io::Metadata before;
  if (!s.resume.empty()) {
    before = io::load_metadata(s.resume);
    adopt(app, s, before);
    if (const auto size = before.find("size"); s.size.empty() && size != before.end()) s.size = size->second;
    if (const auto names = before.find("augment"); s.augment.empty() && names != before.end())
      s.augment = CLI::detail::split(names->second, ',');
  }
  const Device device = prepare(s);
  const data::ImageData pictures = load(s);
  describe(pictures, s);
  if (!s.write_split.empty()) data::write_split(pictures, s.write_split);

  const example::PictureFormat format{pictures.channels, pictures.height, pictures.width,
                                      pictures.class_names};
  if (!s.resume.empty()) check_same_task(format, before, s.resume);
  models::Cnn model = format.model();
  model.to(device);
  optim::Adam adam(model.parameters(), {.lr = s.lr});
  std::cout << "model\n" << model.describe() << std::flush;

  ConsoleProgress progress(example::progress_stream());
  FitOptions options = example::fit_options(app, s, progress);
  options.validation = pictures.test;
  options.metrics = {{"accuracy", metrics::Accuracy()}};
  options.metadata.merge(format.metadata());
  if (!s.augment.empty()) options.metadata["augment"] = example::joined(s.augment);
  options.metadata["size"] = std::to_string(format.height) + "x" + std::to_string(format.width);
  data::Dataset training = pictures.train;
  if (!s.augment.empty())
    training =
        data::transformed(training, example::augmentation(s.augment, format.height, format.width), s.seed);
  const example::Logs logs(s.log, options);
  interrupt_on_signal();
  const Report report = fit(model, adam, cross_entropy, training, options);

  auto figures = example::figures(s, report, model);
  if (report.epochs.empty() && !report.interrupted)  // the checkpoint had all epochs behind it
    figures["test_accuracy"] = evaluate(model, pictures.test, options.metrics)[0].value;
  figures["train_samples"] = pictures.train.size();
  figures["test_samples"] = pictures.test.size();
  if (figures.contains("test_accuracy"))
    std::printf("test accuracy %.4f\n", figures["test_accuracy"].get<double>());
  if (logs.wanted())
    logs.finish(report, {.title = "Pictures of " + std::to_string(format.classes.size()) + " classes",
                         .facts = {{"data", s.data.empty() ? pictures.source : s.data}},
                         .class_names = format.classes,
                         .mistakes = find_mistakes(model, pictures.test)});
  return example::finish(s, report, figures);
}

int main(int argc, char** argv) {
  CLI::App app(
      "Trains a small convolutional network to tell pictures apart: image_classification --data photos");
  Settings s;
  s.epochs = 5;
  app.add_option(
      "--data", s.data,
      "Folder: a folder of JPEG or PNG files a class, or train/ and test/ (or val/) of such, or MNIST's "
      "four IDX files, or CIFAR-10's binary files. Without it, pictures of ten shapes are drawn");
  app.add_option("--size", s.size,
                 "Pictures are resized to N or HxW; default: as they are, 64 where they differ")
      ->check([](const std::string& text) {
        return parse_size(text) ? std::string() : "a size is N or HxW, not " + text;
      });
  app.add_option("--augment", s.augment, example::kAugmentationHelp)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check([](const std::string& name) {
        return example::is_augmentation(name) ? std::string() : "there is no augmentation " + name;
      });
  app.add_option("--write-split", s.write_split, "File to write which picture is in which part");
  example::add_log_option(app, s.log);
  example::add_options(app, s);
  return example::run(app, argc, argv, [&] { return train(app, s); });
}
