#include "lab/scale_lab.h"

#include <algorithm>
#include <cmath>

#include "codec/codec.h"
#include "error.h"
#include "formats/format.h"
#include "json/json.h"

namespace nibble {
namespace {

std::string hex(const std::vector<uint8_t>& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

/// Without the codes and what they decode to.
Json summary_of(const LabPoint& point) {
  return {{"scale", point.scale},        {"offset", point.offset},
          {"error", point.error},        {"relativeError", point.relative_error},
          {"maxError", point.max_error}, {"divisor", point.divisor},
          {"clipped", point.clipped},    {"bytes", point.bytes}};
}

/// The bytes of a block that its format stores alone; none otherwise.
std::vector<uint8_t> encode(const LabBlock& block, double scale, double offset, const std::vector<int>& codes) {
  const Format* format = block.format.empty() ? nullptr : find_format(block.format);
  if (!format || codes.size() != format->block_length || format->block_length != format->scale_length) return {};
  const Grammar& grammar = format->grammar;
  BlockParts parts;
  parts.scale[0] = stored_bits(nearest_stored_scale(scale, block.scale.storage), grammar.storage);
  if (block.affine) parts.minimum[0] = stored_bits(static_cast<float>(offset), grammar.storage);
  for (size_t i = 0; i < codes.size(); ++i) parts.codes[i] = grammar.codes[static_cast<size_t>(codes[i])];
  std::vector<uint8_t> bytes(format->block_bytes);
  grammar.encode(parts, bytes.data());
  return bytes;
}

/// Fills a point's figures from what the block decodes to.
void measure(const LabBlock& block, LabPoint& point) {
  double squares = 0;
  point.error = point.max_error = 0;
  for (size_t i = 0; i < block.weights.size(); ++i) {
    const double x = block.weights[i], w = block.importance.empty() ? 1.0 : block.importance[i],
                 off = x - point.decoded[i];
    point.error += w * off * off;
    point.max_error = std::max(point.max_error, std::fabs(off));
    squares += w * x * x;
  }
  point.relative_error = squares > 0 ? std::sqrt(point.error / squares) : 0;
}

}  // namespace

LabPoint ScaleLab::point(double scale, double offset) const {
  const Levels levels = block_.one_scale().levels;
  LabPoint point;
  point.scale = scale;
  point.offset = offset;
  const double first_edge = levels.value[0] - (levels.value[1] - levels.value[0]) / 2;
  const double last = levels.value[levels.count - 1], last_edge = last + (last - levels.value[levels.count - 2]) / 2;
  double amax = 0, squares = 0, low = block_.weights[0], high = low;
  for (size_t i = 0; i < block_.weights.size(); ++i) {
    const double x = block_.weights[i], w = block_.importance.empty() ? 1.0 : block_.importance[i];
    const double y = scale == 0 ? 0 : (x - offset) / scale;
    const int code = nearest_code(levels, y);
    const double decoded = scale == 0 ? offset : scale * levels.value[code] + offset, off = x - decoded;
    point.codes.push_back(code);
    point.decoded.push_back(static_cast<float>(decoded));
    point.error += w * off * off;
    point.max_error = std::max(point.max_error, std::fabs(off));
    point.clipped += y < first_edge || y > last_edge;
    squares += w * x * x;
    amax = std::max(amax, std::fabs(x));
    low = std::min(low, x);
    high = std::max(high, x);
  }
  point.relative_error = squares > 0 ? std::sqrt(point.error / squares) : 0;
  point.divisor = scale == 0 ? 0 : (block_.affine ? high - low : amax) / std::fabs(scale);
  point.bytes = hex(encode(block_, scale, offset, point.codes));
  return point;
}

std::vector<LabSearch> ScaleLab::methods() const {
  std::vector<LabSearch> all;
  const Format* format = block_.format.empty() ? nullptr : find_format(block_.format);
  const bool whole =
      format && block_.weights.size() == format->block_length && format->block_length == format->scale_length;
  const auto add_written = [&](std::string_view name, std::string_view summary) {
    const Quantizer* writer = whole ? find_quantizer(format->type, name, best_kernel()) : nullptr;
    if (writer) all.push_back({name, summary, writer});
  };
  add_written(llama_cpp, "What llama-quantize writes.");
  if (block_.affine) {
    for (const AffineMethod& method : all_affine_methods())
      all.push_back({method.name, method.summary, nullptr, nullptr, &method});
  } else {
    for (const ScaleMethod& method : all_scale_methods())
      all.push_back({method.name, method.summary, nullptr, &method});
  }
  add_written(quick_method, "The search of lowest-error alone: faster, and on a rare block worse than llama.cpp.");
  add_written(lowest_error_method,
              "The best found among many candidates, and never more squared error than llama.cpp leaves.");
  add_written(unbiased_method,
              "lowest-error, with the scale raised until the block is as long as its weights along them.");
  return all;
}

/// The block as a quantizer writes it.
LabPoint ScaleLab::as_written(const Quantizer& quantizer) const {
  const Format& format = *find_format(block_.format);
  std::vector<uint8_t> bytes(format.block_bytes);
  quantizer.quantize(block_.weights.data(), bytes.data(), block_.weights.size(), block_.importance_or_null());
  BlockParts parts;
  format.grammar.unpack(bytes.data(), parts);
  const RunGrid grid = format.grammar.grid(parts, 0);
  LabPoint written = point(grid.step, grid.offset);
  format.decode(bytes.data(), written.decoded.data());
  const auto& codes = format.grammar.codes;
  for (size_t i = 0; i < written.codes.size(); ++i) {
    // A level may have a second code, of which the first stands for it.
    const auto found = std::find(codes.begin(), codes.end(), parts.codes[i]);
    if (found != codes.end()) written.codes[i] = static_cast<int>(found - codes.begin());
  }
  measure(block_, written);
  written.bytes = hex(bytes);
  return written;
}

std::pair<double, double> ScaleLab::rounded(double scale, double offset) const {
  return {block_.scale.nearest(scale), block_.affine ? block_.offset.nearest(offset) : 0};
}

/// The best of all multiples, each of which is tried.
std::pair<double, double> ScaleLab::best_multiples(uint32_t& tried) const {
  std::pair<double, double> best{0, 0};
  double least = INFINITY;
  const LabNumbers none{Storage::real, 0, 0, 0};
  const LabNumbers& offsets = block_.affine ? block_.offset : none;
  for (int a = block_.scale.fewest; a <= block_.scale.most; ++a) {
    for (int b = offsets.fewest; b <= offsets.most; ++b) {
      const double scale = a * block_.scale.step, offset = b * offsets.step;
      const double error =
          block_.affine ? affine_error(block_.two_numbers(), scale, offset) : block_error(block_.one_scale(), scale);
      ++tried;
      if (error < least) {
        least = error;
        best = {scale, offset};
      }
    }
  }
  return best;
}

std::string ScaleLab::report() {
  Json entries = Json::list();
  const auto add = [&](const LabSearch& search, const LabPoint& chosen, uint32_t tried, Json candidates) {
    Json entry = summary_of(chosen);
    entry.add("name", search.name);
    entry.add("summary", search.summary);
    entry.add("tried", tried);
    entry.add("written", search.writer != nullptr);
    entry.add("candidates", std::move(candidates));
    entries.push_back(std::move(entry));
  };
  const auto add_chosen = [&](const LabSearch& search, double scale, double offset, uint32_t tried, Json candidates) {
    if (search.name == exact_method && block_.scale.step != 0) {
      tried = 0;
      std::tie(scale, offset) = best_multiples(tried);
    } else {
      std::tie(scale, offset) = rounded(scale, offset);
    }
    add(search, point(scale, offset), tried, std::move(candidates));
  };
  std::vector<double> scales;
  std::vector<std::pair<double, double>> pairs;
  scratch_.trace = &scales;
  affine_scratch_.trace = &pairs;
  for (const LabSearch& search : methods()) {
    if (search.writer) {
      add(search, as_written(*search.writer), 0, Json::list());
    } else if (search.two_numbers) {
      pairs.clear();
      const AffineChoice choice = search.two_numbers->choose(block_.two_numbers(), affine_scratch_);
      Json candidates = Json::list();
      for (const auto& [scale, offset] : pairs) candidates.push_back(Json::list({scale, offset}));
      add_chosen(search, choice.scale, choice.offset, choice.tried, std::move(candidates));
    } else {
      scales.clear();
      const ScaleChoice choice = search.one_scale->choose(block_.one_scale(), scratch_);
      Json candidates = Json::list();
      for (const double scale : scales) candidates.push_back(Json::list({scale, 0}));
      add_chosen(search, choice.scale, 0, choice.tried, std::move(candidates));
    }
  }
  scratch_.trace = nullptr;
  affine_scratch_.trace = nullptr;
  if (!block_.affine) keep_pieces();  // of the last walk: that of exact

  double squares = 0;
  for (size_t i = 0; i < block_.weights.size(); ++i) {
    squares += (block_.importance.empty() ? 1.0 : block_.importance[i]) * block_.weights[i] * block_.weights[i];
  }
  return Json{{"levels", block_.levels},
              {"affine", block_.affine},
              {"offsetAtMostZero", block_.offset_at_most_zero},
              {"storage", block_.scale.name()},
              {"offsetStorage", block_.offset.name()},
              {"signed", !block_.affine && (block_.scale.step != 0 || has_sign(block_.scale.storage))},
              {"format", block_.format},
              {"squareSum", squares},
              {"methods", std::move(entries)}}
      .dump();
}

void ScaleLab::cut(double offset) {
  const BlockProblem problem = block_.one_scale();
  std::vector<float> moved(block_.weights);
  for (float& x : moved) x = static_cast<float>(x - offset);
  scratch_.sweep.walk(moved.data(), problem.importance, problem.n, problem.levels);
  keep_pieces();
}

void ScaleLab::keep_pieces() {
  positive_.clear();
  negative_.clear();
  for (const ScalePiece& piece : scratch_.sweep.pieces()) {
    if (piece.sign < 0 && block_.affine) continue;
    (piece.sign > 0 ? positive_ : negative_)
        .push_back({piece.to, piece.A, piece.B, piece.weight, static_cast<int16_t>(piece.code_before),
                    static_cast<int16_t>(piece.code_after)});
  }
  square_sum_ = scratch_.sweep.square_sum();
}

void ScaleLab::error_map(const MapRange& range, int columns, int rows, float* errors) const {
  const AffineProblem problem = block_.two_numbers();
  double squares = 0;
  for (size_t i = 0; i < problem.n; ++i) squares += problem.weight(i) * problem.x[i] * problem.x[i];
  const double last = problem.last;
  for (int row = 0; row < rows; ++row) {
    const double offset = range.offset_low + (range.offset_high - range.offset_low) * (row + 0.5) / rows;
    for (int column = 0; column < columns; ++column) {
      const double scale = range.scale_low + (range.scale_high - range.scale_low) * (column + 0.5) / columns;
      const double inverse = scale > 0 ? 1 / scale : 0;
      double error = 0;
      for (size_t i = 0; i < problem.n; ++i) {
        const double lifted = problem.x[i] - offset;
        const double off = lifted - scale * std::min(last, std::max(0.0, std::floor(lifted * inverse + 0.5)));
        error += problem.weight(i) * off * off;
      }
      errors[row * columns + column] = static_cast<float>(squares > 0 ? std::sqrt(error / squares) : 0);
    }
  }
}

void ScaleLab::block_errors(const std::string& name, const float* weights, size_t count, float* errors) {
  const std::vector<LabSearch> all = methods();
  const auto search = std::find_if(all.begin(), all.end(), [&](const LabSearch& one) { return one.name == name; });
  if (search == all.end()) throw Error("There is no method " + name + " for this block.");
  block_.importance.clear();
  for (size_t b = 0; b < count; ++b, weights += block_.weights.size()) {
    std::copy_n(weights, block_.weights.size(), block_.weights.begin());
    double squares = 0;
    for (const float x : block_.weights) squares += static_cast<double>(x) * x;
    double error;
    if (search->writer) {
      error = as_written(*search->writer).error;
    } else if (search->two_numbers) {
      const AffineChoice choice = search->two_numbers->choose(block_.two_numbers(), affine_scratch_);
      const auto [scale, offset] = rounded(choice.scale, choice.offset);
      error = affine_error(block_.two_numbers(), scale, offset);
    } else {
      const ScaleChoice choice = search->one_scale->choose(block_.one_scale(), scratch_);
      error = block_error(block_.one_scale(), block_.scale.nearest(choice.scale));
    }
    errors[b] = static_cast<float>(squares > 0 ? std::sqrt(error / squares) : 0);
  }
}

void ScaleLab::block_shapes(const float* weights, size_t count, float* ranges, float* peaks) const {
  const size_t n = block_.weights.size();
  for (size_t b = 0; b < count; ++b, weights += n) {
    double squares = 0;
    for (size_t i = 0; i < n; ++i) squares += static_cast<double>(weights[i]) * weights[i];
    const auto [low, high] = std::minmax_element(weights, weights + n);
    const float amax = std::max(std::fabs(*low), std::fabs(*high));
    ranges[b] = block_.affine ? *high - *low : amax;
    peaks[b] = static_cast<float>(squares > 0 ? amax / std::sqrt(squares / static_cast<double>(n)) : 0);
  }
}

}  // namespace nibble
