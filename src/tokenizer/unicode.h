#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/unicode_classes.h"

/// What the encoders need to know of Unicode.
namespace nibble {

/// What stands for bytes that are no UTF-8.
inline constexpr char32_t replacement_character = 0xfffd;

UnicodeClass unicode_class(char32_t point);
/// The property White_Space.
bool is_white_space(char32_t point);

/// The lower-case form where it is one code point, else the point itself.
char32_t lower_case(char32_t point);
/// The first code point of the canonical decomposition: a letter without its accents.
char32_t base_letter(char32_t point);

/// How many bytes the character at whose first byte this stands takes, by that byte alone: 1 to 4.
size_t utf8_length(char first);
/// The code points of a text; bytes that are no UTF-8 become one replacement character each.
std::u32string code_points(std::string_view text);
void append_utf8(std::string& text, char32_t point);

}  // namespace nibble
