// The parts of the safetensors format: header as text, reading it alone, writing into an open file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/io/safetensors.hpp"
#include "src/io/file.hpp"

namespace lepton::io {

/// What the header says of one tensor: its bytes are [begin, end) after the header.
struct Entry {
  std::string name;
  DType dtype = f32;
  Shape shape;
  std::uint64_t begin = 0, end = 0;
};

struct Header {
  std::vector<Entry> entries;  ///< in the order of their bytes, which they cover without holes
  Metadata metadata;
  std::uint64_t data = 0;  ///< where in the file the bytes begin
};

/// Reads the JSON of a header that is followed by `data_bytes` bytes. Throws naming `file`.
Header parse_header(std::string_view json, std::uint64_t data_bytes, const std::string& file);

/// The JSON of a header for tensors whose bytes follow each other, in this order. Throws naming `file`.
std::string format_header(const Named& tensors, const Metadata& metadata, const std::string& file);

/// The checked header of a file.
Header read_header(const InputFile& input, const std::string& path);

/// The order in which tensors lie in a file: wide types first, so that each is aligned, and otherwise as given.
void order_for_file(Named& tensors);

/// Writes what save_safetensors does into `output`, which errors call `file`.
void write_safetensors(OutputFile& output, const Named& tensors, const Metadata& metadata,
                       const std::string& file);

/// Throws where this thread is capturing a step: what a file holds cannot be part of one.
void refuse_in_capture(const char* op);

}  // namespace lepton::io
