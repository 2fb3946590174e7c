#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizer/unicode.h"

/// The regular expressions by which byte-level tokenizers cut texts into words, matched by backtracking: the first
/// alternative that matches counts, and repetitions are as long as they can be.
///
/// Written as everywhere: | (?:…) ? * + {m} {m,n} $ (the end of the piece) [a-z] [^…] \r \n \t \s \S \p{L} \p{N} \p{M}
/// \p{P} \p{S} and \ before what would mean something; (?=X) and (?!X) where X is one character or class.
namespace nibble {

/// The code points of a text and what they are.
struct ClassedText {
  std::u32string points;
  std::vector<UnicodeClass> classes;

  explicit ClassedText(std::string_view text);
};

class Pattern {
 public:
  /// Throws Error where the expression is not one of this kind.
  explicit Pattern(std::string_view expression);

  /// Where the match that begins at `at` ends, in a piece that ends at `end`; nothing where there is none.
  std::optional<size_t> match(const ClassedText& text, size_t at, size_t end) const;

 private:
  friend class PatternReader;

  struct Set {
    uint32_t classes = 0;  // bit i: UnicodeClass i
    bool white_space = false, not_white_space = false, negated = false;
    std::vector<std::pair<char32_t, char32_t>> ranges;

    bool holds(char32_t point, UnicodeClass point_class) const;
  };

  struct Step {
    enum Kind : uint8_t { one, ahead, not_ahead, end, either, jump, done } kind;
    uint32_t first = 0;   // the set; where to go on
    uint32_t second = 0;  // either: where to go on when the first way fails
  };

  std::vector<Set> sets_;
  std::vector<Step> steps_;
};

/// Cuts a text as llama.cpp does: each pattern cuts the pieces that those before it left, what it matches and what
/// lies between. Lengths in code points; they add up to the text's.
std::vector<size_t> cut_by_patterns(const ClassedText& text, const std::vector<Pattern>& patterns);

}  // namespace nibble
