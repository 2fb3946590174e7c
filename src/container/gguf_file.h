#pragma once
#include "container/file_reader.h"

namespace nibble {

/// True when the file starts with the letters GGUF.
bool is_gguf_file(const FileStart& start);
std::unique_ptr<FileReader> open_gguf_file(const FileStart& start);

}  // namespace nibble
