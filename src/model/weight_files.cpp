#include "model/weight_files.h"

#include <algorithm>
#include <set>

#include "architecture/mistral_layout.h"
#include "container/companion.h"
#include "container/shard_name.h"
#include "container/text.h"
#include "error.h"
#include "model/adapter.h"
#include "model/dense_modules.h"
#include "model/hugging_face_model.h"
#include "model/image_model.h"
#include "model/quantized_source.h"
#include "model/unknown_model.h"
#include "tokenizer/json_file.h"

namespace nibble {
namespace {

/// Of names that a sentence has room for.
constexpr size_t named_files = 3;

std::string missing(std::span<const std::string> names, uint64_t count) {
  return listed(names, count) + (count == 1 ? " is" : " are") + " missing";
}

std::vector<uint32_t> by_index(std::span<const ModelFile> files, const ModelFile& index,
                               std::span<const uint32_t> given) {
  const Json json = parse_json_file(index.contents->whole, index.name);
  const Json& map = member(json, "weight_map");
  std::set<std::string> names;
  for (const auto& [tensor, file] : map.members()) {
    if (file.is_text()) names.insert(file.text());
  }
  if (names.empty()) throw Error(in_quotes(index.name) + " has no \"weight_map\". Download it again.");
  std::vector<uint32_t> found;
  std::vector<std::string> absent, others;
  for (const std::string& name : names) {
    const auto same = std::find_if(given.begin(), given.end(), [&](uint32_t i) { return files[i].name == name; });
    if (same != given.end()) {
      found.push_back(*same);
    } else {
      absent.push_back(in_quotes(name, 200));
    }
  }
  if (absent.empty()) return found;
  for (const uint32_t i : given) {
    if (!names.count(files[i].name)) others.push_back(in_quotes(files[i].name, 200));
  }
  throw Error(in_quotes(index.name) + " says that the weights are in " + counted(names.size(), "file") + ", and " +
              missing(absent, absent.size()) + ". " +
              (others.empty() ? "Choose all of them together."
                              : "It does not name " + listed(others, others.size()) +
                                    ". If files were renamed, give them back the names the index has for them."));
}

std::vector<uint32_t> by_number(std::span<const ModelFile> files, std::span<const uint32_t> given) {
  const ModelFile& sample = files[given[0]];
  const ShardName series = *parse_shard_name(sample.name);
  std::vector<uint32_t> found(given.size() <= series.count ? series.count : 0, UINT32_MAX);
  for (const uint32_t i : given) {
    const auto own = parse_shard_name(files[i].name);
    const bool fits = own && own->prefix == series.prefix && own->count == series.count && own->number >= 1 &&
                      own->number <= found.size() && found[own->number - 1] == UINT32_MAX;
    if (!fits) {
      throw Error(in_quotes(files[i].name) + " is no part of the same model as " + in_quotes(sample.name) +
                  ". Choose the files of one model.");
    }
    found[own->number - 1] = i;
  }
  std::vector<std::string> absent;
  const auto count = static_cast<uint64_t>(std::count(found.begin(), found.end(), UINT32_MAX));
  for (uint64_t i = 0; i < found.size() && absent.size() < named_files; ++i) {
    if (found[i] == UINT32_MAX) absent.push_back(in_quotes(series.name_of(i + 1), 200));
  }
  if (count == 0) return found;
  throw Error("By its name, " + in_quotes(sample.name) + " is part " + std::to_string(series.number) + " of " +
              std::to_string(series.count) + ", and " + missing(absent, count) + ". Choose all of them together.");
}

/// The one file of several whose name says that it is the model.
std::vector<uint32_t> by_name(std::span<const ModelFile> files, std::span<const uint32_t> given) {
  for (const uint32_t i : given) {
    if (files[i].name == "model.safetensors" || files[i].name == "pytorch_model.bin") return {i};
  }
  std::vector<std::string> names;
  for (const uint32_t i : given.first(std::min(given.size(), named_files)))
    names.push_back(in_quotes(files[i].name, 200));
  throw Error(counted(given.size(), "file") + " with weights came together (" + listed(names, given.size()) +
              "), and nothing says that they are one model. Choose one of them, or the whole folder with its index.");
}

/// Whether the index of shards can be read. Where it cannot, the names of the shards say what belongs together.
bool is_readable(const ModelFile& index, Notes& notes) {
  try {
    parse_json_file(index.contents->whole, index.name);
    return true;
  } catch (const Error& problem) {
    notes.add(std::string(problem.what()) + " The names of the files with weights count instead.");
    return false;
  }
}

/// Takes adapters out of the files with weights, unless there is nothing else, and says so. The settings of one tell of
/// an adapter that was not even given.
void leave_out_adapters(std::span<const ModelFile> files, std::vector<uint32_t>& given, Notes& notes) {
  const auto is_adapter = [&](uint32_t i) { return files[i].name.starts_with("adapter_model."); };
  if (std::all_of(given.begin(), given.end(), is_adapter)) return;
  std::string name;
  for (const ModelFile& file : files) {
    if (file.name == adapter_settings || file.name.starts_with("adapter_model.")) name = file.name;
  }
  if (name.empty()) return;
  std::erase_if(given, is_adapter);
  notes.add("An adapter (" + in_quotes(name) +
            ") lies beside the weights and is left out: the output is the model without it. Merge it first, for "
            "example with merge_and_unload() of PEFT, if it is wanted.");
}

/// Takes Mistral's own layout out of the files where Hugging Face's lies beside, which holds the same weights.
void leave_out_mistral_layout(std::span<const ModelFile> files, std::vector<uint32_t>& given, Notes& notes) {
  const auto is_own = [&](uint32_t i) { return files[i].name.starts_with(mistral_weights); };
  if (std::all_of(given.begin(), given.end(), is_own)) return;
  std::vector<std::string> names;
  for (const uint32_t i : given) {
    if (is_own(i)) names.push_back(in_quotes(files[i].name, 200));
  }
  if (names.empty()) return;
  std::erase_if(given, is_own);
  notes.add("The folder holds the model twice: in Hugging Face's layout, which is taken, and in Mistral's own (" +
            listed(names, names.size()) + "), which is left out. To open that one, choose its files alone, with " +
            std::string(mistral_settings) + '.');
}

/// True for NumPy's files, each of which is one array of a model.
bool all_are_arrays(std::span<const ModelFile> files, std::span<const uint32_t> given) {
  return std::all_of(given.begin(), given.end(), [&](uint32_t i) { return files[i].contents->container == "NumPy"; });
}

}  // namespace

std::vector<uint32_t> weight_files(std::span<const ModelFile> files, Notes& notes) {
  std::vector<uint32_t> given;
  for (uint32_t i = 0; i < files.size(); ++i) {
    if (is_of_adapter(files[i].name) || is_dense_weights(files[i].name)) continue;
    if (!files[i].contents->container.empty()) given.push_back(i);
  }
  leave_out_adapters(files, given, notes);
  leave_out_mistral_layout(files, given, notes);
  if (given.empty()) {
    throw Error("None of the files holds weights. Choose the files of the folder that do as well.");
  }
  const ModelFile* index = nullptr;
  const bool own_layout = files[given[0]].name.starts_with(mistral_weights);
  for (const ModelFile& file : files) {
    const bool fits = is_shard_index(file.name) && file.name.starts_with(mistral_weights) == own_layout;
    if (fits && is_readable(file, notes)) index = &file;
  }
  std::vector<uint32_t> chosen = given;
  if (index) {
    chosen = by_index(files, *index, given);
  } else if (parse_shard_name(files[given[0]].name)) {
    chosen = by_number(files, given);
  } else if (given.size() > 1 && !all_are_arrays(files, given)) {
    chosen = by_name(files, given);
  }
  for (const uint32_t i : given) {
    if (std::find(chosen.begin(), chosen.end(), i) == chosen.end()) {
      notes.add(in_quotes(files[i].name) + " is no part of the model and is left out.");
    }
  }
  return chosen;
}

Assembly assemble_weight_files(std::span<const ModelFile> files, std::string_view name, bool projector) {
  Assembly assembly;
  const std::vector<uint32_t> chosen = weight_files(files, assembly.notes);
  for (const uint32_t file : chosen) {
    assembly.notes.append(files[file].contents->notes);
  }
  assembly.container = files[chosen[0]].contents->container;
  assembly.shards = {chosen[0]};
  std::string_view own_name = files[chosen[0]].name;
  own_name = own_name.substr(0, own_name.rfind('.'));
  const std::string_view title = name.empty() ? own_name : name;
  size_t of_the_files = assembly.notes.list.size();
  if (projector) {
    assemble_projector(files, chosen, title, assembly);
    return assembly;
  }
  if (const auto why_not = assemble_hugging_face(files, chosen, title, assembly)) {
    if (std::any_of(files.begin(), files.end(), [](const ModelFile& file) { return is_of_adapter(file.name); })) {
      throw Error("An adapter can be merged into a model of a family that is known. " + *why_not);
    }
    if (assemble_image_model(files, chosen, assembly)) {
      for (size_t i = of_the_files; i < assembly.notes.list.size(); ++i) assembly.notes.list[i].gguf_only = true;
      return assembly;
    }
    if (const auto quantized = quantized_source(files)) {
      assembly.notes.warn("The weights are quantized already (" + quantized->method + ": " + quantized->sign +
                          ") and cannot be quantized again without loss. Open the model before it was quantized.");
    }
    of_the_files = assembly.notes.list.size();
    assemble_unknown(files, chosen, title, *why_not, assembly);
  }
  for (size_t i = of_the_files; i < assembly.notes.list.size(); ++i) assembly.notes.list[i].gguf_only = true;
  return assembly;
}

}  // namespace nibble
