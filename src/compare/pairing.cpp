#include "compare/pairing.h"

#include <map>
#include <string_view>
#include <unordered_map>

#include "json/json.h"

namespace nibble {
namespace {

std::string_view match_name(Match match) {
  switch (match) {
    case Match::same: return "same";
    case Match::reshaped: return "reshaped";
    case Match::resized: return "resized";
    case Match::renamed: return "renamed";
    case Match::only_a: return "onlyA";
    case Match::only_b: return "onlyB";
  }
  return "";
}

Match match_of(const ModelTensor& a, const ModelTensor& b) {
  if (a.shape == b.shape) return Match::same;
  return a.weight_count == b.weight_count ? Match::reshaped : Match::resized;
}

}  // namespace

std::vector<TensorPair> pair_tensors(const Model& a, const Model& b) {
  std::unordered_map<std::string_view, uint32_t> names;
  for (uint32_t i = 0; i < b.tensors().size(); ++i) names.emplace(b.tensors()[i].name, i);

  std::vector<TensorPair> pairs;
  std::vector<bool> taken(b.tensors().size(), false);
  using Shape = std::vector<uint64_t>;
  std::map<Shape, std::vector<size_t>> left_a;  // places in `pairs`
  for (uint32_t i = 0; i < a.tensors().size(); ++i) {
    const ModelTensor& tensor = a.tensors()[i];
    const auto namesake = names.find(tensor.name);
    if (namesake == names.end()) {
      left_a[tensor.shape].push_back(pairs.size());
      pairs.push_back({i, {}, Match::only_a});
    } else {
      taken[namesake->second] = true;
      pairs.push_back({i, namesake->second, match_of(tensor, b.tensors()[namesake->second])});
    }
  }
  std::map<Shape, std::vector<uint32_t>> left_b;
  for (uint32_t i = 0; i < taken.size(); ++i) {
    if (!taken[i]) left_b[b.tensors()[i].shape].push_back(i);
  }
  for (const auto& [shape, places] : left_a) {
    const auto others = left_b.find(shape);
    if (others == left_b.end() || others->second.size() != places.size()) continue;
    for (size_t i = 0; i < places.size(); ++i) {
      pairs[places[i]].b = others->second[i];
      pairs[places[i]].match = Match::renamed;
      taken[others->second[i]] = true;
    }
  }
  for (uint32_t i = 0; i < taken.size(); ++i) {
    if (!taken[i]) pairs.push_back({{}, i, Match::only_b});
  }
  return pairs;
}

std::string pairs_json(const std::vector<TensorPair>& pairs) {
  Json list = Json::list();
  for (const TensorPair& pair : pairs) {
    list.push_back({{"a", pair.a ? Json(*pair.a) : Json(nullptr)},
                    {"b", pair.b ? Json(*pair.b) : Json(nullptr)},
                    {"match", match_name(pair.match)}});
  }
  return list.dump();
}

}  // namespace nibble
