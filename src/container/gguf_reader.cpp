#include <algorithm>
#include <unordered_set>

#include "container/byte_cursor.h"
#include "container/gguf.h"
#include "container/gguf_faults.h"
#include "container/gguf_limits.h"
#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

constexpr char damaged[] = " The file is probably damaged; download it again.";

/// Reads one header from its start. Lives for one attempt: a longer prefix starts a new one.
class Reader {
 public:
  /// `faults`: where to note what a header can be read on behind; null: that is thrown as well.
  Reader(std::span<const uint8_t> prefix, uint64_t file_bytes, std::vector<GgufFault>* faults)
      : prefix_(prefix), cursor_(prefix, file_bytes), faults_(faults) {
    header_.file_bytes = file_bytes;
  }

  GgufHeader read() {
    const uint64_t tensor_count = read_start();
    read_key_values();
    header_.bytes.assign(prefix_.begin(), prefix_.begin() + static_cast<ptrdiff_t>(cursor_.position()));
    read_alignment();
    read_tensors(tensor_count);
    place_tensors();
    leave_out_unusable();
    return std::move(header_);
  }

 private:
  using Kind = GgufFault::Kind;

  void refuse(Kind kind, std::string_view subject, std::string sentence) const {
    if (!faults_) throw Error(std::move(sentence));
    faults_->push_back({kind, std::string(subject), std::move(sentence)});
  }

  /// Magic, version and counts. Returns the number of tensors.
  uint64_t read_start() {
    if (cursor_.read<uint32_t>() != gguf::magic) {
      throw Error(
          "This is not a GGUF file: it does not start with the letters GGUF. Choose a model in GGUF or safetensors "
          "format.");
    }
    header_.version = cursor_.read<uint32_t>();
    // A small version number in the other byte order has its low half zero.
    if (header_.version != 0 && (header_.version & 0xFFFF) == 0) {
      throw Error(
          "This GGUF file is big-endian, made for another kind of computer. Convert it to little-endian first.");
    }
    const std::string claim = "This is GGUF version " + std::to_string(header_.version) + "; versions " +
                              std::to_string(gguf::oldest_version) + " to " + std::to_string(gguf::newest_version) +
                              " can be read. ";
    if (header_.version > gguf::newest_version) throw Error(claim + "A newer Nibble may read it.");
    if (header_.version < gguf::oldest_version) {
      throw Error(claim + "Convert the model again with a current converter.");
    }
    const uint64_t tensor_count = cursor_.read<uint64_t>();
    key_value_count_ = cursor_.read<uint64_t>();
    check_count(key_value_count_, gguf::max_key_values, gguf::min_key_value_bytes, "metadata entries");
    check_count(tensor_count, gguf::max_tensors, gguf::min_tensor_bytes, "tensors");
    return tensor_count;
  }

  void check_count(uint64_t count, uint64_t limit, uint64_t least_bytes, const char* things) const {
    const std::string claim = "The header announces " + std::to_string(count) + ' ' + things + ", but ";
    if (count > limit) throw Error(claim + "at most " + std::to_string(limit) + " are accepted." + damaged);
    if (count > cursor_.left_in_file() / least_bytes) {
      throw Error(claim + "only " + counted(cursor_.left_in_file(), "byte") + " follow." + damaged);
    }
  }

  std::string_view read_string(const char* what) {
    const uint64_t start = cursor_.position();
    const uint64_t length = cursor_.read<uint64_t>();
    if (length > gguf::max_string_bytes) {
      throw Error(std::string(what) + " at byte " + std::to_string(start) + " claims to be " + std::to_string(length) +
                  " bytes long; at most " + std::to_string(gguf::max_string_bytes) + " are accepted." + damaged);
    }
    return {reinterpret_cast<const char*>(cursor_.take(length)), static_cast<size_t>(length)};
  }

  ValueType read_value_type(const std::string& key) {
    const uint32_t number = cursor_.read<uint32_t>();
    if (number > static_cast<uint32_t>(ValueType::f64)) {
      throw Error("Metadata entry " + in_quotes(key) + " has the unknown value type " + std::to_string(number) + '.' +
                  damaged);
    }
    return static_cast<ValueType>(number);
  }

  void read_key_values() {
    std::unordered_set<std::string> seen;
    for (uint64_t i = 0; i < key_value_count_; ++i) {
      cursor_.reading("the metadata");
      KeyValue value{};
      value.key = read_string("The metadata key");
      if (value.key.empty() || value.key.find('\0') != std::string::npos) {
        throw Error("Metadata entry " + std::to_string(i + 1) + " has an empty key or one with a zero byte in it." +
                    damaged);
      }
      const bool again = !seen.insert(value.key).second;
      if (again) {
        refuse(Kind::key_twice, value.key, "The metadata key " + in_quotes(value.key) + " appears twice." + damaged);
      }
      read_value(value);
      if (!again) header_.values.push_back(std::move(value));
    }
  }

