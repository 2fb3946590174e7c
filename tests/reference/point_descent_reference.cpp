#include "reference/point_descent_reference.h"

#include <cmath>
#include <limits>

#include "formats/point_grammar.h"
#include "numeric/half.h"

namespace nibble::reference {
namespace {

/// Eight or four weights that share a point, and what their part of the metric says of them.
class Place {
 public:
  Place(const PointGrammar& grammar, size_t first, float step, const float* levels, const std::vector<float>& pull,
        const Matrix& metric)
      : grammar_(grammar), first_(first), step_(step), pull_(pull), metric_(metric) {
    for (size_t i = 0; i < grammar.length; ++i) levels_.push_back(levels[i]);
  }

  /// The levels of the best point where taking it lowers the error, otherwise those there are.
  std::vector<float> best() const {
    const std::vector<float> signs = chosen_signs();
    float least = std::numeric_limits<float>::max();
    std::vector<float> found = magnitudes(grammar_.codebook[0]);
    for (const uint16_t point : grammar_.codebook) {
      const float cost = cost_of(magnitudes(point), signs);
      if (!(cost < least)) continue;
      least = cost;
      found = magnitudes(point);
    }
    for (size_t i = 0; i < found.size(); ++i) found[i] *= signs[i];
    return change_of(found) < 0 ? found : levels_;
  }

 private:
  float weight(size_t i, size_t k) const { return metric_[first_ + i][first_ + k]; }
  float pull(size_t i) const { return pull_[first_ + i]; }
  float value(size_t i) const { return step_ * levels_[i]; }

  std::vector<float> magnitudes(uint32_t point) const {
    std::vector<float> all;
    for (uint32_t i = 0; i < grammar_.length; ++i)
      all.push_back(grammar_.magnitudes[point >> (grammar_.level_bits * i) & ((1u << grammar_.level_bits) - 1)]);
    return all;
  }

  /// Those of what each weight should be by itself; where a block stores an even number of negative ones, as many of
  /// these are negative as were, but for pairs.
  std::vector<float> chosen_signs() const {
    std::vector<float> signs, losses;
    int negative = 0;
    for (size_t i = 0; i < levels_.size(); ++i) {
      const float wanted = value(i) + pull(i) * (1 / weight(i, i));
      signs.push_back(wanted < 0 ? -1.0f : 1.0f);
      losses.push_back(weight(i, i) * (wanted * wanted));
      negative += (wanted < 0) + (levels_[i] < 0);
    }
    if (grammar_.even_signs && negative % 2 != 0) {
      size_t least = 0;
      for (size_t i = 1; i < losses.size(); ++i) {
        if (losses[i] < losses[least]) least = i;
      }
      signs[least] = -signs[least];
    }
    return signs;
  }

  /// v^T H v - 2 v c for v = step * sign * magnitude: each half by itself, then each with each of the other.
  float cost_of(const std::vector<float>& magnitude, const std::vector<float>& signs) const {
    const size_t n = magnitude.size(), half = n / 2;
    const auto scale = [&](size_t i) { return signs[i] * step_; };
    const auto product = [&](size_t i, size_t k) {
      const float once = weight(i, k) * (scale(i) * scale(k));
      return once + once;
    };
    const auto alone = [&](size_t from) {
      float sum = 0;
      for (size_t i = from; i < from + half; ++i) {
        float aim = pull(i);
        for (size_t k = 0; k < n; ++k) aim += weight(i, k) * value(k);
        float each = magnitude[i] * (weight(i, i) * (scale(i) * scale(i))) - (aim + aim) * scale(i);
        for (size_t k = from; k < i; ++k) each += magnitude[k] * product(i, k);
        sum += magnitude[i] * each;
      }
      return sum;
    };
    float all = alone(0) + alone(half);
    for (size_t k = 0; k < half; ++k) {
      float together = magnitude[half] * product(half, k);
      for (size_t i = half + 1; i < n; ++i) together += magnitude[i] * product(i, k);
      all += magnitude[k] * together;
    }
    return all;
  }

  /// What e^T H e changes by.
  float change_of(const std::vector<float>& levels) const {
    float change = 0;
    for (size_t i = 0; i < levels.size(); ++i) {
      float own = -(pull(i) + pull(i));
      for (size_t k = 0; k < levels.size(); ++k) own += weight(i, k) * (step_ * levels[k] - value(k));
      change += (step_ * levels[i] - value(i)) * own;
    }
    return change;
  }

