#include "measure/on_grids.h"

#include <algorithm>
#include <map>

#include "measure/grid_probe.h"
#include "recipe/tensor_kind.h"

namespace nibble {
namespace {

/// Fewer blocks are too few to tell.
constexpr double least_blocks = 8;

const GridBlocks* grid_of(const MeasuredTensor& tensor) {
  for (const GridBlocks& grid : tensor.grids) {
    if (grid.blocks >= least_blocks && grid.kept >= least_share_on_grid * grid.blocks) return &grid;
  }
  return nullptr;
}

/// A name as a regular expression that finds it alone.
std::string literal(std::string_view name) {
  std::string pattern;
  for (const char c : name) {
    if (std::string_view(".^$|()[]{}*+?\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

/// What a tensor of a layer is called in every layer; the whole name elsewhere.
std::string kind_of(const std::string& name) {
  return block_number(name) ? name.substr(name.find('.', std::string_view("blk.").size())) : name;
}

}  // namespace

std::vector<OnGrid> on_grids(const Measurement& measurement) {
  std::map<std::string, uint64_t> of_a_kind;
  for (const MeasuredTensor& tensor : measurement.tensors) ++of_a_kind[kind_of(tensor.name)];
  std::vector<OnGrid> found;
  for (const Type type : grid_types()) {
    OnGrid one{type, grid_method(type), {}, 0, 0, {}};
    std::map<std::string, std::vector<std::string>> kinds;
    for (const MeasuredTensor& tensor : measurement.tensors) {
      const GridBlocks* grid = grid_of(tensor);
      if (!grid || grid->type != type) continue;
      one.tensors.push_back(tensor.name);
      one.kept += grid->kept;
      one.blocks += grid->blocks;
      kinds[kind_of(tensor.name)].push_back(tensor.name);
    }
    for (const auto& [kind, names] : kinds) {
      if (names.size() > 1 && names.size() == of_a_kind[kind]) {
        one.rules.push_back({"^blk\\.[0-9]+" + literal(kind) + '$', type});
        continue;
      }
      for (const std::string& name : names) one.rules.push_back({'^' + literal(name) + '$', type});
    }
    if (!one.tensors.empty()) found.push_back(std::move(one));
  }
  return found;
}

}  // namespace nibble
