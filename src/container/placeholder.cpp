#include "container/placeholder.h"

#include <algorithm>
#include <string_view>

#include "container/text.h"
#include "names.h"

namespace nibble {
namespace {

/// The first line of every pointer (Git LFS specification, "The Pointer"), without the version's number.
constexpr std::string_view pointer_start = "version https://git-lfs";
constexpr std::string_view page_starts[] = {"<!doctype html", "<html", "<head", "<?xml"};
/// Byte order mark of UTF-8, which some servers send first.
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view without_space(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  while (!text.empty() && (text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r'))) text.remove_prefix(1);
  return text;
}

/// The length a pointer gives the file it stands for, " of 123 bytes"; nothing where it gives none.
std::string stated_length(std::string_view pointer) {
  constexpr std::string_view key = "\nsize ";
  const size_t at = pointer.find(key);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = pointer.substr(at + key.size());
  const std::string digits(rest.substr(0, rest.find_first_not_of("0123456789")));
  return digits.empty() || digits.size() > 18 ? "" : " of " + counted(std::stoull(digits), "byte");
}

}  // namespace

std::optional<std::string> placeholder_reason(std::span<const uint8_t> start) {
  const std::string_view bytes(reinterpret_cast<const char*>(start.data()), start.size());
  if (bytes.empty()) return "It is empty. Download or copy it again.";
  if (bytes.starts_with(pointer_start)) {
    return "It is a Git LFS pointer, a text that stands for the file" + stated_length(bytes) +
           ", and not the file itself. Fetch that with \"git lfs pull\", or download it from where it was published.";
  }
  const std::string_view text = without_space(bytes);
  for (const std::string_view page : page_starts) {
    if (same_name(text.substr(0, page.size()), page)) {
      return "It is a web page, not the file its name promises: a server sent a page for signing in or an error. "
             "Download it again, signed in where that is needed.";
    }
  }
  return {};
}

std::optional<std::string> json_reason(std::span<const uint8_t> start) {
  const std::string_view bytes(reinterpret_cast<const char*>(start.data()), start.size());
  const std::string_view text = without_space(bytes);
  // Lengths and other numbers at the start of binary files have bytes that no text has.
  const auto in_text = [](char c) { return static_cast<uint8_t>(c) >= 0x20 || (c >= '\t' && c <= '\r'); };
  const std::string_view looked_at = bytes.substr(0, 16);
  if (text.empty() || (text[0] != '{' && text[0] != '[')) return {};
  if (!std::all_of(looked_at.begin(), looked_at.end(), in_text)) return {};
  return "It is a text in JSON and holds no weights. Nibble takes JSON files as the recipes, measurements and receipts "
         "it wrote itself, and beside the weights of a model under the names Hugging Face gives them.";
}

}  // namespace nibble
