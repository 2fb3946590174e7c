#include "plan/json.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "container/companion.h"
#include "container/importance_reader.h"
#include "container/text.h"
#include "error.h"
#include "json/parse.h"
#include "model/beside.h"
#include "model/folder.h"
#include "model/offers.h"
#include "numeric/bits.h"
#include "plan/json_parts.h"
#include "plan/model_notes.h"
#include "recipe/tensor_kind.h"

namespace nibble {
namespace {

/// Longer texts and arrays are cut in the metadata list.
constexpr size_t max_shown_text_bytes = 300, max_shown_elements = 16;

Json layer_of(std::string_view name) {
  const auto number = block_number(name);
  return number ? Json(*number) : Json(nullptr);
}

/// The shortest decimal form that reads back as the same number.
std::string shortest(double value, int most_digits, bool single) {
  char text[40];
  for (int digits = 6; digits <= most_digits; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    const double back = std::strtod(text, nullptr);
    if (single ? static_cast<float>(back) == static_cast<float>(value) : back == value) break;
  }
  return text;
}

std::string element_text(ValueType type, const uint8_t* at) {
  switch (type) {
    case ValueType::u8: return std::to_string(*at);
    case ValueType::i8: return std::to_string(load<int8_t>(at));
    case ValueType::u16: return std::to_string(load<uint16_t>(at));
    case ValueType::i16: return std::to_string(load<int16_t>(at));
    case ValueType::u32: return std::to_string(load<uint32_t>(at));
    case ValueType::i32: return std::to_string(load<int32_t>(at));
    case ValueType::u64: return std::to_string(load<uint64_t>(at));
    case ValueType::i64: return std::to_string(load<int64_t>(at));
    case ValueType::f32: return shortest(load<float>(at), 9, true);
    case ValueType::f64: return shortest(load<double>(at), 17, false);
    case ValueType::boolean: return *at ? "true" : "false";
    case ValueType::string:
    case ValueType::array: break;
  }
  return {};
}

std::string shown(std::string_view text) {
  const std::string_view kept = cut_utf8(text, max_shown_text_bytes);
  return std::string(kept) + (kept.size() < text.size() ? "…" : "");
}

std::string value_text(const GgufHeader& header, const KeyValue& value) {
  const uint8_t* at = header.bytes.data() + value.elements;
  std::string text;
  for (uint64_t i = 0; i < value.count; ++i) {
    if (i == max_shown_elements || text.size() > max_shown_text_bytes) return text + ", …";
    if (i > 0) text += ", ";
    if (value.element == ValueType::string) {
      const uint64_t length = load<uint64_t>(at);
      text += shown({reinterpret_cast<const char*>(at) + sizeof(uint64_t), static_cast<size_t>(length)});
      at += sizeof(uint64_t) + length;
    } else {
      text += element_text(value.element, at);
      at += value_type_bytes(value.element);
    }
  }
  return text;
}

Json metadata_json(const GgufHeader& header) {
  Json list = Json::list();
  for (const KeyValue& value : header.values) {
    const bool array = value.type == ValueType::array;
    list.push_back({{"key", value.key},
                    {"type", (array ? "array of " : "") + std::string(value_type_name(value.element))},
                    {"count", array ? Json(value.count) : Json(nullptr)},
                    {"value", value_text(header, value)}});
  }
  return list;
}

Json notes_json(const Notes& notes) {
  Json list = Json::list();
  for (const Note& note : notes.list) {
    list.push_back({{"level", note.level == Note::Level::warning ? "warning" : "note"}, {"text", note.text}});
  }
  return list;
}

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(nullptr); }

std::string format_name(Type type) { return std::string(format_of(type).name); }

/// Whether the bytes of a tensor go into the output as they are stored.
bool copies(const PlannedTensor& tensor, const ModelTensor& source) {
  return !tensor.converts() && tensor.from == tensor.to && source.transform.head_rows == 0 && source.transform.add == 0;
}

}  // namespace

