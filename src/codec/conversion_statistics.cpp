#include "codec/conversion_statistics.h"

#include "json/json.h"
#include "stats/error_report.h"

namespace nibble {
namespace {

/// Groups of the histogram of block errors to each doubling.
constexpr uint32_t block_groups_per_octave = 4;

Json blocks_json(const BlockErrors& blocks) {
  if (blocks.blocks() == 0) return nullptr;
  Json histogram = Json::list(), worst = Json::list();
  for (const BucketGroup& group : blocks.histogram(block_groups_per_octave)) {
    histogram.push_back({{"from", group.from}, {"to", group.to}, {"count", group.count}});
  }
  for (const BlockErrors::Block& block : blocks.worst()) {
    worst.push_back({{"block", block.number}, {"rmse", blocks.rmse(block)}});
  }
  return {{"length", blocks.length() == 0 ? Json() : Json(blocks.length())},
          {"count", blocks.blocks()},
          {"histogram", histogram},
          {"worst", worst}};
}

Json codes_json(const CodeUsage& codes) {
  if (codes.bits() == 0) return nullptr;
  return {{"bits", codes.bits()}, {"entropy", codes.entropy()}, {"counts", codes.counts()}};
}

}  // namespace

void ConversionStatistics::merge(const ConversionStatistics& piece) {
  errors.merge(piece.errors);
  blocks.merge(piece.blocks);
  codes.merge(piece.codes);
}

void ConversionStatistics::merge_tensor(const ConversionStatistics& tensor) {
  errors.merge(tensor.errors);
  blocks.merge_tensor(tensor.blocks);
  codes.merge(tensor.codes);
}

void ConversionStatistics::save(std::vector<uint8_t>& bytes) const {
  bytes.clear();
  errors.append_to(bytes);
  blocks.append_to(bytes);
  codes.append_to(bytes);
}

ConversionStatistics ConversionStatistics::restore(const uint8_t* bytes, size_t size) {
  SavedReader reader(bytes, size);
  ConversionStatistics statistics;
  statistics.errors = ErrorStatistics::read_from(reader);
  statistics.blocks = BlockErrors::read_from(reader);
  statistics.codes = CodeUsage::read_from(reader);
  if (!reader.at_end()) SavedReader::damaged();
  return statistics;
}

std::string conversion_report(const ConversionStatistics& statistics) {
  std::string report = error_report(statistics.errors);
  report.pop_back();  // the closing brace
  return report + ",\"blocks\":" + blocks_json(statistics.blocks).dump() +
         ",\"codes\":" + codes_json(statistics.codes).dump() + "}";
}

}  // namespace nibble
