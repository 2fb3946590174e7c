#include "container/safetensors.h"

#include <algorithm>

#include "container/safetensors_header.h"
#include "container/safetensors_limits.h"
#include "container/text.h"
#include "error.h"
#include "names.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

constexpr char damaged[] = " The file is probably damaged; download it again.";

/// A type of the format, and what stands for it. GGUF has no unsigned integers and no truth values: their bytes are
/// kept under the signed type of the same size.
struct DataType {
  std::string_view name;
  Type type;
};
constexpr DataType data_types[] = {
    {"F64", Type::f64},         {"F32", Type::f32},         {"F16", Type::f16}, {"BF16", Type::bf16},
    {"F8_E4M3", Type::f8_e4m3}, {"F8_E5M2", Type::f8_e5m2}, {"I64", Type::i64}, {"I32", Type::i32},
    {"I16", Type::i16},         {"I8", Type::i8},           {"U64", Type::i64}, {"U32", Type::i32},
    {"U16", Type::i16},         {"U8", Type::i8},           {"BOOL", Type::i8},
};

Type type_of(const SafetensorsEntry& entry) {
  std::string known;
  for (const DataType& one : data_types) {
    if (one.name == entry.dtype) return one.type;
    known.append(known.empty() ? "" : ", ").append(one.name);
  }
  throw Error("Tensor " + in_quotes(entry.name) + " has the data type " + in_quotes(entry.dtype) +
              ", which Nibble does not read. It reads " + known + ". Save the model in one of these.");
}

StoredTensor measured(SafetensorsEntry&& entry) {
  const Type type = type_of(entry);
  StoredTensor tensor{std::move(entry.name), {entry.shape.rbegin(), entry.shape.rend()}, type, 1, 0, entry.begin,
                      std::move(entry.dtype)};
  const std::string which = "Tensor " + in_quotes(tensor.name);
  if (entry.begin > entry.end) {
    throw Error(which + " is said to end before it begins, at byte " + std::to_string(entry.end) + " of the data." +
                damaged);
  }
  tensor.bytes = entry.end - entry.begin;
  const uint64_t size = format_of(tensor.type).block_bytes;
  const bool empty = std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end();
  for (const uint64_t length : tensor.shape) {
    if (!empty && length > tensor.bytes / size / tensor.weight_count) {
      tensor.weight_count = UINT64_MAX / size;  // more than there is, whatever follows
      break;
    }
    tensor.weight_count *= length;
  }
  if (tensor.weight_count * size != tensor.bytes) {
    throw Error(which + " has " + counted(tensor.bytes, "byte") +
                " of data, which is not what its shape and its type " + tensor.dtype + " ask for." + damaged);
  }
  return tensor;
}

/// Checks that the tensors, put in the order of their data, cover all of it, and makes their offsets absolute.
void place(std::vector<StoredTensor>& tensors, uint64_t data_offset, uint64_t file_bytes) {
  std::stable_sort(tensors.begin(), tensors.end(), [](const StoredTensor& a, const StoredTensor& b) {
    return std::pair(a.offset, a.bytes) < std::pair(b.offset, b.bytes);
  });
  uint64_t expected = 0;
  const uint64_t data_bytes = file_bytes - data_offset;
  for (StoredTensor& tensor : tensors) {
    if (tensor.offset != expected) {
      throw Error("Tensor " + in_quotes(tensor.name) + " is said to start at byte " + std::to_string(tensor.offset) +
                  " of the data, " + (tensor.offset < expected ? "inside" : "beyond") +
                  " the tensors before it, which end at byte " + std::to_string(expected) + '.' + damaged);
    }
    expected += tensor.bytes;
    if (expected > data_bytes) {
      throw Error("Unexpected end of file at byte " + std::to_string(file_bytes) + ": tensor " +
                  in_quotes(tensor.name) + " needs " + counted(expected - data_bytes, "more byte") +
                  ". The file is probably cut short; download it again.");
    }
    tensor.offset += data_offset;
  }
  if (expected < data_bytes) {
    throw Error("After the last tensor, which ends at byte " + std::to_string(data_offset + expected) + ", " +
                counted(data_bytes - expected, "byte") +
                " more follow that belong to no tensor. Such files are refused by other readers too, because they were "
                "damaged or written wrongly; save the model again.");
  }
}

