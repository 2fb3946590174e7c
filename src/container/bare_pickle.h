#pragma once
#include "container/file_reader.h"

namespace nibble {

/// True when the file is a Python pickle as such: a checkpoint of PyTorch before 1.6, or anything else in Python's
/// format.
bool is_bare_pickle(const FileStart& start);
/// Throws Error, which says what to do: values in such files do not lie where a header says.
std::unique_ptr<FileReader> open_bare_pickle(const FileStart& start);

}  // namespace nibble
