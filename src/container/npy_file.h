#pragma once
#include "container/file_reader.h"
#include "container/npy.h"

namespace nibble {

/// True when the file starts as NumPy's array files do.
bool is_npy_file(const FileStart& start);
/// An array file: one tensor, named as the file without ".npy".
std::unique_ptr<FileReader> open_npy_file(const FileStart& start);

/// The tensor of an array file that starts at `offset` of a file. Throws Error when it has fewer bytes than it claims.
StoredTensor npy_tensor(std::string name, const NpyHeader& header, uint64_t offset, uint64_t bytes_there);
/// "fc1.weight.npy" -> "fc1.weight".
std::string npy_tensor_name(std::string_view file_name);

}  // namespace nibble
