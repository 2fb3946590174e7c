#include "lab/block_bits.h"

#include <cmath>
#include <vector>

#include "error.h"
#include "formats/bit_layout.h"
#include "formats/format.h"
#include "formats/iq_codes.h"
#include "formats/point_grammar.h"
#include "json/json.h"
#include "numeric/half.h"
#include "search/scale_storage.h"

namespace nibble {
namespace {

const Format& format_with_levels(const std::string& name) {
  const Format* format = find_format(name);
  if (!format || !format->grammar.unpack) throw Error("The weights of " + name + " have no levels of their own.");
  return *format;
}

/// Scale codes have at most four bits.
constexpr int most_scale_codes = 16;

/// BlockPoints in web/src/wasm/types; null for formats with levels.
Json points_json(const PointGrammar* points) {
  if (!points) return nullptr;
  Json levels = Json::list(), magnitudes = Json::list(), steps = Json::list();
  for (const uint16_t point : points->codebook) levels.push_back(int{point});
  for (const float magnitude : points->magnitudes) magnitudes.push_back(magnitude);
  for (int code = 0; code < most_scale_codes; ++code) steps.push_back(points->step(1, code));
  return Json{{"length", points->length},
              {"codebook", std::move(levels)},
              {"levelBits", points->level_bits},
              {"magnitudes", std::move(magnitudes)},
              {"steps", std::move(steps)},
              {"evenSigns", points->even_signs},
              {"shiftLength", points->shift_length},
              {"shift", iq::iq1_shift}};
}

std::string_view part_name(StoredPart part) {
  switch (part) {
    case StoredPart::code: return "code";
    case StoredPart::scale: return "scale";
    case StoredPart::minimum: return "minimum";
    case StoredPart::shared_scale: return "shared scale";
    case StoredPart::shared_minimum: return "shared minimum";
    case StoredPart::point: return "point";
    case StoredPart::sign: return "sign";
    case StoredPart::shift: return "shift";
  }
  return "";
}

/// The multiple of a super-block's number that is nearest to what is wanted.
int32_t multiple(const LabNumbers& numbers, double wanted) {
  return numbers.step == 0 ? 0 : static_cast<int32_t>(std::lround(numbers.nearest(wanted) / numbers.step));
}

}  // namespace

std::string block_bits(const std::string& name) {
  const Format* found = find_format(name);
  const PointGrammar* points = found ? find_codebook(found->type) : nullptr;
  const Format& format = points ? *found : format_with_levels(name);
  const Grammar& grammar = format.grammar;
  const BitLayout layout = bit_layout(format);
  Json bits = Json::list();
  for (const StoredBit& bit : layout.bits) {
    bits.push_back(Json::list({int{bit.bit}, part_name(bit.part), int{bit.index}, bit.adds}));
  }
  Json levels = Json::list();
  for (size_t i = 0; i < grammar.codes.size(); ++i) {
    levels.push_back(Json::list({int{grammar.codes[i]}, grammar.levels[i]}));
  }
  return Json{{"format", format.name},
              {"kind", kind_name(grammar.kind)},
              {"blockLength", format.block_length},
              {"blockBytes", format.block_bytes},
              {"runLength", format.scale_length},
              {"storage", storage_name(points ? Storage::f16 : grammar.storage)},
              {"lowestScale", layout.lowest_scale},
              {"levels", std::move(levels)},
              {"points", points_json(points)},
              {"bits", std::move(bits)}}
      .dump();
}

std::string stored_run(const ScaleLab& lab, double scale, double offset, uint32_t run) {
  const LabBlock& block = lab.block();
  if (block.format.empty()) throw Error("Levels of one's own have no stored form; choose a format.");
  const Format& format = format_with_levels(block.format);
  const Grammar& grammar = format.grammar;
  const uint32_t first = run * format.scale_length;
  if (block.weights.size() > format.scale_length) {
    throw Error("There are " + std::to_string(block.weights.size()) + " weights; in " + block.format + " " +
                std::to_string(format.scale_length) + " share a scale.");
  }
  if (first >= format.block_length) throw Error("A block of " + block.format + " has fewer runs.");
  BlockParts parts{};
  if (is_super_block(grammar.kind)) {
    if (block.scale.step == 0) throw Error("What the super-block of these weights stores is not known.");
    parts.shared_scale = f16_from_f32(static_cast<float>(block.scale.step));
    parts.scale[run] = multiple(block.scale, scale);
    // A super-block without minima has 0 .. 0 of the step 1.
    parts.shared_minimum = f16_from_f32(static_cast<float>(block.offset.most == 0 ? 0 : -block.offset.step));
    parts.minimum[run] = multiple(block.offset, offset);
  } else {
    parts.scale[run] = stored_bits(static_cast<float>(block.scale.nearest(scale)), grammar.storage);
    if (block.affine) {
      parts.minimum[run] = stored_bits(static_cast<float>(block.offset.nearest(offset)), grammar.storage);
    }
  }
  const std::vector<int> codes = lab.point(scale, offset).codes;
  for (size_t i = 0; i < codes.size(); ++i) parts.codes[first + i] = grammar.codes[static_cast<size_t>(codes[i])];
  std::vector<uint8_t> bytes(format.block_bytes);
  grammar.encode(parts, bytes.data());
  std::vector<float> decoded(format.block_length);
  format.decode(bytes.data(), decoded.data());
  const RunGrid grid = grammar.grid(parts, run);
  return Json{{"bytes", bytes},
              {"run", run},
              {"sharedScale", f32_from_f16(parts.shared_scale)},
              {"sharedMinimum", f32_from_f16(parts.shared_minimum)},
              {"step", grid.step},
              {"offset", grid.offset},
              {"decoded", std::vector<float>(decoded.begin() + first, decoded.begin() + first + codes.size())}}
      .dump();
}

}  // namespace nibble
