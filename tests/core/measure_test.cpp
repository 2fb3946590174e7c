// The sample, its estimates and their intervals, against all rows of the sample models.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "codec/converter.h"
#include "core/measured_model.h"
#include "error.h"
#include "measure/assignment.h"
#include "sentence_of.h"

namespace nibble {
namespace {

using ::testing::HasSubstr;

std::vector<Type> all_writable() {
  std::vector<Type> types;
  for (const Format& format : all_formats()) {
    if (format.quantized && !codec_of(format.type).quantizers.empty()) types.push_back(format.type);
  }
  return types;
}

TEST(RowOrder, VisitsEveryRowOnceAndSpreadsEveryStart) {
  for (const uint64_t rows : {1u, 2u, 3u, 5u, 12u, 64u, 256u, 1000u, 2048u, 32000u}) {
    const RowOrder order(rows, "blk.3.attn_q.weight");
    std::set<uint64_t> seen;
    for (uint64_t k = 0; k < rows; ++k) seen.insert(order[k]);
    EXPECT_EQ(seen.size(), rows);
    EXPECT_EQ(*seen.rbegin(), rows - 1);
    if (rows < 1000) continue;
    for (const uint64_t first : {8u, 32u, 100u}) {
      std::vector<uint64_t> chosen;
      for (uint64_t k = 0; k < first; ++k) chosen.push_back(order[k]);
      std::sort(chosen.begin(), chosen.end());
      uint64_t widest = chosen.front() + rows - chosen.back();
      for (size_t i = 1; i < chosen.size(); ++i) widest = std::max(widest, chosen[i] - chosen[i - 1]);
      EXPECT_LT(static_cast<double>(widest), 5 * static_cast<double>(rows) / static_cast<double>(first))
          << rows << ", " << first;
    }
  }
}

TEST(RowOrder, DependsOnTheNameOnly) {
  EXPECT_EQ(RowOrder(1000, "a")[7], RowOrder(1000, "a")[7]);
  EXPECT_NE(RowOrder(1000, "a")[0], RowOrder(1000, "b")[0]);
}

TEST(SampleSize, GrowsWithTheSpreadUpToAShareOfTheRows) {
  const SampleSize size;
  EXPECT_EQ(size.pilot(20), 20u);
  EXPECT_EQ(size.pilot(4096), 48u);
  EXPECT_EQ(size.enough(4096, 48, 0.04), 48u);
  EXPECT_EQ(size.enough(4096, 48, 0.1), 192u);
  EXPECT_EQ(size.enough(1024, 48, 0.1), 64u) << "a sixteenth";
  EXPECT_EQ(size.enough(1 << 20, 48, 10), 256u);
  EXPECT_EQ(size.enough(100, 48, 1), 48u) << "the pilot is more than a sixteenth already";
  EXPECT_EQ((SampleSize{0.05, true}.pilot(4096)), 4096u);
}

TEST(Estimate, StudentsFactorIsThatOfTheTables) {
  EXPECT_NEAR(interval_factor(5), 4.0321, 0.04);
  EXPECT_NEAR(interval_factor(10), 3.1693, 0.003);
  EXPECT_NEAR(interval_factor(31), 2.7440, 0.0003);
  EXPECT_NEAR(interval_factor(1e6), 2.57583, 1e-4);
}

TEST(Estimate, IsTheTextbookOneForASimpleSample) {
  RowMoments moments;
  for (const double value : {2.0, 4.0, 6.0, 8.0}) moments.add(value, 1);
  const Estimate estimate = estimated_sum(moments, {4, 10});
  EXPECT_DOUBLE_EQ(estimate.value, 50);
  // s^2 = 20/3; var = 100 (1 - 0.4) / 4 s^2 = 100
  EXPECT_NEAR(estimate.standard_error, 10, 1e-12);
  EXPECT_NEAR(estimate.high - 50, 10 * interval_factor(3), 1e-9);
  EXPECT_GE(estimate.low, 20);
  const Estimate whole = estimated_sum(moments, {4, 4});
  EXPECT_EQ(whole.low, 20);
  EXPECT_EQ(whole.high, 20);
}

TEST(RowErrors, SumsWhatTheConverterMeasures) {
  const MeasuredModel file("stories260K-F32.gguf");
  Measurement measurement = file.begin({Type::q4_0, Type::q8_0, Type::iq4_nl}, "lowest-error");
  MeasuredTensor& tensor = measurement.tensors[1];
  file.measure(measurement, tensor, 0, tensor.rows);
  const auto bytes = test_file("stories260K-F32.gguf");
  for (const MeasuredType& type : tensor.types) {
    Converter converter("f32", format_of(type.type).name, "lowest-error");
    for (const ModelTensor& source : file.model().tensors()) {
      if (source.name != tensor.name) continue;
      std::vector<uint8_t> out(format_of(type.type).bytes_for(source.weight_count));
      converter.convert(bytes.data() + place_of(source, 0, source.weight_count).offset, out.data(),
                        {source.weight_count, 0, source.shape[0]}, nullptr);
    }
    const double squared =
        converter.statistics().rmse() * converter.statistics().rmse() * static_cast<double>(tensor.weight_count);
    EXPECT_NEAR(tensor.error(type.type).value / squared, 1, 1e-9) << format_of(type.type).name;
  }
}

TEST(RowErrors, SaysWhichRowIsNotFiniteAndWhichTypeCannotHoldOne) {
  std::vector<float> rows(64, 1.0f);
  rows[40] = std::numeric_limits<float>::infinity();
  RowErrors errors("f32", std::vector<std::string>{"q4_0", "f16"}, llama_cpp);
  std::vector<double> out(2 * errors.figures());
  const auto* bytes = reinterpret_cast<const uint8_t*>(rows.data());
  EXPECT_THAT(sentence_of([&] { errors.run(bytes, 2, 32, 10, nullptr, out.data()); }), HasSubstr("row 11, column 8"));
  rows[40] = 1e6f;
  errors.run(bytes, 2, 32, 10, nullptr, out.data());
  EXPECT_DOUBLE_EQ(out[0], 32);
  EXPECT_TRUE(std::isnan(out[errors.figures() + 4])) << "1e6 is no half float";
}

/// Of all tensors and types: how often the whole tensor's error lies in the interval that the sample gave.
struct Hits {
  int sums = 0, inside = 0, ratios_inside = 0;
};

Hits hits(const std::string& name) {
  const MeasuredModel file(name);
  const std::vector<Type> types = all_writable();
  const Measurement truth = file.sampled(types, {0.05, true}), sample = file.sampled(types);
  Hits hits;
  for (size_t t = 0; t < truth.tensors.size(); ++t) {
    const MeasuredTensor &all = truth.tensors[t], &some = sample.tensors[t];
    EXPECT_EQ(all.rows_measured, all.rows);
    if (some.rows_measured == some.rows) continue;  // nothing was estimated
    for (const MeasuredType& type : all.types) {
      const double error = all.error(type.type).value, ratio = error / all.squares.sum;
      const Estimate sum = some.error(type.type);
      const Estimate relative = estimated_ratio(some.find(type.type)->error, some.squares, some.coverage());
      ++hits.sums;
      hits.inside += sum.low <= error && error <= sum.high;
      hits.ratios_inside += relative.low <= ratio && ratio <= relative.high;
    }
  }
  return hits;
}

TEST(Estimate, HoldsTheWholeTensorsErrorForNineteenOfTwentyTensorsAndTypes) {
  for (const char* name : {"ts3m-F16.gguf", "stories260K-F32.gguf"}) {
    const Hits found = hits(name);
    EXPECT_GT(found.sums, 100) << name;
    EXPECT_GE(found.inside, 0.95 * found.sums) << name;
    EXPECT_GE(found.ratios_inside, 0.95 * found.sums) << name;
    RecordProperty(name, std::to_string(found.inside) + " and " + std::to_string(found.ratios_inside) + " of " +
                             std::to_string(found.sums));
  }
}

TEST(Measurement, ReadsBackWhatItWrote) {
  const Measurement sample = MeasuredModel("stories260K-F32.gguf").sampled({Type::q4_0, Type::q8_0});
  const std::string json = measurement_json(sample);
  EXPECT_EQ(measurement_json(parse_measurement(json)), json);
  Measurement with_outputs = sample;
  const std::string outputs = "{\"text\": \"a.txt\", \"tokens\": 3000, \"tensors\": [{\"name\": \"" +
                              sample.tensors[0].name + "\", \"squaredOutput\": 2.5, \"errors\": {\"q4_0\": ";
  add_outputs(with_outputs, outputs + "0.25, \"q8_0\": null}}]}");
  EXPECT_EQ(with_outputs.tensors[0].find(Type::q4_0)->output_error, 0.25);
  EXPECT_EQ(with_outputs.tensors[0].find(Type::q8_0)->output_error, std::nullopt);
  const std::string more = measurement_json(with_outputs);
  EXPECT_NE(more, json);
  EXPECT_EQ(measurement_json(parse_measurement(more)), more);
  EXPECT_THROW(add_outputs(with_outputs, outputs + "-1}}]}"), Error);
  std::string broken = json;
  broken.replace(broken.find("\"rowsMeasured\":"), 15, "\"rowsMeasured\":9");
  EXPECT_THROW(parse_measurement(broken), Error);
  EXPECT_THROW(parse_measurement("{}"), Error);
  EXPECT_THROW(parse_measurement("{\"nibbleMeasurement\": 2}"), Error);
  EXPECT_THROW(parse_measurement(json.substr(0, json.size() / 2)), Error);
}

TEST(SamplePlan, LeavesOutTypesThatDoNotFitOrNeedAnImportanceMatrix) {
  const Measurement small = MeasuredModel("stories260K-F32.gguf").begin(all_writable());
  for (const MeasuredTensor& tensor : small.tensors) {
    EXPECT_EQ(tensor.find(Type::q4_K), nullptr) << tensor.name << ": rows of 64 or 172";
    EXPECT_EQ(tensor.find(Type::q4_0) != nullptr, tensor.row_length() == 64) << tensor.name;
  }
  const Measurement large = MeasuredModel("ts3m-F16.gguf").begin(all_writable());
  for (const MeasuredTensor& tensor : large.tensors) {
    EXPECT_NE(tensor.find(Type::q4_K), nullptr);
    EXPECT_EQ(tensor.find(Type::iq2_xxs), nullptr) << "its format needs a matrix";
    EXPECT_EQ(tensor.find(Type::iq3_xxs) == nullptr,
              tensor.name != "token_embd.weight" && tensor.name != "output.weight");
  }
}

TEST(SamplePlan, RefusesAMethodThatDependsOnAText) {
  const MeasuredModel file("stories260K-F32.gguf");
  EXPECT_THAT(sentence_of([&] {
                make_sample_plan(file.model(), parse_plan_options(R"({"type":"Q4_0","method":"calibrated"})"), {},
                                 nullptr);
              }),
              HasSubstr("depends on a text"));
}

TEST(Assignment, WeighsExactlyWhatThePlanSays) {
  const MeasuredModel file("ts3m-F16.gguf");
  const Measurement measurement = file.begin(usual_types());
  for (const char* type : {"Q4_K_M", "Q2_K", "Q8_0", "F16"}) {
    const Plan plan = make_plan(file.model(), parse_plan_options(std::string("{\"type\": \"") + type + "\"}"));
    Assignment assignment;
    for (const MeasuredTensor& tensor : measurement.tensors) {
      for (const PlannedTensor& planned : plan.tensors) {
        if (file.model().tensors()[planned.source].name == tensor.name) assignment.push_back(planned.to);
      }
    }
    EXPECT_EQ(file_bytes(measurement, assignment), plan.output_bytes) << type;
    EXPECT_DOUBLE_EQ(bits_per_weight(measurement, assignment), plan.bits_per_weight) << type;
  }
}

}  // namespace
}  // namespace nibble
