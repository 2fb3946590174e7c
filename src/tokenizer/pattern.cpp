#include "tokenizer/pattern.h"

#include <string>

#include "error.h"

namespace nibble {

ClassedText::ClassedText(std::string_view text) : points(code_points(text)) {
  classes.reserve(points.size());
  for (const char32_t point : points) classes.push_back(unicode_class(point));
}

bool Pattern::Set::holds(char32_t point, UnicodeClass point_class) const {
  bool found = classes >> static_cast<unsigned>(point_class) & 1;
  if (white_space || not_white_space) found = found || (is_white_space(point) ? white_space : not_white_space);
  for (const auto& [first, last] : ranges) found = found || (first <= point && point <= last);
  return found != negated;
}

/// Turns an expression into steps, by descent.
class PatternReader {
 public:
  PatternReader(std::string_view expression, Pattern& pattern)
      : expression_(expression), text_(code_points(expression)), pattern_(pattern) {}

  void read() {
    alternatives();
    if (at_ < text_.size()) refuse();
    add({Step::done});
  }

 private:
  using Step = Pattern::Step;
  using Set = Pattern::Set;

  [[noreturn]] void refuse() const {
    throw Error("The expression " + std::string(expression_) + " cannot be read. This is a fault in the program.");
  }

  bool is_at(char32_t point) const { return at_ < text_.size() && text_[at_] == point; }
  bool take(std::u32string_view what) {
    if (text_.compare(at_, what.size(), what) != 0) return false;
    at_ += what.size();
    return true;
  }
  char32_t next() {
    if (at_ >= text_.size()) refuse();
    return text_[at_++];
  }

  uint32_t here() const { return static_cast<uint32_t>(pattern_.steps_.size()); }
  uint32_t add(Step step) {
    pattern_.steps_.push_back(step);
    return here() - 1;
  }
  /// Puts a step before those from `start` on. Steps that were read after `start` point behind it only.
  void insert(uint32_t start, Step step) {
    auto& steps = pattern_.steps_;
    for (uint32_t i = start; i < here(); ++i) {
      if (steps[i].kind == Step::either || steps[i].kind == Step::jump) ++steps[i].first;
      if (steps[i].kind == Step::either) ++steps[i].second;
    }
    steps.insert(steps.begin() + start, step);
  }

  void alternatives() {
    const uint32_t start = here();
    sequence();
    if (!take(U"|")) return;
    insert(start, {Step::either, start + 1, here() + 2});
    const uint32_t jump = add({Step::jump});
    alternatives();
    pattern_.steps_[jump].first = here();
  }

  void sequence() {
    while (at_ < text_.size() && !is_at('|') && !is_at(')')) {
      const uint32_t start = here();
      atom();
      quantifier(start);
    }
  }

  void atom() {
    if (take(U"(?:")) {
      alternatives();
      if (!take(U")")) refuse();
    } else if (take(U"(?=")) {
      add({Step::ahead, set()});
      if (!take(U")")) refuse();
    } else if (take(U"(?!")) {
      add({Step::not_ahead, set()});
      if (!take(U")")) refuse();
    } else if (take(U"$")) {
      add({Step::end});
    } else {
      add({Step::one, set()});
    }
  }

  void quantifier(uint32_t start) {
    if (take(U"?")) {
      insert(start, {Step::either, start + 1, here() + 1});
    } else if (take(U"*")) {
      insert(start, {Step::either, start + 1, here() + 2});
      add({Step::jump, start});
    } else if (take(U"+")) {
      add({Step::either, start, here() + 1});
    } else if (take(U"{")) {
      const size_t least = number();
      const size_t most = take(U",") ? number() : least;
      if (!take(U"}") || here() != start + 1 || least > most) refuse();
      const Step step = pattern_.steps_[start];
      pattern_.steps_.pop_back();
      const uint32_t behind = static_cast<uint32_t>(start + least + 2 * (most - least));
      for (size_t i = 0; i < most; ++i) {
        if (i >= least) add({Step::either, here() + 1, behind});
        add(step);
      }
    }
  }

