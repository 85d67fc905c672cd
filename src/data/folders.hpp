// Looking into folders of pictures.
#pragma once

#include <string>
#include <vector>

namespace lepton::data {

enum class Entry { file, folder };

/// Sorted names of the files or folders in a folder, links followed, without those that start with a dot.
/// Throws, naming it, where it cannot be read.
std::vector<std::string> list_folder(const std::string& path, Entry kind);

/// Whether a folder itself holds a file named as a picture.
bool has_pictures(const std::string& folder);

}  // namespace lepton::data
