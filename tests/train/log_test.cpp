// Logs: CSV and JSON lines, also over a resumption, and event files, read by the format's own rules.
#include "lepton/train/log.hpp"

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include "lepton/metrics/accuracy.hpp"
#include "lepton/ops/binary.hpp"
#include "lepton/tensor/factory.hpp"
#include "lepton/train/tensorboard.hpp"
#include "tests/train/support.hpp"

namespace lepton {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::istringstream in(text_of(path));
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(Log, Csv) {
  const TempFolder folder;
  CsvLog log(folder / "logs/log.csv");
  const Trained run({.epochs = 2,
                     .validation = problem(40),
                     .metrics = {{"top, 1", metrics::Accuracy()}},
                     .callbacks = {&log}});
  EXPECT_EQ(log.error(), "");
  const auto lines = lines_of(log.path());
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "epoch,steps,samples,seconds,lr,loss,skipped,validation_loss,\"validation_top, 1\"");
  const EpochReport& e = run.report.epochs[1];
  std::istringstream fields(lines[2]);
  std::vector<double> numbers;
  for (std::string field; std::getline(fields, field, ',');) numbers.push_back(std::stod(field));
  EXPECT_EQ(numbers, (std::vector<double>{2, 4, 100, e.seconds, e.lr, e.loss, 0, e.validation[0].value,
                                          e.validation[1].value}));
}

TEST(Log, JsonLines) {
  const TempFolder folder;
  JsonLinesLog log(folder / "log.jsonl", 3);
  struct Breaks final : Callback {
    void epoch_ends(Session& s, const EpochReport& e) override {
      if (e.epoch != 1) return;
      const NoGrad no_grad;
      s.model.parameters()[0].fill_(std::numeric_limits<double>::quiet_NaN());
    }
  } breaks;
  const Trained run({.epochs = 2, .callbacks = {&log, &breaks}, .on_bad_step = OnBadStep::skip});
  const auto lines = lines_of(log.path());
  ASSERT_EQ(lines.size(), 8u);
  EXPECT_TRUE(lines[0].starts_with("{\"epoch\":1,\"step\":3,\"loss\":")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with("{\"epoch\":1,\"steps\":4,\"samples\":100,\"seconds\":")) << lines[1];
  EXPECT_TRUE(lines[2].starts_with("{\"epoch\":2,\"note\":\"epoch 2, step 1 (samples ")) << lines[2];
  EXPECT_NE(lines[5].find("\"loss\":null"), std::string::npos) << lines[5];
}

TEST(Log, GoesOnWhereTheTrainingDoes) {
  const TempFolder folder;
  CsvLog csv(folder / "log.csv");
  JsonLinesLog json(folder / "log.jsonl");
  Trained({.epochs = 2, .save = folder / "run", .callbacks = {&csv, &json}});
  // A run of epoch 3 that was killed, within a line.
  std::ofstream(csv.path(), std::ios::app) << "3,4,100,0.1,0.01,7,0\n4,4,1";
  std::ofstream(json.path(), std::ios::app) << "{\"epoch\":3,\"note\":\"lost\"}\n{\"epo";
  Trained({.epochs = 4, .resume = folder / "run", .callbacks = {&csv, &json}});
  const auto lines = lines_of(csv.path());
  ASSERT_EQ(lines.size(), 5u);
  for (int epoch = 1; epoch <= 4; ++epoch)
    EXPECT_TRUE(lines[std::size_t(epoch)].starts_with(std::to_string(epoch) + ",4,100,"))
        << lines[std::size_t(epoch)];
  EXPECT_EQ(lines[3].find(",7,0"), std::string::npos);
  const auto objects = lines_of(json.path());
  ASSERT_EQ(objects.size(), 4u);
  EXPECT_TRUE(objects[3].starts_with("{\"epoch\":4,\"steps\""));
  Trained({.epochs = 1, .callbacks = {&csv}});  // another training begins anew
  EXPECT_EQ(lines_of(csv.path()).size(), 2u);
}

TEST(Log, WhatCannotBeWrittenEndsNoTraining) {
  CsvLog csv("/dev/full/log.csv");
  TensorBoardLog board("/proc/none");
  const Trained run({.epochs = 2, .callbacks = {&csv, &board}});
  EXPECT_EQ(run.report.epochs_done, 2);
  EXPECT_NE(csv.error(), "");
  EXPECT_NE(board.error().find("/proc/none"), std::string::npos);
}

/// CRC-32C bit by bit, as RFC 3720 has it, masked as TFRecord asks.
std::uint32_t masked_crc(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
  }
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

