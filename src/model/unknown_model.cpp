#include "model/unknown_model.h"

#include <cstdio>
#include <set>
#include <unordered_set>

#include "container/gguf_limits.h"
#include "container/gguf_writer.h"
#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

/// Tensors with something in common that a person should know of.
struct Group {
  uint64_t count = 0;
  std::string first;
  void add(std::string_view name) {
    if (count++ == 0) first = name;
  }
  /// "3 tensors, the first being "x","
  std::string text() const {
    return counted(count, "tensor") + " (" + (count > 1 ? "the first is " : "") + in_quotes(first) + ")";
  }
};

/// A name that fits GGUF: a check sum of the whole and its end, which tells most.
std::string shortened(std::string_view name) {
  uint64_t hash = 14695981039346656037u;
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211u;
  char sum[18];
  std::snprintf(sum, sizeof sum, "%016llx~", static_cast<unsigned long long>(hash));
  size_t start = name.size() - (gguf::max_name_bytes - 17);
  while (start < name.size() && (static_cast<uint8_t>(name[start]) & 0xC0) == 0x80) ++start;
  return sum + std::string(name.substr(start));
}

/// Types whose bytes get a name that does not quite fit.
bool changes_meaning(std::string_view dtype) { return !dtype.empty() && (dtype[0] == 'U' || dtype == "BOOL"); }

class Collector {
 public:
  Collector(KeyValueList& values, Assembly& assembly) : values_(values), assembly_(assembly) {}

  void add(const StoredTensor& stored, uint32_t file) {
    if (!seen_.insert(stored.name).second) {
      throw Error("Tensor " + in_quotes(stored.name) + " is in two of the files. Choose the files of one model.");
    }
    std::string name = stored.name;
    if (name.size() > gguf::max_name_bytes || name.find('\0') != std::string::npos) {
      long_names_.add(name);
      name = shortened(name);
      values_.set_string("nibble.full_name." + name, stored.name);
    }
    if (trimmed_shape(stored.shape).size() > gguf::max_dimensions) folded_.add(name);
    if (changes_meaning(stored.dtype)) {
      unsigned_.add(name);
      dtypes_.insert(stored.dtype);
    }
    if (!in_gguf(stored.type)) small_floats_.add(name);
    assembly_.tensors.push_back({std::move(name),
                                 folded_shape(stored.shape),
                                 gguf_type(stored.type),
                                 stored.type,
                                 stored.weight_count,
                                 stored.bytes,
                                 {{file, stored.offset}},
                                 {},
                                 stored.dtype});
  }

  void warn() {
    Notes& notes = assembly_.notes;
    if (long_names_.count) {
      notes.add("GGUF holds names of at most " + std::to_string(gguf::max_name_bytes) + " bytes: the name of " +
                long_names_.text() + " is longer and is cut to a check sum and its end. The metadata keep the " +
                "whole name.");
    }
    if (folded_.count) {
      notes.add("GGUF holds at most four dimensions: the outermost ones of " + folded_.text() + " are written as one.");
    }
    if (unsigned_.count) {
      std::string list;
      for (const std::string& dtype : dtypes_) list += (list.empty() ? "" : ", ") + dtype;
      notes.add("GGUF has no " + list + ": the bytes of " + unsigned_.text() +
                " are kept as signed integers of the same size, so that the upper half of the values reads "
                "as negative numbers.");
    }
    if (small_floats_.count) {
      notes.add("GGUF has no 8-bit floats: " + small_floats_.text() +
                " become F16, which holds them exactly, unless they are quantized.");
    }
  }

 private:
  KeyValueList& values_;
  Assembly& assembly_;
  std::unordered_set<std::string_view> seen_;
  std::set<std::string> dtypes_;
  Group long_names_, folded_, unsigned_, small_floats_;
};

}  // namespace

std::vector<uint64_t> folded_shape(std::span<const uint64_t> shape) {
  std::vector<uint64_t> result = trimmed_shape(shape);
  while (result.size() > gguf::max_dimensions) {
    const uint64_t outermost = result.back();
    result.pop_back();
    // Only tensors without weights can have sizes that overflow.
    if (__builtin_mul_overflow(result.back(), outermost, &result.back())) result.back() = gguf::max_array_count;
  }
  return result;
}

Type gguf_type(Type stored) { return in_gguf(stored) ? stored : Type::f16; }

GgufHeader header_of(const KeyValueList& values) {
  const std::vector<uint8_t> bytes = write_gguf_header(values, {});
  return *read_gguf(bytes, bytes.size()).header;
}

void assemble_unknown(std::span<const ModelFile> files, std::span<const uint32_t> weight_files, std::string_view title,
                      const std::string& why, Assembly& assembly) {
  assembly.notes.warn(why +
                      " The output keeps the names of the tensors and says that its architecture is unknown; llama.cpp "
                      "does not run such files.");
  KeyValueList values;
  values.set_string("general.architecture", unknown_architecture);
  values.set_string("general.name", title);
  Collector collector(values, assembly);
  for (const uint32_t file : weight_files) {
    const FileContents& contents = *files[file].contents;
    for (const auto& [key, text] : contents.texts) {
      values.set_string(std::string(contents.container) + '.' + key, text);
    }
    for (const StoredTensor& tensor : contents.tensors) collector.add(tensor, file);
  }
  collector.warn();
  assembly.metadata = header_of(values);
}

}  // namespace nibble
