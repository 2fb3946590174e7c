// What other weights change in the output of each matrix.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>

#include "core/network_cases.h"
#include "numeric/half.h"
#include "reference/output_reference.h"

namespace nibble::network {
namespace {

bool is_matrix(const Step& step) {
  switch (step.op) {
    case Op::query:
    case Op::key:
    case Op::value:
    case Op::attention_output:
    case Op::gate:
    case Op::up:
    case Op::down: return true;
    default: return false;
  }
}

WeightForm form_of(const RunModel& model, const Step& step) {
  const ModelTensor& source = model.model().tensors()[step.tensor];
  return {std::string(format_of(source.stored).name), source.shape[0], source.transform.head_rows,
          source.transform.add};
}

/// Runs `one` over texts and tells `each` of every matrix what it met, and what the weights of `other` would change.
template <class Each>
void run(const RunModel& one, const RunModel& other, const std::vector<TokenSequence>& texts, const PassPlan& plan,
         const PassPlan& others, Each each, Kernel kernel = best_kernel()) {
  ASSERT_EQ(plan.steps.size(), others.steps.size());
  Forward forward(plan.network, plan.work_channels, texts, kernel);
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const Step &step = plan.steps[i], &theirs = others.steps[i];
    if (step.op == Op::logits) return;
    if (!is_matrix(step)) {
      one.step(forward, step);
      continue;
    }
    ASSERT_EQ(step.tiles.size(), theirs.tiles.size());
    forward.begin(step, form_of(one, step), true, form_of(other, theirs));
    for (size_t tile = 0; tile < step.tiles.size(); ++tile) {
      ASSERT_EQ(step.tiles[tile].rows, theirs.tiles[tile].rows);
      one.take(forward, step.tiles[tile]);
      const Tile& contrasted = theirs.tiles[tile];
      forward.contrast(other.at(contrasted), contrasted.first_row, contrasted.rows);
    }
    each(step, forward.end());
  }
}

std::vector<TokenSequence> two_texts() {
  std::vector<TokenSequence> texts(2, network_text());
  texts[0].tokens.resize(40);
  texts[1].tokens.resize(19);
  return texts;
}

/// The half floats of a step's rows, column by column within a row.
template <class Each>
void each_half(RunModel& model, const Step& step, Each each) {
  for (const Tile& tile : step.tiles) {
    const uint64_t row_length = model.model().tensors()[step.tensor].shape[0];
    for (uint64_t i = 0; i < tile.rows * row_length; ++i) each(i % row_length, model.at(tile) + 2 * i);
  }
}

const char* families[] = {"llama3", "mixtral", "qwen2moe", "gemma2", "phi3", "starcoder2"};

/// Without a column c, what is missing is (sum over rows of w_c^2) (sum over tokens of a_c^2); the latter is what
/// importance is made of.
TEST(Contrast, AMissingColumnIsWorthItsWeightsTimesItsInput) {
  for (const char* name : families) {
    const RunModel one(family_files(family_case(name)));
    RunModel other(family_files(family_case(name)));
    const std::vector<TokenSequence> texts = two_texts();
    const PassPlan plan = one.plan(texts, true);
    const auto column_of = [](const Step& step) { return (step.layer * 7 + step.expert * 3 + 5) % step.columns; };
    std::map<std::pair<uint32_t, uint64_t>, double> weights;
    for (const Step& step : plan.steps) {
      if (!is_matrix(step)) continue;
      each_half(other, step, [&](uint64_t column, uint8_t* at) {
        if (column != column_of(step)) return;
        uint16_t half;
        std::memcpy(&half, at, sizeof half);
        const double value = double{f32_from_f16(half)};
        weights[{step.tensor, step.first_row}] += value * value;
        std::memset(at, 0, sizeof half);
      });
    }
    std::map<uint32_t, std::vector<double>> inputs;  // of each text: the square of the column that is missing
    size_t matrices = 0;
    run(one, other, texts, plan, one.plan(texts, true), [&](const Step& step, const Observation& seen) {
      for (const uint32_t tensor : step.observed) {
        inputs[tensor].clear();
        for (size_t s = 0; s < 2; ++s) inputs[tensor].push_back(seen.sums[s * step.columns + column_of(step)]);
      }
      ASSERT_EQ(seen.contrast.size(), 4u);
      for (size_t s = 0; s < 2; ++s) {
        const double expected = weights[{step.tensor, step.first_row}] * inputs[step.tensor][s];
        EXPECT_NEAR(seen.contrast[2 * s], expected, 1e-5 * expected + 1e-12)
            << name << ' ' << one.model().tensors()[step.tensor].name << ' ' << s;
      }
      ++matrices;
    });
    EXPECT_GE(matrices, 12u) << name;
  }
}

/// Without any weights all of the output is missing; with the same ones, nothing.
TEST(Contrast, NoWeightsLeaveNothingAndTheSameOnesChangeNothing) {
  for (const char* name : families) {
    const RunModel one(family_files(family_case(name)));
    RunModel none(family_files(family_case(name)));
    const std::vector<TokenSequence> texts = two_texts();
    const PassPlan plan = one.plan(texts, true);
    for (const Step& step : plan.steps) {
      if (is_matrix(step)) each_half(none, step, [](uint64_t, uint8_t* at) { std::memset(at, 0, 2); });
    }
    bool some = false;
    run(one, none, texts, plan, plan, [&](const Step& step, const Observation& seen) {
      for (size_t s = 0; s < 2; ++s) {
        EXPECT_NEAR(seen.contrast[2 * s], seen.contrast[2 * s + 1], 1e-9 * seen.contrast[2 * s]) << name;
        some = some || (step.op == Op::down && seen.contrast[2 * s] > 0);
      }
    });
    EXPECT_TRUE(some);
    run(one, one, texts, plan, plan, [&](const Step&, const Observation& seen) {
      EXPECT_EQ(seen.contrast[0], 0);
      EXPECT_EQ(seen.contrast[2], 0);
    });
  }
}

TEST(Contrast, EqualsTheReferenceOnKnownInputs) {
  const RunModel one("stories260K-F32.gguf");
  RunModel other("stories260K-F32.gguf");
  const std::vector<TokenSequence> texts = {{{1, 300, 301, 302, 303, 304, 305, 306, 307, 308, 309}, 0}};
  const PassPlan plan = one.plan(texts, true);
  std::vector<float> norm(64);
  std::vector<std::vector<double>> inputs;
  for (const Step& step : plan.steps) {
    if (step.layer > 0) break;
    if (step.op == Op::vector && step.vector == Vector::attention_norm)
      std::memcpy(norm.data(), one.at(step.tiles[0]), 256);
    if (step.op != Op::query && step.op != Op::key && step.op != Op::value) continue;
    for (const Tile& tile : step.tiles) {
      for (uint64_t i = 0; i < tile.rows * 64; ++i) {
        float value;
        std::memcpy(&value, other.at(tile) + 4 * i, 4);
        value = std::round(value * 16) / 16;  // coarse, like few bits
        std::memcpy(other.at(tile) + 4 * i, &value, 4);
      }
    }
  }
  const ModelTensor& embedding = one.model().tensors()[plan.steps[0].tensor];
  for (const int32_t token : texts[0].tokens) {
    std::vector<float> row(64);
    std::memcpy(row.data(), one.bytes().data() + embedding.slices[0].offset + static_cast<size_t>(token) * 256, 256);
    double squares = 0;
    for (const float x : row) squares += double{x} * double{x};
    inputs.emplace_back();
    for (size_t i = 0; i < 64; ++i) {
      inputs.back().push_back(double{row[i]} / std::sqrt(squares / 64 + double{plan.network.epsilon}) *
                              double{norm[i]});
    }
  }
  size_t compared = 0;
  for (const Kernel kernel : {Kernel::scalar, best_kernel()}) {
    run(
        one, other, texts, plan, plan,
        [&](const Step& step, const Observation& seen) {
          if (step.layer > 0 || (step.op != Op::query && step.op != Op::key && step.op != Op::value)) return;
          const auto weights = [&](const RunModel& model) {
            std::vector<float> values(step.rows * 64);
            std::memcpy(values.data(), model.at(step.tiles[0]), values.size() * 4);
            return values;
          };
          const reference::OutputChange right = reference::output_change(weights(one), weights(other), 64, inputs);
          EXPECT_NEAR(seen.contrast[0], right.error, 1e-5 * right.error);
          EXPECT_NEAR(seen.contrast[1], right.length, 1e-5 * right.length);
          EXPECT_GT(right.error / right.length, 1e-4);
          ++compared;
        },
        kernel);
  }
  EXPECT_EQ(compared, 6u);
}

/// A hidden layer that is worked on in windows gives the same.
TEST(Contrast, DoesNotDependOnWindowsNorKernel) {
  const RunModel one("ts3m-F16.gguf");
  RunModel other("ts3m-F16.gguf");
  const std::vector<TokenSequence> texts = two_texts();
  PassOptions many;
  many.tokens = 200000;
  many.longest = 128;
  many.sequences = 2;
  const PassPlan whole = one.plan(texts), windows = plan_pass(one.model(), many);
  ASSERT_GT(windows.steps.size(), whole.steps.size());
  for (const Step& step : whole.steps) {
    if (!is_matrix(step)) continue;
    each_half(other, step, [](uint64_t column, uint8_t* at) {
      if (column % 3 == 0) at[0] = 0;  // the lower bits of the mantissa
    });
  }
  const auto totals = [&](const PassPlan& plan, Kernel kernel) {
    std::map<std::pair<Op, uint32_t>, std::pair<double, double>> sums;
    run(
        one, other, texts, plan, plan,
        [&](const Step& step, const Observation& seen) {
          auto& [error, length] = sums[{step.op, step.layer}];
          for (size_t s = 0; s < 2; ++s) error += seen.contrast[2 * s];
          for (size_t s = 0; s < 2; ++s) length += seen.contrast[2 * s + 1];
        },
        kernel);
    return sums;
  };
  const auto in_one = totals(whole, best_kernel()), in_many = totals(windows, best_kernel());
  EXPECT_EQ(totals(whole, Kernel::scalar), in_one);
  ASSERT_EQ(in_one.size(), 7u * 4);
  for (const auto& [place, sums] : in_one) {
    EXPECT_GT(sums.first, 0);
    EXPECT_NEAR(in_many.at(place).first, sums.first, 1e-12 * sums.first);
    EXPECT_NEAR(in_many.at(place).second, sums.second, 1e-12 * sums.second);
  }
}

/// A folder whose heads are put in order tile by tile is cut as its GGUF file is.
TEST(Contrast, OneNetworkIsCutAlikeHoweverItIsStored) {
  const PassPlan file = plan_pass(RunModel("stories260K-F32.gguf").model(), {});
  const PassPlan folder = plan_pass(RunModel(family_files(family_case("llama3"))).model(), {});
  for (const PassPlan* plan : {&file, &folder}) {
    for (const Step& step : plan->steps) {
      if (step.op != Op::query && step.op != Op::key) continue;
      for (const Tile& tile : step.tiles) EXPECT_EQ(tile.rows % plan->network.head, 0u);
    }
  }
}

}  // namespace
}  // namespace nibble::network
