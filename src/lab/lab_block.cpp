#include "lab/lab_block.h"

#include <algorithm>
#include <cmath>

#include "codec/codec.h"
#include "error.h"
#include "formats/format.h"
#include "json/parse.h"
#include "numeric/half.h"
#include "numeric/half_order.h"
#include "numeric/scale_floats.h"

namespace nibble {
namespace {

constexpr size_t most_weights = 256, most_levels = 256;

std::vector<float> numbers(const Json& request, const char* key, size_t fewest, size_t most) {
  const Json* list = request.find(key);
  const std::string what = std::string("\"") + key + "\"";
  if (!list || !list->is_list() || list->elements().size() < fewest || list->elements().size() > most) {
    throw Error(what + " needs " + std::to_string(fewest) + " to " + std::to_string(most) + " numbers.");
  }
  std::vector<float> values;
  for (const Json& item : list->elements()) {
    const double value = item.is_number() ? item.get<double>() : NAN;
    if (!std::isfinite(static_cast<float>(value))) {
      throw Error("Value " + std::to_string(values.size() + 1) + " of " + what + " is not a finite number.");
    }
    values.push_back(static_cast<float>(value));
  }
  return values;
}

/// A number the request may have; 0 without it.
float optional_number(const Json& request, const char* key) {
  const Json* value = request.find(key);
  if (!value || value->is_null()) return 0;
  const double number = value->is_number() ? value->get<double>() : NAN;
  if (!std::isfinite(static_cast<float>(number))) throw Error(std::string("\"") + key + "\" is not a finite number.");
  return static_cast<float>(number);
}

Storage parse_storage(const std::string& name) {
  for (const Storage storage : {Storage::real, Storage::f16, Storage::e8m0, Storage::ue4m3}) {
    if (name == storage_name(storage)) return storage;
  }
  throw Error("Scales cannot be stored as \"" + name + "\": choose real, f16, e8m0 or ue4m3.");
}

void take_format(LabBlock& block, const Json& request) {
  const Format* format = find_format(block.format);
  if (!format || !has_searches(format->grammar.kind))
    throw Error("The lab has no scale to search in " + block.format + ".");
  const Grammar& grammar = format->grammar;
  block.format = format->name;
  block.levels.assign(grammar.levels.begin(), grammar.levels.end());
  block.affine = has_offset(grammar.kind);
  if (!is_super_block(grammar.kind)) {
    block.scale.storage = grammar.storage;
    if (block.affine) block.offset.storage = grammar.storage;
    return;
  }
  block.offset_at_most_zero = block.affine;
  block.scale.step = optional_number(request, "superScale");
  block.scale.fewest = grammar.fewest;
  block.scale.most = grammar.most;
  if (block.affine && block.scale.step != 0) {
    const float minimum = optional_number(request, "superMinimum");
    block.offset = minimum != 0 ? LabNumbers{Storage::real, -minimum, grammar.fewest, grammar.most}
                                : LabNumbers{Storage::real, 1, 0, 0};
  }
}

}  // namespace

double LabNumbers::nearest(double value) const {
  if (step == 0) return most != 0 ? value : nearest_stored_scale(value, storage);
  return std::clamp(std::floor(value / step + 0.5), static_cast<double>(fewest), static_cast<double>(most)) * step;
}

double LabNumbers::next(double value, int steps) const {
  if (step != 0) {
    const double at = std::floor(value / step + 0.5) + (step > 0 ? steps : -steps);
    return std::clamp(at, static_cast<double>(fewest), static_cast<double>(most)) * step;
  }
  switch (storage) {
    case Storage::f16: return half_at(half_nearest(value) + steps);
    case Storage::e8m0:
      return half_of_e8m0(
          static_cast<uint8_t>(std::clamp(scale_byte(static_cast<float>(std::fabs(value)), storage) + steps, 0, 254)));
    case Storage::ue4m3:
      return half_of_ue4m3(
          static_cast<uint8_t>(std::clamp(scale_byte(static_cast<float>(std::fabs(value)), storage) + steps, 0, 0x7E)));
    case Storage::real: break;
  }
  return value + steps * std::max(std::fabs(value), 1e-12) / 1000;
}

std::string_view LabNumbers::name() const { return step != 0 ? "multiples" : storage_name(storage); }

BlockProblem LabBlock::one_scale() const {
  return {weights.data(),
          importance_or_null(),
          weights.size(),
          {levels.data(), static_cast<int>(levels.size())},
          scale.storage};
}

AffineProblem LabBlock::two_numbers() const {
  return {weights.data(), importance_or_null(), weights.size(), static_cast<int>(levels.size()) - 1,
          scale.storage,  offset_at_most_zero};
}

LabBlock parse_lab_block(const std::string& text) {
  const Json request = parse_json_or_null(text);
  if (!request.is_object()) throw Error("The lab needs a list of weights.");
  for (const char* key : {"format", "storage"}) {
    if (request.find(key) && !request.find(key)->is_text()) throw Error(std::string("\"") + key + "\" is not a name.");
  }
  LabBlock block;
  block.weights = numbers(request, "weights", 1, most_weights);
  if (const Json* importance = request.find("importance"); importance && !importance->is_null()) {
    block.importance = numbers(request, "importance", block.weights.size(), block.weights.size());
    for (const float w : block.importance) {
      if (w < 0) throw Error("Importance cannot be negative.");
    }
  }
  block.format = request.value("format", std::string());
  if (!block.format.empty()) {
    take_format(block, request);
    return block;
  }
  block.levels = numbers(request, "levels", 2, most_levels);
  std::sort(block.levels.begin(), block.levels.end());
  if (std::adjacent_find(block.levels.begin(), block.levels.end()) != block.levels.end()) {
    throw Error("Two levels are the same.");
  }
  if (!(block.levels.front() < 0 && block.levels.back() > 0)) {
    throw Error("The levels need a negative and a positive end.");
  }
  block.scale.storage = parse_storage(request.value("storage", std::string("real")));
  return block;
}

std::string super_block_numbers(const std::string& name, const float* weights) {
  const Format* format = find_format(name);
  if (!format || !is_super_block(format->grammar.kind)) throw Error(name + " has no super-blocks.");
  std::vector<uint8_t> bytes(format->block_bytes);
  quantizer_or_default(format->type, llama_cpp, best_kernel())
      ->quantize(weights, bytes.data(), format->block_length, nullptr);
  BlockParts parts;
  format->grammar.unpack(bytes.data(), parts);
  const Json minimum = has_offset(format->grammar.kind) ? Json(f32_from_f16(parts.shared_minimum)) : Json();
  return Json{{"superMinimum", minimum}, {"superScale", f32_from_f16(parts.shared_scale)}}.dump();
}

}  // namespace nibble
