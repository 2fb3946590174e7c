#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// Python pickles, read without Python: numbers, texts, tuples, lists, dicts, and the names of what a real unpickler
/// would call. Nothing is called. Protocols 2 to 5.
namespace nibble {

/// A value of a pickle. Children are indices into Pickle::values.
struct PickleValue {
  enum class Kind : uint8_t {
    none,
    boolean,
    integer,
    real,
    text,
    bytes,
    tuple,
    list,
    dict,
    set,
    global,      ///< a name: module in `text`, the rest in `name`
    call,        ///< items: what is called, then its arguments as one tuple; pairs set on the result follow
    persistent,  ///< a reference to something outside the pickle: its identification is the one item
  };
  Kind kind = Kind::none;
  int64_t integer = 0;  ///< also of a boolean
  double real = 0;
  std::string_view text, name;  ///< inside the bytes read
  std::vector<uint32_t> items;  ///< of a dict: key, value, key, value, ...
};

struct Pickle {
  std::vector<PickleValue> values;
  uint32_t root;

  const PickleValue& operator[](uint32_t index) const { return values[index]; }
};

/// What a pickle may name. Asked once for every name in it.
using PickleNameAllowed = bool (*)(std::string_view module, std::string_view name);

/// Reads a pickle. The bytes must outlive the result. Throws Error, quickly, for names that are not allowed, for
/// instructions a pickle of tensors does not need, and for one that is too deep, too large or damaged.
Pickle read_pickle(std::span<const uint8_t> bytes, PickleNameAllowed allowed);

}  // namespace nibble
