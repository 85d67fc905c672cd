// npy: a magic word, a version, the header's length, the header, and the elements (NumPy's NEP 1).
#include "src/io/npy/npy.hpp"

#include <algorithm>
#include <cstring>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/io/npy.hpp"
#include "lepton/ops/shape.hpp"
#include "lepton/tensor/factory.hpp"
#include "src/io/file.hpp"
#include "src/io/replace.hpp"
#include "src/io/safetensors.hpp"

namespace lepton::io {
namespace npy {
namespace {

constexpr char kMagic[] = {'\x93', 'N', 'U', 'M', 'P', 'Y'};
constexpr std::size_t kVersionEnd = sizeof kMagic + 2;
constexpr std::size_t kAlignment = 64;  // of the elements, by spaces in the header

/// Where the header's text lies.
struct Frame {
  std::size_t begin, length;
};

Frame frame_of(Bytes bytes, const std::string& file) {
  if (bytes.size() < kVersionEnd || std::memcmp(bytes.data(), kMagic, sizeof kMagic) != 0)
    throw Error(file, "is no npy file: it does not begin with \\x93NUMPY");
  const int version = bytes[sizeof kMagic];
  if (version < 1 || version > 3)
    throw Error(file, "is an npy file of version " + std::to_string(version) + "; lepton reads 1 to 3");
  const std::size_t width = version == 1 ? 2 : 4;
  if (bytes.size() < kVersionEnd + width) throw Error(file, "is truncated: its header is not whole");
  std::size_t length = 0;
  for (std::size_t i = width; i > 0; --i) length = length << 8 | bytes[kVersionEnd + i - 1];
  if (length > bytes.size() - kVersionEnd - width)
    throw Error(file, "is truncated: its header would have " + std::to_string(length) +
                          " bytes, the file has " + std::to_string(bytes.size()));
  return {kVersionEnd + width, length};
}

/// Element by element into a type that lepton has.
template <class From, class To> void widen(const std::uint8_t* from, Tensor& to) {
  for (std::int64_t i = 0; i < to.numel(); ++i) {
    From value;
    std::memcpy(&value, from + std::size_t(i) * sizeof value, sizeof value);
    to.data<To>()[i] = To(value);
  }
}

DType type_of(const Header& h) {
  switch (h.kind) {
    case 'f': return h.bytes == 2 ? f16 : h.bytes == 4 ? f32 : f64;
    case 'b': return boolean;
    case 'u': return h.bytes == 1 ? u8 : h.bytes == 2 ? i32 : i64;
    default: return h.bytes == 1 ? i8 : h.bytes == 8 ? i64 : i32;
  }
}

const char* descr_of(DType t, const std::string& file) {
  switch (t) {
    case DType::f32: return "<f4";
    case DType::f64: return "<f8";
    case DType::f16: return "<f2";
    case DType::i8: return "|i1";
    case DType::u8: return "|u1";
    case DType::i32: return "<i4";
    case DType::i64: return "<i8";
    case DType::boolean: return "|b1";
    case DType::bf16: break;
  }
  throw Error(file, "cannot hold bf16, which NumPy has not; convert it: x.to(f32)");
}

void check_booleans(const std::uint8_t* bytes, std::int64_t count, const std::string& file) {
  const auto* bad = std::find_if(bytes, bytes + count, [](std::uint8_t b) { return b > 1; });
  if (bad != bytes + count)
    throw Error(file, "holds booleans, but has " + std::to_string(*bad) + " as element " +
                          std::to_string(bad - bytes));
}

std::vector<std::uint8_t> swapped(Bytes bytes, int width) {
  std::vector<std::uint8_t> out(bytes.begin(), bytes.end());
  for (std::size_t i = 0; i < out.size(); i += std::size_t(width))
    std::reverse(out.data() + i, out.data() + i + width);
  return out;
}

/// The elements in the order of the file.
Tensor read_elements(Bytes bytes, const Header& h, const Shape& shape, const std::string& file) {
  Tensor x = empty(shape, {.dtype = type_of(h)});
  std::vector<std::uint8_t> turned;
  if (h.swapped) bytes = turned = swapped(bytes, h.bytes);
  if (h.kind == 'b') check_booleans(bytes.data(), x.numel(), file);
  if (h.kind == 'i' && h.bytes == 2) widen<std::int16_t, std::int32_t>(bytes.data(), x);
  else if (h.kind == 'u' && h.bytes == 2) widen<std::uint16_t, std::int32_t>(bytes.data(), x);
  else if (h.kind == 'u' && h.bytes == 4) widen<std::uint32_t, std::int64_t>(bytes.data(), x);
  else if (!bytes.empty()) std::memcpy(x.raw(), bytes.data(), bytes.size());
  return x;
}

/// An array that lies with its first axis innermost, from one with its axes the other way round.
Tensor turn_axes(const Tensor& x) {
  Dims axes;
  for (int i = x.rank() - 1; i >= 0; --i) axes.push_back(i);
  return permute(x, axes).contiguous();
}

}  // namespace

std::vector<std::uint8_t> to_bytes(const Tensor& x, const std::string& file) {
  if (!x.defined()) throw Error(file, "cannot be written: the tensor is undefined");
  std::string header =
      std::string("{'descr': '") + descr_of(x.dtype(), file) + "', 'fortran_order': False, 'shape': (";
  for (const std::int64_t size : x.shape()) header += std::to_string(size) + ",";
  header += "), }";
  const std::size_t front = kVersionEnd + 2,
                    whole = (front + header.size() + 1 + kAlignment - 1) / kAlignment * kAlignment;
  header.resize(whole - front - 1, ' ');
  header += '\n';
  const Tensor dense = x.detach().to(kCpu).contiguous();
  std::vector<std::uint8_t> out(whole + std::size_t(x.numel()) * size_of(x.dtype()));
  std::memcpy(out.data(), kMagic, sizeof kMagic);
  out[sizeof kMagic] = 1;
  out[kVersionEnd] = std::uint8_t(header.size() & 255);
  out[kVersionEnd + 1] = std::uint8_t(header.size() >> 8);
  std::memcpy(out.data() + front, header.data(), header.size());
  if (out.size() > whole) std::memcpy(out.data() + whole, dense.raw(), out.size() - whole);
  return out;
}

}  // namespace npy

Tensor read_npy(std::span<const std::uint8_t> bytes, const std::string& name) {
  refuse_in_capture("read_npy");
  const NoGrad no_grad;
  const npy::Frame frame = npy::frame_of(bytes, name);
  const npy::Header h =
      npy::parse_header({reinterpret_cast<const char*>(bytes.data()) + frame.begin, frame.length}, name);
  const auto elements = bytes.subspan(frame.begin + frame.length);
  const std::size_t expected = std::size_t(h.shape.numel()) * std::size_t(h.bytes);
  if (elements.size() != expected)
    throw Error(name, std::string(elements.size() < expected ? "is truncated: "
                                                             : "is longer than its header says: ") +
                          to_string(h.shape) + " takes " + std::to_string(expected) + " bytes, there are " +
                          std::to_string(elements.size()));
  if (!h.columns_first || h.shape.rank() < 2) return npy::read_elements(elements, h, h.shape, name);
  Shape reversed;
  for (int i = h.shape.rank() - 1; i >= 0; --i) reversed.push_back(h.shape[i]);
  return npy::turn_axes(npy::read_elements(elements, h, reversed, name));
}

Tensor load_npy(const std::string& path) { return read_npy(read_whole(path), path); }

void save_npy(const std::string& path, const Tensor& x) {
  refuse_in_capture("save_npy");
  const NoGrad no_grad;
  replace_with(path, npy::to_bytes(x, path));
}

}  // namespace lepton::io
