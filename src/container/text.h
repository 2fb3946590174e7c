#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "quotes.h"

/// Text from files, made fit for sentences and lists.
namespace nibble {

/// 1 -> "1 tensor", 2 -> "2 tensors".
std::string counted(uint64_t count, std::string_view thing);
/// The one way sentences shorten lists: "a, b, c and 2 more", "a and b". `items` has the first of `count`, as they are
/// to be shown; at most `most` are.
std::string listed(std::span<const std::string> items, uint64_t count, size_t most = 3);

}  // namespace nibble