  const PointGrammar& grammar_;
  size_t first_;
  float step_;
  const std::vector<float>& pull_;
  const Matrix& metric_;
  std::vector<float> levels_;
};

/// A row's blocks taken apart.
struct Row {
  const Format& format;
  const PointGrammar& grammar;
  std::vector<IqCodes> codes;
  std::vector<uint16_t> scales;
  std::vector<float> levels;

  float step(size_t column) const {
    const size_t block = column / format.block_length;
    return grammar.step(f32_from_f16(scales[block]),
                        codes[block].scale[column % format.block_length / format.scale_length]);
  }
  float value(size_t column) const { return step(column) * levels[column]; }
};

Row taken_apart(const Format& format, const std::vector<uint8_t>& blocks) {
  Row row{format, *find_points(format.type), {}, {}, {}};
  for (size_t b = 0; b < blocks.size() / format.block_bytes; ++b) {
    IqCodes codes;
    row.scales.push_back(row.grammar.unpack(&blocks[b * format.block_bytes], codes));
    row.codes.push_back(codes);
    for (uint32_t i = 0; i < format.block_length; ++i) {
      const uint32_t point = row.grammar.codebook[codes.index[i / row.grammar.length]];
      const uint32_t level =
          point >> (row.grammar.level_bits * (i % row.grammar.length)) & ((1u << row.grammar.level_bits) - 1);
      row.levels.push_back(row.grammar.magnitudes[level] * ((codes.signs[i / 8] >> (i % 8) & 1) ? -1.0f : 1.0f));
    }
  }
  return row;
}

void put_together(Row& row, std::vector<uint8_t>& blocks) {
  const PointGrammar& grammar = row.grammar;
  for (size_t b = 0; b < row.codes.size(); ++b) {
    IqCodes& codes = row.codes[b];
    const float* levels = &row.levels[b * row.format.block_length];
    for (uint32_t first = 0; first < row.format.block_length; first += grammar.length) {
      for (uint32_t position = 0; position < grammar.codebook.size(); ++position) {
        bool same = true;
        for (uint32_t i = 0; i < grammar.length; ++i) {
          const uint32_t level =
              grammar.codebook[position] >> (grammar.level_bits * i) & ((1u << grammar.level_bits) - 1);
          same = same && grammar.magnitudes[level] == std::fabs(levels[first + i]);
        }
        if (same) codes.index[first / grammar.length] = static_cast<uint16_t>(position);
      }
    }
    for (uint32_t i = 0; i < row.format.block_length; ++i) {
      const auto bit = static_cast<uint8_t>(1u << (i % 8));
      if (i % 8 == 0) codes.signs[i / 8] = 0;
      if (levels[i] < 0) codes.signs[i / 8] |= bit;
    }
    grammar.encode(row.scales[b], codes, &blocks[b * row.format.block_bytes]);
  }
}

}  // namespace

void descend_points(const Format& format, const std::vector<float>& target, const Matrix& metric, int passes,
                    std::vector<uint8_t>& blocks) {
  const size_t n = target.size();
  Row row = taken_apart(format, blocks);
  std::vector<float> pull(n, 0.0f);
  for (size_t i = 0; i < n; ++i) {
    const float off = row.value(i) - target[i];
    for (size_t c = 0; c < n; ++c) pull[c] -= off * metric[i][c];
  }
  for (int pass = 0; pass < passes; ++pass) {
    for (size_t first = 0; first < n; first += row.grammar.length) {
      const std::vector<float> better =
          Place(row.grammar, first, row.step(first), &row.levels[first], pull, metric).best();
      std::vector<float> changes;
      for (size_t i = 0; i < better.size(); ++i) {
        const float before = row.value(first + i);
        row.levels[first + i] = better[i];
        changes.push_back(row.value(first + i) - before);
      }
      for (size_t i = 0; i < changes.size(); ++i) {
        for (size_t c = 0; c < n; ++c) pull[c] -= changes[i] * metric[first + i][c];
      }
    }
  }
  put_together(row, blocks);
}

}  // namespace nibble::reference
