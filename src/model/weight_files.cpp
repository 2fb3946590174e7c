#include "model/weight_files.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "container/companion.h"
#include "container/text.h"
#include "error.h"
#include "model/hugging_face_model.h"
#include "model/unknown_model.h"
#include "tokenizer/json_file.h"

namespace nibble {
namespace {

/// The place of a file in a series: "model-00002-of-00003.safetensors".
struct Numbered {
  std::string_view prefix;
  uint64_t number, count;
};

std::optional<Numbered> numbered(std::string_view name) {
  // -NNNNN-of-NNNNN before the last dot
  const size_t end = name.rfind('.');
  constexpr size_t digits = 5, tail = 1 + digits + 4 + digits;
  if (end == std::string_view::npos || end < tail) return {};
  const std::string_view part = name.substr(end - tail, tail);
  Numbered result{name.substr(0, end - tail), 0, 0};
  const auto read = [](std::string_view text, uint64_t& number) {
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    return problem == std::errc() && stop == text.data() + text.size();
  };
  if (part[0] != '-' || part.substr(1 + digits, 4) != "-of-") return {};
  if (!read(part.substr(1, digits), result.number) || !read(part.substr(1 + digits + 4), result.count)) return {};
  return result;
}

std::string missing(const std::string& first, uint64_t others, uint64_t count) {
  return "The model is split into " + counted(count, "file") + " and " + in_quotes(first, 200) + " is missing" +
         (others ? ", as well as " + std::to_string(others) + " more" : "") + ". Choose all of them together.";
}

std::vector<uint32_t> by_index(std::span<const ModelFile> files, const ModelFile& index,
                               std::span<const uint32_t> given) {
  const FileJson json = parse_json_file(index.contents->whole, index.name);
  const FileJson& map = member(json, "weight_map");
  std::set<std::string> names;
  if (map.is_object()) {
    for (const FileJson& file : map) {
      if (file.is_string()) names.insert(file.get<std::string>());
    }
  }
  if (names.empty()) throw Error(in_quotes(index.name) + " has no \"weight_map\". Download it again.");
  std::vector<uint32_t> found;
  uint64_t absent = 0;
  std::string first_absent;
  for (const std::string& name : names) {
    const auto same = std::find_if(given.begin(), given.end(), [&](uint32_t i) { return files[i].name == name; });
    if (same != given.end()) {
      found.push_back(*same);
    } else if (absent++ == 0) {
      first_absent = name;
    }
  }
  if (absent > 0) throw Error(missing(first_absent, absent - 1, names.size()));
  return found;
}

std::vector<uint32_t> by_number(std::span<const ModelFile> files, std::span<const uint32_t> given) {
  const ModelFile& sample = files[given[0]];
  const Numbered series = *numbered(sample.name);
  std::vector<uint32_t> found(given.size() <= series.count ? series.count : 0, UINT32_MAX);
  for (const uint32_t i : given) {
    const auto own = numbered(files[i].name);
    const bool fits = own && own->prefix == series.prefix && own->count == series.count && own->number >= 1 &&
                      own->number <= found.size() && found[own->number - 1] == UINT32_MAX;
    if (!fits) {
      throw Error(in_quotes(files[i].name) + " is no part of the same model as " + in_quotes(sample.name) +
                  ". Choose the files of one model.");
    }
    found[own->number - 1] = i;
  }
  const auto hole = std::find(found.begin(), found.end(), UINT32_MAX);
  if (hole == found.end()) return found;
  char text[32];
  std::snprintf(text, sizeof text, "-%05u-of-%05u", static_cast<unsigned>(hole - found.begin() + 1),
                static_cast<unsigned>(series.count));
  const std::string extension = sample.name.substr(sample.name.rfind('.'));
  throw Error(missing(std::string(series.prefix) + text + extension,
                      static_cast<uint64_t>(std::count(found.begin(), found.end(), UINT32_MAX)) - 1, series.count));
}

/// The one file of several whose name says that it is the model.
std::vector<uint32_t> by_name(std::span<const ModelFile> files, std::span<const uint32_t> given) {
  for (const uint32_t i : given) {
    if (files[i].name == "model.safetensors" || files[i].name == "pytorch_model.bin") return {i};
  }
  throw Error(counted(given.size(), "file") + " with weights came together (" + in_quotes(files[given[0]].name) + ", " +
              in_quotes(files[given[1]].name) + (given.size() > 2 ? ", ..." : "") +
              "), and nothing says that they are one model. Choose one of them, or the whole folder with its index.");
}

/// True for NumPy's files, each of which is one array of a model.
bool all_are_arrays(std::span<const ModelFile> files, std::span<const uint32_t> given) {
  return std::all_of(given.begin(), given.end(), [&](uint32_t i) { return files[i].contents->container == "NumPy"; });
}

}  // namespace

std::vector<uint32_t> weight_files(std::span<const ModelFile> files, std::vector<std::string>& warnings) {
  std::vector<uint32_t> given;
  const ModelFile* index = nullptr;
  for (uint32_t i = 0; i < files.size(); ++i) {
    if (!files[i].contents->container.empty()) given.push_back(i);
    if (is_shard_index(files[i].name)) index = &files[i];
  }
  if (given.empty()) {
    throw Error("None of the files holds weights. Choose the files of the folder that do as well.");
  }
  std::vector<uint32_t> chosen = given;
  if (index) {
    chosen = by_index(files, *index, given);
  } else if (numbered(files[given[0]].name)) {
    chosen = by_number(files, given);
  } else if (given.size() > 1 && !all_are_arrays(files, given)) {
    chosen = by_name(files, given);
  }
  for (const uint32_t i : given) {
    if (std::find(chosen.begin(), chosen.end(), i) == chosen.end()) {
      warnings.push_back(in_quotes(files[i].name) + " is no part of the model and is left out.");
    }
  }
  return chosen;
}

Assembly assemble_weight_files(std::span<const ModelFile> files, std::string_view name) {
  Assembly assembly;
  const std::vector<uint32_t> weights = weight_files(files, assembly.warnings);
  assembly.container = files[weights[0]].contents->container;
  assembly.shards = {weights[0]};
  std::string_view own_name = files[weights[0]].name;
  own_name = own_name.substr(0, own_name.rfind('.'));
  const std::string_view title = name.empty() ? own_name : name;
  const auto why_not = assemble_hugging_face(files, weights, title, assembly);
  if (why_not) assemble_unknown(files, weights, title, *why_not, assembly);
  return assembly;
}

}  // namespace nibble
