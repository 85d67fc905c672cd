// Arrays in NumPy's files: npy holds one, npz several by name.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lepton/io/safetensors.hpp"
#include "lepton/tensor/tensor.hpp"

namespace lepton::io {

/// The array in an npy file (versions 1 to 3), C-contiguous whatever its order in the file, on the CPU. Big-endian
/// numbers are turned; i16 and u16 become i32, u32 i64, being no types of lepton's. Throws, naming the file, where
/// it is no npy file, is truncated or longer than its header says, has more than eight axes, or holds what is no
/// tensor (u64, complex numbers, text, records, Python objects).
LEPTON_API Tensor load_npy(const std::string& path);

/// The same from bytes; `name` stands for the file in messages.
LEPTON_API Tensor read_npy(std::span<const std::uint8_t> bytes, const std::string& name);

/// Writes what numpy.load reads, from any type, device and layout but bf16, which NumPy has not. The file is replaced
/// in one step.
LEPTON_API void save_npy(const std::string& path, const Tensor& x);

/// The arrays of an npz file (numpy.savez, numpy.savez_compressed) by their names, in their order in the file. Throws,
/// naming file and array, where it is no zip archive, is truncated, encrypted, packed in another way than deflate,
/// fails its checksum, or an array is none that read_npy takes.
LEPTON_API Named load_npz(const std::string& path);

/// The same from bytes; `name` stands for the file in messages.
LEPTON_API Named read_npz(std::span<const std::uint8_t> bytes, const std::string& name);

/// Whether the arrays of an npz file are deflated: smaller, and slower to write.
enum class Compress : bool { no, yes };

/// Writes what numpy.load reads, an array at a time, of any size (zip64 beyond 4 GiB); names are kept. The file is
/// replaced in one step. Throws, naming the file, for a name that is taken twice, empty or longer than 65,535 bytes.
LEPTON_API void save_npz(const std::string& path, const Named& arrays, Compress compress = Compress::no);

}  // namespace lepton::io