  void read_value(KeyValue& value) {
    value.type = value.element = read_value_type(value.key);
    value.count = 1;
    value.offset = cursor_.position();
    if (value.type == ValueType::array) {
      value.element = read_value_type(value.key);
      if (value.element == ValueType::array) {
        throw Error("Metadata entry " + in_quotes(value.key) + " is an array of arrays, which GGUF readers refuse.");
      }
      value.count = cursor_.read<uint64_t>();
      check_array(value);
    }
    value.elements = cursor_.position();
    read_elements(value);
    value.bytes = cursor_.position() - value.offset;
  }

  void check_array(const KeyValue& value) const {
    const uint64_t least =
        value.element == ValueType::string ? gguf::min_string_bytes : value_type_bytes(value.element);
    const std::string claim =
        "Metadata entry " + in_quotes(value.key) + " claims to have " + std::to_string(value.count) + " elements, but ";
    if (value.count > gguf::max_array_count) {
      throw Error(claim + "at most " + std::to_string(gguf::max_array_count) + " are accepted." + damaged);
    }
    if (value.count > cursor_.left_in_file() / least) {
      throw Error(claim + "only " + counted(cursor_.left_in_file(), "byte") + " follow." + damaged);
    }
    cursor_.expect(value.count * least);
  }

  void read_elements(KeyValue& value) {
    if (value.element == ValueType::string) {
      for (uint64_t i = 0; i < value.count; ++i) {
        const std::string_view text = read_string("The metadata text");
        if (text.find('\0') != std::string_view::npos) value.irregular = true;
      }
      return;
    }
    const uint8_t* elements = cursor_.take(value.count * value_type_bytes(value.element));
    if (value.element == ValueType::boolean) {
      value.irregular = std::any_of(elements, elements + value.count, [](uint8_t byte) { return byte > 1; });
    }
  }