/// The fields of a message, of which a later one of the same number wins: numbers as text of their bits.
std::map<int, std::string> fields_of(std::string_view bytes) {
  std::map<int, std::string> fields;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes.at(0));
      bytes.remove_prefix(1);
      value |= std::uint64_t(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (!bytes.empty()) {
    const std::uint64_t key = varint();
    std::size_t size = 0;
    switch (key & 7) {
      case 0: fields[int(key >> 3)] = std::to_string(varint()); continue;
      case 1: size = 8; break;
      case 2: size = varint(); break;
      case 5: size = 4; break;
      default: ADD_FAILURE() << "wire type " << (key & 7); return fields;
    }
    fields[int(key >> 3)] = bytes.substr(0, size);
    bytes.remove_prefix(size);
  }
  return fields;
}

std::vector<std::map<int, std::string>> events_of(const std::string& path) {
  const std::string all = text_of(path);
  std::string_view rest = all;
  std::vector<std::map<int, std::string>> events;
  while (!rest.empty()) {
    std::uint64_t length = 0;
    std::uint32_t length_crc = 0, crc = 0;
    std::memcpy(&length, rest.data(), 8);
    std::memcpy(&length_crc, rest.data() + 8, 4);
    EXPECT_EQ(length_crc, masked_crc(rest.substr(0, 8)));
    std::memcpy(&crc, rest.data() + 12 + length, 4);
    EXPECT_EQ(crc, masked_crc(rest.substr(12, length)));
    events.push_back(fields_of(rest.substr(12, length)));
    rest.remove_prefix(16 + length);
  }
  return events;
}

template <class T> T bits(const std::string& bytes) {
  T value{};
  std::memcpy(&value, bytes.data(), std::min(sizeof value, bytes.size()));
  return value;
}

TEST(EventFile, RecordsAreAsTheFormatHasThem) {
  constexpr std::uint32_t kCheck = 0xE3069283u;  // CRC-32C of "123456789"
  EXPECT_EQ(masked_crc("123456789"), (kCheck >> 15 | kCheck << 17) + 0xA282EAD8u);
  const TempFolder folder;
  std::string path;
  {
    EventFile file(folder / "board");
    path = file.path();
    file.scalar("loss/train", 0.25, 300);
    file.histogram("w", tensor({0.0, 1.0, 1.0, 2.0, std::nan("")}), 7);
    file.picture("p", rand({3, 5, 9}), 0);
    const Tensor w = randn({4}).set_requires_grad();
    file.graph(sum(w * 2.0));
    file.restarted(12);
  }
  EXPECT_NE(path.find("events.out.tfevents."), std::string::npos);
  const auto events = events_of(path);
  ASSERT_EQ(events.size(), 6u);
  EXPECT_EQ(events[0].at(3), "brain.Event:2");
  const auto value = [&](std::size_t i) { return fields_of(fields_of(events[i].at(5)).at(1)); };
  EXPECT_EQ(events[1].at(2), "300");
  EXPECT_EQ(value(1).at(1), "loss/train");
  EXPECT_EQ(bits<float>(value(1).at(2)), 0.25f);
  const auto histogram = fields_of(value(2).at(5));
  EXPECT_EQ(bits<double>(histogram.at(3)), 4);
  EXPECT_EQ(bits<double>(histogram.at(4)), 4);
  EXPECT_EQ(histogram.at(6).size(), histogram.at(7).size());
  const auto image = fields_of(value(3).at(4));
  EXPECT_EQ(image.at(1) + "x" + image.at(2) + "x" + image.at(3), "5x9x3");
  EXPECT_TRUE(image.at(4).starts_with("\x89PNG"));
  EXPECT_NE(events[4].at(4).find("Parameter"), std::string::npos);
  EXPECT_EQ(fields_of(events[5].at(7)).at(1), "1");
  EXPECT_THROW(EventFile("/proc/none"), Error);
}

TEST(EventFile, LogsATrainingWithoutChangingIt) {
  const TempFolder folder;
  TensorBoardLog log(folder / "board", {.steps = 2});
  const FitOptions bare{
      .epochs = 2, .validation = problem(40), .metrics = {{"accuracy", metrics::Accuracy()}}};
  FitOptions logged = bare;
  logged.callbacks = {&log};
  EXPECT_EQ(Trained(logged).weights(), Trained(bare).weights());
  EXPECT_EQ(log.error(), "");
  std::map<std::string, int> tags;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "board"))
    for (const auto& event : events_of(entry.path()))
      if (event.contains(5)) ++tags[fields_of(fields_of(event.at(5)).at(1)).at(1)];
  EXPECT_EQ(tags["loss/train"], 2);
  EXPECT_EQ(tags["loss/validation"], 2);
  EXPECT_EQ(tags["validation/accuracy"], 2);
  EXPECT_EQ(tags["loss/step"], 4);
  EXPECT_EQ(tags["parameters/0.weight"], 2);
  EXPECT_EQ(tags["gradients/3.bias"], 2);
}

}  // namespace
}  // namespace lepton
