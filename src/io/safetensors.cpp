// safetensors: eight bytes with the header's length, the header, and the tensors' bytes, all little-endian.
#include "src/io/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/core/recorder.hpp"
#include "src/io/replace.hpp"

namespace lepton::io {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr std::uint64_t kPrefix = sizeof(std::uint64_t);
constexpr std::uint64_t kLongestHeader = 100'000'000;  // as in the reference implementation
constexpr std::size_t kAlignment = 8;                  // of the data, by spaces after the header

std::size_t byte_count(const Tensor& t) { return std::size_t(t.numel()) * size_of(t.dtype()); }

/// Bytes other than 0 and 1 are no bool in C++.
void check_booleans(const Tensor& t, const Entry& entry, const std::string& path) {
  const auto* bytes = static_cast<const unsigned char*>(t.raw());
  const auto* bad = std::find_if(bytes, bytes + t.numel(), [](unsigned char b) { return b > 1; });
  if (bad != bytes + t.numel())
    throw Error(path, "tensor '" + entry.name + "' of type boolean has " + std::to_string(*bad) +
                          " as element " + std::to_string(bad - bytes));
}

}  // namespace

void refuse_in_capture(const char* op) {
  if (detail::current_recorder) detail::current_recorder->refuse_host_read(op);
}

Header read_header(const InputFile& input, const std::string& path) {
  if (input.size() < kPrefix)
    throw Error(path, "is no safetensors file: it has " + std::to_string(input.size()) + " bytes");
  std::uint64_t length = 0;
  input.read(0, &length, kPrefix);
  if (length > input.size() - kPrefix || length > kLongestHeader)
    throw Error(path, "is truncated or no safetensors file: its header would have " + std::to_string(length) +
                          " bytes, the file has " + std::to_string(input.size()));
  std::string json(std::size_t(length), '\0');
  input.read(kPrefix, json.data(), json.size());
  Header header = parse_header(json, input.size() - kPrefix - length, path);
  header.data = kPrefix + length;
  return header;
}

SafetensorsFile load_safetensors(const std::string& path) {
  refuse_in_capture("load_safetensors");
  const InputFile input(path);
  Header header = read_header(input, path);
  SafetensorsFile file{.tensors = {}, .metadata = std::move(header.metadata)};
  for (Entry& entry : header.entries) {
    const Tensor t = empty(entry.shape, {.dtype = entry.dtype});
    if (const std::size_t bytes = byte_count(t)) input.read(header.data + entry.begin, t.raw(), bytes);
    if (entry.dtype == boolean) check_booleans(t, entry, path);
    file.tensors.emplace_back(std::move(entry.name), t);
  }
  return file;
}

void order_for_file(Named& tensors) {
  std::stable_sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return size_of(a.second.dtype()) > size_of(b.second.dtype());
  });
}

void write_safetensors(OutputFile& output, const Named& tensors, const Metadata& metadata,
                       const std::string& file) {
  Named ordered = tensors;
  for (const auto& [name, t] : ordered)
    if (!t.defined()) throw Error(file, "tensor '" + name + "' is undefined");
  order_for_file(ordered);
  std::string header = format_header(ordered, metadata, file);
  header.resize((header.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  const std::uint64_t length = header.size();
  if (length > kLongestHeader) throw Error(file, "names and metadata are longer than safetensors allow");

  const NoGrad no_grad;
  output.write(&length, kPrefix);
  output.write(header.data(), header.size());
  for (const auto& [name, t] : ordered) {
    const Tensor dense = t.to(kCpu).contiguous();
    if (const std::size_t bytes = byte_count(dense)) output.write(dense.raw(), bytes);
  }
}

void save_safetensors(const std::string& path, const Named& tensors, const Metadata& metadata) {
  refuse_in_capture("save_safetensors");
  replace_with(path, [&](OutputFile& output) { write_safetensors(output, tensors, metadata, path); });
}

}  // namespace lepton::io
