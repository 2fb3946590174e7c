#include "codec/methods.h"
#include "container/text.h"
#include "error.h"
#include "numeric/int8_step.h"
#include "packing/matrix_packer.h"

namespace nibble {
namespace {

/// Puts the largest magnitude on the last level, as the quantizers of bitsandbytes do.
constexpr std::string_view simple_method = "max7";

/// What searches where a method is not the name of a search: where codes are given nothing does.
const ScaleMethod& scale_method(std::string_view method) {
  const ScaleMethod* found = find_scale_method(method);
  return found ? *found : *find_scale_method(exact_method);
}

}  // namespace

std::string_view packing_method(const Packing& packing, std::string_view method) {
  const bool gptq = packing.family == PackingFamily::gptq;
  if (method == llama_cpp) return simple_method;
  if (const ScaleMethod* found = find_scale_method(method)) return found->name;
  for (const std::string_view name : {lowest_error_method, calibrated_method}) {
    if (gptq && method == name) return name;
  }
  if (method == calibrated_method) {
    throw Error("The method \"calibrated\" chooses codes of GPTQ layouts and GGUF types, not of " +
                std::string(packing.name()) + ". Choose one of those, such as gptq-4bit-128g, or another method.");
  }
  std::string list;
  for (const ScaleMethod& known : all_scale_methods()) list += (list.empty() ? "" : ", ") + std::string(known.name);
  if (gptq) list += ", " + std::string(lowest_error_method) + ", " + std::string(calibrated_method);
  throw Error("There is no method " + in_quotes(method) + " for safetensors types. Choose one of: " + list + ".");
}

GroupQuantizer::GroupQuantizer(const Packing& packing, std::string_view method)
    : packing_(packing),
      method_(scale_method(packing_method(packing, method))),
      zeros_(method_.name == simple_method ? ZeroChoice::range
             : method == exact_method      ? ZeroChoice::all
                                           : ZeroChoice::near) {}

bool GroupQuantizer::has_zeros() const { return packing_.family == PackingFamily::gptq; }

Levels GroupQuantizer::levels_of(Choice choice) const {
  if (has_zeros()) return levels_from_zero(choice.zero);
  const std::span<const float> levels = packing_levels(packing_);
  return {levels.data(), static_cast<int>(levels.size())};
}

GroupQuantizer::Choice GroupQuantizer::choose(const float* values, size_t count) {
  if (packing_.asymmetric) return asymmetric_scale(method_, zeros_, values, nullptr, count, scratch_);
  if (has_zeros()) return symmetric_scale(method_, values, nullptr, count, scratch_);
  return {method_.choose({values, nullptr, count, levels_of({}), Storage::real}, scratch_).scale, 0};
}

void GroupQuantizer::encode(const float* values, size_t count, Choice choice, float seen, uint8_t* codes,
                            float* decoded) const {
  const Levels levels = levels_of(choice);
  const std::span<const uint8_t> names = packing_codes(packing_);
  const bool int8 = packing_.family == PackingFamily::int8;
  const int none = nearest_code(levels, 0);
  for (size_t i = 0; i < count; ++i) {
    const int level = choice.scale == 0 ? none : nearest_code(levels, values[i] / static_cast<double>(choice.scale));
    codes[i] = names[static_cast<size_t>(level)];
    decoded[i] = int8 ? static_cast<float>(level - 127) * seen * int8_step : levels.value[level] * seen;
  }
}

void GroupQuantizer::decode(const uint8_t* codes, size_t count, Choice choice, float* decoded) const {
  const Levels levels = levels_of(choice);
  for (size_t i = 0; i < count; ++i) decoded[i] = levels.value[codes[i]] * choice.scale;
}

void GroupQuantizer::range(Choice choice, float seen, float& low, float& high) const {
  const Levels levels = levels_of(choice);
  const float *first = levels.value, *last = levels.value + levels.count - 1;
  low = seen * (first[0] - (first[1] - first[0]) / 2);
  high = seen * (last[0] + (last[0] - last[-1]) / 2);
  if (low > high) std::swap(low, high);
}

}  // namespace nibble
