#include "model/adapter.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <unordered_map>

#include "architecture/config.h"
#include "architecture/source_names.h"
#include "container/companion.h"
#include "container/text.h"
#include "derived/derived_reader.h"
#include "error.h"
#include "model/layer_parts.h"

namespace nibble {
namespace {

constexpr std::string_view weights_name = "adapter_model.safetensors";
/// The two matrices of a layer, behind the layer's name; PEFT may put the adapter's own name before the last part.
constexpr std::string_view down_part = ".lora_A.", up_part = ".lora_B.", weight_end = "weight";
/// Of DoRA, the end or nearly the end of a name.
constexpr std::string_view lengths_part = ".lora_magnitude_vector";

/// "--lora/NUMBER/STRENGTH/NAME".
struct AdapterFileName {
  uint64_t number = 0;
  double strength = 0;
  bool alone = false;
  std::string_view name;
};
constexpr std::string_view alone_strength = "alone";

std::optional<AdapterFileName> parse_name(std::string_view file) {
  if (!file.starts_with(adapter_folder)) return {};
  const std::string_view rest = file.substr(adapter_folder.size());
  const size_t first = rest.find('/'), second = rest.find('/', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return {};
  const std::string number(rest.substr(0, first)), strength(rest.substr(first + 1, second - first - 1));
  AdapterFileName parsed;
  parsed.alone = strength == alone_strength;
  char *number_end = nullptr, *strength_end = nullptr;
  parsed.number = std::strtoull(number.c_str(), &number_end, 10);
  parsed.strength = parsed.alone ? 1 : std::strtod(strength.c_str(), &strength_end);
  if (number.empty() || *number_end || strength.empty() || !std::isfinite(parsed.strength)) return {};
  if (strength_end && *strength_end) return {};
  parsed.name = rest.substr(second + 1);
  return parsed;
}

struct AdapterFiles {
  double strength = 1;
  bool alone = false;
  const ModelFile* settings = nullptr;
  std::optional<uint32_t> weights;
};

/// The matrices of one layer, and of DoRA the lengths of its rows.
struct Pair {
  std::optional<LayerPart> down, up, lengths;
};

/// "0.5", as a person writes it.
std::string strength_text(double strength) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", strength);
  return text;
}

class Adapter {
 public:
  Adapter(uint64_t number, const AdapterFiles& files, std::span<const ModelFile> all) : files_(files), all_(all) {
    called_ = number == 1 ? "The adapter" : "Adapter number " + std::to_string(number);
    if (!files_.settings || files_.settings->contents->whole.empty()) missing(adapter_settings);
    if (!files_.weights) missing(weights_name);
    const std::vector<uint8_t>& text = files_.settings->contents->whole;
    config_.emplace(std::string_view(reinterpret_cast<const char*>(text.data()), text.size()));
    check_kind();
    collect();
  }

  /// Returns how many layers were changed.
  uint64_t merge(std::vector<StoredLayer>& layers, const std::unordered_map<std::string, size_t>& by_name) const {
    for_each_layer(by_name, [&](size_t layer, const std::string& module, const Pair& pair) {
      add(layers[layer], checked(layers[layer], module, pair));
    });
    return pairs_.size();
  }

  AdapterContents alone(const std::vector<StoredLayer>& layers,
                        const std::unordered_map<std::string, size_t>& by_name) const {
    if (dora_) {
      throw Error(called_ +
                  " sets the lengths of rows (DoRA), which a GGUF adapter does not hold. Merge it into the "
                  "model.");
    }
    AdapterContents contents;
    for_each_layer(by_name, [&](size_t layer, const std::string& module, const Pair& pair) {
      const LowRank one = checked(layers[layer], module, pair);
      contents.layers.push_back({layer, one.down, one.up});
      // llama.cpp divides by the rank, whatever the adapter was trained with.
      const double alpha = one.factor * static_cast<double>(one.down.rows);
      if (contents.layers.size() > 1 && alpha != contents.alpha) {
        throw Error(called_ +
                    "'s layers have ranks of their own, and a GGUF adapter has one alpha for all. Merge it into "
                    "the model.");
      }
      contents.alpha = alpha;
    });
    return contents;
  }