Json planned_json(const PlannedTensor& tensor, const ModelTensor& source) {
  return {{"source", tensor.source},
          {"name", tensor.name},
          {"shape", source.shape},
          {"layer", layer_of(tensor.name)},
          {"role", role_name(tensor.name)},
          {"from", format_name(tensor.from)},
          {"to", format_name(tensor.to)},
          {"wanted", tensor.wanted ? Json(format_name(*tensor.wanted)) : Json(nullptr)},
          {"reason", tensor.reason},
          {"action", tensor.converts() ? "convert" : "copy"},
          {"method", tensor.converts() ? Json(tensor.method) : Json(nullptr)},
          {"weights", source.weight_count},
          {"rowLength", source.row_length()},
          {"headRows", source.transform.head_rows},
          {"add", source.transform.add},
          {"inputBytes", source.bytes},
          {"outputBytes", tensor.output_bytes},
          {"file", tensor.file},
          {"offset", tensor.offset},
          {"importance", importance_place(tensor.importance)},
          {"packing", nullptr},
          {"measured", tensor.converts()}};
}

Json importance_place(const std::optional<ImportanceEntry>& entry) {
  if (!entry) return nullptr;
  Json unusable = Json::list();
  for (const UnusableImportance& one : entry->unusable) unusable.push_back(one.matrix);
  return {{"unusable", std::move(unusable)},
          {"valuesOffset", entry->values_offset},
          {"valuesBytes", entry->values_bytes()},
          {"countsOffset", entry->counts_offset ? Json(*entry->counts_offset) : Json(nullptr)},
          {"countsBytes", entry->counts_bytes()}};
}

Json offers_json(const Offers& offers) {
  return {{"folder", offers.folder},
          {"projector", offers.projector},
          {"adapters", offers.adapters},
          {"denseModules", offers.dense_modules},
          {"nextLayers", offers.next_layers}};
}

std::string model_json(const Model& model) {
  const GgufHeader& header = model.metadata();
  Json files = Json::list(), tensors = Json::list();
  for (const ModelFile& file : model.files()) files.push_back({{"name", file.name}, {"bytes", file.bytes}});
  uint64_t weight_count = 0, bytes = 0;
  for (const ModelTensor& tensor : model.tensors()) {
    weight_count += tensor.weight_count;
    bytes += tensor.bytes;
    tensors.push_back({{"name", tensor.name},
                       {"shape", tensor.shape},
                       {"type", format_name(tensor.type)},
                       {"weights", tensor.weight_count},
                       {"bytes", tensor.bytes},
                       {"stored", format_name(tensor.stored)},
                       {"dtype", tensor.dtype.empty() ? format_name(tensor.stored) : tensor.dtype},
                       {"file", tensor.slices[0].file},
                       {"offset", tensor.slices[0].offset},
                       {"add", tensor.transform.add},
                       {"layer", layer_of(tensor.name)},
                       {"role", role_name(tensor.name)}});
  }
  return Json{{"container", model.container()},
              {"version", model.container() == "GGUF" ? Json(header.version) : Json(nullptr)},
              {"files", std::move(files)},
              {"architecture", or_null(header.text("general.architecture"))},
              {"name", or_null(header.text("general.name"))},
              {"alignment", header.alignment},
              {"weights", weight_count},
              {"tensorBytes", bytes},
              {"tensors", std::move(tensors)},
              {"metadata", metadata_json(header)},
              {"notes", notes_json(model_notes(model))},
              {"offers", offers_json(offers_of(model))}}
      .dump();
}

std::string place_json(const Model& model, uint64_t tensor, uint64_t first, uint64_t count) {
  if (tensor >= model.tensors().size()) throw Error("There is no tensor number " + std::to_string(tensor) + ".");
  const ModelTensor& source = model.tensors()[tensor];
  const Format& stored = format_of(source.stored);
  if (first % stored.block_length != 0 || first >= source.weight_count || count == 0) {
    throw Error("There is no block of tensor " + in_quotes(source.name) + " at weight " + std::to_string(first) + ".");
  }
  const WeightPlace place = place_of(source, first, std::min(count, source.weight_count - first));
  const uint64_t blocks = (place.weight_count + stored.block_length - 1) / stored.block_length;
  return Json{{"file", place.file},
              {"offset", place.offset},
              {"bytes", blocks * stored.block_bytes},
              {"weights", place.weight_count}}
      .dump();
}

