#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

/// Zip archives, NumPy arrays and pickles for tests, put together from their layouts alone: nothing here uses the
/// readers under test.
namespace nibble {

using Bytes = std::vector<uint8_t>;

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

template <class T>
Bytes little(T value) {
  Bytes bytes(sizeof(T));
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

inline void append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

inline Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) append(all, part);
  return all;
}

class ZipBuilder {
 public:
  bool zip64 = false;      ///< sizes and the list's place in zip64 records, as PyTorch writes them
  size_t local_extra = 0;  ///< bytes of padding in local headers
  std::string comment;

  ZipBuilder& entry(std::string_view name, const Bytes& content, uint16_t method = 0, uint16_t flags = 0) {
    const uint64_t offset = file_.size();
    const auto length = static_cast<uint32_t>(content.size());
    append(file_, joined({little<uint32_t>(0x04034b50), little<uint16_t>(20), little(flags), little(method),
                          little<uint32_t>(0), little<uint32_t>(0), little(length), little(length),
                          little(static_cast<uint16_t>(name.size())), little(static_cast<uint16_t>(local_extra)),
                          bytes_of(name), Bytes(local_extra), content}));
    const Bytes extra = zip64 ? joined({little<uint16_t>(1), little<uint16_t>(24), little<uint64_t>(length),
                                        little<uint64_t>(length), little(offset)})
                              : Bytes{};
    const uint32_t claimed = zip64 ? 0xFFFFFFFF : length, place = zip64 ? 0xFFFFFFFF : static_cast<uint32_t>(offset);
    append(directory_, joined({little<uint32_t>(0x02014b50), little<uint16_t>(20), little<uint16_t>(20), little(flags),
                               little(method), little<uint32_t>(0), little<uint32_t>(0), little(claimed),
                               little(claimed), little(static_cast<uint16_t>(name.size())),
                               little(static_cast<uint16_t>(extra.size())), little<uint16_t>(0), little<uint16_t>(0),
                               little<uint16_t>(0), little<uint32_t>(0), little(place), bytes_of(name), extra}));
    ++count_;
    return *this;
  }

  Bytes build() const {
    const uint64_t start = file_.size(), length = directory_.size(), record = start + length;
    Bytes all = joined({file_, directory_});
    if (zip64) {
      append(all, joined({little<uint32_t>(0x06064b50), little<uint64_t>(44), little<uint16_t>(20),
                          little<uint16_t>(20), little<uint32_t>(0), little<uint32_t>(0), little<uint64_t>(count_),
                          little<uint64_t>(count_), little(length), little(start), little<uint32_t>(0x07064b50),
                          little<uint32_t>(0), little(record), little<uint32_t>(1)}));
    }
    append(all, joined({little<uint32_t>(0x06054b50), little<uint16_t>(0), little<uint16_t>(0),
                        little(static_cast<uint16_t>(zip64 ? 0xFFFF : count_)),
                        little(static_cast<uint16_t>(zip64 ? 0xFFFF : count_)),
                        little(static_cast<uint32_t>(zip64 ? 0xFFFFFFFF : length)),
                        little(static_cast<uint32_t>(zip64 ? 0xFFFFFFFF : start)),
                        little(static_cast<uint16_t>(comment.size())), bytes_of(comment)}));
    return all;
  }

 private:
  Bytes file_, directory_;
  uint32_t count_ = 0;
};

/// An array file as NumPy writes it.
inline Bytes npy_array(std::string_view dict, const Bytes& data, uint8_t version = 1) {
  std::string text(dict);
  const size_t fixed = version == 1 ? 10 : 12;
  while ((fixed + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  const Bytes length =
      version == 1 ? little(static_cast<uint16_t>(text.size())) : little(static_cast<uint32_t>(text.size()));
  return joined({bytes_of("\x93NUMPY"), {version, 0}, length, bytes_of(text), data});
}

/// Instructions of pickle protocol 2, as torch.save writes them.
namespace pickle {

inline Bytes text(std::string_view value) {
  return joined({{'X'}, little(static_cast<uint32_t>(value.size())), bytes_of(value)});
}
inline Bytes number(int32_t value) { return joined({{'J'}, little(value)}); }
inline Bytes global(std::string_view module, std::string_view name) {
  return joined({{'c'}, bytes_of(module), {'\n'}, bytes_of(name), {'\n'}});
}
inline Bytes tuple(const std::vector<Bytes>& items) { return joined({{'('}, joined(items), {'t'}}); }
inline Bytes numbers(const std::vector<int32_t>& values) {
  std::vector<Bytes> items;
  for (const int32_t value : values) items.push_back(number(value));
  return tuple(items);
}
inline Bytes call(const Bytes& callee, const Bytes& arguments) { return joined({callee, arguments, {'R'}}); }
inline Bytes dict(const std::vector<std::pair<std::string, Bytes>>& pairs) {
  Bytes all = {'}', '('};
  for (const auto& [key, value] : pairs) append(all, joined({text(key), value}));
  all.push_back('u');
  return all;
}
inline Bytes ordered_dict(const std::vector<std::pair<std::string, Bytes>>& pairs) {
  Bytes all = joined({call(global("collections", "OrderedDict"), {')'}), {'('}});
  for (const auto& [key, value] : pairs) append(all, joined({text(key), value}));
  all.push_back('u');
  return all;
}
inline Bytes tensor(std::string_view storage_type, std::string_view key, int32_t held, int32_t offset,
                    const std::vector<int32_t>& shape, const std::vector<int32_t>& strides) {
  const Bytes storage =
      joined({tuple({text("storage"), global("torch", storage_type), text(key), text("cpu"), number(held)}), {'Q'}});
  return call(global("torch._utils", "_rebuild_tensor_v2"), tuple({storage,
                                                                   number(offset),
                                                                   numbers(shape),
                                                                   numbers(strides),
                                                                   {0x89},
                                                                   call(global("collections", "OrderedDict"), {')'})}));
}
inline Bytes whole(const Bytes& value) { return joined({{0x80, 2}, value, {'.'}}); }

}  // namespace pickle
}  // namespace nibble
