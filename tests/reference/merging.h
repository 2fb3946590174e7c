#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Merging of a tokenizer's pieces, from its definition and nothing else.
namespace nibble::reference {

/// As long as two neighbours may be put together: looks at all pairs, takes the one that comes first by
/// `order(left, right)` (of equals the leftmost) and joins it.
template <class Order>
std::vector<std::string> merged(std::vector<std::string> pieces, const Order& order) {
  for (;;) {
    size_t best = pieces.size();
    double first = 0;
    for (size_t i = 0; i + 1 < pieces.size(); ++i) {
      const std::optional<double> place = order(pieces[i], pieces[i + 1]);
      if (place && (best == pieces.size() || *place < first)) {
        best = i;
        first = *place;
      }
    }
    if (best == pieces.size()) return pieces;
    pieces[best] += pieces[best + 1];
    pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

}  // namespace nibble::reference
