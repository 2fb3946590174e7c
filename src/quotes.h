#pragma once
#include <string>
#include <string_view>

/// Text of others, made fit for sentences.
namespace nibble {

/// The longest start of `text` of at most `limit` bytes that does not cut an UTF-8 sequence.
std::string_view cut_utf8(std::string_view text, size_t limit);
/// `text` in double quotes, control characters replaced and cut after `limit` bytes.
std::string in_quotes(std::string_view text, size_t limit = 80);

}  // namespace nibble
