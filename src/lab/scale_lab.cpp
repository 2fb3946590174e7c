#include "lab/scale_lab.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "codec/scale_search.h"
#include "error.h"
#include "formats/format.h"
#include "numeric/half.h"
#include "numeric/scale_floats.h"

namespace nibble {
namespace {

using nlohmann::json;

constexpr size_t most_weights = 256, most_levels = 256;

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

Storage parse_storage(const std::string& name) {
  if (name == "real") return Storage::real;
  if (name == "f16") return Storage::f16;
  if (name == "e8m0") return Storage::e8m0;
  if (name == "ue4m3") return Storage::ue4m3;
  throw Error("Scales cannot be stored as \"" + name + "\": choose real, f16, e8m0 or ue4m3.");
}

const char* storage_name(Storage storage) {
  switch (storage) {
    case Storage::f16: return "f16";
    case Storage::e8m0: return "e8m0";
    case Storage::ue4m3: return "ue4m3";
    case Storage::real: break;
  }
  return "real";
}

std::string hex(const std::vector<uint8_t>& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

json to_json(const LabPoint& point) {
  return {{"scale", point.scale},
          {"error", point.error},
          {"relativeError", point.relative_error},
          {"maxError", point.max_error},
          {"divisor", point.divisor},
          {"clipped", point.clipped},
          {"codes", point.codes},
          {"decoded", point.decoded},
          {"bytes", point.bytes}};
}

json curve_of(const ScaleSweep& sweep) {
  json branches = json::array();
  for (const int sign : {1, -1}) {
    json pieces = json::array();
    for (const ScalePiece& piece : sweep.pieces()) {
      if (piece.sign != sign) continue;
      pieces.push_back({{"from", std::isfinite(piece.from) ? json(piece.from) : json(nullptr)},
                        {"to", piece.to},
                        {"A", piece.A},
                        {"B", piece.B},
                        {"weight", piece.weight},
                        {"before", piece.code_before},
                        {"after", piece.code_after}});
    }
    branches.push_back({{"sign", sign}, {"pieces", std::move(pieces)}});
  }
  return branches;
}

/// The storable magnitude next to one in the given direction.
float next_half(float magnitude, int direction) {
  const int bits = f16_from_f32(magnitude) + direction;
  return f32_from_f16(static_cast<uint16_t>(std::clamp(bits, 0, 0x7BFF)));
}

}  // namespace

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
    const Format* format = find_format(block.format);
    const OneScaleGrid* grid = format ? one_scale_grid(format->type) : nullptr;
    if (!grid) throw Error("The lab has no single scale to search in " + block.format + ".");
    block.format = format->name;
    block.levels.assign(grid->levels.value, grid->levels.value + grid->levels.count);
    block.storage = grid->storage;
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
  block.storage = parse_storage(request.value("storage", "real"));
  return block;
}

LabPoint lab_point(const LabBlock& block, double scale) {
  const BlockProblem problem = block.problem();
  const Levels levels = problem.levels;
  LabPoint point;
  point.scale = scale;
  const double first_edge = levels.value[0] - (levels.value[1] - levels.value[0]) / 2;
  const double last = levels.value[levels.count - 1], last_edge = last + (last - levels.value[levels.count - 2]) / 2;
  double squares = 0, amax = 0;
  for (size_t i = 0; i < problem.n; ++i) {
    const double x = problem.x[i], w = problem.weights ? problem.weights[i] : 1.0;
    const double y = scale == 0 ? 0 : x / scale;
    const int code = nearest_code(levels, y);
    const double decoded = scale == 0 ? 0 : scale * levels.value[code];
    point.codes.push_back(code);
    point.decoded.push_back(static_cast<float>(decoded));
    point.error += w * (x - decoded) * (x - decoded);
    point.max_error = std::max(point.max_error, std::fabs(x - decoded));
    point.clipped += y < first_edge || y > last_edge;
    squares += w * x * x;
    amax = std::max(amax, std::fabs(x));
  }
  point.relative_error = squares > 0 ? std::sqrt(point.error / squares) : 0;
  point.divisor = scale == 0 ? 0 : amax / std::fabs(scale);
  if (!block.format.empty()) {
    const Format& format = *find_format(block.format);
    const OneScaleGrid& grid = *one_scale_grid(format.type);
    if (problem.n == format.block_length && format.block_length == format.scale_length) {
      std::vector<uint8_t> bytes(format.block_bytes);
      grid.encode(nearest_stored_scale(scale, block.storage), point.codes.data(), bytes.data());
      point.bytes = hex(bytes);
    }
  }
  return point;
}

double step_scale(double scale, int steps, Storage storage) {
  const int direction = steps < 0 ? -1 : 1;
  for (int left = std::abs(steps); left > 0; --left) {
    switch (storage) {
      case Storage::real: scale += direction * std::max(std::fabs(scale), 1e-12) / 1000; break;
      case Storage::f16: {
        const float stored = nearest_stored_scale(scale, storage);
        if (stored == 0) {
          scale = direction * next_half(0, 1);
        } else {
          scale = std::copysign(next_half(std::fabs(stored), stored > 0 ? direction : -direction), stored);
        }
        break;
      }
      case Storage::e8m0:
        scale = half_of_e8m0(static_cast<uint8_t>(
            std::clamp(scale_byte(static_cast<float>(scale), storage) + direction, 0, 254)));
        break;
      case Storage::ue4m3:
        scale = half_of_ue4m3(static_cast<uint8_t>(
            std::clamp(scale_byte(static_cast<float>(scale), storage) + direction, 0, 0x7E)));
        break;
    }
  }
  return scale;
}

std::string lab_report(const LabBlock& block) {
  const BlockProblem problem = block.problem();
  std::vector<double> trace;
  ScaleScratch scratch;
  scratch.trace = &trace;
  json methods = json::array();
  for (const ScaleMethod& method : all_scale_methods()) {
    trace.clear();
    const ScaleChoice choice = method.choose(problem, scratch);
    json entry = to_json(lab_point(block, choice.scale));
    entry["name"] = method.name;
    entry["summary"] = method.summary;
    entry["tried"] = choice.tried;
    entry["candidates"] = trace;
    methods.push_back(std::move(entry));
  }
  scratch.sweep.walk(problem.x, problem.weights, problem.n, problem.levels);
  return json{{"levels", block.levels},
              {"storage", storage_name(block.storage)},
              {"format", block.format},
              {"squareSum", scratch.sweep.square_sum()},
              {"curve", curve_of(scratch.sweep)},
              {"methods", std::move(methods)}}
      .dump();
}

std::string lab_point_json(const LabBlock& block, double scale) { return to_json(lab_point(block, scale)).dump(); }

}  // namespace nibble