/// True for what bitsandbytes writes beside each of its 4-bit tensors: a JSON text as bytes.
bool holds_settings(const StoredTensor& tensor) {
  return tensor.name.find(".quant_state.bitsandbytes__") != std::string::npos && tensor.dtype == "U8" &&
         tensor.bytes > 0 && tensor.bytes <= safetensors::max_settings_bytes;
}

class SafetensorsFile : public FileReader {
 public:
  explicit SafetensorsFile(uint64_t file_bytes) : file_bytes_(file_bytes), wanted_{0, 8} {
    if (file_bytes < 8 + safetensors::min_header_bytes) {
      throw Error(counted(file_bytes, "byte") + " are too few for a safetensors file. Download or copy it again.");
    }
  }

  ByteRange wanted() const override { return wanted_; }

  void take(std::span<const uint8_t> bytes) override {
    if (!contents_.tensors.empty()) {
      contents_.settings.emplace_back(contents_.tensors[next_ - 1].name,
                                      std::vector<uint8_t>(bytes.begin(), bytes.end()));
      want_settings();
      return;
    }
    if (wanted_.offset == 0) {
      read_length(load<uint64_t>(bytes.data()));
      return;
    }
    SafetensorsHeader header = read_safetensors_header({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (header.entries.empty()) {
      throw Error("The file holds no tensors, so there is nothing to quantize. Choose the file that has the weights.");
    }
    for (SafetensorsEntry& entry : header.entries) contents_.tensors.push_back(measured(std::move(entry)));
    place(contents_.tensors, 8 + wanted_.bytes, file_bytes_);
    contents_.texts = std::move(header.metadata);
    want_settings();
  }

  FileContents contents() override {
    contents_.container = "safetensors";
    return std::move(contents_);
  }

 private:
  void read_length(uint64_t length) {
    const std::string claim = "The header is said to be " + counted(length, "byte") + " long, but ";
    if (length > file_bytes_ - 8) {
      throw Error(claim + "only " + counted(file_bytes_ - 8, "byte") +
                  " follow. This is no safetensors file, or it was cut short; download it again.");
    }
    if (length > safetensors::max_header_bytes || length < safetensors::min_header_bytes) {
      throw Error(claim + std::to_string(safetensors::min_header_bytes) + " to " +
                  std::to_string(safetensors::max_header_bytes) + " are accepted." + damaged);
    }
    wanted_ = {8, length};
  }

  /// Asks for the next tensor that says how others are quantized, if there is one.
  void want_settings() {
    wanted_ = {0, 0};
    while (next_ < contents_.tensors.size() && wanted_.bytes == 0) {
      const StoredTensor& tensor = contents_.tensors[next_++];
      if (holds_settings(tensor)) wanted_ = {tensor.offset, tensor.bytes};
    }
  }

  uint64_t file_bytes_;
  ByteRange wanted_;
  FileContents contents_;
  size_t next_ = 0;  // of the tensors, the first not yet looked at for settings
};

}  // namespace

bool is_safetensors(const FileStart& start) {
  if (has_extension(start.name, ".safetensors")) return true;
  return start.bytes.size() > 8 && start.bytes[8] == '{' &&
         load<uint64_t>(start.bytes.data()) <= safetensors::max_header_bytes;
}

std::unique_ptr<FileReader> open_safetensors(const FileStart& start) {
  return std::make_unique<SafetensorsFile>(start.file_bytes);
}

}  // namespace nibble
