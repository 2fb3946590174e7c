#include "check/file_check.h"

#include <algorithm>

#include "check/metadata_checks.h"
#include "container/gguf_limits.h"
#include "container/text.h"
#include "error.h"
#include "model/gguf_model.h"
#include "network/pass_plan.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

/// What llama.cpp does about a fault of a header.
std::string llama_cpp_on(const GgufFault& fault) {
  const std::string name = '\'' + fault.subject + '\'';
  const auto refusal = [](const std::string& words) { return "llama.cpp refuses the file: \"" + words + "\"."; };
  switch (fault.kind) {
    case GgufFault::Kind::key_twice: return refusal("duplicate key " + name + " for tensors ...");
    case GgufFault::Kind::alignment_type: return refusal("key " + name + " must be of type u32 but is ...");
    case GgufFault::Kind::alignment: return refusal("alignment ... is not a power of 2");
    case GgufFault::Kind::tensor_twice: return refusal("duplicate tensor name " + name + " for tensors ...");
    case GgufFault::Kind::tensor_name: return refusal("tensor name ... is too long");
    case GgufFault::Kind::tensor_type: return "llama.cpp refuses the file for the type of the tensor.";
    case GgufFault::Kind::tensor_rows:
      return refusal("tensor " + name + " ... has ... elements per row, not a multiple of block size");
    case GgufFault::Kind::tensor_place: return refusal("tensor " + name + " has offset ..., expected ...");
    case GgufFault::Kind::file_end:
      return refusal("tensor " + name + " data is not within the file bounds, model is corrupted or incomplete");
  }
  return {};
}

/// "row 3, column 5": the place of a weight in a tensor, counted from 0.
std::string place_text(uint64_t weight, std::span<const uint64_t> shape) {
  const uint64_t row = std::max<uint64_t>(1, shape.empty() ? 1 : shape[0]);
  return "row " + std::to_string(weight / row) + ", column " + std::to_string(weight % row);
}

}  // namespace

ByteRange FileCheck::offer(size_t file, std::string_view name, uint64_t file_bytes, uint64_t offset,
                           std::span<const uint8_t> bytes) {
  if (file >= files_.size()) files_.resize(file + 1);
  File& read = files_[file];
  read.name = name;
  read.bytes = file_bytes;
  if (bytes.size() >= sizeof(uint32_t) && load<uint32_t>(bytes.data()) != gguf::magic) gguf_ = false;
  if (!gguf_) return {};
  try {
    GgufReading reading = read_faulty_gguf(bytes, file_bytes, read.faults);
    if (reading.needed > 0) return {0, reading.needed};
    if (read.faults.empty()) {
      model_.offer(file, name, file_bytes, offset, bytes);
    } else {
      read.header = std::move(reading.header);
    }
  } catch (const Error& refusal) {
    read.refusal = refusal.what();
  }
  return {};
}

Findings FileCheck::check_headers() {
  Findings findings;
  tensors_.clear();
  for (const File& file : files_) add_faults(file, findings);
  const bool sound = std::all_of(files_.begin(), files_.end(), [](const File& file) { return file.sound(); });
  if (sound) {
    try {
      model_.complete();
    } catch (const Error& problem) {
      findings.push_back({Finding::Level::error, "", "", problem.what()});
      return findings;
    }
    tensors_ = model_.tensors();
    for (const Note& note : model_.notes().list) findings.push_back({Finding::Level::warning, "", "", note.text});
  }
  for (uint32_t i = 0; i < files_.size(); ++i) {
    const File& file = files_[i];
    if (!sound && file.header) {
      for (const StoredTensor& stored : file.header->tensors) tensors_.push_back(gguf_tensor(stored, i));
    }
    const auto& header = sound ? model_.files()[i].contents->header : file.header;
    if (file.sound() && header) check_end(file.name, file.bytes, header->alignment, i, findings);
  }
  const uint32_t first = sound ? model_.shards()[0] : 0;
  const GgufHeader* metadata = sound ? &model_.metadata() : files_[0].header ? &*files_[0].header : nullptr;
  // Where parts could not be joined, nobody knows what of the model is missing.
  if (!metadata || (!sound && files_.size() > 1)) return findings;
  const CheckedModel checked{*metadata, files_[first].name, tensors_};
  check_entries(checked, findings);
  check_vocabulary(checked, findings);
  check_tensors(checked, findings);
  if (sound && findings.empty()) check_network(findings);
  return findings;
}

void FileCheck::add_faults(const File& file, Findings& findings) const {
  for (const GgufFault& fault : file.faults) {
    findings.push_back({Finding::Level::error, file.name, fault.subject, fault.sentence, llama_cpp_on(fault)});
  }
  if (!file.refusal.empty()) {
    findings.push_back({Finding::Level::error, file.name, "", file.refusal, "llama.cpp refuses the file."});
  }
}

void FileCheck::check_end(std::string_view name, uint64_t file_bytes, uint64_t alignment, uint32_t file,
                          Findings& findings) const {
  uint64_t end = 0;
  for (const ModelTensor& tensor : tensors_) {
    if (tensor.slices[0].file == file) end = std::max(end, tensor.slices[0].offset + tensor.bytes);
  }
  const uint64_t padded = (end + alignment - 1) / alignment * alignment;
  if (end == 0 || file_bytes <= padded) return;
  findings.push_back({Finding::Level::warning, std::string(name), "",
                      counted(file_bytes - padded, "byte") + " behind the last tensor, from byte " +
                          std::to_string(padded) +
                          " on, are used by nothing. They were added to the file, or are the rest of another.",
                      "llama.cpp does not look at them."});
}

/// The tensors that the network needs, and their shapes, where the architecture is one that Nibble runs.
void FileCheck::check_network(Findings& findings) const {
  if (!network::find_architecture(model_.metadata().text("general.architecture").value_or(""))) return;
  try {
    network::plan_pass(model_, {.tokens = 1, .sequences = 1, .longest = 1});
  } catch (const network::UnfitFile& problem) {
    findings.push_back({Finding::Level::error, "", problem.subject(), problem.what(),
                        "llama.cpp refuses the file when it misses the tensor or entry, or finds it of another size."});
  } catch (const Error&) {
    // A network that Nibble does not run says nothing of the file.
  }
}

void WeightCounts::merge(const WeightCounts& other) {
  if (other.nan + other.infinite == 0) return;
  if (nan + infinite == 0 || other.first < first) first = other.first;
  nan += other.nan;
  infinite += other.infinite;
}

Finding weight_finding(std::string_view file, std::string_view tensor, std::span<const uint64_t> shape,
                       const WeightCounts& counts) {
  std::string what;
  if (counts.nan > 0)
    what = counted(counts.nan, "weight") + (counts.nan == 1 ? " is no number (NaN)" : " are no numbers (NaN)");
  if (counts.infinite > 0) {
    what += (what.empty() ? counted(counts.infinite, "weight") : " and " + std::to_string(counts.infinite)) +
            (counts.infinite == 1 ? " is infinite" : " are infinite");
  }
  return {Finding::Level::error, std::string(file), std::string(tensor),
          "In tensor " + in_quotes(tensor) + ' ' + what + ", the first in " + place_text(counts.first, shape) +
              ". The model answers nonsense. Download the file again, or make it again from the original weights.",
          "llama.cpp loads the file without a word, unless --check-tensors is given: then it refuses it."};
}

}  // namespace nibble
