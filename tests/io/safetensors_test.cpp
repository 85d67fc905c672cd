// safetensors: every type there and back, the reference implementation's file, and files that must be
// refused.
#include "lepton/io/safetensors.hpp"

#include <sys/stat.h>

#include <cstring>

#include "lepton/ops/binary.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"

namespace lepton::io {
namespace {

using data::ByteVector;
using data::expect_error;
using data::TempFolder;

/// A file with this header, whose length is true unless given, and `data_bytes` zeros after it.
ByteVector file_with(const std::string& header, std::size_t data_bytes, std::int64_t length = -1) {
  const std::uint64_t said = length < 0 ? header.size() : std::uint64_t(length);
  ByteVector bytes(sizeof said + header.size() + data_bytes);
  std::memcpy(bytes.data(), &said, sizeof said);
  std::memcpy(bytes.data() + sizeof said, header.data(), header.size());
  return bytes;
}

Tensor by_name(const SafetensorsFile& file, const std::string& name) {
  for (const auto& [n, t] : file.tensors)
    if (n == name) return t;
  throw Error("test", "no tensor " + name);
}

template <class T>
void expect_values(const SafetensorsFile& file, const std::string& name, const Shape& shape,
                   const std::vector<T>& values) {
  const Tensor t = by_name(file, name);
  EXPECT_EQ(t.dtype(), dtype_of<T>) << name;
  EXPECT_EQ(to_string(t.shape()), to_string(shape)) << name;
  EXPECT_EQ(t.to_vector<T>(), values) << name;
}

void expect_fixture(const SafetensorsFile& file) {
  EXPECT_EQ(file.tensors.size(), 10u);
  expect_values<double>(file, "f64", {2}, {1.5, -2});
  expect_values<float>(file, "f32", {2, 3}, {0, 0.25f, 0.5f, 0.75f, 1, 1.25f});
  expect_values<std::int64_t>(file, "i64", {}, {-(std::int64_t(1) << 40)});
  expect_values<std::int32_t>(file, "i32", {2, 1}, {7, -8});
  expect_values<std::int8_t>(file, "i8", {3}, {-128, 127, 0});
  expect_values<std::uint8_t>(file, "u8", {2}, {0, 255});
  expect_values<bool>(file, "flags", {3}, {true, false, true});
  expect_values<float>(file, "empty", {0, 3}, {});
  EXPECT_EQ(by_name(file, "f16").dtype(), f16);
  EXPECT_EQ(by_name(file, "f16").to_vector<float>(), (std::vector<float>{1, 65504, -0.5f}));
  EXPECT_EQ(by_name(file, "bf16").dtype(), bf16);
  EXPECT_EQ(by_name(file, "bf16").to_vector<float>(), (std::vector<float>{1, -3}));
}

std::string fixture() { return std::string(LEPTON_SOURCE_DIR) + "/tests/io/fixtures/all_types.safetensors"; }

TEST(Safetensors, ReadsTheReferenceImplementationsFile) {
  const SafetensorsFile file = load_safetensors(fixture());
  expect_fixture(file);
  EXPECT_EQ(file.metadata, (Metadata{{"source", "safetensors.torch"}, {"text", "é \"quoted\"\n"}}));
}

TEST(Safetensors, EveryTypeComesBack) {
  const TempFolder folder;
  const SafetensorsFile first = load_safetensors(fixture());
  save_safetensors(folder / "a.safetensors", first.tensors, first.metadata);
  const SafetensorsFile second = load_safetensors(folder / "a.safetensors");
  expect_fixture(second);
  EXPECT_EQ(second.metadata, first.metadata);
  save_safetensors(folder / "b.safetensors", second.tensors, second.metadata);
  EXPECT_EQ(data::fs::file_size(folder / "a.safetensors"), data::fs::file_size(folder / "b.safetensors"));
}

TEST(Safetensors, WritesViewsRowMajorAndWideTypesFirst) {
  const TempFolder folder;
  const std::string path = folder / "a.safetensors";
  const Tensor x = arange(0, 6).reshape({2, 3});
  save_safetensors(path, {{"flag", full({1}, 1, {.dtype = boolean})},
                          {"turned", x.transpose()},
                          {"column", x.slice(1, 1, 2)},
                          {"wide", full({1}, 5, {.dtype = i64})}});
  const SafetensorsFile file = load_safetensors(path);
  std::vector<std::string> names;
  for (const auto& [name, t] : file.tensors) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"wide", "turned", "column", "flag"}));
  expect_values<float>(file, "turned", {3, 2}, {0, 3, 1, 4, 2, 5});
  expect_values<float>(file, "column", {2, 1}, {1, 4});

  std::ifstream in(path, std::ios::binary);
  std::uint64_t length = 0;
  in.read(reinterpret_cast<char*>(&length), sizeof length);
  EXPECT_EQ(length % 8, 0u);
  EXPECT_EQ(data::fs::file_size(path), 8 + length + 8 + 24 + 8 + 1);
}

