#include "plan/pruning.h"

#include <algorithm>

#include "container/text.h"
#include "error.h"
#include "recipe/tensor_kind.h"

namespace nibble {
namespace {

/// Lists that are as long as there are layers only by chance.
constexpr std::string_view lists_of_others[] = {"rope.dimension_sections", "classifier.output_labels"};
/// Numbers of layers at the start, and at the end, that are of a kind.
constexpr std::string_view counts_from_start[] = {"leading_dense_block_count"};
constexpr std::string_view further_layers = "nextn_predict_layers";
constexpr std::string_view counts_from_end[] = {further_layers, "attention.shared_kv_layers"};
/// Every so manyth layer is of another kind, by its number.
constexpr std::string_view periods[] = {"full_attention_interval", "interleave_moe_layer_step", "moe_every_n_layers"};
/// The width of windows, and which layers have them; where that is not said, llama.cpp goes by their numbers.
constexpr std::string_view window = "attention.sliding_window", windows = "attention.sliding_window_pattern";

uint64_t layers_of(const Model& model) {
  uint64_t count = 0;
  for (const ModelTensor& tensor : model.tensors()) {
    if (const auto layer = block_number(tensor.name)) count = std::max(count, *layer + 1);
  }
  return count;
}

}  // namespace

Pruning::Pruning(const Model& model, const PlanOptions& options)
    : header_(model.metadata()), layers_(options.prune_layers) {
  architecture_ = header_.text("general.architecture").value_or("");
  count_ = layers_of(model);
  const uint64_t further =
      std::min(header_.number(architecture_ + '.' + std::string(further_layers)).value_or(0), count_);
  if (options.mtp_only) {
    if (further == 0 || further == count_) {
      throw Error(further == 0 ? "The model has no layers that predict further tokens (MTP), which --mtp would write."
                               : "All layers of the model predict further tokens (MTP): it is what --mtp would write.");
    }
    for (uint64_t layer = 0; layer < count_ - further; ++layer) layers_.push_back(layer);
    keeps_numbers_ = true;
    return;
  }
  if (options.no_mtp) {
    for (uint64_t layer = count_ - further; layer < count_; ++layer) layers_.push_back(layer);
    lacks_mtp_ = further == 0;
  }
  if (layers_.empty()) return;
  count_key_ = architecture_ + ".block_count";
  std::sort(layers_.begin(), layers_.end());
  layers_.erase(std::unique(layers_.begin(), layers_.end()), layers_.end());
  if (count_ == 0) {
    throw Error(
        "The model has no layers that could be left out: none of its tensors is called \"blk.N.\". Leave out "
        "--prune-layers.");
  }
  if (layers_.back() >= count_) {
    throw Error("There is no layer " + std::to_string(layers_.back()) +
                " to leave out: the model's are numbered 0 to " + std::to_string(count_ - 1) + '.');
  }
  if (layers_.size() == count_) throw Error("All layers would be left out, and nothing would be left to run.");
  expect_periods();
}

bool Pruning::is_left_out(uint64_t layer) const { return std::binary_search(layers_.begin(), layers_.end(), layer); }

uint64_t Pruning::left_out_in(uint64_t begin, uint64_t end) const {
  const auto first = std::lower_bound(layers_.begin(), layers_.end(), begin);
  return static_cast<uint64_t>(std::lower_bound(first, layers_.end(), end) - first);
}

uint64_t Pruning::number_of(uint64_t layer) const { return keeps_numbers_ ? layer : layer - left_out_in(0, layer); }

void Pruning::expect_periods() const {
  for (const std::string_view period : periods) {
    const std::string key = architecture_ + '.' + std::string(period);
    const uint64_t length = header_.number(key).value_or(0);
    if (length < 2) continue;
    for (uint64_t layer = 0; layer < count_; ++layer) {
      if (is_left_out(layer) || number_of(layer) % length == layer % length) continue;
      throw Error("Layer " + std::to_string(layer) + " would become layer " + std::to_string(number_of(layer)) +
                  ", and by that number llama.cpp takes it for one of another kind: kinds repeat every " +
                  std::to_string(length) + " layers (" + key + "). Leave out " + std::to_string(length) +
                  " layers in a row, or layers at the end.");
    }
  }
}

std::optional<std::string> Pruning::name_of(std::string_view name) const {
  const auto layer = none() ? std::nullopt : block_number(name);
  if (!layer) return std::string(name);
  if (is_left_out(*layer)) return {};
  const size_t dot = name.find('.', std::string_view("blk.").size());
  const std::string_view rest = dot == std::string_view::npos ? std::string_view() : name.substr(dot);
  return "blk." + std::to_string(number_of(*layer)) + std::string(rest);
}

void Pruning::check_overrides(std::span<const KeyOverride> overrides) const {
  for (const KeyOverride& one : overrides) {
    if (none() || one.key != count_key_) continue;
    throw Error(
        "The override of " + in_quotes(one.key) +
        " contradicts --prune-layers, which sets it to the number of layers that are left. Leave one of the two "
        "out.");
  }
}

void Pruning::apply(KeyValueList& values) const {
  if (none() || keeps_numbers_) return;
  const std::string prefix = architecture_ + '.';
  std::vector<bool> kept;
  for (uint64_t layer = 0; layer < count_; ++layer) kept.push_back(!is_left_out(layer));
  for (const KeyValue& value : header_.values) {
    if (!value.key.starts_with(prefix) || value.type != ValueType::array || value.count != count_) continue;
    const std::string_view key = std::string_view(value.key).substr(prefix.size());
    if (std::find(std::begin(lists_of_others), std::end(lists_of_others), key) != std::end(lists_of_others)) continue;
    values.keep_elements(value.key, kept);
  }
  for (const std::string_view key : counts_from_start) {
    const std::string whole = prefix + std::string(key);
    const uint64_t count = std::min(header_.number(whole).value_or(0), count_);
    if (const uint64_t less = left_out_in(0, count)) values.replace_u32(whole, static_cast<uint32_t>(count - less));
  }
  for (const std::string_view key : counts_from_end) {
    const std::string whole = prefix + std::string(key);
    const uint64_t count = std::min(header_.number(whole).value_or(0), count_);
    if (const uint64_t less = left_out_in(count_ - count, count_)) {
      values.replace_u32(whole, static_cast<uint32_t>(count - less));
      // llama.cpp's conversion script does not say that there are none.
      if (count == less && key == further_layers) values.remove(whole);
    }
  }
  if (!architecture_.empty()) values.set_u32(count_key_, static_cast<uint32_t>(count_ - layers_.size()));
}

void Pruning::tell(Notes& notes) const {
  if (lacks_mtp_) {
    notes.add("The model has no layers that predict further tokens (MTP), so that --no-mtp leaves none out.");
  }
  if (keeps_numbers_) {
    notes.add(
        "The output holds the layers that predict further tokens (MTP) and what they share with the model, with the "
        "numbers and metadata of the whole model, as llama.cpp's conversion script writes them alone. It runs "
        "beside the model, not by itself.");
  }
  if (none() || keeps_numbers_) return;
  std::string list;
  for (const uint64_t layer : layers_) list += (list.empty() ? "" : ", ") + std::to_string(layer);
  notes.add(counted(layers_.size(), "layer") + " of " + std::to_string(count_) +
            (layers_.size() == 1 ? " is" : " are") + " left out (" + list +
            "), and those behind move up. Rules speak of layers by their new numbers, an importance matrix by the old "
            "ones. How much worse the answers become, only running the output tells.");
  const std::string prefix = architecture_ + '.';
  const bool moves = layers_.front() + layers_.size() < count_;
  if (moves && header_.number(prefix + std::string(window)).value_or(0) > 0 &&
      !header_.find(prefix + std::string(windows))) {
    notes.add(
        "Some layers of this model look back over a window only, and the file does not say which: where llama.cpp goes "
        "by their numbers, layers that move up may count as the other kind.");
  }
}

}  // namespace nibble
