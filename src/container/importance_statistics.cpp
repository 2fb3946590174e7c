#include "container/importance_statistics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "json/json.h"

namespace nibble {
namespace {

/// llama-imatrix's threshold for a column to be active.
constexpr double inactive = 1e-5;

std::vector<std::string_view> parts_of(std::string_view name) {
  std::vector<std::string_view> parts;
  for (size_t at = 0; at <= name.size();) {
    const size_t end = std::min(name.find('.', at), name.size());
    parts.push_back(name.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::optional<uint64_t> whole_number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void name_parts(TensorImportance& tensor) {
  const auto parts = parts_of(tensor.name);
  tensor.part = tensor.name;
  for (size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i] == "blk" && !tensor.layer) tensor.layer = whole_number(parts[i + 1]);
  }
  for (size_t i = 1; i < parts.size(); ++i) {
    if (parts[i] != "weight") continue;
    tensor.part = parts[i - 1];
    break;
  }
}

std::optional<TensorImportance> statistics_of(const std::string& name, const ImportanceSums::Entry& entry) {
  std::vector<ImportantColumn> columns;
  const uint64_t row = entry.row_length();
  for (uint64_t i = 0; i < entry.sums.size(); ++i) {
    const double count = entry.counts[i / row];
    if (count > 0) columns.push_back({i / row, i % row, entry.sums[i] / count});
    if (count > 0 && !std::isfinite(entry.sums[i])) return std::nullopt;
  }
  if (columns.empty()) return std::nullopt;
  TensorImportance found;
  found.name = name;
  name_parts(found);
  found.elements = columns.size();
  const auto n = static_cast<double>(columns.size());
  found.min = found.max = columns[0].value;
  double squares = 0;
  size_t active = 0, beyond = 0;
  for (const auto& [matrix, column, value] : columns) {
    found.sum += value;
    squares += value * value;
    found.min = std::min(found.min, value);
    found.max = std::max(found.max, value);
    if (std::fabs(value) > inactive) ++active;
  }
  found.mean = found.sum / n;
  found.deviation = std::sqrt(std::max(0.0, squares / n - found.mean * found.mean));
  for (const auto& [matrix, column, value] : columns) {
    const double share = found.sum > 0 ? value / found.sum : 0;
    if (share > 0) found.entropy -= share * std::log2(share);
    if (found.deviation > 0 && (value - found.mean) / found.deviation > 1) ++beyond;
  }
  found.active = static_cast<double>(active) / n;
  found.beyond = static_cast<double>(beyond) / n;
  if (columns.size() > 1) found.normalised_entropy = found.entropy / std::log2(n);
  const size_t shown = std::min(most_columns, columns.size());
  std::partial_sort(columns.begin(), columns.begin() + static_cast<ptrdiff_t>(shown), columns.end(),
                    [](const ImportantColumn& a, const ImportantColumn& b) {
                      return a.value != b.value     ? a.value > b.value
                             : a.matrix != b.matrix ? a.matrix < b.matrix
                                                    : a.column < b.column;
                    });
  found.largest.assign(columns.begin(), columns.begin() + static_cast<ptrdiff_t>(shown));
  return found;
}

/// None where one has only zeros, or they are of other lengths.
std::optional<double> cosine_of(const std::vector<double>& one, const std::vector<double>& other) {
  if (one.size() != other.size()) return std::nullopt;
  double product = 0, length = 0, other_length = 0;
  for (size_t i = 0; i < one.size(); ++i) {
    product += one[i] * other[i];
    length += one[i] * one[i];
    other_length += other[i] * other[i];
  }
  if (!(length > 0) || !(other_length > 0)) return std::nullopt;
  return product / (std::sqrt(length) * std::sqrt(other_length));
}

std::string in_layer(const std::string& name, uint64_t layer, uint64_t other) {
  const std::string from = "blk." + std::to_string(layer) + ".";
  const size_t at = name.find(from);
  if (at == std::string::npos) return {};
  return name.substr(0, at) + "blk." + std::to_string(other) + "." + name.substr(at + from.size());
}

std::vector<LayerImportance> layers_of(const std::vector<TensorImportance>& tensors) {
  struct Sums {
    double sum = 0, beyond = 0, elements = 0, cosine = 0, cosine_elements = 0;
  };
  std::map<uint64_t, Sums> layers;
  for (const TensorImportance& tensor : tensors) {
    if (!tensor.layer) continue;
    Sums& sums = layers[*tensor.layer];
    const auto n = static_cast<double>(tensor.elements);
    sums.sum += n * tensor.sum;
    sums.beyond += n * tensor.beyond;
    sums.elements += n;
    if (tensor.cosine) sums.cosine += n * *tensor.cosine;
    if (tensor.cosine) sums.cosine_elements += n;
  }
  std::vector<LayerImportance> found;
  for (const auto& [layer, sums] : layers) {
    LayerImportance one{layer, sums.sum / sums.elements, sums.beyond / sums.elements, std::nullopt};
    if (sums.cosine_elements > 0) one.cosine = sums.cosine / sums.cosine_elements;
    found.push_back(one);
  }
  return found;
}

}  // namespace

ImportanceStatistics importance_statistics(const ImportanceSums& sums) {
  ImportanceStatistics found;
  for (const auto& [name, entry] : sums.entries()) {
    std::optional<TensorImportance> tensor = statistics_of(name, entry);
    if (!tensor) continue;
    if (tensor->layer && *tensor->layer > 0) {
      const auto before = sums.entries().find(in_layer(name, *tensor->layer, *tensor->layer - 1));
      if (before != sums.entries().end()) tensor->cosine = cosine_of(entry.sums, before->second.sums);
    }
    found.tensors.push_back(std::move(*tensor));
  }
  found.layers = layers_of(found.tensors);
  std::stable_sort(found.tensors.begin(), found.tensors.end(),
                   [](const TensorImportance& a, const TensorImportance& b) {
                     return a.part != b.part ? a.part < b.part : a.sum > b.sum;
                   });
  return found;
}

std::string importance_statistics_json(const ImportanceStatistics& statistics) {
  Json tensors = Json::list(), layers = Json::list();
  for (const TensorImportance& one : statistics.tensors) {
    Json largest = Json::list();
    for (const ImportantColumn& column : one.largest) {
      largest.push_back(Json{{"matrix", column.matrix}, {"column", column.column}, {"value", column.value}});
    }
    tensors.push_back(Json{{"name", one.name},
                           {"part", one.part},
                           {"layer", one.layer},
                           {"elements", one.elements},
                           {"sum", one.sum},
                           {"min", one.min},
                           {"max", one.max},
                           {"mean", one.mean},
                           {"deviation", one.deviation},
                           {"active", one.active},
                           {"entropy", one.entropy},
                           {"normalisedEntropy", one.normalised_entropy},
                           {"zd", one.beyond},
                           {"cosine", one.cosine},
                           {"largest", std::move(largest)}});
  }
  for (const LayerImportance& one : statistics.layers) {
    layers.push_back(Json{{"layer", one.layer}, {"sum", one.sum}, {"zd", one.beyond}, {"cosine", one.cosine}});
  }
  return Json{{"tensors", std::move(tensors)}, {"layers", std::move(layers)}}.dump();
}

}  // namespace nibble
