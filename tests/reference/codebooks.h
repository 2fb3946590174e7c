#pragma once
#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/test_data.h"

/// The codebooks of tests/data/iq-grids.json and their neighbour lists, found by sorting.
namespace nibble::reference {

using Levels = std::vector<int>;

struct Codebook {
  std::vector<Levels> points;
  int shells;
  std::map<Levels, int> positions;
  mutable std::map<Levels, std::vector<int>> known_neighbours;

  Codebook(const std::string& name, int wanted_shells) : shells(wanted_shells) {
    std::ifstream file(std::string(test_data_folder) + "/iq-grids.json");
    const nlohmann::json grid = nlohmann::json::parse(file)[name];
    const int bits = grid["bits"], coords = grid["coords"];
    for (const int packed : grid["points"]) {
      Levels levels(static_cast<size_t>(coords));
      for (int i = 0; i < coords; ++i) levels[static_cast<size_t>(i)] = packed >> (bits * i) & ((1 << bits) - 1);
      positions[levels] = static_cast<int>(points.size());
      points.push_back(levels);
    }
  }

  /// The position of a point; -1 when these levels are none.
  int find(const Levels& levels) const {
    const auto at = positions.find(levels);
    return at == positions.end() ? -1 : at->second;
  }

  /// All points in the first `shells` distances, by distance, then position.
  const std::vector<int>& neighbours(const Levels& levels) const {
    const auto [entry, added] = known_neighbours.try_emplace(levels);
    if (!added) return entry->second;
    std::vector<std::pair<int, int>> by_distance;
    for (size_t k = 0; k < points.size(); ++k) {
      int distance = 0;
      for (size_t i = 0; i < levels.size(); ++i) {
        const int difference = (2 * points[k][i] + 1) - (2 * levels[i] + 1);
        distance += difference * difference;
      }
      by_distance.emplace_back(distance, static_cast<int>(k));
    }
    std::sort(by_distance.begin(), by_distance.end());
    int shell = 0, last = -1;
    for (const auto& [distance, k] : by_distance) {
      if (distance != last && ++shell > shells) break;
      last = distance;
      entry->second.push_back(k);
    }
    return entry->second;
  }
};

}  // namespace nibble::reference
