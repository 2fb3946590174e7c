#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/test_files.h"
#include "model/model.h"
#include "network/forward.h"
#include "network/predictions.h"

/// Runs networks natively over files in memory, as the workers do together.
namespace nibble::network {

class RunModel {
 public:
  /// One file, or those of a folder.
  explicit RunModel(std::vector<std::pair<std::string, std::vector<uint8_t>>> files) : files_(std::move(files)) {
    for (size_t i = 0; i < files_.size(); ++i) {
      const auto& [name, bytes] = files_[i];
      EXPECT_EQ(model_.offer(i, name, bytes.size(), 0, bytes).bytes, 0u) << name;
    }
    model_.complete();
  }
  explicit RunModel(const std::string& file) : RunModel({{file, test_file(file)}}) {}
  const Model& model() const { return model_; }
  std::vector<uint8_t>& bytes() { return files_[0].second; }
  const std::vector<uint8_t>& bytes() const { return files_[0].second; }

  PassPlan plan(const std::vector<TokenSequence>& texts, bool observe = false) const {
    PassOptions options;
    options.sequences = texts.size();
    options.observe = observe;
    for (const TokenSequence& text : texts) {
      options.tokens += text.tokens.size();
      options.longest = std::max<uint64_t>(options.longest, text.tokens.size());
    }
    return plan_pass(model_, options);
  }

  /// Does a step, without its tiles where it is the output layer's.
  Observation step(Forward& forward, const Step& step, bool tiles = true) const {
    begin(forward, step);
    if (tiles) {
      for (const Tile& tile : step.tiles) take(forward, tile);
    }
    return forward.end();
  }
  void begin(Forward& forward, const Step& step) const {
    const ModelTensor& source = model_.tensors()[step.tensor];
    const WeightForm form{std::string(format_of(source.stored).name), source.shape[0], source.transform.head_rows,
                          source.transform.add};
    forward.begin(step, form, !step.observed.empty());
  }
  void take(Forward& forward, const Tile& tile) const { forward.take(at(tile), tile.first_row, tile.rows); }
  /// The bytes of a tile.
  const uint8_t* at(const Tile& tile) const {
    const std::vector<uint8_t>& from = tile.file < files_.size() ? files_[tile.file].second : model_.computed();
    return from.data() + tile.offset;
  }
  uint8_t* at(const Tile& tile) { return files_.at(tile.file).second.data() + tile.offset; }

 private:
  std::vector<std::pair<std::string, std::vector<uint8_t>>> files_;
  Model model_;
};

/// The scores of the whole vocabulary at each scored token of some texts.
inline std::vector<std::vector<float>> scores_of(const RunModel& model, const std::vector<TokenSequence>& texts,
                                                 Kernel kernel = best_kernel()) {
  const PassPlan plan = model.plan(texts);
  Forward forward(plan.network, plan.work_channels, texts, kernel);
  for (const Step& step : plan.steps) model.step(forward, step, step.op != Op::logits);
  std::vector<std::vector<float>> all;
  for (const Tile& tile : plan.steps.back().tiles) {
    model.take(forward, tile);
    size_t token = 0;
    for (size_t s = 0; s < texts.size(); ++s) {
      for (size_t i = texts[s].first_scored; i + 1 < texts[s].tokens.size(); ++i, ++token) {
        if (all.size() <= token) all.emplace_back(plan.network.vocabulary);
        const float* from = forward.logits().view.at(forward.places()[s].first_panel + i / lanes) + i % lanes;
        for (uint64_t row = 0; row < tile.rows; ++row) all[token][tile.first_row + row] = from[row * lanes];
      }
    }
  }
  return all;
}

/// The figures of the scored tokens of some texts.
inline std::vector<TokenFigures> predict(const RunModel& model, const std::vector<TokenSequence>& texts,
                                         Kernel kernel = best_kernel()) {
  const PassPlan plan = model.plan(texts);
  Forward forward(plan.network, plan.work_channels, texts, kernel);
  Predictions predictions(forward, nullptr, kernel);
  for (const Step& step : plan.steps) {
    if (step.op != Op::logits) {
      model.step(forward, step);
      continue;
    }
    model.begin(forward, step);
    for (const Tile& tile : step.tiles) {
      model.take(forward, tile);
      predictions.take();
    }
  }
  return predictions.figures();
}

/// The same of two models side by side.
inline std::vector<TokenFigures> compare(const RunModel& one, const RunModel& other,
                                         const std::vector<TokenSequence>& texts, Kernel kernel = best_kernel()) {
  const PassPlan plan = one.plan(texts), other_plan = other.plan(texts);
  Forward first(plan.network, plan.work_channels, texts, kernel);
  Forward second(other_plan.network, other_plan.work_channels, texts, kernel);
  for (const Step& step : plan.steps) one.step(first, step, step.op != Op::logits);
  for (const Step& step : other_plan.steps) other.step(second, step, step.op != Op::logits);
  Predictions predictions(first, &second, kernel);
  for (size_t tile = 0; tile < plan.steps.back().tiles.size(); ++tile) {
    one.take(first, plan.steps.back().tiles[tile]);
    other.take(second, other_plan.steps.back().tiles[tile]);
    predictions.take();
  }
  return predictions.figures();
}

}  // namespace nibble::network
