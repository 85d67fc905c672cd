// Event files: records of length, checksums and an Event message each.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "lepton/train/tensorboard.hpp"
#include "src/train/png.hpp"
#include "src/train/tensorboard/graph.hpp"

namespace lepton {
namespace {

using detail::Message;

// Fields of Event, Summary, Summary.Value, Image, HistogramProto and SessionLog.
constexpr int kWallTime = 1, kStep = 2, kFileVersion = 3, kGraphDef = 4, kSummary = 5, kSessionLog = 7;
constexpr int kValue = 1, kTag = 1, kSimpleValue = 2, kImage = 4, kHistogram = 5;
constexpr int kHeight = 1, kWidth = 2, kColorspace = 3, kEncoded = 4;
constexpr int kMin = 1, kMax = 2, kCount = 3, kSum = 4, kSumSquares = 5, kLimits = 6, kBuckets = 7;
constexpr int kStatus = 1, kStatusStart = 1;
constexpr std::size_t kBins = 30;

/// CRC-32C (Castagnoli), reflected.
std::uint32_t crc32c(const std::string& bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> t{};
    for (std::uint32_t i = 0; i < t.size(); ++i) {
      t[i] = i;
      for (int bit = 0; bit < 8; ++bit) t[i] = t[i] >> 1 ^ (t[i] & 1 ? 0x82F63B78u : 0);
    }
    return t;
  }();
  std::uint32_t crc = ~0u;
  for (const char c : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return ~crc;
}

/// Rotated and offset, so that a checksum of data that holds checksums is not trivial.
std::uint32_t masked_crc(const std::string& bytes) {
  const std::uint32_t crc = crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xA282EAD8u;
}

template <class T> std::string raw(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string file_name() {
  static std::atomic<unsigned> counter{0};
  char host[65] = "localhost";
  ::gethostname(host, sizeof host - 1);
  return "events.out.tfevents." + std::to_string(std::int64_t(wall_time())) + "." + host + "." +
         std::to_string(::getpid()) + "." + std::to_string(counter++);
}

Message histogram_of(std::vector<double> values) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  if (values.empty()) values.push_back(0);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double min = *low, max = *high, width = max > min ? (max - min) / double(kBins) : 1;
  double sum = 0, squares = 0;
  std::vector<double> limits(kBins), counts(kBins);
  for (std::size_t i = 0; i < kBins; ++i)
    limits[i] = i + 1 == kBins && max > min ? max : min + width * double(i + 1);
  for (const double v : values) {
    sum += v;
    squares += v * v;
    ++counts[std::min(kBins - 1, std::size_t((v - min) / width))];
  }
  return Message()
      .number(kMin, min)
      .number(kMax, max)
      .number(kCount, double(values.size()))
      .number(kSum, sum)
      .number(kSumSquares, squares)
      .numbers(kLimits, limits)
      .numbers(kBuckets, counts);
}

}  // namespace

struct EventFile::State {
  std::string path;
  std::FILE* file = nullptr;

  ~State() {
    if (file) std::fclose(file);
  }

  [[noreturn]] void fail() const {
    throw Error(path, std::string("cannot be written: ") + std::strerror(errno));
  }

  void write(const Message& event) {
    const std::string& data = event.text();
    const std::string length = raw(std::uint64_t(data.size()));
    const std::string record = length + raw(masked_crc(length)) + data + raw(masked_crc(data));
    if (std::fwrite(record.data(), 1, record.size(), file) != record.size()) fail();
  }
  void value(const std::string& tag, std::int64_t step, Message&& content) {
    Message value = std::move(content.bytes(kTag, tag));
    write(Message()
              .number(kWallTime, wall_time())
              .integer(kStep, step)
              .message(kSummary, Message().message(kValue, value)));
  }
};

EventFile::EventFile(const std::string& folder) : state_(std::make_unique<State>()) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw Error(folder, "cannot be made: " + error.message());
  state_->path = (std::filesystem::path(folder) / file_name()).string();
  state_->file = std::fopen(state_->path.c_str(), "wb");
  if (!state_->file) state_->fail();
  state_->write(Message().number(kWallTime, wall_time()).bytes(kFileVersion, "brain.Event:2"));
  flush();
}
EventFile::EventFile(EventFile&&) noexcept = default;
EventFile& EventFile::operator=(EventFile&&) noexcept = default;
EventFile::~EventFile() = default;

const std::string& EventFile::path() const { return state_->path; }

void EventFile::scalar(const std::string& tag, double value, std::int64_t step) {
  state_->value(tag, step, std::move(Message().number(kSimpleValue, float(value))));
}

void EventFile::histogram(const std::string& tag, const Tensor& values, std::int64_t step) {
  state_->value(tag, step,
                std::move(Message().message(kHistogram, histogram_of(values.to_vector<double>()))));
}

void EventFile::picture(const std::string& tag, const Tensor& picture, std::int64_t step) {
  const detail::Png png = detail::encode_png(picture);
  const Message image = Message()
                            .integer(kHeight, png.height)
                            .integer(kWidth, png.width)
                            .integer(kColorspace, png.channels)
                            .bytes(kEncoded, png.bytes);
  state_->value(tag, step, std::move(Message().message(kImage, image)));
}

void EventFile::graph(const Tensor& result) {
  state_->write(Message().number(kWallTime, wall_time()).message(kGraphDef, detail::graph_of(result)));
}

void EventFile::restarted(std::int64_t step) {
  state_->write(Message()
                    .number(kWallTime, wall_time())
                    .integer(kStep, step)
                    .message(kSessionLog, Message().integer(kStatus, kStatusStart)));
}

void EventFile::flush() {
  if (std::fflush(state_->file) != 0) state_->fail();
}

}  // namespace lepton
