#pragma once
#include <cstdint>
#include <queue>
#include <string_view>
#include <vector>

#include "tokenizer/unicode.h"

namespace nibble {

/// Puts the characters of a text together, two neighbours at a time: first those that come first by
/// `order(left, right)`, a number or nothing for what must stay apart, and of equals the leftmost. Calls
/// `give(piece)` for what is left, in order.
template <class Order, class Give>
void merge_characters(std::string_view text, const Order& order, const Give& give) {
  struct Piece {
    std::string_view text;  // empty once it belongs to its left neighbour
    size_t left, right;     // neighbours; none: `none`
  };
  struct Pair {
    double order;
    size_t left, right, bytes;
    bool operator<(const Pair& other) const {
      return order > other.order || (order == other.order && left > other.left);
    }
  };
  constexpr size_t none = SIZE_MAX;

  std::vector<Piece> pieces;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, utf8_length(text[0]));
    text.remove_prefix(character.size());
    pieces.push_back({character, pieces.size() - 1, text.empty() ? none : pieces.size() + 1});
  }
  std::priority_queue<Pair> pairs;
  const auto consider = [&](size_t left, size_t right) {
    if (left == none || right == none) return;
    const std::string_view one = pieces[left].text, other = pieces[right].text;
    if (const auto place = order(one, other)) pairs.push({double(*place), left, right, one.size() + other.size()});
  };
  for (size_t i = 1; i < pieces.size(); ++i) consider(i - 1, i);
  while (!pairs.empty()) {
    const Pair pair = pairs.top();
    pairs.pop();
    Piece& left = pieces[pair.left];
    Piece& right = pieces[pair.right];
    // One of the two has changed since.
    if (left.text.empty() || right.text.empty() || left.text.size() + right.text.size() != pair.bytes) continue;
    left.text = {left.text.data(), pair.bytes};
    right.text = {};
    left.right = right.right;
    if (left.right != none) pieces[left.right].left = pair.left;
    consider(left.left, pair.left);
    consider(pair.left, left.right);
  }
  for (const Piece& piece : pieces) {
    if (!piece.text.empty()) give(piece.text);
  }
}

}  // namespace nibble
