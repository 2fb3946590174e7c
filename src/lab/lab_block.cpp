#include "lab/lab_block.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <numeric>

#include "codec/codec.h"
#include "codec/scale_search.h"
#include "error.h"
#include "formats/format.h"
#include "numeric/half_order.h"
#include "numeric/scale_floats.h"

namespace nibble {
namespace {

using nlohmann::json;

constexpr size_t most_weights = 256, most_levels = 256;

/// Formats whose blocks have a scale and an offset, and sub-blocks of formats that store theirs as multiples.
struct SubBlock {
  Type type;
  int first, last;  ///< levels
  bool affine;
  int fewest, most;             ///< of the scale's multiples; 0, 0: half floats
  size_t scale_at, minimum_at;  ///< where a super-block keeps its numbers
};
constexpr SubBlock sub_blocks[] = {
    {Type::q4_1, 0, 15, true, 0, 0, 0, 0},           {Type::q5_1, 0, 31, true, 0, 0, 0, 0},
    {Type::q2_K, 0, 3, true, 0, 15, 80, 82},         {Type::q4_K, 0, 15, true, 0, 63, 0, 2},
    {Type::q5_K, 0, 31, true, 0, 63, 0, 2},          {Type::q3_K, -4, 3, false, -32, 31, 108, 0},
    {Type::q6_K, -32, 31, false, -128, 127, 208, 0},
};

const SubBlock* find_sub_block(Type type) {
  for (const SubBlock& one : sub_blocks) {
    if (one.type == type) return &one;
  }
  return nullptr;
}

std::vector<float> numbers(const json& request, const char* key, size_t fewest, size_t most) {
  const json list = request.value(key, json());
  const std::string what = std::string("\"") + key + "\"";
  if (!list.is_array() || list.size() < fewest || list.size() > most) {
    throw Error(what + " needs " + std::to_string(fewest) + " to " + std::to_string(most) + " numbers.");
  }
  std::vector<float> values;
  for (const json& item : list) {
    const double value = item.is_number() ? item.get<double>() : NAN;
    if (!std::isfinite(static_cast<float>(value))) {
      throw Error("Value " + std::to_string(values.size() + 1) + " of " + what + " is not a finite number.");
    }
    values.push_back(static_cast<float>(value));
  }
  return values;
}

/// A number the request may have; 0 without it.
float optional_number(const json& request, const char* key) {
  const json value = request.value(key, json());
  if (value.is_null()) return 0;
  const double number = value.is_number() ? value.get<double>() : NAN;
  if (!std::isfinite(static_cast<float>(number))) throw Error(std::string("\"") + key + "\" is not a finite number.");
  return static_cast<float>(number);
}

Storage parse_storage(const std::string& name) {
  if (name == "real") return Storage::real;
  if (name == "f16") return Storage::f16;
  if (name == "e8m0") return Storage::e8m0;
  if (name == "ue4m3") return Storage::ue4m3;
  throw Error("Scales cannot be stored as \"" + name + "\": choose real, f16, e8m0 or ue4m3.");
}

void take_format(LabBlock& block, const json& request) {
  const Format* format = find_format(block.format);
  if (const OneScaleGrid* grid = format ? one_scale_grid(format->type) : nullptr) {
    block.levels.assign(grid->levels.value, grid->levels.value + grid->levels.count);
    block.scale.storage = grid->storage;
  } else if (const SubBlock* sub = format ? find_sub_block(format->type) : nullptr) {
    block.levels.resize(static_cast<size_t>(sub->last - sub->first + 1));
    std::iota(block.levels.begin(), block.levels.end(), static_cast<float>(sub->first));
    block.affine = sub->affine;
    if (sub->most == 0) {
      block.scale.storage = block.offset.storage = Storage::f16;
    } else {
      block.offset_at_most_zero = sub->affine;
      block.scale.step = optional_number(request, "superScale");
      block.scale.fewest = sub->fewest;
      block.scale.most = sub->most;
      if (sub->affine && block.scale.step != 0) {
        const float minimum = optional_number(request, "superMinimum");
        block.offset = minimum != 0 ? LabNumbers{Storage::real, -minimum, sub->fewest, sub->most}
                                    : LabNumbers{Storage::real, 1, 0, 0};
      }
    }
  } else {
    throw Error("The lab has no scale to search in " + block.format + ".");
  }
  block.format = format->name;
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

const char* LabNumbers::name() const {
  if (step != 0) return "multiples";
  switch (storage) {
    case Storage::f16: return "f16";
    case Storage::e8m0: return "e8m0";
    case Storage::ue4m3: return "ue4m3";
    case Storage::real: break;
  }
  return "real";
}

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
  const json request = json::parse(text, nullptr, false);
  if (!request.is_object()) throw Error("The lab needs a list of weights.");
  for (const char* key : {"format", "storage"}) {
    if (request.contains(key) && !request[key].is_string()) throw Error(std::string("\"") + key + "\" is not a name.");
  }
  LabBlock block;
  block.weights = numbers(request, "weights", 1, most_weights);
  if (request.contains("importance") && !request["importance"].is_null()) {
    block.importance = numbers(request, "importance", block.weights.size(), block.weights.size());
    for (const float w : block.importance) {
      if (w < 0) throw Error("Importance cannot be negative.");
    }
  }
  block.format = request.value("format", "");
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
  block.scale.storage = parse_storage(request.value("storage", "real"));
  return block;
}

std::string super_block_numbers(const std::string& name, const float* weights) {
  const Format* format = find_format(name);
  const SubBlock* sub = format ? find_sub_block(format->type) : nullptr;
  if (!sub || sub->most == 0) throw Error(name + " has no super-blocks.");
  std::vector<uint8_t> bytes(format->block_bytes);
  find_quantizer(format->type, llama_cpp, best_kernel)->run(weights, bytes.data(), format->block_length, nullptr);
  const auto half = [&](size_t at) {
    uint16_t bits;
    std::memcpy(&bits, bytes.data() + at, sizeof bits);
    return f32_from_f16(bits);
  };
  json answer{{"superScale", half(sub->scale_at)}, {"superMinimum", nullptr}};
  if (sub->affine) answer["superMinimum"] = half(sub->minimum_at);
  return answer.dump();
}

}  // namespace nibble