 private:
  template <class Do>
  void for_each_layer(const std::unordered_map<std::string, size_t>& by_name, Do&& act) const {
    for (const auto& [module, pair] : pairs_) {
      if (!pair.down || !pair.up) {
        throw Error(called_ + " has one matrix of the layer " + in_quotes(module) + " and lacks the other (" +
                    (pair.down ? "lora_B" : "lora_A") + "). The file is damaged; get it again.");
      }
      auto found = by_name.find(module + ".weight");
      // An adapter of the network without its output layer.
      if (found == by_name.end()) found = by_name.find("model." + module + ".weight");
      if (found == by_name.end()) {
        throw Error(called_ + " changes the layer " + in_quotes(module) +
                    ", which this model does not have. It was trained for another model" + base_model() + '.');
      }
      act(found->second, module, pair);
    }
  }

  [[noreturn]] void missing(std::string_view name) const {
    throw Error(
        called_ + " has no " + std::string(name) +
        ". Choose the folder that PEFT wrote: it holds both adapter_config.json and adapter_model.safetensors.");
  }
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(called_ + ' ' + why +
                ", which is not merged here. Merge it with merge_and_unload() of PEFT, and take the "
                "folder that gives.");
  }

  /// " (meta-llama/Llama-3.2-1B)", as far as it is said.
  std::string base_model() const {
    const std::string name = config_->text("base_model_name_or_path").value_or("");
    return name.empty() ? "" : " (" + name + ")";
  }

  void check_kind() {
    const std::string type = config_->text("peft_type").value_or("");
    if (type != "LORA") refuse("is of the kind " + in_quotes(type));
    dora_ = config_->truth("use_dora").value_or(false);
    if (dora_ && files_.strength != 1) {
      throw Error(called_ + " sets the lengths of rows (DoRA), which has one strength only. Leave =" +
                  strength_text(files_.strength) + " out.");
    }
    if (config_->truth("fan_in_fan_out").value_or(false)) refuse("is for matrices that are stored transposed");
    if (config_->text("bias").value_or("none") != "none") refuse("changes biases");
    for (const char* member : {"rank_pattern", "alpha_pattern"}) {
      const auto pattern = config_->object(member);
      if (pattern && !pattern->empty()) refuse("has ranks of their own for some layers (" + in_quotes(member) + ")");
    }
    if (!config_->number("lora_alpha")) {
      throw Error(called_ + "'s adapter_config.json does not say \"lora_alpha\". Is the file complete?");
    }
  }

  void collect() {
    for (const StoredTensor& tensor : all_[*files_.weights].contents->tensors) {
      const LayerPart part{&tensor, *files_.weights};
      if (const size_t at = tensor.name.find(lengths_part); dora_ && at != std::string::npos) {
        pairs_[architecture::plain_name(tensor.name.substr(0, at))].lengths = part;
        continue;
      }
      const size_t down = tensor.name.find(down_part), up = tensor.name.find(up_part);
      if ((down == std::string::npos) == (up == std::string::npos) || !tensor.name.ends_with(weight_end)) {
        refuse("holds " + in_quotes(tensor.name) + ", no matrix of LoRA");
      }
      const size_t end = std::min(down, up);
      const std::string module = architecture::plain_name(tensor.name.substr(0, end));
      std::optional<LayerPart>& place = up == std::string::npos ? pairs_[module].down : pairs_[module].up;
      if (place) throw Error(called_ + " has two matrices for the layer " + in_quotes(module) + '.');
      place = part;
    }
  }

  /// The lengths of a layer's rows; without rows where the adapter sets none.
  StoredMatrix lengths_of(const StoredLayer& layer, const std::string& module, const Pair& pair) const {
    if (!dora_) return {};
    if (!pair.lengths) {
      throw Error(called_ + " sets the lengths of rows (DoRA), and has none for the layer " + in_quotes(module) +
                  ". The file is damaged; get it again.");
    }
    expect_floats(*pair.lengths);
    const StoredMatrix lengths = row_of(*pair.lengths);
    if (lengths.columns == layer.matrix.rows) return lengths;
    throw Error(called_ + " has " + std::to_string(lengths.columns) + " lengths for the layer " + in_quotes(module) +
                ", which has " + std::to_string(layer.matrix.rows) + " rows. It was trained for another model" +
                base_model() + '.');
  }

