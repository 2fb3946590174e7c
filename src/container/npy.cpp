#include "container/npy.h"

#include <algorithm>
#include <cctype>

#include "container/text.h"
#include "error.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

/// NumPy writes 128 bytes for an ordinary array; only structured types need more, and those are refused.
constexpr uint64_t max_header_bytes = 1 << 16;
/// As many as NumPy allows.
constexpr size_t max_dimensions = 64;
/// More than any file holds; products stay below 2^64.
constexpr uint64_t max_weights = uint64_t{1} << 56;

struct Dtype {
  std::string_view descr, name;
  Type type;
};
constexpr Dtype dtypes[] = {
    {"<f4", "F32", Type::f32}, {"<f2", "F16", Type::f16}, {"<f8", "F64", Type::f64}, {"<i8", "I64", Type::i64},
    {"<i4", "I32", Type::i32}, {"<i2", "I16", Type::i16}, {"|i1", "I8", Type::i8},   {"<u8", "U64", Type::i64},
    {"<u4", "U32", Type::i32}, {"<u2", "U16", Type::i16}, {"|u1", "U8", Type::i8},   {"|b1", "BOOL", Type::i8},
};

/// Reads the dict's text. Knows exactly what NumPy writes: strings, booleans, a tuple of numbers.
class DictReader {
 public:
  DictReader(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  std::string descr;
  bool fortran_order = false;
  std::vector<uint64_t> shape;  ///< as written: outermost first

  void read() {
    bool have_descr = false, have_order = false, have_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr") {
        if (peek() == '[' || peek() == '(') {
          refuse("holds records of several fields. Save each field as an array of its own");
        }
        descr = quoted();
        have_descr = true;
      } else if (key == "fortran_order") {
        fortran_order = boolean();
        have_order = true;
      } else if (key == "shape") {
        tuple();
        have_shape = true;
      } else {
        unreadable();
      }
      if (!accept(',') && peek() != '}') unreadable();
    }
    if (!have_descr || !have_order || !have_shape) unreadable();
  }

  [[noreturn]] void refuse(std::string_view why) const {
    throw Error("The array " + in_quotes(name_) + ' ' + std::string(why) + '.');
  }

 private:
  [[noreturn]] void unreadable() const {
    refuse("has a header that is not NumPy's. The file is probably damaged; save it again");
  }

  char peek() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char wanted) {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!accept(wanted)) unreadable();
  }
  std::string quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') unreadable();
    const size_t end = text_.find(quote, ++at_);
    if (end == std::string_view::npos) unreadable();
    const std::string result(text_.substr(at_, end - at_));
    at_ = end + 1;
    return result;
  }
  bool boolean() {
    peek();
    for (const bool value : {true, false}) {
      const std::string_view word = value ? "True" : "False";
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return value;
    }
    unreadable();
  }
  void tuple() {
    shape.clear();
    expect('(');
    while (!accept(')')) {
      uint64_t number = 0;
      if (!std::isdigit(static_cast<unsigned char>(peek()))) unreadable();
      for (; std::isdigit(static_cast<unsigned char>(peek())); ++at_) {
        if (number > max_weights) unreadable();
        number = number * 10 + static_cast<uint64_t>(text_[at_] - '0');
      }
      // Python 2 wrote long numbers with an L.
      accept('L');
      if (shape.size() == max_dimensions) unreadable();
      shape.push_back(number);
      if (!accept(',') && peek() != ')') unreadable();
    }
  }

  std::string_view text_, name_;
  size_t at_ = 0;
};

bool has_version_1(std::span<const uint8_t> start) { return start[6] == 1; }

}  // namespace

uint64_t npy_header_end(std::span<const uint8_t> start) {
  if (start.size() < npy_fixed_bytes || !std::equal(npy_magic.begin(), npy_magic.end(), start.begin(),
                                                    [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; })) {
    throw Error(
        "This is not a NumPy array file: its first bytes are not NumPy's. It is probably damaged; save it again.");
  }
  if (start[6] < 1 || start[6] > 3) {
    throw Error("The NumPy array file has version " + std::to_string(start[6]) +
                ", which is not known. Versions 1 to 3 can be read.");
  }
  const uint64_t end =
      has_version_1(start) ? 10 + uint64_t{load<uint16_t>(&start[8])} : 12 + uint64_t{load<uint32_t>(&start[8])};
  if (end > max_header_bytes)
    throw Error("The header of the NumPy array file is longer than any of an array of numbers.");
  return std::max(end, npy_fixed_bytes);
}

NpyHeader read_npy_header(std::span<const uint8_t> header, std::string_view name) {
  const size_t text_start = has_version_1(header) ? 10 : 12;
  DictReader dict({reinterpret_cast<const char*>(header.data()) + text_start, header.size() - text_start}, name);
  dict.read();
  if (dict.descr.find('O') != std::string::npos) {
    dict.refuse(
        "holds Python objects, not numbers; reading them would mean running code from the file. Save arrays of "
        "numbers");
  }
  if (!dict.descr.empty() && dict.descr[0] == '>') {
    dict.refuse("is stored with the most significant byte first (" + dict.descr +
                "). Save it as array.astype(array.dtype.newbyteorder('<'))");
  }
  if (dict.descr == "|V2") {
    dict.refuse(
        "holds raw pieces of two bytes, which is how NumPy saves bfloat16. Save it as array.astype(np.float32)");
  }
  const Dtype* dtype =
      std::find_if(std::begin(dtypes), std::end(dtypes), [&](const Dtype& one) { return one.descr == dict.descr; });
  if (dtype == std::end(dtypes)) {
    dict.refuse("has values of type " + in_quotes(dict.descr) +
                ", which cannot be read. Save it as array.astype(np.float32)");
  }
  NpyHeader result{dtype->type, std::string(dtype->name), {}, 1, 0, header.size()};
  uint64_t longest = 1;
  for (const uint64_t size : dict.shape) {
    if (size != 0 && result.weight_count > max_weights / size) dict.refuse("claims more values than any file can hold");
    result.weight_count *= size;
    longest = std::max(longest, size);
  }
  // With one dimension longer than 1, both orders are the same.
  if (dict.fortran_order && result.weight_count > longest) {
    dict.refuse("is stored column by column (Fortran order). Save it as np.ascontiguousarray(array)");
  }
  result.bytes = format_of(result.type).bytes_for(result.weight_count);
  result.shape.assign(dict.shape.rbegin(), dict.shape.rend());
  return result;
}

}  // namespace nibble
