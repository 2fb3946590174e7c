#include "container/importance_reader.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "container/gguf.h"
#include "container/placeholder.h"
#include "container/text.h"
#include "error.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

/// Enough for the whole index of a small matrix.
constexpr uint64_t first_request_bytes = uint64_t{1} << 16;
/// Enough for the head of any legacy entry; entries are far apart, so more would mostly fetch values.
constexpr uint64_t later_request_bytes = uint64_t{1} << 12;
/// Tensor names have fewer than 64 bytes; a much longer one means that the file is something else.
constexpr int32_t max_legacy_name_bytes = 1024;
/// Dataset names are paths. The last request holds the whole trailer.
constexpr int32_t max_legacy_dataset_bytes = 1 << 16;
/// Empty name, three numbers, one value.
constexpr uint64_t min_legacy_entry_bytes = 16;

constexpr std::string_view values_suffix = ".in_sum2", counts_suffix = ".counts";

[[noreturn]] void refuse(const std::string& why) {
  throw Error("This is not a readable importance matrix: " + why +
              " Choose the imatrix.gguf or imatrix.dat that llama-imatrix wrote.");
}

[[noreturn]] void refuse_placeholder(const std::string& reason) {
  throw Error("This is no importance matrix of llama-imatrix. " + reason);
}

[[noreturn]] void refuse_cut_off() { refuse("it ends too early and may be cut off."); }

std::string text_up_to_zero(const uint8_t* bytes, size_t length) {
  const std::string text(reinterpret_cast<const char*>(bytes), length);
  return text.substr(0, text.find('\0'));
}

std::vector<std::string> texts_of(const GgufHeader& header, const KeyValue& array) {
  std::vector<std::string> texts;
  uint64_t at = array.elements;
  for (uint64_t i = 0; i < array.count; ++i) {
    const uint64_t length = load<uint64_t>(header.bytes.data() + at);
    texts.push_back(text_up_to_zero(header.bytes.data() + at + 8, length));
    at += 8 + length;
  }
  return texts;
}

const KeyValue& required(const GgufHeader& header, std::string_view key) {
  const KeyValue* value = header.find(key);
  if (value == nullptr) refuse("it is a GGUF file without the key " + std::string(key) + ".");
  return *value;
}

bool ends_with(std::string_view name, std::string_view suffix) {
  return name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix;
}

}  // namespace

ImportanceReader::ImportanceReader(uint64_t file_bytes) : file_bytes_(file_bytes), wanted_{0, 0} {
  if (file_bytes == 0) refuse_placeholder(*placeholder_reason({}));
  if (file_bytes < 4) refuse_cut_off();
  want(0, first_request_bytes);
}

void ImportanceReader::want(uint64_t offset, uint64_t bytes) {
  wanted_ = {offset, std::min(bytes, file_bytes_ - offset)};
}

void ImportanceReader::offer(std::span<const uint8_t> bytes) {
  if (bytes.size() != wanted_.bytes) refuse_cut_off();
  if (form_ == Form::unknown) {
    if (const auto reason = placeholder_reason(bytes)) refuse_placeholder(*reason);
    const bool gguf = std::equal(bytes.begin(), bytes.begin() + 4, "GGUF");
    form_ = gguf ? Form::gguf : Form::legacy;
    if (gguf) return read_gguf_index(bytes);
    const int32_t entries = load<int32_t>(bytes.data());
    if (entries < 1 || static_cast<uint64_t>(entries) > file_bytes_ / min_legacy_entry_bytes) {
      refuse("it starts neither with GGUF nor with a possible number of entries.");
    }
    entries_left_ = static_cast<uint64_t>(entries);
    wanted_.offset += 4;
    return read_legacy(bytes.subspan(4));
  }
  if (form_ == Form::gguf) return read_gguf_index(bytes);
  read_legacy(bytes);
}

ImportanceIndex ImportanceReader::take() {
  // A name that comes again replaces the one before it.
  auto& entries = index_.entries;
  std::stable_sort(entries.begin(), entries.end(),
                   [](const ImportanceEntry& a, const ImportanceEntry& b) { return a.name < b.name; });
  const auto same_name = [](const ImportanceEntry& a, const ImportanceEntry& b) { return a.name == b.name; };
  const auto first_kept = std::unique(entries.rbegin(), entries.rend(), same_name).base();
  entries.erase(entries.begin(), first_kept);
  return std::move(index_);
}

