#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "container/file_reader.h"
#include "sentence_of.h"

namespace nibble {

/// Gives a file's reader what it asks for, as a model does, and checks that it only asks for what is there.
inline FileContents read_whole_file(std::string_view name, std::span<const uint8_t> file,
                                    uint64_t* bytes_read = nullptr) {
  const auto reader = open_file_reader({name, file.size(), file.first(std::min<size_t>(file.size(), 256))});
  for (ByteRange range = reader->wanted(); range.bytes > 0; range = reader->wanted()) {
    if (range.offset > file.size() || range.bytes > file.size() - range.offset) {
      ADD_FAILURE() << "asks for bytes beyond the end";
      throw Error("asked too much");
    }
    if (bytes_read) *bytes_read += range.bytes;
    reader->take(file.subspan(range.offset, range.bytes));
  }
  return reader->contents();
}

/// What reading a file says is wrong; "" when it can be read.
inline std::string file_error(std::string_view name, std::span<const uint8_t> file) {
  return sentence_of([&] { read_whole_file(name, file); });
}

}  // namespace nibble