  void read_alignment() {
    header_.alignment = gguf::default_alignment;
    const KeyValue* value = header_.find("general.alignment");
    if (!value) return;
    if (value->type != ValueType::u32) {
      return refuse(
          Kind::alignment_type, value->key,
          "general.alignment is of type " + std::string(value_type_name(value->type)) + ", not u32." + damaged);
    }
    const uint64_t alignment = load<uint32_t>(header_.bytes.data() + value->offset);
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
      return refuse(Kind::alignment, value->key,
                    "general.alignment is " + std::to_string(alignment) + ", which is not a power of two." + damaged);
    }
    header_.alignment = alignment;
  }

  void read_tensors(uint64_t count) {
    std::unordered_set<std::string> seen;
    for (uint64_t i = 0; i < count; ++i) {
      cursor_.reading("the tensor list");
      usable_.push_back(true);
      StoredTensor tensor = read_tensor();
      if (!seen.insert(tensor.name).second) {
        refuse(Kind::tensor_twice, tensor.name,
               "The tensor name " + in_quotes(tensor.name) + " appears twice." + damaged);
        usable_.back() = false;
      }
      header_.tensors.push_back(std::move(tensor));
    }
  }

  StoredTensor read_tensor() {
    StoredTensor tensor{};
    const std::string_view name = read_string("The tensor name");
    if (name.size() > gguf::max_read_name_bytes || name.find('\0') != std::string_view::npos) {
      refuse(Kind::tensor_name, name,
             "The tensor name " + in_quotes(name) + " is " + std::to_string(name.size()) +
                 " bytes long or holds a zero byte; readers accept at most " +
                 std::to_string(gguf::max_read_name_bytes) +
                 " bytes of text. Rename the tensor when converting the model.");
    }
    tensor.name = name;
    const uint32_t dimensions = cursor_.read<uint32_t>();
    if (dimensions > gguf::max_dimensions) {
      throw Error("Tensor " + in_quotes(name) + " has " + std::to_string(dimensions) + " dimensions; at most " +
                  std::to_string(gguf::max_dimensions) + " are accepted." + damaged);
    }
    for (uint32_t d = 0; d < dimensions; ++d) tensor.shape.push_back(cursor_.read<uint64_t>());
    tensor.type = static_cast<Type>(cursor_.read<uint32_t>());
    tensor.offset = cursor_.read<uint64_t>();
    measure(tensor);
    return tensor;
  }

  /// Fills in weights and bytes, checking shape and type. Of a tensor that is noted as unusable, the bytes stay 0.
  void measure(StoredTensor& tensor) {
    constexpr uint64_t most = uint64_t{1} << 63;
    const std::string which = "Tensor " + in_quotes(tensor.name);
    bool empty = false;
    tensor.weight_count = 1;
    for (const uint64_t size : tensor.shape) {
      if (size >= most) throw Error(which + " has a negative dimension." + damaged);
      empty = empty || size == 0;
    }
    for (const uint64_t size : tensor.shape) {
      if (!empty && size > (most - 1) / tensor.weight_count) {
        throw Error(which + " has more weights than can be counted." + damaged);
      }
      tensor.weight_count *= size;
    }
    const Format* format = find_format(tensor.type);
    if (!format || !in_gguf(tensor.type)) {
      usable_.back() = false;
      return refuse(Kind::tensor_type, tensor.name,
                    which + " has the unknown type " + std::to_string(static_cast<uint32_t>(tensor.type)) +
                        ". The file is damaged, or uses a type that was removed from GGUF or is newer than this "
                        "program.");
    }
    const uint64_t row = tensor.shape.empty() ? 1 : tensor.shape[0];
    if (row % format->block_length != 0) {
      usable_.back() = false;
      return refuse(Kind::tensor_rows, tensor.name,
                    which + " has rows of " + std::to_string(row) + " weights, which is not a multiple of the " +
                        std::to_string(format->block_length) + " weights of a " + std::string(format->name) +
                        " block." + damaged);
    }
    const uint64_t blocks = tensor.weight_count / format->block_length;
    if (blocks > (most - 1) / format->block_bytes) {
      throw Error(which + " has more bytes than can be counted." + damaged);
    }
    tensor.bytes = blocks * format->block_bytes;
  }

  uint64_t padded(uint64_t bytes) const { return (bytes + header_.alignment - 1) & ~(header_.alignment - 1); }

  /// Checks every offset against the tensors before it and the end of the file, and makes it absolute. Behind a tensor
  /// that is noted as misplaced, or whose bytes are not known, tensors are where they are said to be.
  void place_tensors() {
    header_.data_offset = padded(cursor_.position());
    uint64_t expected = 0;
    bool known = true;
    for (size_t i = 0; i < header_.tensors.size(); ++i) {
      StoredTensor& tensor = header_.tensors[i];
      if (known && tensor.offset != expected) {
        refuse(Kind::tensor_place, tensor.name,
               "Tensor " + in_quotes(tensor.name) + " is said to start at byte " + std::to_string(tensor.offset) +
                   " of the data section, " + (tensor.offset < expected ? "inside" : "beyond") +
                   " the tensors before it, which end at byte " + std::to_string(expected) + '.' + damaged);
      }
      const uint64_t space = header_.file_bytes > header_.data_offset ? header_.file_bytes - header_.data_offset : 0;
      const uint64_t left = space > tensor.offset ? space - tensor.offset : 0;
      if (tensor.bytes > left) {
        refuse(Kind::file_end, tensor.name,
               "Unexpected end of file at byte " + std::to_string(header_.file_bytes) + ": tensor " +
                   in_quotes(tensor.name) + " needs " + counted(tensor.bytes - left, "more byte") +
                   ". The file is probably cut short; download it again.");
        usable_[i] = false;
      }
      known = tensor.bytes > 0 || tensor.weight_count == 0;
      expected = tensor.offset + padded(tensor.bytes);
      tensor.offset += header_.data_offset;
    }
  }

  void leave_out_unusable() {
    if (!faults_) return;
    std::vector<StoredTensor> usable;
    for (size_t i = 0; i < usable_.size(); ++i) {
      if (usable_[i]) usable.push_back(std::move(header_.tensors[i]));
    }
    header_.tensors = std::move(usable);
  }

  std::span<const uint8_t> prefix_;
  ByteCursor cursor_;
  GgufHeader header_;
  uint64_t key_value_count_ = 0;
  std::vector<GgufFault>* faults_;
  std::vector<bool> usable_;  // of each tensor: it is the only one of its name, and its bytes are known and there
};

GgufReading attempt(std::span<const uint8_t> prefix, uint64_t file_bytes, std::vector<GgufFault>* faults) {
  if (file_bytes == 0) throw Error("The file is empty. Download or copy it again.");
  GgufReading reading;
  try {
    reading.header = Reader(prefix, file_bytes, faults).read();
  } catch (const MoreBytesNeeded& more) {
    const uint64_t doubled = std::max<uint64_t>(2 * prefix.size(), gguf::first_request_bytes);
    reading.needed = std::min(file_bytes, std::max(doubled, more.bytes));
  }
  return reading;
}

}  // namespace

GgufReading read_gguf(std::span<const uint8_t> prefix, uint64_t file_bytes) {
  return attempt(prefix, file_bytes, nullptr);
}

GgufReading read_faulty_gguf(std::span<const uint8_t> prefix, uint64_t file_bytes, std::vector<GgufFault>& faults) {
  faults.clear();
  return attempt(prefix, file_bytes, &faults);
}

}  // namespace nibble
