#pragma once
#include "container/file_reader.h"

/// safetensors files.
///
///   header length u64 | header: a JSON object, spaces allowed behind it | data
///   header: "NAME": { "dtype": "F16", "shape": [outermost, ...], "data_offsets": [begin, end] }, ...,
///           and optionally "__metadata__": { "KEY": "TEXT", ... }
///
/// Offsets count from the start of the data and cover it exactly: no holes, no overlaps, nothing behind.
namespace nibble {

/// True when the file starts with a possible header length and a brace, or is named like one.
bool is_safetensors(const FileStart& start);
std::unique_ptr<FileReader> open_safetensors(const FileStart& start);

}  // namespace nibble
