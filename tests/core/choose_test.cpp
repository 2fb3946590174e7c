// Choosing types: the solver against enumeration and against llama.cpp's own mixes, its recipes, and observing.
#include "measure/choose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/measured_model.h"
#include "error.h"
#include "measure/budget.h"
#include "measure/choose_json.h"
#include "sentence_of.h"

namespace nibble {
namespace {

using ::testing::HasSubstr;
using Items = std::vector<std::vector<BudgetOption>>;

class Numbers {
 public:
  explicit Numbers(uint64_t seed) : state_(seed) {}
  uint64_t below(uint64_t limit) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return (state_ >> 33) % limit;
  }
  double unit() { return static_cast<double>(below(1u << 30)) / (1u << 30); }

 private:
  uint64_t state_;
};

double best_by_enumeration(const Items& items, uint64_t budget) {
  double best = std::numeric_limits<double>::infinity();
  std::vector<size_t> choice(items.size(), 0);
  for (;;) {
    uint64_t bytes = 0;
    double loss = 0;
    for (size_t i = 0; i < items.size(); ++i) {
      bytes += items[i][choice[i]].bytes;
      loss += items[i][choice[i]].loss;
    }
    if (bytes <= budget) best = std::min(best, loss);
    size_t i = 0;
    while (i < items.size() && ++choice[i] == items[i].size()) choice[i++] = 0;
    if (i == items.size()) return best;
  }
}

Items random_items(Numbers& numbers, size_t count) {
  Items items(count);
  for (auto& options : items) {
    const uint64_t weights = 1 + numbers.below(1000);
    const double scale = static_cast<double>(weights) * std::exp(4 * numbers.unit());
    const size_t types = 1 + numbers.below(5);
    for (size_t j = 0; j < types; ++j) {
      const uint64_t bits = 2 + numbers.below(7);
      options.push_back({weights * bits, scale * std::pow(4.0, -static_cast<double>(bits)) * (0.5 + numbers.unit())});
    }
  }
  return items;
}

TEST(Budget, IsTheEnumeratedOptimumOnSmallInstances) {
  Numbers numbers(1);
  int proven = 0, instances = 0;
  for (int round = 0; round < 400; ++round) {
    const Items items = random_items(numbers, 1 + numbers.below(7));
    const uint64_t least = smallest_bytes(items);
    const uint64_t budget = least + numbers.below(2 * least + 1);
    const BudgetAnswer answer = solve_budget(items, budget);
    const double best = best_by_enumeration(items, budget);
    uint64_t bytes = 0;
    for (size_t i = 0; i < items.size(); ++i) bytes += items[i][answer.choice[i]].bytes;
    EXPECT_EQ(bytes, answer.bytes);
    EXPECT_LE(answer.bytes, budget);
    EXPECT_LE(answer.loss, best * (1 + 1e-12)) << round;
    EXPECT_LE(answer.bound, best * (1 + 1e-12)) << round;
    proven += answer.bound >= answer.loss * (1 - 1e-12);
    ++instances;
  }
  EXPECT_EQ(proven, instances);
}

TEST(Budget, StatesABoundThatHoldsWhenThereIsTooMuchToEnumerate) {
  Numbers numbers(2);
  for (int round = 0; round < 5; ++round) {
    const Items items = random_items(numbers, 300);
    const uint64_t least = smallest_bytes(items);
    const BudgetAnswer answer = solve_budget(items, least + least / 2);
    EXPECT_LE(answer.bytes, least + least / 2);
    EXPECT_LE(answer.bound, answer.loss);
    EXPECT_LT((answer.loss - answer.bound) / answer.loss, 0.001);
  }
}

TEST(Budget, TakesTheBestOfEverythingWhenItFits) {
  const Items items = {{{10, 1}, {20, 0.5}}, {{5, 3}, {7, 0}}};
  const BudgetAnswer answer = solve_budget(items, 1000);
  EXPECT_EQ(answer.bytes, 27u);
  EXPECT_EQ(answer.bound, answer.loss);
  EXPECT_THROW(solve_budget(items, 14), Error);
}

class Choose : public testing::Test {
 protected:
  static const MeasuredModel& file() {
    static const MeasuredModel model("ts3m-F16.gguf");
    return model;
  }
  /// All rows, so that errors are those of whole tensors.
  static const Measurement& truth() {
    static const Measurement measurement = file().sampled(usual_types(), {0.05, true});
    return measurement;
  }
  static Assignment mix_of(const std::string& type) {
    const Plan plan = make_plan(file().model(), parse_plan_options("{\"type\": \"" + type + "\"}"));
    Assignment assignment;
    for (const MeasuredTensor& tensor : truth().tensors) {
      for (const PlannedTensor& planned : plan.tensors) {
        if (file().model().tensors()[planned.source].name == tensor.name) assignment.push_back(planned.to);
      }
    }
    return assignment;
  }
};

TEST_F(Choose, IsNeverWorseThanLlamaCppsMixOfTheSameSize) {
  const Measurement sample = file().sampled(usual_types());
  for (const char* type : {"Q2_K", "Q3_K_S", "Q3_K_M", "Q3_K_L", "IQ4_XS", "IQ4_NL", "Q4_0", "Q4_1", "Q4_K_S", "Q4_K_M",
                           "Q5_0", "Q5_1", "Q5_K_S", "Q5_K_M", "Q6_K", "Q8_0"}) {
    const Assignment theirs = mix_of(type);
    const double error = predict(truth(), theirs).squared_error.value;
    SolveOptions options;
    options.bytes = file_bytes(truth(), theirs);
    const Solution ours = solve(truth(), options);
    EXPECT_LE(file_bytes(truth(), ours.assignment), *options.bytes);
    EXPECT_NEAR(predict(truth(), ours.assignment).squared_error.value, ours.objective, 1e-9 * ours.objective);
    EXPECT_LE(ours.objective, error * (1 + 1e-12)) << type;
    EXPECT_LT((ours.objective - ours.bound) / ours.objective, 0.01) << type;
    // Chosen from the sample, judged by all rows.
    const double blind = predict(truth(), solve(sample, options).assignment).squared_error.value;
    EXPECT_LE(blind, error * 1.001) << type;
  }
}

TEST_F(Choose, NamesTheSmallestSizeThereIs) {
  SolveOptions options;
  options.bytes = 1000;
  const std::string sentence = sentence_of([&] { solve(truth(), options); });
  EXPECT_THAT(sentence, HasSubstr("The smallest file with these types and rules has"));
  options.bytes = std::stoull(sentence.substr(sentence.find("has ") + 4));
  EXPECT_EQ(file_bytes(truth(), solve(truth(), options).assignment), *options.bytes);
  options.bytes = *options.bytes - 1;
  EXPECT_THROW(solve(truth(), options), Error);
  options.bytes.reset();
  options.bits_per_weight = 1.5;
  EXPECT_THROW(solve(truth(), options), Error);
  options.bits_per_weight = 4.5;
  EXPECT_LE(bits_per_weight(truth(), solve(truth(), options).assignment), 4.5);
}

TEST_F(Choose, HonoursRulesTypesAndRoleWeights) {
  SolveOptions options;
  options.bits_per_weight = 5;
  options.fixed = {{"blk\\.0\\.attn_v", Type::q8_0}, {"attn_v", Type::q5_1}};
  options.types = {Type::q4_0, Type::q6_K};
  const Solution solution = solve(truth(), options);
  for (size_t i = 0; i < solution.assignment.size(); ++i) {
    const std::string& name = truth().tensors[i].name;
    const Type type = solution.assignment[i];
    if (name.find("attn_v") != std::string::npos) {
      EXPECT_EQ(type, name == "blk.0.attn_v.weight" ? Type::q8_0 : Type::q5_1);
    } else {
      EXPECT_TRUE(type == Type::q4_0 || type == Type::q6_K) << name;
    }
  }
  const auto down_bits = [&](double weight) {
    SolveOptions weighted;
    weighted.bits_per_weight = 4.5;
    weighted.role_factors["down"] = weight;
    double bits = 0;
    const Assignment chosen = solve(truth(), weighted).assignment;
    for (size_t i = 0; i < chosen.size(); ++i) {
      if (truth().tensors[i].name.find("ffn_down") != std::string::npos) bits += format_of(chosen[i]).bits_per_weight();
    }
    return bits;
  };
  EXPECT_GT(down_bits(1000), down_bits(1));
  options.fixed = {{"attn_v", Type::iq1_s}};
  EXPECT_THROW(solve(truth(), options), Error);
}

TEST_F(Choose, RecipesMakeThePlanOfTheMix) {
  SolveOptions options;
  options.bits_per_weight = 4.6;
  const Assignment mix = solve(truth(), options).assignment;
  const Recipe recipe = recipe_of(truth(), mix);
  PlanOptions plan = parse_plan_options("{\"type\": \"" + recipe.file_type + "\"}");
  plan.recipe.rules = recipe.rules;
  const Plan made = make_plan(file().model(), plan);
  EXPECT_EQ(made.output_bytes, file_bytes(truth(), mix));
  for (size_t i = 0; i < mix.size(); ++i) {
    for (const PlannedTensor& planned : made.tensors) {
      const bool same_tensor = file().model().tensors()[planned.source].name == truth().tensors[i].name;
      EXPECT_TRUE(!same_tensor || planned.to == mix[i]) << truth().tensors[i].name;
    }
  }
  EXPECT_LT(recipe.rules.size(), mix.size());
  const std::string command = llama_quantize_command(truth(), recipe);
  EXPECT_THAT(command, HasSubstr(" --tensor-type '^blk\\."));
  EXPECT_THAT(command, HasSubstr(" IN.gguf OUT.gguf " + recipe.file_type));
}

TEST_F(Choose, ObservingHalvesTheErrorOfTheWorst) {
  const Assignment start = mix_of("Q4_0");
  ObserveOptions options;
  options.worst = 5;
  const Observation observed = observe(truth(), start, options);
  ASSERT_EQ(observed.steps.size(), 5u);
  double least = std::numeric_limits<double>::infinity();
  for (const Observed& step : observed.steps) {
    EXPECT_EQ(step.before, truth().tensors[step.tensor].error(start[step.tensor]).value);
    EXPECT_EQ(step.after, truth().tensors[step.tensor].error(observed.assignment[step.tensor]).value);
    EXPECT_TRUE(step.reached);
    EXPECT_LE(step.after, 0.5 * step.before);
    EXPECT_LE(step.before, least) << "the worst first";
    least = step.before;
  }
  int changed = 0;
  for (size_t i = 0; i < start.size(); ++i) changed += start[i] != observed.assignment[i];
  EXPECT_EQ(changed, 5);
}

/// One tensor's outputs change most, whatever its weights say, and another's not at all.
TEST_F(Choose, GoesByOutputsWhereTheyWereMeasured) {
  Measurement measurement = truth();
  constexpr size_t worst = 7, harmless = 9;
  std::string tensors;
  for (const size_t tensor : {worst, harmless}) {
    const MeasuredTensor& own = measurement.tensors[tensor];
    std::string errors;
    for (const MeasuredType& type : own.types) {
      const double share = tensor == worst ? std::exp2(-format_of(type.type).bits_per_weight()) : 0;
      errors += (errors.empty() ? "\"" : ", \"") + std::string(format_of(type.type).name) +
                "\": " + std::to_string(5000 * share);
    }
    tensors += (tensors.empty() ? "" : ", ") + ("{\"name\": \"" + own.name) +
               "\", \"squaredOutput\": 50, \"errors\": {" + errors + "}}";
  }
  add_outputs(measurement, "{\"text\": \"a.txt\", \"tokens\": 9000, \"tensors\": [" + tensors + "]}");
  const Assignment start = mix_of("Q4_0");
  const double weights = truth().tensors[worst].squares.sum;
  EXPECT_NEAR(measurement.tensors[worst].output_change(start[worst]), 100 * std::exp2(-4.5) * weights, 1e-4 * weights);
  EXPECT_EQ(measurement.tensors[worst].output_change(measurement.tensors[worst].from), 0);
  const MeasuredTensor& other = measurement.tensors[1];
  EXPECT_EQ(other.output_change(Type::q4_0), other.error(Type::q4_0).value);

  const std::string observed = observation_json(
      measurement, "{\"worst\": 1, \"start\": {\"" + measurement.tensors[worst].name + "\": \"q4_0\"}}");
  EXPECT_THAT(observed, HasSubstr("\"objective\":\"outputs\""));
  EXPECT_THAT(observed, HasSubstr("\"steps\":[{\"name\":\"" + measurement.tensors[worst].name + "\""));
  SolveOptions options;
  options.bytes = file_bytes(measurement, start);
  options.objective = Objective::outputs;
  const Assignment chosen = solve(measurement, options).assignment;
  EXPECT_GT(format_of(chosen[worst]).bits_per_weight(), 6);
  EXPECT_LT(format_of(chosen[harmless]).bits_per_weight(), 3);
  const std::string bytes = "{\"bytes\": " + std::to_string(*options.bytes);
  EXPECT_THAT(solution_json(measurement, bytes + "}"), HasSubstr("\"objective\":\"outputs\""));
  EXPECT_THAT(solution_json(measurement, bytes + ", \"objective\": \"squared\"}"),
              HasSubstr("\"objective\":\"squared\""));
  EXPECT_THAT(solution_json(truth(), bytes + "}"), HasSubstr("\"objective\":\"squared\""));
  EXPECT_THAT(sentence_of([&] { solution_json(truth(), "{\"bytes\": 2000000, \"objective\": \"outputs\"}"); }),
              HasSubstr("--from-calibration"));
}

}  // namespace
}  // namespace nibble
