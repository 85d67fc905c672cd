// The JSON header of safetensors: {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}.
#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

#include "lepton/core/error.hpp"
#include "src/io/safetensors.hpp"

namespace lepton::io {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<const char*, DType>, 9> kTypes{{{"F64", f64},
                                                               {"F32", f32},
                                                               {"F16", f16},
                                                               {"BF16", bf16},
                                                               {"I64", i64},
                                                               {"I32", i32},
                                                               {"I8", i8},
                                                               {"U8", u8},
                                                               {"BOOL", boolean}}};
constexpr const char* kMetadataKey = "__metadata__";
constexpr int kDeepest = 3;  // an element of a shape, in an entry, in the header
constexpr std::uint64_t kLargestSize = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kShownName = 80;

/// A name as a message shows it: quoted, escaped, and cut where a broken file made it endless.
std::string quote(const std::string& name) {
  const bool cut = name.size() > kShownName;
  return json(cut ? name.substr(0, kShownName) + "..." : name)
      .dump(-1, ' ', true, json::error_handler_t::replace);
}

/// Parses, refusing what nlohmann would let pass: a key twice, and nesting without end.
json parse_strictly(std::string_view text, const std::string& file) {
  std::vector<std::set<std::string>> keys;  // of the objects around the current place
  const auto check = [&](int depth, json::parse_event_t event, json& value) {
    if (depth > kDeepest) throw Error(file, "the header is nested deeper than safetensors are");
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    else if (event == json::parse_event_t::object_end) keys.pop_back();
    else if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second)
      throw Error(file, "the header has " + quote(value.get<std::string>()) + " twice");
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), check);
  } catch (const json::exception& e) {
    const auto* syntax = dynamic_cast<const json::parse_error*>(&e);
    const std::string place =
        syntax ? " at byte " + std::to_string(sizeof(std::uint64_t) + syntax->byte - 1) : "";
    throw Error(file, "the header is not valid JSON" + place);
  }
}

/// One entry of the header, with the words to complain about it.
class EntryReader {
 public:
  EntryReader(const std::string& file, const std::string& name, const json& value)
      : file_(file), name_(name), value_(value) {
    if (!value.is_object()) fail("is described by something that is not an object");
  }

  Entry read(std::uint64_t data_bytes) const {
    Entry entry{.name = name_, .dtype = dtype(), .shape = shape()};
    std::tie(entry.begin, entry.end) = offsets();
    if (entry.end < entry.begin || entry.end > data_bytes)
      fail("has bytes " + range(entry.begin, entry.end) + ", but the file holds " +
           std::to_string(data_bytes) + " after its header" +
           (entry.end > data_bytes ? "; is it truncated?" : ""));
    const std::uint64_t need = bytes_of(entry.shape, entry.dtype);
    if (entry.end - entry.begin != need)
      fail("of type " + std::string(name_of(entry.dtype)) + " and shape " + to_string(entry.shape) +
           " needs " + std::to_string(need) + " bytes, and has bytes " + range(entry.begin, entry.end));
    return entry;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(file_, "tensor " + quote(name_) + " " + what);
  }

  static std::string range(std::uint64_t begin, std::uint64_t end) {
    return "[" + std::to_string(begin) + ", " + std::to_string(end) + ")";
  }

  const json& member(const char* key) const {
    const auto found = value_.find(key);
    if (found == value_.end()) fail(std::string("has no \"") + key + "\"");
    return *found;
  }

  DType dtype() const {
    const json& type = member("dtype");
    if (!type.is_string()) fail("has a dtype that is not a text");
    for (const auto& [name, dtype] : kTypes)
      if (type.get_ref<const std::string&>() == name) return dtype;
    fail("has elements of type " + quote(type.get<std::string>()) +
         ", which lepton does not have; convert it to F64, F32, F16, BF16, I64, I32, I8, U8 or BOOL");
  }

  Shape shape() const {
    const json& sizes = member("shape");
    if (!sizes.is_array()) fail("has a shape that is not a list");
    if (sizes.size() > std::size_t(kMaxRank))
      fail("has " + std::to_string(sizes.size()) + " axes; lepton's tensors have at most " +
           std::to_string(kMaxRank));
    Shape shape;
    for (const json& size : sizes) {
      if (!size.is_number_unsigned() || size.get<std::uint64_t>() > kLargestSize)
        fail("has a shape whose element " + std::to_string(shape.rank()) + " is no size");
      shape.push_back(size.get<std::int64_t>());
    }
    return shape;
  }

