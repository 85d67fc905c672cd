// npz: a zip archive of npy files.
#include <set>
#include <string>

#include "lepton/autograd/no_grad.hpp"
#include "lepton/core/error.hpp"
#include "lepton/io/npy.hpp"
#include "src/io/npy/npy.hpp"
#include "src/io/npy/zip.hpp"
#include "src/io/replace.hpp"
#include "src/io/safetensors.hpp"

namespace lepton::io {
namespace {

constexpr std::string_view kEnding = ".npy";

void check_names(const Named& arrays, const std::string& path) {
  std::set<std::string> taken;
  for (const auto& [name, x] : arrays) {
    if (name.empty()) throw Error(path, "cannot hold an array without a name");
    if (!taken.insert(name).second) throw Error(path, "would hold two arrays named '" + name + "'");
  }
}

}  // namespace

Named read_npz(std::span<const std::uint8_t> bytes, const std::string& name) {
  Named out;
  std::set<std::string> taken;
  for (const zip::Entry& entry : zip::read_directory(bytes, name)) {
    if (!entry.name.ends_with(kEnding))
      throw Error(name + ": " + entry.name, "is no .npy file; an npz archive holds nothing else");
    std::string array = entry.name.substr(0, entry.name.size() - kEnding.size());
    if (!taken.insert(array).second) throw Error(name, "holds two arrays named '" + array + "'");
    out.emplace_back(std::move(array), read_npy(zip::unpack(entry, name), name + ": " + entry.name));
  }
  return out;
}

Named load_npz(const std::string& path) { return read_npz(read_whole(path), path); }

void save_npz(const std::string& path, const Named& arrays, Compress compress) {
  refuse_in_capture("save_npz");
  const NoGrad no_grad;
  check_names(arrays, path);
  const auto method = compress == Compress::yes ? zip::Method::deflated : zip::Method::stored;
  replace_with(path, [&](OutputFile& file) {
    zip::Writer writer(file);
    for (const auto& [name, x] : arrays) {
      const std::string where = path + ": " + name;
      writer.add(name + std::string(kEnding), npy::to_bytes(x, where), method, where);
    }
    writer.finish();
  });
}

}  // namespace lepton::io