void ImportanceReader::read_gguf_index(std::span<const uint8_t> prefix) {
  const GgufReading reading = read_gguf(prefix, file_bytes_);
  if (!reading.header) return want(0, reading.needed);
  want(0, 0);
  const GgufHeader& header = *reading.header;

  const KeyValue& datasets = required(header, "imatrix.datasets");
  required(header, "imatrix.chunk_count");
  required(header, "imatrix.chunk_size");
  if (datasets.type != ValueType::array || datasets.element != ValueType::string) {
    refuse("imatrix.datasets is not a list of texts.");
  }
  const std::optional<uint64_t> chunks = header.number("imatrix.chunk_count");
  if (!chunks) refuse("imatrix.chunk_count is not a number.");
  index_.datasets = texts_of(header, datasets);
  index_.chunk_count = static_cast<int64_t>(*chunks);

  std::unordered_map<std::string_view, const StoredTensor*> by_name;
  for (const StoredTensor& tensor : header.tensors) by_name.emplace(tensor.name, &tensor);
  for (const StoredTensor& tensor : header.tensors) {
    const bool values = ends_with(tensor.name, values_suffix);
    if (!values && !ends_with(tensor.name, counts_suffix)) continue;
    const std::string_view suffix = values ? values_suffix : counts_suffix;
    const std::string name = tensor.name.substr(0, tensor.name.size() - suffix.size());
    const auto partner = by_name.find(name + std::string(values ? counts_suffix : values_suffix));
    if (partner == by_name.end()) refuse(in_quotes(tensor.name) + " lacks its partner.");
    if (tensor.type != Type::f32 || tensor.weight_count == 0) refuse(in_quotes(tensor.name) + " holds no F32 numbers.");
    if (!values) continue;
    ImportanceEntry entry;
    entry.name = name;
    entry.values = tensor.weight_count;
    entry.matrices = partner->second->weight_count;
    entry.values_offset = tensor.offset;
    entry.counts_offset = partner->second->offset;
    index_.entries.push_back(std::move(entry));
  }
  if (index_.entries.empty()) refuse("it is a GGUF file without importance values.");
}

void ImportanceReader::read_legacy(std::span<const uint8_t> bytes) {
  const uint64_t start = wanted_.offset;
  uint64_t at = start;
  // The next `count` bytes of the file, or null after asking for them.
  const auto next = [&](uint64_t count) -> const uint8_t* {
    if (count > file_bytes_ - at) refuse_cut_off();
    if (at - start + count <= bytes.size()) return bytes.data() + (at - start);
    want(at, std::max(count, later_request_bytes));
    return nullptr;
  };
  for (; entries_left_ > 0; --entries_left_) {
    const uint8_t* head = next(4);
    if (head == nullptr) return;
    const int32_t name_bytes = load<int32_t>(head);
    if (name_bytes < 0 || name_bytes > max_legacy_name_bytes) refuse("a tensor name has an impossible length.");
    const uint64_t head_bytes = 4 + static_cast<uint64_t>(name_bytes) + 8;
    head = next(head_bytes);
    if (head == nullptr) return;
    const int32_t values = load<int32_t>(head + head_bytes - 4);
    ImportanceEntry entry;
    entry.name = text_up_to_zero(head + 4, static_cast<size_t>(name_bytes));
    if (values < 1) refuse("the entry " + in_quotes(entry.name) + " has no values.");
    entry.calls = load<int32_t>(head + head_bytes - 8);
    entry.values = static_cast<uint64_t>(values);
    entry.values_offset = at + head_bytes;
    if (entry.values_bytes() > file_bytes_ - entry.values_offset) refuse_cut_off();
    at = entry.values_offset + entry.values_bytes();
    index_.entries.push_back(std::move(entry));
  }
  if (at == file_bytes_) return want(0, 0);
  const uint8_t* trailer = next(8);
  if (trailer == nullptr) return;
  const int32_t name_bytes = load<int32_t>(trailer + 4);
  if (name_bytes < 0 || name_bytes > max_legacy_dataset_bytes) refuse("the data set's name has an impossible length.");
  trailer = next(8 + static_cast<uint64_t>(name_bytes));
  if (trailer == nullptr) return;
  index_.chunk_count = load<int32_t>(trailer);
  if (name_bytes > 0) index_.datasets = {text_up_to_zero(trailer + 8, static_cast<size_t>(name_bytes))};
  want(0, 0);
}

std::vector<std::string_view> importance_extensions() { return {".gguf", ".dat"}; }

}  // namespace nibble