  std::pair<std::uint64_t, std::uint64_t> offsets() const {
    const json& pair = member("data_offsets");
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_unsigned() ||
        !pair[1].is_number_unsigned())
      fail("has data_offsets that are not two numbers");
    return {pair[0].get<std::uint64_t>(), pair[1].get<std::uint64_t>()};
  }

  std::uint64_t bytes_of(const Shape& shape, DType dtype) const {
    std::int64_t bytes = std::int64_t(size_of(dtype));
    bool empty = false;
    for (const std::int64_t size : shape) {
      empty = empty || size == 0;
      // Zeros left out: strides are products of the other sizes, and must fit as well.
      if (__builtin_mul_overflow(bytes, std::max<std::int64_t>(size, 1), &bytes))
        fail("has a shape " + to_string(shape) + " that is too large for any machine");
    }
    return empty ? 0 : std::uint64_t(bytes);
  }

  const std::string& file_;
  const std::string& name_;
  const json& value_;
};

Metadata read_metadata(const json& value, const std::string& file) {
  if (!value.is_object()) throw Error(file, "the header's __metadata__ is not an object");
  Metadata metadata;
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string())
      throw Error(file, "the header's __metadata__ has " + quote(key) + ", which is not a text");
    metadata.emplace(key, text.get<std::string>());
  }
  return metadata;
}

/// Sorts the entries by place; they must cover the data without holes or overlaps.
void order_by_place(std::vector<Entry>& entries, std::uint64_t data_bytes, const std::string& file) {
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  std::uint64_t at = 0;
  for (const Entry& e : entries) {
    if (e.begin != at)
      throw Error(file, "tensor " + quote(e.name) + " begins at byte " + std::to_string(e.begin) +
                            " of the data, where " + std::to_string(at) +
                            " is due: " + (e.begin < at ? "two tensors overlap" : "there is a hole"));
    at = e.end;
  }
  if (at != data_bytes)
    throw Error(file,
                std::to_string(data_bytes - at) + " bytes follow the last tensor; is it a damaged file?");
}

std::string to_json(const std::string& text, const std::string& file) {
  try {
    return json(text).dump();
  } catch (const json::exception&) {
    throw Error(file, quote(text) + " is not UTF-8, which names and metadata must be");
  }
}

const char* type_name(DType dtype) {
  return std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& t) { return t.second == dtype; })->first;
}

}  // namespace

Header parse_header(std::string_view text, std::uint64_t data_bytes, const std::string& file) {
  const json root = parse_strictly(text, file);
  if (!root.is_object()) throw Error(file, "the header is not a JSON object");
  Header header;
  for (const auto& [name, value] : root.items()) {
    if (name == kMetadataKey) header.metadata = read_metadata(value, file);
    else header.entries.push_back(EntryReader(file, name, value).read(data_bytes));
  }
  order_by_place(header.entries, data_bytes, file);
  return header;
}

std::string format_header(const Named& tensors, const Metadata& metadata, const std::string& file) {
  std::string text = "{";
  if (!metadata.empty()) {
    text += "\"__metadata__\":{";
    for (const auto& [key, value] : metadata) text += to_json(key, file) + ":" + to_json(value, file) + ",";
    text.back() = '}';
    text += ',';
  }
  std::set<std::string_view> names{kMetadataKey};
  std::uint64_t at = 0;
  for (const auto& [name, t] : tensors) {
    if (!names.insert(name).second) throw Error(file, "two tensors would be saved as " + quote(name));
    const std::uint64_t end = at + std::uint64_t(t.numel()) * size_of(t.dtype());
    text += to_json(name, file) + ":{\"dtype\":\"" + type_name(t.dtype()) +
            "\",\"shape\":" + to_string(t.shape()) + ",\"data_offsets\":[" + std::to_string(at) + "," +
            std::to_string(end) + "]},";
    at = end;
  }
  if (text.back() == ',') text.pop_back();
  return text + "}";
}

}  // namespace lepton::io
