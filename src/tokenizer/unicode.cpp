#include "tokenizer/unicode.h"

#include <algorithm>
#include <iterator>

#include "tokenizer/unicode_folding.h"

namespace nibble {

UnicodeClass unicode_class(char32_t point) {
  const uint32_t last_of_point = static_cast<uint32_t>(point) * 8 + 7;
  const uint32_t* after = std::upper_bound(std::begin(unicode_runs), std::end(unicode_runs), last_of_point);
  return static_cast<UnicodeClass>(after[-1] % 8);
}

bool is_white_space(char32_t point) {
  return (point >= 0x09 && point <= 0x0d) || point == 0x20 || point == 0x85 || point == 0xa0 || point == 0x1680 ||
         (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 || point == 0x202f ||
         point == 0x205f || point == 0x3000;
}

char32_t lower_case(char32_t point) {
  const LowerCaseRun* after = std::upper_bound(std::begin(lower_case_runs), std::end(lower_case_runs), point,
                                               [](char32_t one, const LowerCaseRun& run) { return one < run.first; });
  if (after == std::begin(lower_case_runs)) return point;
  const LowerCaseRun& run = after[-1];
  const bool in_run = point <= run.last && (point - run.first) % run.step == 0;
  return in_run ? point + static_cast<char32_t>(run.by) : point;
}

char32_t base_letter(char32_t point) {
  constexpr char32_t first_syllable = 0xac00, last_syllable = 0xd7a3, first_initial = 0x1100, syllables = 588;
  if (point >= first_syllable && point <= last_syllable) return first_initial + (point - first_syllable) / syllables;
  size_t low = 0, high = std::size(base_letters) / 2;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (base_letters[2 * middle] == point) return base_letters[2 * middle + 1];
    (base_letters[2 * middle] < point ? low : high) = base_letters[2 * middle] < point ? middle + 1 : middle;
  }
  return point;
}

size_t utf8_length(char first) {
  const auto byte = static_cast<uint8_t>(first);
  return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

std::u32string code_points(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  while (!text.empty()) {
    const size_t length = utf8_length(text[0]);
    char32_t point = static_cast<uint8_t>(text[0]);
    bool good = length <= text.size() && (point < 0x80 || length > 1) && point < 0xf8;
    if (length > 1) point &= 0xff >> (length + 1);
    for (size_t i = 1; good && i < length; ++i) {
      good = (text[i] & 0xc0) == 0x80;
      point = point << 6 | (text[i] & 0x3f);
    }
    good = good && point <= 0x10ffff;
    points += good ? point : replacement_character;
    text.remove_prefix(good ? length : 1);
  }
  return points;
}

void append_utf8(std::string& text, char32_t point) {
  const auto add = [&](uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xc0 | point >> 6);
    add(0x80 | (point & 0x3f));
  } else if (point < 0x10000) {
    add(0xe0 | point >> 12);
    add(0x80 | (point >> 6 & 0x3f));
    add(0x80 | (point & 0x3f));
  } else {
    add(0xf0 | point >> 18);
    add(0x80 | (point >> 12 & 0x3f));
    add(0x80 | (point >> 6 & 0x3f));
    add(0x80 | (point & 0x3f));
  }
}

}  // namespace nibble
