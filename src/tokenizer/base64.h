#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nibble {

/// The bytes that a text in base64 (RFC 4648, section 4, with its padding) stands for; nothing when it is none.
std::optional<std::vector<uint8_t>> decode_base64(std::string_view text);

/// The way back.
std::string encode_base64(std::span<const uint8_t> bytes);

}  // namespace nibble
