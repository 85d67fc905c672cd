// npy and npz: NumPy's own files, every type there and back, and files that must be refused.
#include "lepton/io/npy.hpp"

#include <cstring>

#include "lepton/ops/cast.hpp"
#include "lepton/tensor/factory.hpp"
#include "tests/data/support.hpp"

namespace lepton::io {
namespace {

using data::ByteVector;
using data::expect_error;
using data::TempFolder;

std::string fixture(const std::string& name) {
  return std::string(LEPTON_SOURCE_DIR) + "/tests/io/fixtures/" + name;
}

ByteVector bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return ByteVector((std::istreambuf_iterator<char>(file)), {});
}

Tensor by_name(const Named& arrays, const std::string& name) {
  for (const auto& [n, t] : arrays)
    if (n == name) return t;
  throw Error("test", "no array " + name);
}

template <class T>
void expect_values(const Named& arrays, const std::string& name, const Shape& shape,
                   const std::vector<T>& values) {
  const Tensor t = by_name(arrays, name);
  EXPECT_EQ(t.dtype(), dtype_of<T>) << name;
  EXPECT_EQ(to_string(t.shape()), to_string(shape)) << name;
  EXPECT_EQ(t.to_vector<T>(), values) << name;
  EXPECT_TRUE(t.is_contiguous()) << name;
}

std::vector<float> counted(std::int64_t n) { return arange(0, double(n)).to_vector<float>(); }

/// The arrays of make_npy_fixtures.py.
void expect_fixture(const Named& arrays) {
  expect_values<float>(arrays, "f4", {2, 3}, {0, 0.25f, 0.5f, 0.75f, 1, 1.25f});
  expect_values<double>(arrays, "f8", {2}, {1.5, -2});
  EXPECT_EQ(by_name(arrays, "f2").dtype(), f16);
  EXPECT_EQ(by_name(arrays, "f2").to_vector<float>(), (std::vector<float>{1, 65504, -0.5f}));
  expect_values<std::int8_t>(arrays, "i1", {2}, {-128, 127});
  expect_values<std::uint8_t>(arrays, "u1", {2}, {0, 255});
  expect_values<std::int32_t>(arrays, "i2", {2}, {-32768, 7});
  expect_values<std::int32_t>(arrays, "u2", {2}, {65535, 7});
  expect_values<std::int32_t>(arrays, "i4", {2, 1}, {7, -8});
  expect_values<std::int64_t>(arrays, "u4", {1}, {4294967295});
  expect_values<std::int64_t>(arrays, "i8", {}, {-(std::int64_t(1) << 40)});
  expect_values<bool>(arrays, "flags", {3}, {true, false, true});
  expect_values<float>(arrays, "empty", {0, 3}, {});
  expect_values<float>(arrays, "columns", {2, 3, 4}, counted(24));
  expect_values<float>(arrays, "big_f4", {2}, {1.5, -2});
  expect_values<std::int64_t>(arrays, "big_i8", {2}, {1, -2});
  expect_values<std::int32_t>(arrays, "big_columns", {2, 3}, {0, 1, 2, 3, 4, 5});
}

TEST(Npz, ReadsNumPysFiles) {
  const Named arrays = load_npz(fixture("arrays.npz"));
  EXPECT_EQ(arrays.size(), 16u);
  EXPECT_EQ(arrays[0].first, "f4");
  expect_fixture(arrays);
  expect_fixture(load_npz(fixture("arrays_zip64.npz")));
  const Named deflated = load_npz(fixture("arrays_deflated.npz"));
  EXPECT_EQ(deflated.size(), 17u);
  expect_fixture(deflated);
  expect_values<float>(deflated, "long", {5000}, std::vector<float>(5000));
}

TEST(Npy, ReadsNumPysFiles) {
  EXPECT_EQ(load_npy(fixture("fortran.npy")).to_vector<float>(), counted(24));
  EXPECT_EQ(load_npy(fixture("version3.npy")).to_vector<double>(), (std::vector<double>{1.5, -2}));
}

TEST(Npz, ThereAndBack) {
  const TempFolder folder;
  for (const Compress compress : {Compress::no, Compress::yes}) {
    save_npz(folder / "a.npz", load_npz(fixture("arrays.npz")), compress);
    expect_fixture(load_npz(folder / "a.npz"));
    save_npz(folder / "same.npz", load_npz(fixture("arrays.npz")), compress);
    EXPECT_EQ(bytes_of(folder / "a.npz"), bytes_of(folder / "same.npz"));
  }
  save_npz(folder / "none.npz", {});
  EXPECT_TRUE(load_npz(folder / "none.npz").empty());
  save_npz(folder / "zeros.npz", {{"x", zeros({100'000})}}, Compress::yes);
  EXPECT_LT(data::fs::file_size(folder / "zeros.npz"), 2000u);
  EXPECT_EQ(load_npz(folder / "zeros.npz")[0].second.numel(), 100'000);
}

TEST(Npy, ThereAndBack) {
  const TempFolder folder;
  const Tensor x = arange(0, 12).reshape({3, 4});
  save_npy(folder / "x.npy", x.permute({1, 0}));  // of any layout
  EXPECT_EQ(load_npy(folder / "x.npy").shape(), (Shape{4, 3}));
  EXPECT_EQ(load_npy(folder / "x.npy").select(0, 1).to_vector<float>(), (std::vector<float>{1, 5, 9}));
  EXPECT_EQ(data::fs::file_size(folder / "x.npy") % 64, 48u);  // elements begin at a multiple of 64
  save_npy(folder / "x.npy", full({}, 3));
  EXPECT_EQ(load_npy(folder / "x.npy").item(), 3);
  expect_error([&] { save_npy(folder / "x.npy", x.to(bf16)); }, {"x.npy", "bf16", "x.to(f32)"});
  EXPECT_EQ(load_npy(folder / "x.npy").item(), 3);  // left as it was
}

/// An npy file with this header and so many bytes behind it.
ByteVector npy(const std::string& header, std::size_t elements, char version = 1) {
  std::string text = "\x93NUMPY";
  text += {version, 0, char(header.size()), 0};
  if (version > 1) text += std::string(2, '\0');
  text += header + std::string(elements, '\0');
  return {text.begin(), text.end()};
}

ByteVector of_type(const std::string& descr, std::size_t elements = 8) {
  return npy("{'descr': " + descr + ", 'fortran_order': False, 'shape': (1,)}", elements);
}

TEST(Npy, ReadsHeadersHoweverWritten) {
  const auto good = [](const std::string& header, std::size_t bytes) {
    return read_npy(npy(header, bytes), "x.npy");
  };
  EXPECT_EQ(good("{ \"shape\" : ( 2,3 ) ,'fortran_order':True,\"descr\":'<f4'}\n", 24).shape(),
            (Shape{2, 3}));
  EXPECT_EQ(good("{'shape': (2L,), 'fortran_order': False, 'descr': '=i8',}", 16).dtype(), i64);
  EXPECT_EQ(good("{'shape': (), 'fortran_order': True, 'descr': '|u1'}", 1).numel(), 1);
  EXPECT_EQ(read_npy(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", 4, 2), "x").numel(), 1);
}

TEST(Npy, Refuses) {
  const auto refused = [](const ByteVector& bytes, std::vector<std::string> parts) {
    parts.push_back("[x.npy]");
    expect_error([&] { read_npy(bytes, "x.npy"); }, parts);
  };
  refused({}, {"no npy file"});
  refused({'P', 'K', 3, 4, 0, 0, 0, 0}, {"no npy file"});
  refused({0x93, 'N', 'U', 'M', 'P', 'Y', 9, 0, 0, 0}, {"version 9"});
  refused({0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 200}, {"truncated"});
  refused({0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 200, 0, '{'}, {"truncated", "200 bytes"});
  refused(of_type("'<f4'", 3), {"truncated", "[1] takes 4 bytes, there are 3"});
  refused(of_type("'<f4'", 5), {"longer than its header says"});
  refused(of_type("'<f16'"), {"'<f16'", "astype('float64')"});
  refused(of_type("'<u8'"), {"astype('int64')"});
  refused(of_type("'<c8'"), {"complex", "x.real"});
  refused(of_type("'|O'"), {"'|O'"});
  refused(of_type("'|O8'"), {"Python objects"});
  refused(of_type("'<U3'"), {"text"});
  refused(of_type("'<M8'"), {"'<M8'", "does not know"});
  refused(of_type("'<f4"), {"'<f4, '"});
  refused(of_type("''"), {"''"});
  refused(of_type("[('a', '<f4')]"), {"records", "each field"});
  const auto header = [](const std::string& text) { return npy(text, 4); };
  refused(header("{'descr': '<f4', 'fortran_order': False}"), {"lacks"});
  refused(header("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}"), {"True nor False"});
  refused(header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x"), {"goes on"});
  refused(header("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"), {"size"});
  refused(header("{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}"), {"comma"});
  refused(header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}"),
          {"8 axes", "reshape"});
  refused(header("{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999,999999999999)}"),
          {"beyond any"});
  refused(header("{'descr': '<f4', 'extra': 1}"), {"unknown key 'extra'"});
  refused(header("['descr']"), {"'{'"});
  ByteVector flags = of_type("'|b1'", 1);
  flags.back() = 2;
  refused(flags, {"booleans", "2 as element 0"});
  expect_error([] { load_npy("/nowhere/x.npy"); }, {"/nowhere/x.npy", "No such file"});
}

TEST(Npz, Refuses) {
  const ByteVector whole = bytes_of(fixture("arrays_deflated.npz"));
  const auto refused = [](const ByteVector& bytes, std::vector<std::string> parts) {
    parts.push_back("x.npz");
    expect_error([&] { read_npz(bytes, "x.npz"); }, parts);
  };
  refused({}, {"no zip archive"});
  refused(of_type("'<f4'", 4), {"no zip archive"});
  refused(ByteVector(whole.begin(), whole.end() - 30), {"truncated"});
  refused(ByteVector(whole.begin() + 100, whole.end()), {"x.npz"});  // offsets no longer fit
  ByteVector damaged = whole;
  const std::string name = "long.npy";
  const auto found = std::search(damaged.begin(), damaged.end(), name.begin(), name.end());
  found[40] ^= 0x55;  // within its packed bytes
  refused(damaged, {"long.npy", "damaged"});

  ByteVector stored = bytes_of(fixture("arrays.npz"));
  const std::vector<std::uint8_t> value{0, 0, 0x80, 0x3e};  // 0.25f, in the first array
  std::search(stored.begin(), stored.end(), value.begin(), value.end())[0] = 1;
  refused(stored, {"f4.npy", "checksum"});

  const TempFolder folder;
  expect_error(
      [&] {
        save_npz(folder / "x.npz", {{"a", zeros({1})}, {"a", zeros({1})}});
      },
      {"x.npz", "two arrays named 'a'"});
  expect_error([&] { save_npz(folder / "x.npz", {{"", zeros({1})}}); }, {"without a name"});
  expect_error([&] { save_npz(folder / "x.npz", {{"a", Tensor()}}); }, {"x.npz: a", "undefined"});
  EXPECT_FALSE(data::fs::exists(folder / "x.npz"));
  save_npz(folder / "x.npz", {{"a", zeros({4})}});
  ByteVector archive = bytes_of(folder / "x.npz");
  const auto change = [&](const std::string& signature, std::ptrdiff_t at, std::uint8_t to) {
    ByteVector changed = archive;
    std::search(changed.begin(), changed.end(), signature.begin(), signature.end())[at] = to;
    return changed;
  };
  refused(change("PK\1\2", 8, 1), {"encrypted"});
  refused(change("PK\1\2", 10, 12), {"method 12"});
  refused(change("PK\1\2", 46 + 2, 'N'), {"a.Npy", "no .npy file"});
}

}  // namespace
}  // namespace lepton::io
