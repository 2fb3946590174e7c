#include "reference/calibration_reference.h"

#include <algorithm>
#include <cmath>

#include "codec/codec.h"
#include "formats/point_grammar.h"
#include "numeric/half.h"
#include "reference/point_descent_reference.h"

namespace nibble::reference {
namespace {

float nearest_of(const Grammar& grammar, float place) {
  const auto& levels = grammar.levels;
  if (levels.back() - levels.front() == static_cast<float>(levels.size() - 1))
    return std::nearbyint(std::clamp(place, levels.front(), levels.back()));
  size_t best = 0;
  for (size_t i = 1; i < levels.size(); ++i) {
    if (place > (levels[i - 1] + levels[i]) / 2) best = i;
  }
  return levels[best];
}

float level_for(const Grammar& grammar, float value, RunGrid grid) {
  return nearest_of(grammar, grid.step == 0 ? 0.0f : (value - grid.offset) / grid.step);
}
float decoded(RunGrid grid, float level) { return grid.step * level + grid.offset; }

/// A row's blocks taken apart, with the level of every weight.
struct Parts {
  const Format& format;
  std::vector<BlockParts> blocks;
  std::vector<float> levels;

  RunGrid grid(size_t column) const {
    return format.grammar.grid(blocks[column / format.block_length],
                               static_cast<uint32_t>(column % format.block_length / format.scale_length));
  }
  float value(size_t column) const { return decoded(grid(column), levels[column]); }
};

std::vector<uint8_t> quantized(const Format& format, std::string_view method, const float* row, size_t count,
                               const float* importance) {
  std::vector<uint8_t> bytes(format.bytes_for(count));
  find_quantizer(format.type, method, Kernel::scalar)->quantize(row, bytes.data(), count, importance);
  return bytes;
}

void take_blocks(Parts& parts, size_t first_block, const std::vector<uint8_t>& bytes) {
  const Grammar& grammar = parts.format.grammar;
  for (size_t b = 0; b < bytes.size() / parts.format.block_bytes; ++b) {
    BlockParts& own = parts.blocks[first_block + b];
    grammar.unpack(&bytes[b * parts.format.block_bytes], own);
    for (size_t i = 0; i < parts.format.block_length; ++i) {
      float& level = parts.levels[(first_block + b) * parts.format.block_length + i];
      const auto found = std::find(grammar.codes.begin(), grammar.codes.end(), own.codes[i]);
      level = found == grammar.codes.end() ? 0 : grammar.levels[static_cast<size_t>(found - grammar.codes.begin())];
    }
  }
}

/// The multiples near those of a run that leave the least error of what is wanted: of each scale's with the minimum's
/// as it was, and with those that fit best to the levels that the one before gave.
void choose_multiples(Parts& parts, size_t first, const std::vector<float>& wanted,
                      const std::vector<float>& importance) {
  const Grammar& grammar = parts.format.grammar;
  BlockParts& own = parts.blocks[first / parts.format.block_length];
  const size_t run = first % parts.format.block_length / parts.format.scale_length;
  const bool minima = has_offset(grammar.kind);
  const int reach = grammar.most - grammar.fewest > 15 ? 8 : 5;
  const int given = own.scale[run], given_minimum = minima ? own.minimum[run] : 0;
  const float minimum_step = minima ? f32_from_f16(own.shared_minimum) : 0.0f;
  float total = 0;
  for (size_t i = first; i < first + parts.format.scale_length; ++i) total += importance[i];
  struct Left {
    float squares;
    int fitting_minimum;
  };
  const auto left_by = [&](int scale, int minimum) {
    own.scale[run] = scale;
    if (minima) own.minimum[run] = minimum;
    const RunGrid grid = grammar.grid(own, static_cast<uint32_t>(run));
    float squares = 0, without = 0;
    for (size_t i = first; i < first + parts.format.scale_length; ++i) {
      const float place = (wanted[i] - grid.offset) * (grid.step == 0 ? 0.0f : 1 / grid.step);
      const float left = wanted[i] - grid.step * nearest_of(grammar, place), off = left - grid.offset;
      squares += importance[i] * (off * off);
      without += importance[i] * left;
    }
    if (minimum_step == 0) return Left{squares, given_minimum};
    const auto low = static_cast<float>(std::max(given_minimum - reach, grammar.fewest));
    const auto high = static_cast<float>(std::min(given_minimum + reach, grammar.most));
    return Left{squares, static_cast<int>(std::nearbyint(std::clamp(-(without / total) / minimum_step, low, high)))};
  };
  int best = given, best_minimum = given_minimum;
  float lowest = left_by(given, given_minimum).squares;
  for (int a = -reach; a <= reach; ++a) {
    const int scale = std::clamp(given + a, grammar.fewest, grammar.most);
    int minimum = given_minimum;
    for (int trial = 0; trial < (minima ? 3 : 1); ++trial) {
      const Left left = left_by(scale, minimum);
      if (left.squares < lowest) {
        lowest = left.squares;
        best = scale;
        best_minimum = minimum;
      }
      minimum = left.fitting_minimum;
    }
  }
  own.scale[run] = best;
  if (minima) own.minimum[run] = best_minimum;
}

/// Gives H (target - rounded): U D of what each column was rounded off by.
std::vector<float> feed_back(Parts& parts, const std::vector<float>& target, const UnitUpper& factor,
                             const std::vector<float>& importance) {
  const Format& format = parts.format;
  std::vector<float> wanted = target;
  for (size_t j = 0; j < target.size(); ++j) {
    if (j % format.block_length == 0)
      take_blocks(parts, j / format.block_length,
                  quantized(format, quick_method, &wanted[j], format.block_length, &importance[j]));
    if (j % format.scale_length == 0 && is_super_block(format.grammar.kind))
      choose_multiples(parts, j, wanted, importance);
    parts.levels[j] = level_for(format.grammar, wanted[j], parts.grid(j));
    const float passed_on = parts.value(j) - target[j];
    for (size_t c = j + 1; c < target.size(); ++c) wanted[c] -= passed_on * factor.upper[j][c];
  }
  std::vector<float> pull(target.size());
  for (size_t j = 0; j < target.size(); ++j) {
    const float by = factor.diagonal[j] * (parts.value(j) - wanted[j]);
    pull[j] = -by;
    for (size_t c = 0; c < j; ++c) pull[c] -= by * factor.upper[c][j];
  }
  return pull;
}

/// H (target - rounded).
std::vector<float> pull_of(const Parts& parts, const std::vector<float>& target, const Matrix& metric) {
  const size_t n = target.size();
  std::vector<float> pull(n, 0.0f);
  for (size_t i = 0; i < n; ++i) {
    const float off = parts.value(i) - target[i];
    for (size_t c = 0; c < n; ++c) pull[c] -= off * metric[i][c];
  }
  return pull;
}

void descend(Parts& parts, std::vector<float> pull, const Matrix& metric, int passes) {
  const size_t n = pull.size();
  for (int pass = 0; pass < passes; ++pass) {
    for (size_t i = 0; i < n; ++i) {
      const float own = metric[i][i], value = parts.value(i);
      const float better = level_for(parts.format.grammar, value + pull[i] * (1.0f / own), parts.grid(i));
      const float change = decoded(parts.grid(i), better) - value;
      if (!(change * (change * own - (pull[i] + pull[i])) < 0)) continue;
      parts.levels[i] = better;
      for (size_t c = 0; c < n; ++c) pull[c] -= change * metric[i][c];
    }
  }
}

/// target + (target * shift + residual) * H^-1.
std::vector<float> aim(const std::vector<float>& row, const Matrix& inputs, const Matrix& cross,
                       const std::vector<float>& residual, const UnitUpper& factor) {
  const size_t n = row.size();
  std::vector<float> x(n, 0.0f);
  for (size_t k = 0; k < n; ++k) {
    for (size_t c = 0; c < n; ++c) x[c] += row[k] * (cross[k][c] - inputs[k][c]);
  }
  for (size_t c = 0; c < residual.size(); ++c) x[c] += residual[c];
  for (size_t k = n; k-- > 0;) {
    for (size_t j = 0; j < k; ++j) x[j] -= x[k] * factor.upper[j][k];
  }
  for (size_t k = 0; k < n; ++k) x[k] /= factor.diagonal[k];
  for (size_t k = 0; k < n; ++k) {
    for (size_t j = k + 1; j < n; ++j) x[j] -= x[k] * factor.upper[k][j];
  }
  for (size_t c = 0; c < n; ++c) x[c] = row[c] + x[c];
  return x;
}

}  // namespace

Matrix damped(Matrix metric) {
  double sum = 0;
  for (size_t i = 0; i < metric.size(); ++i) sum += double{metric[i][i]};
  const double mean = sum / static_cast<double>(metric.size());
  for (size_t i = 0; i < metric.size(); ++i) {
    if (mean > 1e-30) {
      metric[i][i] += static_cast<float>(mean * double{0.1f});
    } else {
      metric[i].assign(metric.size(), 0.0f);
      metric[i][i] = 1;
    }
  }
  return metric;
}

UnitUpper eliminate(Matrix metric) {
  const size_t n = metric.size();
  UnitUpper factor{Matrix(n, std::vector<float>(n, 0.0f)), std::vector<float>(n)};
  for (size_t j = n; j-- > 0;) {
    factor.diagonal[j] = metric[j][j];
    factor.upper[j][j] = 1;
    for (size_t i = 0; i < j; ++i) factor.upper[i][j] = metric[j][i] / metric[j][j];
    for (size_t i = 0; i < j; ++i) {
      for (size_t c = 0; c <= i; ++c) metric[i][c] -= metric[j][i] * factor.upper[c][j];
    }
  }
  return factor;
}

CalibratedRow calibrate_row(const Format& format, const std::vector<float>& row, const Matrix& inputs,
                            const UnitUpper& factor, const Matrix& cross, const std::vector<float>& residual,
                            bool feedback, int passes) {
  const Matrix metric = damped(inputs);
  std::vector<float> importance;
  for (size_t i = 0; i < row.size(); ++i) importance.push_back(metric[i][i]);
  CalibratedRow result{cross.empty() ? row : aim(row, inputs, cross, residual, factor), {}};
  if (find_points(format.type)) {
    result.blocks = quantized(format, llama_cpp, result.target.data(), row.size(), importance.data());
    descend_points(format, result.target, metric, passes, result.blocks);
    return result;
  }
  Parts parts{format, std::vector<BlockParts>(row.size() / format.block_length), std::vector<float>(row.size())};
  if (feedback) {
    descend(parts, feed_back(parts, result.target, factor, importance), metric, passes);
  } else {
    take_blocks(parts, 0, quantized(format, lowest_error_method, result.target.data(), row.size(), importance.data()));
    descend(parts, pull_of(parts, result.target, metric), metric, passes);
  }
  result.blocks.resize(format.bytes_for(row.size()));
  for (size_t b = 0; b < parts.blocks.size(); ++b) {
    for (size_t i = 0; i < format.block_length; ++i) {
      const auto& levels = format.grammar.levels;
      const auto found = std::find(levels.begin(), levels.end(), parts.levels[b * format.block_length + i]);
      parts.blocks[b].codes[i] = format.grammar.codes[static_cast<size_t>(found - levels.begin())];
    }
    format.grammar.encode(parts.blocks[b], &result.blocks[b * format.block_bytes]);
  }
  return result;
}

Matrix products(const std::vector<Matrix>& left, const std::vector<Matrix>& right) {
  Matrix sums(left[0][0].size(), std::vector<float>(right[0][0].size(), 0.0f));
  for (size_t s = 0; s < left.size(); ++s) {
    for (size_t first = 0; first < left[s].size(); first += 256) {
      for (size_t i = 0; i < sums.size(); ++i) {
        for (size_t j = 0; j < sums[i].size(); ++j) {
          float sum = 0;
          for (size_t t = first; t < std::min(first + 256, left[s].size()); ++t) sum += left[s][t][i] * right[s][t][j];
          sums[i][j] += sum;
        }
      }
    }
  }
  return sums;
}

}  // namespace nibble::reference