  /// What is added to the layer.
  LowRank checked(const StoredLayer& layer, const std::string& module, const Pair& pair) const {
    expect_floats(*pair.down);
    expect_floats(*pair.up);
    const StoredMatrix down = matrix_of(*pair.down), up = matrix_of(*pair.up);
    const bool fits = layer.tensor.shape.size() == 2 && down.columns == layer.matrix.columns &&
                      up.rows == layer.matrix.rows && up.columns == down.rows;
    if (!fits || layer.matrix.form == MatrixForm::mxfp4_pairs) {
      throw Error(called_ + "'s matrices of the layer " + in_quotes(module) + " are " + size_text(up) + " and " +
                  size_text(down) + ", and the layer's weights " + std::to_string(layer.matrix.rows) + " x " +
                  std::to_string(layer.matrix.columns) + ". It was trained for another model" + base_model() + '.');
    }
    const uint64_t rank = down.rows;
    if (const auto said = config_->whole("r"); said && *said != rank) {
      throw Error(called_ + "'s adapter_config.json says a rank (\"r\") of " + std::to_string(*said) +
                  ", and the matrices of the layer " + in_quotes(module) + " have " + std::to_string(rank) +
                  ". The two files are not of one adapter.");
    }
    if (rank > DerivedReader::most_rank) {
      refuse("has a rank of " + std::to_string(rank) + " (at most " + std::to_string(DerivedReader::most_rank) +
             " fit)");
    }
    const bool stabilized = config_->truth("use_rslora").value_or(false);
    const double divisor = stabilized ? std::sqrt(static_cast<double>(rank)) : static_cast<double>(rank);
    return {down, up, files_.strength * *config_->number("lora_alpha") / divisor, lengths_of(layer, module, pair)};
  }

  static void add(StoredLayer& layer, LowRank added) {
    layer.matrix.added.push_back(std::move(added));
    if (!layer.plain) return;
    layer.form = layer.plain->dtype + " with an adapter";
    layer.plain = nullptr;
  }

  static std::string size_text(const StoredMatrix& matrix) {
    return std::to_string(matrix.rows) + " x " + std::to_string(matrix.columns);
  }

  AdapterFiles files_;
  std::span<const ModelFile> all_;
  std::string called_;
  std::optional<HuggingFaceConfig> config_;
  std::map<std::string, Pair> pairs_;
  bool dora_ = false;
};

/// The adapters that were offered, by their numbers.
std::map<uint64_t, AdapterFiles> adapters_of(std::span<const ModelFile> files) {
  std::map<uint64_t, AdapterFiles> adapters;
  for (uint32_t i = 0; i < files.size(); ++i) {
    const auto parsed = parse_name(files[i].name);
    if (!parsed) continue;
    AdapterFiles& adapter = adapters[parsed->number];
    adapter.strength = parsed->strength;
    adapter.alone = parsed->alone;
    if (parsed->name == adapter_settings) adapter.settings = &files[i];
    if (parsed->name == weights_name) adapter.weights = i;
  }
  return adapters;
}

/// Layers by the names of their weights.
std::unordered_map<std::string, size_t> layers_by_name(const std::vector<StoredLayer>& layers) {
  std::vector<SourceTensor> tensors;
  for (const StoredLayer& layer : layers) tensors.push_back(layer.tensor);
  std::unordered_map<std::string, size_t> by_name;
  const std::vector<std::string> names = architecture::plain_names(tensors);
  for (size_t i = 0; i < names.size(); ++i) by_name.emplace(names[i], i);
  return by_name;
}

}  // namespace

bool is_of_adapter(std::string_view file) { return parse_name(file).has_value(); }

std::optional<AdapterContents> adapter_alone(std::span<const ModelFile> files, const std::vector<StoredLayer>& layers) {
  const std::map<uint64_t, AdapterFiles> adapters = adapters_of(files);
  const auto is_alone = [](const auto& one) { return one.second.alone; };
  if (std::none_of(adapters.begin(), adapters.end(), is_alone)) return {};
  if (adapters.size() > 1) {
    throw Error("A GGUF adapter is made of one adapter, and " + counted(adapters.size(), "adapter") +
                " were given. Give one.");
  }
  const auto& [number, adapter] = *adapters.begin();
  return Adapter(number, adapter, files).alone(layers, layers_by_name(layers));
}

size_t merge_adapters(std::span<const ModelFile> files, std::vector<StoredLayer>& layers, Notes& notes) {
  const std::map<uint64_t, AdapterFiles> adapters = adapters_of(files);
  if (adapters.empty()) return 0;
  const std::unordered_map<std::string, size_t> by_name = layers_by_name(layers);
  for (const auto& [number, adapter] : adapters) {
    const uint64_t changed = Adapter(number, adapter, files).merge(layers, by_name);
    notes.add("An adapter is merged with strength " + strength_text(adapter.strength) + ": it changes " +
              counted(changed, "layer") + ", whose weights are computed while they are read.");
  }
  return adapters.size();
}

}  // namespace nibble