  size_t number() {
    size_t value = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') value = 10 * value + (text_[at_++] - '0');
    return value;
  }

  /// One character, an escape or a class in brackets: the number of its set.
  uint32_t set() {
    Set set;
    if (take(U"[")) {
      set.negated = take(U"^");
      while (!take(U"]")) member(set);
    } else {
      member(set);
    }
    pattern_.sets_.push_back(std::move(set));
    return static_cast<uint32_t>(pattern_.sets_.size() - 1);
  }

  void member(Set& set) {
    if (take(U"\\s")) {
      set.white_space = true;
    } else if (take(U"\\S")) {
      set.not_white_space = true;
    } else if (take(U"\\p{")) {
      set.classes |= 1u << static_cast<unsigned>(named_class(next()));
      if (!take(U"}")) refuse();
    } else {
      const char32_t first = character();
      const bool range = is_at('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']';
      if (range) ++at_;
      set.ranges.emplace_back(first, range ? character() : first);
    }
  }

  UnicodeClass named_class(char32_t letter) const {
    switch (letter) {
      case 'L': return UnicodeClass::letter;
      case 'N': return UnicodeClass::number;
      case 'M': return UnicodeClass::mark;
      case 'P': return UnicodeClass::punctuation;
      case 'S': return UnicodeClass::symbol;
      default: refuse();
    }
  }

  char32_t character() {
    const char32_t point = next();
    if (point != '\\') return point;
    const char32_t escaped = next();
    return escaped == 'r' ? '\r' : escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped;
  }

  std::string_view expression_;
  std::u32string text_;
  Pattern& pattern_;
  size_t at_ = 0;
};

Pattern::Pattern(std::string_view expression) { PatternReader(expression, *this).read(); }

std::optional<size_t> Pattern::match(const ClassedText& text, size_t at, size_t end) const {
  struct Way {
    uint32_t step;
    size_t at;
  };
  std::vector<Way> other_ways;
  uint32_t step = 0;
  for (;;) {
    const Step& now = steps_[step];
    const auto in_set = [&] { return at < end && sets_[now.first].holds(text.points[at], text.classes[at]); };
    bool good = true;
    ++step;
    switch (now.kind) {
      case Step::one:
        good = in_set();
        ++at;
        break;
      case Step::ahead: good = in_set(); break;
      case Step::not_ahead: good = !in_set(); break;
      case Step::end: good = at == end; break;
      case Step::either:
        other_ways.push_back({now.second, at});
        step = now.first;
        break;
      case Step::jump: step = now.first; break;
      case Step::done: return at;
    }
    if (good) continue;
    if (other_ways.empty()) return std::nullopt;
    step = other_ways.back().step;
    at = other_ways.back().at;
    other_ways.pop_back();
  }
}

std::vector<size_t> cut_by_patterns(const ClassedText& text, const std::vector<Pattern>& patterns) {
  std::vector<size_t> pieces(text.points.empty() ? 0 : 1, text.points.size());
  for (const Pattern& pattern : patterns) {
    std::vector<size_t> smaller;
    size_t start = 0;
    for (const size_t length : pieces) {
      const size_t end = start + length;
      size_t unmatched = start;  // from there to `at` nothing matched
      for (size_t at = start; at < end;) {
        const std::optional<size_t> match_end = pattern.match(text, at, end);
        if (!match_end || *match_end == at) {
          ++at;
          continue;
        }
        if (at > unmatched) smaller.push_back(at - unmatched);
        smaller.push_back(*match_end - at);
        at = unmatched = *match_end;
      }
      if (end > unmatched) smaller.push_back(end - unmatched);
      start = end;
    }
    pieces = std::move(smaller);
  }
  return pieces;
}

}  // namespace nibble
