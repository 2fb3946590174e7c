#include "plan/edit_plan.h"

#include <algorithm>
#include <regex>

#include "container/gguf_limits.h"
#include "container/text.h"
#include "error.h"
#include "model/gguf_model.h"
#include "plan/check_overrides.h"
#include "plan/layout.h"
#include "plan/model_notes.h"
#include "plan/output_values.h"
#include "plan/pruning.h"
#include "recipe/type_rules.h"

namespace nibble {
namespace {

constexpr std::string_view architecture_key = "general.architecture";

/// Whether a key says how the file is cut, which follows from how it is written.
bool is_about_parts(std::string_view key) {
  return key == key::split_number || key == key::split_count || key == key::split_tensors;
}

/// Loaders look for these first; without one of them nothing is loaded.
void check_removal(const GgufHeader& header, const std::string& key) {
  const std::string architecture = header.text(architecture_key).value_or("");
  for (const char* needed : {".block_count", ".context_length", ".embedding_length"}) {
    if (key != architecture + needed) continue;
    throw Error("Without " + in_quotes(key) + " no program loads the file. Set it to another value instead.");
  }
  if (key == architecture_key || is_about_parts(key) || key == key::alignment)
    throw Error("The entry " + in_quotes(key) + " cannot be removed: programs that load the file need it.");
}

/// An entry that is set as an override of the same value, for the checks that both share; nothing for lists.
std::optional<KeyOverride> as_override(const EditedEntry& entry, EditedEntry::Kind kind) {
  if (kind.list) return {};
  const std::string& text = entry.texts[0];
  switch (kind.type) {
    case ValueType::string: return KeyOverride{entry.key, text};
    case ValueType::boolean: return KeyOverride{entry.key, text == "true"};
    case ValueType::f32:
    case ValueType::f64: return KeyOverride{entry.key, std::strtod(text.c_str(), nullptr)};
    default: return KeyOverride{entry.key, static_cast<int64_t>(std::strtoll(text.c_str(), nullptr, 10))};
  }
}

EditedEntry::Kind kind_of(const EditedEntry& entry, const GgufHeader& header) {
  if (entry.kind) return *entry.kind;
  const KeyValue* existing = header.find(entry.key);
  if (!existing) {
    throw Error("The model has no entry " + in_quotes(entry.key) +
                ". Say of which kind the new one is, for example string or u32.");
  }
  return {existing->element, existing->type == ValueType::array};
}

/// The entries of the output, but for those about its parts, and what is set of them as overrides.
KeyValueList edited_values(const GgufHeader& header, const EditOptions& edit, std::vector<KeyOverride>& overrides) {
  KeyValueList values;
  values.copy_all(header);
  for (const std::string& key : edit.remove) {
    check_removal(header, key);
    if (!header.find(key)) throw Error("The model has no entry " + in_quotes(key) + " that could be removed.");
    values.remove(key);
  }
  for (const auto& [from, to] : edit.rename) {
    check_removal(header, from);
    if (is_about_parts(to)) throw Error("The key " + in_quotes(to) + " is the program's own.");
    if (!values.rename(from, to)) {
      throw Error(header.find(from) ? "The model has an entry " + in_quotes(to) + " already."
                                    : "The model has no entry " + in_quotes(from) + " that could be renamed.");
    }
  }
  for (const EditedEntry& entry : edit.set) {
    const EditedEntry::Kind kind = kind_of(entry, header);
    std::vector<uint8_t> encoded = encoded_value(entry, kind);
    if (auto as = as_override(entry, kind)) overrides.push_back(*std::move(as));
    values.put_encoded(entry.key, kind.list ? ValueType::array : kind.type, std::move(encoded));
  }
  values.replace_u32(key::alignment, gguf::default_alignment);
  return values;
}

/// Which tensors stay, as indices into Model::tensors(). Throws Error for a pattern that speaks of none.
std::vector<uint32_t> kept_tensors(const Model& model, const EditOptions& edit, const Pruning& pruning) {
  std::vector<std::regex> patterns;
  std::vector<bool> idle(edit.remove_tensors.size(), true);
  for (const std::string& pattern : edit.remove_tensors) patterns.push_back(name_pattern(pattern));
  std::vector<uint32_t> kept;
  for (uint32_t i = 0; i < model.tensors().size(); ++i) {
    bool removed = !pruning.name_of(model.tensors()[i].name);
    for (size_t at = 0; at < patterns.size(); ++at) {
      if (!std::regex_search(model.tensors()[i].name, patterns[at])) continue;
      removed = true;
      idle[at] = false;
    }
    if (!removed) kept.push_back(i);
  }
  const auto useless = std::find(idle.begin(), idle.end(), true);
  if (useless != idle.end()) {
    const std::string& pattern = edit.remove_tensors[static_cast<size_t>(useless - idle.begin())];
    throw Error("The pattern " + in_quotes(pattern) + " matches no tensor that could be removed.");
  }
  if (kept.empty()) throw Error("No tensor would be left. Remove fewer of them.");
  return kept;
}

/// The part each tensor goes into.
std::vector<uint32_t> parts_of(const Model& model, std::span<const uint32_t> kept, const SplitRule& rule) {
  std::vector<uint32_t> parts;
  uint32_t part = rule.bare_first;
  uint64_t bytes = 0;
  for (size_t i = 0; i < kept.size(); ++i) {
    const uint64_t padded = padded_bytes(model.tensors()[kept[i]].bytes);
    const bool full = rule.unit == SplitRule::Unit::tensors ? i > 0 && i % rule.most == 0 : bytes + padded > rule.most;
    if (full) {
      // The first tensor would leave an empty part before it.
      if (i == 0) {
        throw Error("The tensor " + in_quotes(model.tensors()[kept[i]].name) + " alone has " + std::to_string(padded) +
                    " bytes, more than a part may have. Choose larger parts.");
      }
      ++part;
      bytes = 0;
    }
    bytes += padded;
    parts.push_back(part);
  }
  return parts;
}

/// The metadata of each part, in the order in which gguf-split sets the entries about parts: its count comes last.
std::vector<KeyValueList> values_of_parts(KeyValueList values, uint64_t count, uint64_t tensors) {
  std::vector<KeyValueList> result(count);
  result[0] = std::move(values);
  for (uint64_t part = 0; part < count; ++part) {
    set_split_values(result[part], part, count, tensors);
    result[part].set_u16(key::split_count, static_cast<uint16_t>(count));
  }
  return result;
}

/// The entry that fills a header up to the tensors. It is short enough to fill 32 bytes.
constexpr std::string_view room_key = "nibble.room", room_words = "Room for a longer header. It can be removed.";
/// Of an entry of a text without letters: the lengths of both, the key, the type.
constexpr uint64_t room_least_bytes = 8 + room_key.size() + 4 + 8;
static_assert(room_least_bytes <= gguf::default_alignment);

/// Makes the header as long as the one it is to be written over. Throws Error when it is longer.
void fill_header(Layout& layout, const Model& model, uint64_t header_bytes) {
  uint64_t entries_bytes = 0;
  for (const PlannedTensor& tensor : layout.tensors) {
    entries_bytes += tensor_entry_bytes(tensor.name, source_of(model, tensor).shape.size());
  }
  layout.values[0].remove(room_key);
  const uint64_t needed = gguf_header_bytes(layout.values[0], entries_bytes);
  if (needed > header_bytes) {
    throw Error("The new header has " + std::to_string(needed) + " bytes, and there is room for " +
                std::to_string(header_bytes) +
                " before the first tensor: it does not fit where it is. Write the change to another file, or remove "
                "entries.");
  }
  if (needed == header_bytes) return;
  if (header_bytes % gguf::default_alignment != 0) throw Error("Tensors do not begin at a multiple of 32 bytes.");
  std::string words(room_words.substr(0, header_bytes - needed - room_least_bytes));
  words.resize(header_bytes - needed - room_least_bytes, ' ');
  layout.values[0].set_string(room_key, words);
}

/// Throws Error unless every tensor lies where the output has it.
void expect_in_place(const Plan& plan, const Model& model) {
  const auto lies = [&](const PlannedTensor& tensor) {
    const TensorSlice& slice = model.tensors()[tensor.source].slices[0];
    return slice.file == 0 && slice.offset == tensor.offset;
  };
  const bool same = plan.tensors.size() == model.tensors().size() && model.files().size() == 1 &&
                    plan.files.size() == 1 && std::all_of(plan.tensors.begin(), plan.tensors.end(), lies);
  if (same) return;
  throw Error(
      "Tensors would lie elsewhere than they do, so that the file cannot be changed where it is. Write the change to "
      "another file.");
}

void check_model(const Model& model, const PlanOptions& options) {
  if (model.container() != "GGUF") {
    throw Error("Only GGUF files can be edited, split and merged. Write the model as one first, for example as F16.");
  }
  if (!options.recipe.file_type->copies || !options.overrides.empty() || options.no_mtp || options.mtp_only ||
      options.keep_split) {
    throw Error("Changes to a file leave its weights as they are: they go with the type COPY and no other option.");
  }
}

}  // namespace

Plan make_edit_plan(const Model& model, const PlanOptions& options) {
  check_model(model, options);
  const EditOptions& edit = *options.edit;
  std::vector<KeyOverride> overrides;
  KeyValueList values = edited_values(model.metadata(), edit, overrides);
  check_overrides(model, overrides);
  const Pruning pruning(model, options);
  pruning.check_overrides(overrides);
  pruning.apply(values);
  const std::vector<uint32_t> kept = kept_tensors(model, edit, pruning);
  std::vector<uint32_t> parts(kept.size(), 0);
  Layout layout;
  if (edit.split) {
    parts = parts_of(model, kept, *edit.split);
    layout.values = values_of_parts(std::move(values), parts.back() + uint64_t{1}, kept.size());
  } else {
    // A count of 0 is what a whole file says that was joined from parts.
    if (model.metadata().find(key::split_count)) values.set_u16(key::split_count, 0);
    layout.values.push_back(std::move(values));
  }
  const uint64_t count = layout.values.size();
  for (uint64_t part = 0; part < count; ++part) {
    layout.files.push_back({edit.split ? shard_suffix(part, count) : "", 0, 0, {}});
  }
  for (size_t i = 0; i < kept.size(); ++i) {
    const ModelTensor& source = model.tensors()[kept[i]];
    layout.tensors.push_back({kept[i],
                              *pruning.name_of(source.name),
                              source.stored,
                              source.type,
                              source.type,
                              {},
                              "It stays as it is.",
                              source.bytes,
                              parts[i],
                              0,
                              {},
                              llama_cpp});
  }
  if (edit.header_bytes) fill_header(layout, model, *edit.header_bytes);
  assign_offsets(layout, model);
  Plan plan = plan_of(layout, model, options);
  if (edit.header_bytes) expect_in_place(plan, model);
  plan.notes = model_notes(model, overrides);
  pruning.tell(plan.notes);
  plan.notes.put_warnings_first();
  return plan;
}

}  // namespace nibble
