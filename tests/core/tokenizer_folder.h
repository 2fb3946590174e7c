#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "json/parse.h"
#include "test_files.h"
#include "tokenizer/tokenizer.h"

/// Folders with a tokenizer, and the ids that llama.cpp makes of tests/data/tokens/nasty.txt.
namespace nibble {

using Ids = std::vector<uint32_t>;

inline std::string text_file(const std::string& name) {
  const std::vector<uint8_t> bytes = test_file(name);
  return {bytes.begin(), bytes.end()};
}

inline std::span<const uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

inline GgufHeader header_of(const std::vector<uint8_t>& file) {
  GgufReading reading = read_gguf(file, file.size());
  EXPECT_TRUE(reading.header.has_value());
  return std::move(*reading.header);
}

/// The metadata of a folder's files, which nothing was amiss with.
inline GgufHeader converted(const TokenizerFiles& files) {
  KeyValueList metadata;
  Notes notes;
  append_tokenizer(metadata, files, 0, notes);
  EXPECT_TRUE(notes.list.empty());
  return header_of(write_gguf_header(metadata, {}));
}

inline Ids expected_ids(const std::string& name) {
  const Json all = parse_json(text_file("tokens/expected.json"));
  const Json& found = all.at(name);
  return found.is_text() ? expected_ids(found.text()) : found.get<Ids>();
}

}  // namespace nibble
