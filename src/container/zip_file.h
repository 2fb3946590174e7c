#pragma once
#include "container/file_reader.h"
#include "container/zip.h"

namespace nibble {

/// True when the file starts as zip archives do.
bool is_zip_file(const FileStart& start);
/// An archive of NumPy arrays or a PyTorch checkpoint, told apart by what the archive lists.
std::unique_ptr<FileReader> open_zip_file(const FileStart& start);

/// Reads the arrays of an archive whose list is known (.npz). Each is a tensor named as its entry.
std::unique_ptr<FileReader> open_numpy_archive(std::vector<ZipEntry> entries, uint64_t file_bytes);

/// The folder in which a PyTorch checkpoint's archive keeps its entries, with the slash; empty when it is none.
std::string torch_archive_folder(std::span<const ZipEntry> entries);
/// Reads the tensors of a PyTorch checkpoint whose list is known.
std::unique_ptr<FileReader> open_torch_archive(std::vector<ZipEntry> entries, std::string folder, uint64_t file_bytes);

/// Throws Error, telling what to do, when an entry's content cannot be read as it lies in the file.
void require_stored(const ZipEntry& entry, std::string_view what_to_do);

}  // namespace nibble
