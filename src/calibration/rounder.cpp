#include "calibration/rounder.h"

#include <algorithm>

#include "error.h"
#include "numeric/half.h"

namespace nibble::calibration {
namespace {

/// How far from a run's multiples others are tried: of six bits and more, and of fewer.
constexpr int far_reach = 8, near_reach = 5;

bool are_whole(std::span<const float> levels) {
  return levels.back() - levels.front() == static_cast<float>(levels.size() - 1);
}

}  // namespace

Rounder::Rounder(const Format& format, InputStatistics statistics, RoundingMethod method, Kernel kernel)
    : format_(format),
      grammar_(format.grammar),
      columns_(statistics.inputs.columns),
      run_length_(format.scale_length),
      blocks_(columns_ / format.block_length),
      runs_per_block_(format.block_length / format.scale_length),
      method_(method),
      math_(rounding_math(kernel)),
      quantize_(nullptr),
      decode_(nullptr),
      metric_(std::move(statistics.inputs)),
      held_back_(std::move(statistics.held_back)) {
  if (!can_calibrate(format) || columns_ % format.block_length != 0) {
    throw Error("Codes of type " + std::string(format.name) + " cannot be calibrated. This is a fault in the program.");
  }
  quantize_ = find_quantizer(format.type, lowest_error_method, kernel)->quantize;
  decode_ = find_decoder(format.type, kernel)->decode;
  for (size_t i = 0; i + 1 < grammar_.levels.size(); ++i)
    middles_.push_back((grammar_.levels[i] + grammar_.levels[i + 1]) / 2);
  list_ = {grammar_.levels, middles_, are_whole(grammar_.levels)};
  level_of_code_.assign(256, 0.0f);  // 4-bit floats have two codes for 0, of which one is listed
  for (size_t i = 0; i < grammar_.levels.size(); ++i) level_of_code_[grammar_.codes[i]] = grammar_.levels[i];

  if (!statistics.cross.empty()) {
    shift_ = std::move(statistics.cross);
    for (size_t i = 0; i < shift_.size(); ++i) shift_[i] -= metric_.values[i];
  }
  damp(metric_);
  if (method_.feedback || !shift_.empty()) factor_ = factor(metric_, kernel);
  for (size_t i = 0; i < columns_; ++i) importance_.push_back(metric_.diagonal(i));

  const size_t all = columns_ * lanes;
  for (std::vector<float>* each : {&target_, &wanted_, &levels_, &pull_, &off_, &row_, &plain_}) each->resize(all);
  runs_.resize(columns_ / run_length_);
  parts_.resize(blocks_ * lanes);
  bytes_.resize(blocks_ * format.block_bytes);
}

OutputErrors Rounder::round(const float* rows, size_t count, const float* residual, uint8_t* blocks) {
  OutputErrors errors;
  const size_t row_bytes = blocks_ * format_.block_bytes;
  for (size_t done = 0; done < count; done += lanes) {
    const size_t some = std::min(lanes, count - done);
    load(rows + done * columns_, some);
    if (!shift_.empty()) aim(residual ? residual + done * columns_ : nullptr, some);
    if (method_.feedback) {
      feed_back();
    } else {
      start();
    }
    descend();
    for (size_t lane = 0; lane < some; ++lane) write(lane, blocks + (done + lane) * row_bytes);
    if (held_back_.values.empty()) continue;
    for (size_t c = 0; c < columns_; ++c) {
      for (size_t lane = 0; lane < lanes; ++lane) off_[c * lanes + lane] = target_[c * lanes + lane] - value(c, lane);
    }
    errors.calibrated += error(some);
    for (size_t c = 0; c < columns_; ++c) {
      for (size_t lane = 0; lane < lanes; ++lane)
        off_[c * lanes + lane] = target_[c * lanes + lane] - plain_[lane * columns_ + c];
    }
    errors.plain += error(some);
  }
  return errors;
}

void Rounder::round_plain(const float* rows, size_t count, uint8_t* blocks) const {
  for (size_t row = 0; row < count; ++row)
    quantize_(rows + row * columns_, blocks + row * blocks_ * format_.block_bytes, columns_, nullptr);
}

/// The rows, and what the method lowest-error makes of them; rows of zeros where there are fewer than eight.
void Rounder::load(const float* rows, size_t count) {
  std::fill(target_.begin(), target_.end(), 0.0f);
  std::fill(plain_.begin(), plain_.end(), 0.0f);
  for (size_t lane = 0; lane < count; ++lane) {
    const float* row = rows + lane * columns_;
    for (size_t c = 0; c < columns_; ++c) target_[c * lanes + lane] = row[c];
    if (held_back_.values.empty()) continue;
    quantize_(row, bytes_.data(), columns_, nullptr);
    decode_(bytes_.data(), &plain_[lane * columns_], blocks_);
  }
}

/// sums += negated * matrix, with the sign of `negated` turned.
void Rounder::multiply_into(const std::vector<float>& negated, const std::vector<float>& matrix,
                            std::vector<float>& sums) {
  uint32_t at[block_columns];
  for (size_t first = 0; first < columns_; first += block_columns) {
    const size_t count = std::min(block_columns, columns_ - first);
    for (size_t i = 0; i < count; ++i) at[i] = static_cast<uint32_t>(first + i);
    math_.subtract(sums.data(), 0, columns_, matrix.data(), columns_, at, &negated[first * lanes], count);
  }
}

/// From the original's weights to what gives the original's outputs: see the class.
void Rounder::aim(const float* residual, size_t count) {
  for (size_t i = 0; i < target_.size(); ++i) off_[i] = -target_[i];
  std::fill(pull_.begin(), pull_.end(), 0.0f);
  multiply_into(off_, shift_, pull_);
  if (residual) {
    for (size_t lane = 0; lane < count; ++lane) {
      for (size_t c = 0; c < columns_; ++c) pull_[c * lanes + lane] += residual[lane * columns_ + c];
    }
  }
  solve(pull_);
  for (size_t i = 0; i < target_.size(); ++i) target_[i] += pull_[i];
}

/// rows becomes rows * (U D U^T)^-1.
void Rounder::solve(std::vector<float>& rows) {
  const float* matrix = factor_.rows.data();
  uint32_t at[block_columns];
  float known[block_columns * lanes];
  const auto take = [&](size_t k, size_t count) {
    at[count] = static_cast<uint32_t>(k);
    std::copy_n(&rows[k * lanes], lanes, known + count * lanes);
  };
  for (size_t end = columns_; end > 0;) {
    const size_t first = (end - 1) / block_columns * block_columns;
    size_t count = 0;
    for (size_t k = end; k-- > first; ++count) {
      take(k, count);
      math_.subtract(rows.data(), first, k, matrix, columns_, at + count, known + count * lanes, 1);
    }
    math_.subtract(rows.data(), 0, first, matrix, columns_, at, known, count);
    end = first;
  }
  for (size_t k = 0; k < columns_; ++k) {
    for (size_t lane = 0; lane < lanes; ++lane) rows[k * lanes + lane] /= factor_.diagonal[k];
  }
  for (size_t first = 0; first < columns_; first += block_columns) {
    const size_t end = std::min(columns_, first + block_columns);
    for (size_t k = first; k < end; ++k) {
      take(k, k - first);
      math_.subtract(rows.data(), k + 1, end, matrix, columns_, at + (k - first), known + (k - first) * lanes, 1);
    }
    math_.subtract(rows.data(), end, columns_, matrix, columns_, at, known, end - first);
  }
}

/// Codes of lowest-error, weighted.
void Rounder::start() {
  for (size_t lane = 0; lane < lanes; ++lane) {
    for (size_t c = 0; c < columns_; ++c) row_[c] = target_[c * lanes + lane];
    quantize_(row_.data(), bytes_.data(), columns_, importance_.data());
    for (size_t block = 0; block < blocks_; ++block) {
      BlockParts& own = parts(block, lane);
      grammar_.unpack(&bytes_[block * format_.block_bytes], own);
      for (size_t run = 0; run < runs_per_block_; ++run) take_run(block, run, lane);
      for (size_t i = 0; i < format_.block_length; ++i)
        levels_[(block * format_.block_length + i) * lanes + lane] = level_of_code_[own.codes[i]];
    }
  }
}

void Rounder::take_run(size_t block, size_t run, size_t lane) {
  const RunGrid grid = grammar_.grid(parts(block, lane), static_cast<uint32_t>(run));
  RunLanes& to = runs_[block * runs_per_block_ + run];
  to.step[lane] = grid.step;
  to.offset[lane] = grid.offset;
}

void Rounder::feed_back() {
  wanted_ = target_;
  std::vector<float> passed_on(run_length_ * lanes);
  std::vector<uint32_t> at(run_length_);
  for (size_t block = 0; block < blocks_; ++block) {
    choose_block(block);
    for (size_t run = 0; run < runs_per_block_; ++run) {
      if (is_super_block(grammar_.kind)) choose_run(block, run);
      const size_t first = block * format_.block_length + run * run_length_, end = first + run_length_;
      math_.round_run(rounded(), first, target_.data(), factor_.rows.data(), wanted_.data(), passed_on.data());
      for (size_t i = 0; i < run_length_; ++i) at[i] = static_cast<uint32_t>(first + i);
      math_.subtract(wanted_.data(), end, columns_, factor_.rows.data(), columns_, at.data(), passed_on.data(),
                     run_length_);
    }
  }
}

/// The scales of a block, from what is wanted of it by now.
void Rounder::choose_block(size_t block) {
  const size_t first = block * format_.block_length;
  for (size_t lane = 0; lane < lanes; ++lane) {
    for (size_t i = 0; i < format_.block_length; ++i) row_[i] = wanted_[(first + i) * lanes + lane];
    quantize_(row_.data(), bytes_.data(), format_.block_length, &importance_[first]);
    grammar_.unpack(bytes_.data(), parts(block, lane));
    for (size_t run = 0; run < runs_per_block_; ++run) take_run(block, run, lane);
  }
}

/// The multiples of a run of a super-block, from what is wanted of it by now.
void Rounder::choose_run(size_t block, size_t run) {
  float scale[lanes], minimum[lanes], multiple[lanes], minimum_multiple[lanes];
  const bool has_minima = has_offset(grammar_.kind);
  for (size_t lane = 0; lane < lanes; ++lane) {
    const BlockParts& own = parts(block, lane);
    scale[lane] = f32_from_f16(own.shared_scale);
    minimum[lane] = has_minima ? f32_from_f16(own.shared_minimum) : 0.0f;
    multiple[lane] = static_cast<float>(own.scale[run]);
    minimum_multiple[lane] = has_minima ? static_cast<float>(own.minimum[run]) : 0.0f;
  }
  const size_t first = block * format_.block_length + run * run_length_;
  const int reach = grammar_.most - grammar_.fewest > 15 ? far_reach : near_reach;
  math_.choose_multiples({list_, run_length_, &wanted_[first * lanes], &importance_[first], scale, minimum, reach,
                          grammar_.fewest, grammar_.most, has_minima},
                         multiple, minimum_multiple);
  for (size_t lane = 0; lane < lanes; ++lane) {
    BlockParts& own = parts(block, lane);
    own.scale[run] = static_cast<int32_t>(multiple[lane]);
    if (has_minima) own.minimum[run] = static_cast<int32_t>(minimum_multiple[lane]);
    take_run(block, run, lane);
  }
}

void Rounder::descend() {
  if (method_.passes == 0) return;
  for (size_t c = 0; c < columns_; ++c) {
    for (size_t lane = 0; lane < lanes; ++lane) off_[c * lanes + lane] = value(c, lane) - target_[c * lanes + lane];
  }
  std::fill(pull_.begin(), pull_.end(), 0.0f);
  multiply_into(off_, metric_.values, pull_);
  for (int pass = 0; pass < method_.passes; ++pass) {
    if (!math_.descend(rounded(), metric_.values.data(), pull_.data())) break;
  }
}

float Rounder::value(size_t column, size_t lane) const {
  const RunLanes& run = runs_[column / run_length_];
  return run.step[lane] * levels_[column * lanes + lane] + run.offset[lane];
}

void Rounder::write(size_t lane, uint8_t* blocks) {
  const std::span<const float> all = grammar_.levels;
  for (size_t block = 0; block < blocks_; ++block) {
    BlockParts& own = parts(block, lane);
    for (size_t i = 0; i < format_.block_length; ++i) {
      const float level = levels_[(block * format_.block_length + i) * lanes + lane];
      own.codes[i] = grammar_.codes[static_cast<size_t>(std::lower_bound(all.begin(), all.end(), level) - all.begin())];
    }
    grammar_.encode(own, blocks + block * format_.block_bytes);
  }
}

/// e^T H e over the tokens held back, of all rows together: e is off_.
double Rounder::error(size_t count) {
  std::fill(pull_.begin(), pull_.end(), 0.0f);
  multiply_into(off_, held_back_.values, pull_);  // -H e
  double sum = 0;
  for (size_t lane = 0; lane < count; ++lane) {
    double row = 0;
    for (size_t c = 0; c < columns_; ++c) row -= double{off_[c * lanes + lane]} * double{pull_[c * lanes + lane]};
    sum += row;
  }
  return sum;
}

}  // namespace nibble::calibration
