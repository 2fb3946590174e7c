#include "calibration/rounder.h"

#include <algorithm>

#include "error.h"
#include "numeric/half.h"

namespace nibble::calibration {
namespace {

/// How far from a run's multiples others are tried: of six bits and more, and of fewer.
constexpr int far_reach = 8, near_reach = 5;
/// Each tile of a matrix that was read from memory serves as many rows as this.
constexpr size_t rows_together = 32;

bool are_whole(std::span<const float> levels) {
  return levels.back() - levels.front() == static_cast<float>(levels.size() - 1);
}

}  // namespace

Rounder::Rounder(const Format& format, InputStatistics statistics, RoundingMethod method, Kernel kernel)
    : format_(format),
      grammar_(format.grammar),
      columns_(statistics.inputs.columns),
      run_length_(std::min<size_t>(format.scale_length, tile_columns)),
      blocks_(columns_ / format.block_length),
      tiles_(columns_ / tile_columns),
      method_(method),
      math_(rounding_math(kernel)),
      quantize_(nullptr),
      find_scales_(nullptr),
      decode_(nullptr),
      target_(rows_together, columns_),
      sums_(rows_together, columns_),
      off_(2 * rows_together, columns_),
      off_sums_(2 * rows_together, columns_) {
  if (!can_calibrate(format) || columns_ % format.block_length != 0 || format.block_length % tile_columns != 0) {
    throw Error("Codes of type " + std::string(format.name) + " cannot be calibrated. This is a fault in the program.");
  }
  quantize_ = quantizer_or_default(format.type, lowest_error_method, kernel)->quantize;
  decode_ = find_decoder(format.type, kernel)->decode;
  if (const PointGrammar* points = find_points(format.type)) {
    codebook_.emplace(format, *points);
    method_.feedback = false;
  } else {
    take_levels(kernel);
  }

  Metric& inputs = statistics.inputs;
  if (!statistics.cross.empty()) {
    for (size_t i = 0; i < inputs.values.size(); ++i) statistics.cross[i] -= inputs.values[i];
    shift_ = TiledMatrix(std::move(statistics.cross), columns_);
  }
  damp(inputs);
  for (size_t i = 0; i < columns_; ++i) importance_.push_back(inputs.diagonal(i));
  if (method_.feedback || !shift_.empty()) {
    Factor made = factor(inputs, kernel);
    factor_ = TiledMatrix(std::move(made.rows), columns_);
    factor_diagonal_ = std::move(made.diagonal);
  }
  metric_ = TiledMatrix(std::move(inputs.values), columns_);
  if (!statistics.held_back.values.empty()) held_back_ = TiledMatrix(std::move(statistics.held_back.values), columns_);

  constexpr size_t groups = rows_together / lanes;
  levels_.resize(columns_ * rows_together);
  runs_.resize(groups * columns_ / run_length_);
  if (codebook_) {
    point_blocks_.resize(blocks_ * rows_together);
  } else {
    parts_.resize(blocks_ * rows_together);
  }
  changes_.resize(2 * rows_together);
  row_.resize(std::max(columns_, format.block_length * rows_together));
  row_importance_.resize(format.block_length * rows_together);
  bytes_.resize(format.bytes_for(row_.size()));
}

void Rounder::take_levels(Kernel kernel) {
  find_scales_ = find_quantizer(format_.type, quick_method, kernel)->quantize;
  for (size_t i = 0; i + 1 < grammar_.levels.size(); ++i)
    middles_.push_back((grammar_.levels[i] + grammar_.levels[i + 1]) / 2);
  list_ = {grammar_.levels, middles_, are_whole(grammar_.levels)};
  level_of_code_.assign(256, 0.0f);  // 4-bit floats have two codes for 0, of which one is listed
  for (size_t i = 0; i < grammar_.levels.size(); ++i) level_of_code_[grammar_.codes[i]] = grammar_.levels[i];
}

OutputErrors Rounder::round(const float* rows, size_t count, const float* residual, uint8_t* blocks) {
  OutputErrors sum;
  const size_t row_bytes = blocks_ * format_.block_bytes;
  for (size_t done = 0; done < count; done += rows_together) {
    const size_t some = std::min(rows_together, count - done);
    groups_ = (some + lanes - 1) / lanes;
    load(rows + done * columns_, some);
    if (!shift_.empty()) aim(residual ? residual + done * columns_ : nullptr, some);
    if (method_.feedback) {
      feed_back();
    } else {
      start();
    }
    if (method_.passes > 0) {
      if (method_.feedback) {
        pull_of_feedback();
      } else {
        pull_of_start();
      }
      descend();
    }
    for (size_t row = 0; row < some; ++row) write(row, blocks + (done + row) * row_bytes);
    if (held_back_.empty()) continue;
    const OutputErrors left = errors(some);
    sum.calibrated += left.calibrated;
    sum.plain += left.plain;
  }
  return sum;
}

void Rounder::round_plain(const float* rows, size_t count, uint8_t* blocks) const {
  for (size_t row = 0; row < count; ++row)
    quantize_(rows + row * columns_, blocks + row * blocks_ * format_.block_bytes, columns_, plain_importance());
}

/// The rows, and what the method lowest-error makes of them; rows of zeros where there are fewer than fill the lanes.
void Rounder::load(const float* rows, size_t count) {
  for (size_t row = 0; row < groups_ * lanes; ++row) {
    for (size_t c = 0; c < columns_; ++c) target_.at(row, c) = row < count ? rows[row * columns_ + c] : 0.0f;
    if (held_back_.empty() || row >= count) continue;
    quantize_(rows + row * columns_, bytes_.data(), columns_, plain_importance());
    decode_(bytes_.data(), row_.data(), blocks_);
    for (size_t c = 0; c < columns_; ++c) off_.at(rows_together + row, c) = row_[c];
  }
}

/// All columns of a tile change, in their order, in each of `rows` rows by value_of(row, column).
template <class ValueOf>
void Rounder::change(size_t tile, size_t rows, ValueOf value_of) {
  for (size_t row = 0; row < changes_.size(); ++row) {
    RowChanges& own = changes_[row];
    own.count = row < rows ? tile_columns : 0;
    if (own.count == 0) continue;
    for (uint32_t i = 0; i < tile_columns; ++i) {
      own.at[i] = i;
      own.by[i] = value_of(row, tile * tile_columns + i);
    }
  }
}

/// What the columns of a tile changed by, to those of another.
void Rounder::pass_on(const TiledMatrix& matrix, size_t from, size_t to, Strips& rows) {
  math_.subtract_tile(rows.strip(to), matrix.tile(from, to), changes_.data(), rows.rows());
}

/// From the original's weights to what gives the original's outputs: see the class.
void Rounder::aim(const float* residual, size_t count) {
  sums_.fill(0);
  for (size_t from = 0; from < tiles_; ++from) {
    change(from, groups_ * lanes, [&](size_t row, size_t c) { return -target_.at(row, c); });
    for (size_t to = 0; to < tiles_; ++to) pass_on(shift_, from, to, sums_);
  }
  if (residual) {
    for (size_t row = 0; row < count; ++row) {
      for (size_t c = 0; c < columns_; ++c) sums_.at(row, c) += residual[row * columns_ + c];
    }
  }
  solve(sums_);
  for (size_t row = 0; row < groups_ * lanes; ++row) {
    for (size_t c = 0; c < columns_; ++c) target_.at(row, c) += sums_.at(row, c);
  }
}

/// rows becomes rows * (U D U^T)^-1.
void Rounder::solve(Strips& rows) {
  TileLanes own;
  const auto each_group = [&](size_t tile, auto eliminate) {
    for (size_t group = 0; group < groups_; ++group) {
      float* of_group = rows.strip(tile) + group * lanes * tile_columns;
      own.take(of_group);
      eliminate();
      own.give(of_group);
    }
  };
  for (size_t tile = tiles_; tile-- > 0;) {
    each_group(tile, [&] {
      for (uint32_t k = tile_columns; k-- > 0;)
        math_.subtract(own.values, 0, k, factor_.tile(tile, tile), tile_columns, &k, own.values + k * lanes, 1);
    });
    // From the last column to the first.
    change(tile, groups_ * lanes, [&](size_t row, size_t c) { return rows.at(row, c); });
    for (size_t row = 0; row < groups_ * lanes; ++row) {
      std::reverse(changes_[row].at, changes_[row].at + tile_columns);
      std::reverse(changes_[row].by, changes_[row].by + tile_columns);
    }
    for (size_t to = 0; to < tile; ++to) pass_on(factor_, tile, to, rows);
  }
  for (size_t row = 0; row < groups_ * lanes; ++row) {
    for (size_t c = 0; c < columns_; ++c) rows.at(row, c) /= factor_diagonal_[c];
  }
  for (size_t tile = 0; tile < tiles_; ++tile) {
    each_group(tile, [&] {
      for (uint32_t k = 0; k < tile_columns; ++k)
        math_.subtract(own.values, k + 1, tile_columns, factor_.tile(tile, tile), tile_columns, &k,
                       own.values + k * lanes, 1);
    });
    change(tile, groups_ * lanes, [&](size_t row, size_t c) { return rows.at(row, c); });
    for (size_t to = tile + 1; to < tiles_; ++to) pass_on(factor_, tile, to, rows);
  }
}

/// Codes of lowest-error, weighted.
void Rounder::start() {
  for (size_t row = 0; row < groups_ * lanes; ++row) {
    for (size_t c = 0; c < columns_; ++c) row_[c] = target_.at(row, c);
    quantize_(row_.data(), bytes_.data(), columns_, importance_.data());
    for (size_t block = 0; block < blocks_; ++block) {
      const uint8_t* bytes = &bytes_[block * format_.block_bytes];
      if (codebook_) {
        take_points(row, block, bytes);
        continue;
      }
      BlockParts& own = parts(row, block);
      grammar_.unpack(bytes, own);
      for (size_t run = 0; run < format_.block_length / run_length_; ++run) take_run(row, block, run);
      for (size_t i = 0; i < format_.block_length; ++i)
        levels(row / lanes, block * format_.block_length + i)[row % lanes] = level_of_code_[own.codes[i]];
    }
  }
}

void Rounder::take_points(size_t row, size_t block, const uint8_t* bytes) {
  float own[BlockParts::most_weights], steps[BlockParts::most_runs];
  point_blocks_[row * blocks_ + block] = codebook_->unpack(bytes, own, steps);
  const size_t first = block * format_.block_length;
  for (size_t i = 0; i < format_.block_length; ++i) levels(row / lanes, first + i)[row % lanes] = own[i];
  for (size_t i = 0; i < format_.block_length; i += run_length_) {
    RunLanes& to = runs(row / lanes, first + i);
    to.step[row % lanes] = steps[i / run_length_];
    to.offset[row % lanes] = 0;
  }
}

void Rounder::take_run(size_t row, size_t block, size_t run) {
  const size_t stored_run = run * run_length_ / format_.scale_length;  // longer ones are cut at tiles
  const RunGrid grid = grammar_.grid(parts(row, block), static_cast<uint32_t>(stored_run));
  RunLanes& to = runs(row / lanes, block * format_.block_length + run * run_length_);
  to.step[row % lanes] = grid.step;
  to.offset[row % lanes] = grid.offset;
}

void Rounder::feed_back() {
  sums_ = target_;
  TileLanes wanted, target, passed_on;
  for (size_t tile = 0; tile < tiles_; ++tile) {
    const size_t first = tile * tile_columns;
    if (first % format_.block_length == 0) choose_block(first / format_.block_length);
    for (size_t group = 0; group < groups_; ++group) {
      wanted.take(sums_.strip(tile) + group * lanes * tile_columns);
      target.take(target_.strip(tile) + group * lanes * tile_columns);
      for (size_t run = 0; run < tile_columns; run += run_length_) {
        if (is_super_block(grammar_.kind)) choose_multiples(group, first + run, wanted.values + run * lanes);
        math_.round_run(list_, runs(group, first + run), run, run_length_, target.values, factor_.tile(tile, tile),
                        levels(group, first), wanted.values, passed_on.values);
      }
      wanted.give(sums_.strip(tile) + group * lanes * tile_columns);
    }
    change(tile, groups_ * lanes, [&](size_t row, size_t c) { return value(row, c) - target_.at(row, c); });
    for (size_t to = tile + 1; to < tiles_; ++to) pass_on(factor_, tile, to, sums_);
  }
}

/// The scales of a block of all rows, from what is wanted of it by now.
void Rounder::choose_block(size_t block) {
  const size_t first = block * format_.block_length, rows = groups_ * lanes;
  for (size_t row = 0; row < rows; ++row) {
    for (size_t i = 0; i < format_.block_length; ++i) row_[row * format_.block_length + i] = sums_.at(row, first + i);
    std::copy_n(&importance_[first], format_.block_length, &row_importance_[row * format_.block_length]);
  }
  find_scales_(row_.data(), bytes_.data(), rows * format_.block_length, row_importance_.data());
  for (size_t row = 0; row < rows; ++row) {
    grammar_.unpack(&bytes_[row * format_.block_bytes], parts(row, block));
    for (size_t run = 0; run < format_.block_length / run_length_; ++run) take_run(row, block, run);
  }
}

/// The multiples of a run of a super-block, from what is wanted of it by now.
void Rounder::choose_multiples(size_t group, size_t column, const float* wanted) {
  const size_t block = column / format_.block_length, run = column % format_.block_length / run_length_;
  float scale[lanes], minimum[lanes], multiple[lanes], minimum_multiple[lanes];
  const bool has_minima = has_offset(grammar_.kind);
  for (size_t lane = 0; lane < lanes; ++lane) {
    const BlockParts& own = parts(group * lanes + lane, block);
    scale[lane] = f32_from_f16(own.shared_scale);
    minimum[lane] = has_minima ? f32_from_f16(own.shared_minimum) : 0.0f;
    multiple[lane] = static_cast<float>(own.scale[run]);
    minimum_multiple[lane] = has_minima ? static_cast<float>(own.minimum[run]) : 0.0f;
  }
  const int reach = grammar_.most - grammar_.fewest > 15 ? far_reach : near_reach;
  math_.choose_multiples({list_, run_length_, wanted, &importance_[column], scale, minimum, reach, grammar_.fewest,
                          grammar_.most, has_minima},
                         multiple, minimum_multiple);
  for (size_t lane = 0; lane < lanes; ++lane) {
    BlockParts& own = parts(group * lanes + lane, block);
    own.scale[run] = static_cast<int32_t>(multiple[lane]);
    if (has_minima) own.minimum[run] = static_cast<int32_t>(minimum_multiple[lane]);
    take_run(group * lanes + lane, block, run);
  }
}

/// sums_ becomes H e.
void Rounder::pull_of_start() {
  sums_.fill(0);
  for (size_t from = 0; from < tiles_; ++from) {
    change(from, groups_ * lanes, [&](size_t row, size_t c) { return value(row, c) - target_.at(row, c); });
    for (size_t to = 0; to < tiles_; ++to) pass_on(metric_, from, to, sums_);
  }
}

/// The same after feedback: what was wanted of a column less what it got is e U, and H e is U D of that, half the work.
void Rounder::pull_of_feedback() {
  TileLanes own, by;
  for (size_t from = 0; from < tiles_; ++from) {
    change(from, groups_ * lanes,
           [&](size_t row, size_t c) { return factor_diagonal_[c] * (value(row, c) - sums_.at(row, c)); });
    for (size_t group = 0; group < groups_; ++group) {
      for (uint32_t k = 0; k < tile_columns; ++k) {
        for (size_t lane = 0; lane < lanes; ++lane) {
          by.values[k * lanes + lane] = changes_[group * lanes + lane].by[k];
          own.values[k * lanes + lane] = -by.values[k * lanes + lane];
        }
        math_.subtract(own.values, 0, k, factor_.tile(from, from), tile_columns, &k, by.values + k * lanes, 1);
      }
      own.give(sums_.strip(from) + group * lanes * tile_columns);
    }
    for (size_t to = 0; to < from; ++to) pass_on(factor_, from, to, sums_);
  }
}

void Rounder::descend() {
  std::vector<bool> moving(groups_, true);
  for (int pass = 0; pass < method_.passes; ++pass) {
    std::vector<bool> moved(groups_, false);
    for (size_t tile = 0; tile < tiles_; ++tile) {
      if (!descend(tile, moving, moved)) continue;
      for (size_t to = 0; to < tiles_; ++to) {
        if (to != tile) pass_on(metric_, tile, to, sums_);
      }
    }
    moving = moved;
    if (std::find(moving.begin(), moving.end(), true) == moving.end()) break;
  }
}

/// One pass over the columns of a tile of all groups that moved in the pass before. What other tiles have to hear of is
/// in changes_. Says whether that is anything.
bool Rounder::descend(size_t tile, const std::vector<bool>& moving, std::vector<bool>& moved) {
  TileLanes pull, by;
  bool any = false;
  for (RowChanges& each : changes_) each.count = 0;
  for (size_t group = 0; group < groups_; ++group) {
    if (!moving[group]) continue;
    float* of_group = sums_.strip(tile) + group * lanes * tile_columns;
    pull.take(of_group);
    const size_t first = tile * tile_columns;
    const float* metric = metric_.tile(tile, tile);
    const RunLanes* of_tile = &runs(group, first);
    float* own_levels = levels(group, first);
    const bool changed =
        codebook_
            ? math_.descend_points(codebook_->list(), of_tile, run_length_, metric, own_levels, pull.values, by.values)
            : math_.descend(list_, of_tile, run_length_, metric, own_levels, pull.values, by.values);
    if (!changed) continue;
    pull.give(of_group);
    for (uint32_t c = 0; c < tile_columns; ++c) {
      for (size_t lane = 0; lane < lanes; ++lane) {
        const float change = by.values[c * lanes + lane];
        if (change == 0) continue;
        RowChanges& own = changes_[group * lanes + lane];
        own.at[own.count] = c;
        own.by[own.count++] = change;
      }
    }
    any = moved[group] = true;
  }
  return any;
}

float Rounder::value(size_t row, size_t column) {
  const RunLanes& run = runs(row / lanes, column);
  return run.step[row % lanes] * levels(row / lanes, column)[row % lanes] + run.offset[row % lanes];
}

void Rounder::write(size_t row, uint8_t* blocks) {
  const std::span<const float> all = grammar_.levels;
  for (size_t block = 0; block < blocks_; ++block) {
    uint8_t* to = blocks + block * format_.block_bytes;
    if (codebook_) {
      write_points(row, block, to);
      continue;
    }
    BlockParts& own = parts(row, block);
    for (size_t i = 0; i < format_.block_length; ++i) {
      const float level = levels(row / lanes, block * format_.block_length + i)[row % lanes];
      own.codes[i] = grammar_.codes[static_cast<size_t>(std::lower_bound(all.begin(), all.end(), level) - all.begin())];
    }
    grammar_.encode(own, to);
  }
}

void Rounder::write_points(size_t row, size_t block, uint8_t* bytes) {
  float own[BlockParts::most_weights];
  for (size_t i = 0; i < format_.block_length; ++i)
    own[i] = levels(row / lanes, block * format_.block_length + i)[row % lanes];
  codebook_->pack(point_blocks_[row * blocks_ + block], own, bytes);
}

/// e^T H e over the tokens held back, of all rows together; H is symmetric, so half of it is enough.
OutputErrors Rounder::errors(size_t count) {
  for (size_t row = 0; row < count; ++row) {
    for (size_t c = 0; c < columns_; ++c) {
      float& plain = off_.at(rows_together + row, c);
      off_.at(row, c) = target_.at(row, c) - value(row, c);
      plain = target_.at(row, c) - plain;
    }
  }
  double sums[2 * rows_together] = {};
  off_sums_.fill(0);  // -H e, of the tiles before
  const auto add = [&](size_t tile, double times) {
    const float *off = off_.strip(tile), *less = off_sums_.strip(tile);
    for (size_t i = 0; i < 2 * rows_together * tile_columns; ++i)
      sums[i / tile_columns] -= times * (double{off[i]} * double{less[i]});
  };
  for (size_t tile = 0; tile < tiles_; ++tile) {
    add(tile, 2);
    change(tile, 2 * rows_together, [&](size_t row, size_t c) { return off_.at(row, c); });
    for (size_t row = count; row < rows_together; ++row) changes_[row].count = changes_[rows_together + row].count = 0;
    std::fill_n(off_sums_.strip(tile), 2 * rows_together * tile_columns, 0.0f);
    for (size_t to = tile; to < tiles_; ++to) pass_on(held_back_, tile, to, off_sums_);
    add(tile, 1);
  }
  OutputErrors errors;
  for (size_t row = 0; row < count; ++row) {
    errors.calibrated += sums[row];
    errors.plain += sums[rows_together + row];
  }
  return errors;
}

}  // namespace nibble::calibration
