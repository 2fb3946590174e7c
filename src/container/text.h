#pragma once
#include <cstdint>
#include <span>
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
/// The one way sentences shorten lists: "a, b, c and 2 more", "a and b". `items` has the first of `count`, as they are
/// to be shown; at most `most` are.
std::string listed(std::span<const std::string> items, uint64_t count, size_t most = 3);

}  // namespace nibble