TEST(Safetensors, NothingAndScalarsAndParametersCanBeSaved) {
  const TempFolder folder;
  save_safetensors(folder / "nothing", {});
  EXPECT_TRUE(load_safetensors(folder / "nothing").tensors.empty());
  Tensor leaf = full({}, 2.5);
  leaf.set_requires_grad();
  save_safetensors(folder / "some", {{"", leaf}, {"result", leaf * 2}});
  const SafetensorsFile file = load_safetensors(folder / "some");
  expect_values<float>(file, "", {}, {2.5f});
  expect_values<float>(file, "result", {}, {5});
  EXPECT_FALSE(file.tensors[0].second.requires_grad());
}

struct BadFile {
  const char* what;
  ByteVector bytes;
  std::vector<std::string> parts;  // of the message
};

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& place) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + place +
         "}";
}

std::vector<BadFile> bad_files() {
  const std::string a = entry("a", "F32", "[2]", "[0,8]"), b = entry("b", "F32", "[2]", "[8,16]");
  const auto one = [](const std::string& e) { return file_with("{" + e + "}", 8); };
  return {
      {"empty", {}, {"0 bytes"}},
      {"shorter than a length", {1, 2, 3}, {"3 bytes"}},
      {"header beyond the file", file_with("{}", 0, 1000), {"truncated", "1000 bytes"}},
      {"header of 2^63 bytes", file_with("{}", 0, INT64_MAX), {"truncated"}},
      {"no header", file_with("", 0), {"not valid JSON"}},
      {"text", ByteVector(64, ' '), {"truncated or no safetensors file"}},
      {"bad JSON", file_with("{\"a\":}", 0), {"not valid JSON at byte 13"}},
      {"bad UTF-8", file_with("{\"\xff\":1}", 0), {"not valid JSON"}},
      {"more than one value", file_with("{}{}", 0), {"not valid JSON"}},
      {"endless nesting", file_with(std::string(50'000, '['), 0), {"nested deeper"}},
      {"list", file_with("[]", 0), {"not a JSON object"}},
      {"number for a tensor", file_with("{\"a\":1}", 0), {"tensor \"a\"", "not an object"}},
      {"name twice", file_with("{" + a + "," + a + "}", 8), {"\"a\" twice"}},
      {"member twice", one("\"a\":{\"dtype\":\"F32\",\"dtype\":\"I8\"}"), {"\"dtype\" twice"}},
      {"no dtype", one("\"a\":{\"shape\":[],\"data_offsets\":[0,0]}"), {"no \"dtype\""}},
      {"no shape", one("\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,0]}"), {"no \"shape\""}},
      {"no place", one("\"a\":{\"dtype\":\"F32\",\"shape\":[2]}"), {"no \"data_offsets\""}},
      {"dtype a number", one("\"a\":{\"dtype\":4,\"shape\":[2],\"data_offsets\":[0,8]}"), {"not a text"}},
      {"foreign type", one(entry("a", "U16", "[4]", "[0,8]")), {"tensor \"a\"", "\"U16\"", "does not have"}},
      {"nine axes", one(entry("a", "F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]")), {"9 axes", "at most 8"}},
      {"negative size", one(entry("a", "F32", "[-2]", "[0,8]")), {"element 0 is no size"}},
      {"fractional size", one(entry("a", "F32", "[2.0]", "[0,8]")), {"element 0 is no size"}},
      {"size of 2^63", one(entry("a", "U8", "[9223372036854775808]", "[0,8]")), {"element 0 is no size"}},
      {"product too large",
       one(entry("a", "U8", "[4294967296,4294967296]", "[0,8]")),
       {"too large for any machine"}},
      {"strides too large",
       one(entry("a", "U8", "[0,4294967296,4294967296]", "[0,0]")),
       {"too large for any machine"}},
      {"fewer bytes than the shape",
       one(entry("a", "F32", "[3]", "[0,8]")),
       {"[3] needs 12 bytes", "[0, 8)"}},
      {"ends before it begins", one(entry("a", "F32", "[0]", "[8,0]")), {"[8, 0)"}},
      {"three offsets", one(entry("a", "F32", "[2]", "[0,8,9]")), {"not two numbers"}},
      {"negative offset", one(entry("a", "F32", "[2]", "[-8,0]")), {"not two numbers"}},
      {"beyond the file", file_with("{" + a + "," + b + "}", 12), {"tensor \"b\"", "12 after", "truncated"}},
      {"overlap",
       file_with("{" + a + "," + entry("b", "F32", "[2]", "[4,12]") + "}", 12),
       {"\"b\"", "overlap"}},
      {"same place", file_with("{" + a + "," + entry("b", "F32", "[2]", "[0,8]") + "}", 8), {"overlap"}},
      {"hole", file_with("{" + a + "," + entry("b", "F32", "[1]", "[12,16]") + "}", 16), {"\"b\"", "a hole"}},
      {"hole at the front", file_with("{" + entry("b", "F32", "[1]", "[4,8]") + "}", 8), {"a hole"}},
      {"bytes left over", file_with("{" + a + "}", 9), {"1 bytes follow"}},
      {"metadata a list", file_with("{\"__metadata__\":[]}", 0), {"__metadata__ is not an object"}},
      {"metadata with a number", file_with("{\"__metadata__\":{\"k\":1}}", 0), {"\"k\"", "not a text"}},
  };
}

TEST(Safetensors, RefusesDamagedFilesNamingThePlace) {
  const TempFolder folder;
  for (BadFile& bad : bad_files()) {
    SCOPED_TRACE(bad.what);
    const std::string path = folder.write("bad.safetensors", bad.bytes);
    bad.parts.push_back("bad.safetensors");
    expect_error([&] { load_safetensors(path); }, bad.parts);
  }
}

TEST(Safetensors, RefusesBooleansThatAreNeither) {
  const TempFolder folder;
  ByteVector bytes = file_with("{" + entry("flags", "BOOL", "[3]", "[0,3]") + "}", 3);
  bytes.back() = 2;
  expect_error([&, path = folder.write("a", bytes)] { load_safetensors(path); },
               {"'flags'", "has 2 as element 2"});
}

TEST(Safetensors, RefusesEveryTruncation) {
  const TempFolder folder;
  const std::string path = folder / "cut";
  data::fs::copy_file(fixture(), path);
  std::uintmax_t size = data::fs::file_size(path);
  ASSERT_GT(size, 500u);
  while (size-- > 0) {
    data::fs::resize_file(path, size);
    EXPECT_THROW(load_safetensors(path), Error) << size << " bytes";
  }
}

TEST(Safetensors, RefusesWhatIsNoFile) {
  const TempFolder folder;
  expect_error([&] { load_safetensors(folder / "nowhere"); }, {"nowhere", "No such file"});
  expect_error([&] { load_safetensors(folder.path()); }, {"is a folder"});
  expect_error([] { load_safetensors("/dev/zero"); }, {"not a regular file"});
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  expect_error([&] { load_safetensors(folder / "pipe"); }, {"not a regular file"});
}

TEST(Safetensors, RefusesNamesItCannotWrite) {
  const TempFolder folder;
  const std::string path = folder / "a";
  const Tensor x = zeros({1});
  expect_error([&] { save_safetensors(path, {{"w", x}, {"w", x}}); }, {path, "two tensors", "\"w\""});
  expect_error([&] { save_safetensors(path, {{"__metadata__", x}}); }, {"__metadata__"});
  expect_error([&] { save_safetensors(path, {{"\xff", x}}); }, {"not UTF-8"});
  expect_error([&] { save_safetensors(path, {{"w", x}}, {{"k", "\xc3"}}); }, {"not UTF-8"});
  expect_error([&] { save_safetensors(path, {{"w", Tensor()}}); }, {"'w' is undefined"});
  EXPECT_TRUE(data::fs::is_empty(folder.path()));
}

TEST(Safetensors, ReadsMobileNet) {
  LEPTON_NEED_DATA("mobilenet-v2/mobilenet_v2.safetensors");
  const SafetensorsFile file =
      load_safetensors((data::real_data() / "mobilenet-v2/mobilenet_v2.safetensors").string());
  EXPECT_EQ(file.tensors.size(), 314u);
  EXPECT_EQ(file.metadata.at("license"), "Apache-2.0");
  EXPECT_EQ(to_string(by_name(file, "features.0.0.weight").shape()), "[32, 3, 3, 3]");
  EXPECT_EQ(by_name(file, "classifier.1.weight").dtype(), f16);
  EXPECT_EQ(to_string(by_name(file, "classifier.1.weight").shape()), "[1000, 1280]");
}

}  // namespace
}  // namespace lepton::io
