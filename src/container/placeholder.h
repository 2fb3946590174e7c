#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

/// What lies on a disk in place of a file that was not downloaded.
namespace nibble {

/// What a file with these first bytes is instead of a model or a text beside one, and what to do: sentences that begin
/// with "It". Told are an empty file, a Git LFS pointer, a page of HTML or XML. Nothing when it is none of them.
std::optional<std::string> placeholder_reason(std::span<const uint8_t> start);

/// Likewise for a text in JSON, which is none of the files that hold weights.
std::optional<std::string> json_reason(std::span<const uint8_t> start);

}  // namespace nibble
