#pragma once
#include <cstdint>
#include <string>
#include <string_view>

/// Text from files, made fit for sentences and lists.
namespace nibble {

/// `text` in double quotes, control characters replaced and cut after `limit` bytes.
std::string in_quotes(std::string_view text, size_t limit = 80);
/// The longest start of `text` of at most `limit` bytes that does not cut an UTF-8 sequence.
std::string_view cut_utf8(std::string_view text, size_t limit);
/// 1 -> "1 tensor", 2 -> "2 tensors".
std::string counted(uint64_t count, std::string_view thing);

}  // namespace nibble