Json job_json(const Job& job, const char* work, Json range) {
  return {{"work", work},
          {"tensor", job.tensor},
          {"inputFile", job.input_file},
          {"inputOffset", job.input_offset},
          {"inputBytes", job.input_bytes},
          {"outputFile", job.output_file},
          {"outputOffset", job.output_offset},
          {"outputBytes", job.output_bytes},
          {"padding", job.padding},
          {"firstWeight", job.first_weight},
          {"weights", job.weight_count},
          {"range", std::move(range)}};
}

Json plan_object(const Plan& plan, const char* container, Json tensors, Json jobs) {
  Json files = Json::list();
  for (const OutputFile& file : plan.files) {
    Json made = {{"name", file.suffix}, {"bytes", file.bytes}, {"headerBytes", file.header_bytes}};
    if (file.copy_of) made.add("copyOf", *file.copy_of);
    files.push_back(std::move(made));
  }
  return {{"fileType", plan.file_type->name},
          {"container", container},
          {"method", plan.method},
          {"inputBytes", plan.input_bytes},
          {"outputBytes", plan.output_bytes},
          {"outputFiles", std::move(files)},
          {"bitsPerWeight", plan.bits_per_weight},
          {"weights", plan.weight_count},
          {"tensors", std::move(tensors)},
          {"jobs", std::move(jobs)},
          {"notes", notes_json(plan.notes)},
          {"memory", {{"sharedBytes", plan.memory.shared_bytes}, {"perWorkerBytes", plan.memory.per_worker_bytes}}}};
}

std::string plan_json(const Plan& plan, const Model& model, const char* container) {
  Json tensors = Json::list(), jobs = Json::list();
  for (const PlannedTensor& tensor : plan.tensors) {
    tensors.push_back(planned_json(tensor, source_of(model, tensor)));
  }
  for (const Job& job : plan.jobs) {
    const PlannedTensor& tensor = plan.tensors[job.tensor];
    const bool copied = copies(tensor, source_of(model, tensor));
    jobs.push_back(job_json(job, copied ? "copy" : "convert", nullptr));
  }
  return plan_object(plan, container, std::move(tensors), std::move(jobs)).dump();
}

std::string price_json(const Price& price) {
  return Json{{"outputBytes", price.output_bytes},
              {"bitsPerWeight", price.bits_per_weight},
              {"substitutions", price.substitutions},
              {"needsImportance", price.needs_importance}}
      .dump();
}

std::string chosen_files_json(const std::string& paths, const std::string& folder) {
  const auto list = parse_json(paths).get<std::vector<std::string>>();
  const ChosenModel chosen = choose_model_files(list, folder);
  Json files = Json::list();
  for (const auto& [index, name] : chosen.files) files.push_back(Json{{"index", index}, {"name", name}});
  return Json{{"files", std::move(files)}, {"name", chosen.name}, {"notes", chosen.notes}}.dump();
}

std::string file_kinds_json() {
  return Json{
      {"weights", weight_extensions()}, {"beside", companion_extensions()}, {"importance", importance_extensions()}}
      .dump();
}

std::string names_json(const std::vector<std::string>& names) { return Json{{"names", names}}.dump(); }

std::string files_beside_json(const std::string& weights, const std::string& paths) {
  return Json{{"files", files_beside(weights, parse_json(paths).get<std::vector<std::string>>())}}.dump();
}

std::string done_json() { return Json{{"done", true}}.dump(); }

std::string wanted_json(ByteRange range) {
  return Json{{"wanted", {{"offset", range.offset}, {"bytes", range.bytes}}}}.dump();
}

std::string importance_json(const ImportanceFile& file) {
  return Json{{"done", true},
              {"entries", file.index.entries.size()},
              {"datasets", file.index.datasets},
              {"chunks", file.index.chunk_count}}
      .dump();
}

std::string importance_entries_json(const ImportanceIndex& index, const Model& model) {
  Json entries = Json::list();
  for (size_t i = 0; i < index.entries.size(); ++i) {
    if (!tensor_of(index.entries[i], model)) continue;
    Json entry = importance_place(index.entries[i]);
    entry.add("entry", i);
    entries.push_back(std::move(entry));
  }
  return Json{{"entries", std::move(entries)}}.dump();
}

std::string error_json(const std::string& sentence) { return Json{{"error", sentence}}.dump(); }

}  // namespace nibble
