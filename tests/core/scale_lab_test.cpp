#include "lab/scale_lab.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "codec/codec.h"
#include "error.h"
#include "formats/format.h"

namespace nibble {
namespace {

using nlohmann::json;

const char* const classic = R"({"weights":[0.1,0.2,0.3,0.6],"levels":[-7,-6,-5,-4,-3,-2,-1,0,1,2,3,4,5,6,7]})";

json report_of(ScaleLab& lab) { return json::parse(lab.report()); }

json by_name(const json& report) {
  json methods;
  for (const json& method : report["methods"]) methods[method["name"].get<std::string>()] = method;
  return methods;
}

std::vector<float> wave(size_t n) {
  std::vector<float> x(n);
  for (size_t i = 0; i < n; ++i) x[i] = static_cast<float>(std::sin(static_cast<double>(i * i) * 1.7) + 0.2);
  return x;
}

TEST(ScaleLab, TheClassicBlock) {
  ScaleLab lab(parse_lab_block(classic));
  const json methods = by_name(report_of(lab));
  EXPECT_NEAR(methods["max7"]["scale"].get<double>(), 0.6 / 7, 1e-7);
  EXPECT_NEAR(methods["exact"]["scale"].get<double>(), 0.1, 1e-7);
  EXPECT_LT(methods["exact"]["relativeError"].get<double>(), 1e-6);
  const LabPoint point = lab.point(0.6 / 7, 0);
  EXPECT_NEAR(point.decoded[0], 0.0857, 1e-4);
  EXPECT_NEAR(point.decoded[2], 0.3428, 1e-4);
}

void expect_the_curve_is_the_error(ScaleLab& lab, double offset) {
  for (const int sign : {1, -1}) {
    double from = 0;
    for (const LabPiece& piece : lab.pieces(sign)) {
      const double middle = sign * ((from == 0 ? 2 * piece.to : from) + piece.to) / 2;
      const double drawn = lab.square_sum() - 2 * middle * piece.A + middle * middle * piece.B;
      EXPECT_NEAR(drawn, lab.point(middle, offset).error, 1e-6 * (1 + drawn));
      from = piece.to;
    }
  }
}

TEST(ScaleLab, TheCurveIsTheErrorOfEveryPoint) {
  ScaleLab lab(
      parse_lab_block(R"({"weights":[0.5,-0.31,0.02,0.11,-0.8,0.4],"importance":[1,2,0.5,1,1,3],"format":"iq4_nl"})"));
  report_of(lab);
  expect_the_curve_is_the_error(lab, 0);
  lab.cut(0.25);
  EXPECT_FALSE(lab.pieces(-1).empty());
}

TEST(ScaleLab, WithAnOffsetTheCurveIsCutThroughIt) {
  ScaleLab lab(parse_lab_block(json{{"format", "q4_1"}, {"weights", wave(32)}}.dump()));
  for (const double offset : {-1.5, -0.8, 0.1}) {
    lab.cut(offset);
    EXPECT_TRUE(lab.pieces(-1).empty());
    expect_the_curve_is_the_error(lab, offset);
  }
}

TEST(ScaleLab, WholeBlocksShowTheirBytesAndWhatIsWritten) {
  json request = {{"format", "q4_0"}, {"weights", std::vector<float>(32, 0.0f)}};
  request["weights"][0] = -8.0;
  ScaleLab lab(parse_lab_block(request.dump()));
  const LabPoint point = lab.point(1.0, 0);
  EXPECT_EQ(point.bytes, "003c80" + std::string("88888888888888888888888888888888").substr(2));
  EXPECT_EQ(point.codes[0], 0);
  EXPECT_EQ(by_name(report_of(lab))["llama.cpp"]["bytes"], point.bytes);
  for (const char* format : {"q4_0", "q5_0", "q8_0", "iq4_nl", "mxfp4", "q4_1", "q5_1"}) {
    ScaleLab whole(parse_lab_block(json{{"format", format}, {"weights", wave(32)}}.dump()));
    const json methods = by_name(report_of(whole));
    for (const auto& [name, method] : methods.items()) {
      EXPECT_EQ(method["bytes"].get<std::string>().size() % 2, 0u);
      EXPECT_GE(method["error"].get<double>() * (1 + 1e-6), methods["exact"]["error"].get<double>())
          << format << " " << name;
    }
    EXPECT_LE(methods["lowest-error"]["error"].get<double>(), methods["llama.cpp"]["error"].get<double>()) << format;
    EXPECT_EQ(methods.contains("quick"),
              find_quantizer(find_format(format)->type, quick_method, best_kernel()) != nullptr)
        << format;
  }
}

TEST(ScaleLab, SubBlocksOfKQuantsStoreMultiplesOfTheirSuperBlocksNumbers) {
  const std::vector<float> super = wave(256);
  for (const char* format : {"q2_K", "q3_K", "q4_K", "q5_K", "q6_K"}) {
    const size_t n = find_format(format)->scale_length;
    json request = json::parse(super_block_numbers(format, super.data()));
    request["format"] = format;
    request["weights"] = std::vector<float>(super.begin(), super.begin() + static_cast<std::ptrdiff_t>(n));
    ScaleLab lab(parse_lab_block(request.dump()));
    const json report = report_of(lab), methods = by_name(report);
    EXPECT_EQ(report["storage"], "multiples");
    const double d = request["superScale"];
    for (const auto& [name, method] : methods.items()) {
      const double multiple = method["scale"].get<double>() / d;
      EXPECT_NEAR(multiple, std::round(multiple), 1e-6) << format;
      EXPECT_GE(method["error"].get<double>() * (1 + 1e-9), methods["exact"]["error"].get<double>())
          << format << " " << name;
      EXPECT_LE(method["offset"].get<double>(), 0.0);
    }
    EXPECT_NEAR(lab.block().scale.next(0, 1), std::fabs(d), 1e-9) << format;
    // Without the super-block's numbers any scale will do, and the best is no worse.
    request.erase("superScale");
    ScaleLab free(parse_lab_block(request.dump()));
    const json real = report_of(free);
    EXPECT_EQ(real["storage"], "real");
    EXPECT_LE(by_name(real)["exact"]["error"].get<double>(), methods["exact"]["error"].get<double>() * (1 + 1e-9))
        << format;
  }
  EXPECT_THROW(super_block_numbers("q4_0", super.data()), Error);
}

TEST(ScaleLab, TheMapIsTheErrorOfItsCells) {
  ScaleLab lab(parse_lab_block(
      json{{"format", "q5_1"}, {"weights", wave(20)}, {"importance", std::vector<float>(20, 2)}}.dump()));
  std::vector<float> errors(6);
  lab.error_map({0, 0.3, -2, 0}, 3, 2, errors.data());
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 3; ++column) {
      EXPECT_NEAR(errors[row * 3 + column], lab.point(0.05 + 0.1 * column, -1.5 + row).relative_error, 1e-6);
    }
  }
}

TEST(ScaleLab, ErrorsOfManyBlocksAreThoseOfEach) {
  const std::vector<float> x = wave(4 * 32);
  for (const char* method : {"llama.cpp", "exact", "quick", "lowest-error"}) {
    for (const char* format : {"q4_1", "q4_0"}) {
      float errors[4], ranges[4], peaks[4];
      ScaleLab lab(parse_lab_block(json{{"format", format}, {"weights", wave(32)}}.dump()));
      if (!find_quantizer(find_format(format)->type, method, best_kernel())) continue;
      lab.block_errors(method, x.data(), 4, errors);
      lab.block_shapes(x.data(), 4, ranges, peaks);
      for (size_t b = 0; b < 4; ++b) {
        const std::vector<float> one(x.begin() + 32 * static_cast<std::ptrdiff_t>(b),
                                     x.begin() + 32 * static_cast<std::ptrdiff_t>(b + 1));
        ScaleLab alone(parse_lab_block(json{{"format", format}, {"weights", one}}.dump()));
        EXPECT_NEAR(errors[b], by_name(report_of(alone))[method]["relativeError"].get<double>(), 1e-6);
        EXPECT_GE(peaks[b], 1.0f);
        const json of_one = by_name(report_of(alone))[alone.block().affine ? "min-max" : "max7"];
        EXPECT_NEAR(ranges[b], of_one["divisor"].get<double>() * of_one["scale"].get<double>(), 1e-5);
      }
    }
  }
  float error, range, peak;
  ScaleLab own(parse_lab_block(classic));
  EXPECT_THROW(own.block_errors("llama.cpp", x.data(), 1, &error), Error);
  const float zeros[4] = {0, 0, 0, 0};
  own.block_shapes(zeros, 1, &range, &peak);
  EXPECT_EQ(range, 0.0f);
  EXPECT_EQ(peak, 0.0f);
}

TEST(ScaleLab, StepsThroughStorableScales) {
  const auto step = [](double scale, int steps, Storage storage) {
    return LabNumbers{storage, 0, 0, 0}.next(scale, steps);
  };
  EXPECT_EQ(step(1.0, 1, Storage::f16), 1.0 + 1.0 / 1024);
  EXPECT_EQ(step(1.0, -1, Storage::f16), 1.0 - 1.0 / 2048);
  EXPECT_EQ(step(-1.0, 1, Storage::f16), -1.0 + 1.0 / 2048);
  EXPECT_GT(step(0.0, 1, Storage::f16), 0.0);
  EXPECT_LT(step(0.0, -1, Storage::f16), 0.0);
  EXPECT_EQ(step(1.0, 2, Storage::e8m0), 4.0);
  EXPECT_GT(step(1.0, 1, Storage::ue4m3), 1.0);
}

TEST(ScaleLab, SaysWhatIsWrongWithARequest) {
  for (const char* request :
       {"", "[]", "{}", R"({"weights":[]})", R"({"weights":["a"],"levels":[-1,1]})",
        R"({"weights":[1e99],"levels":[-1,1]})", R"({"weights":[1],"levels":[1,2]})",
        R"({"weights":[1],"levels":[-1,-1,1]})", R"({"weights":[1],"format":"iq2_xs"})",
        R"({"weights":[1],"importance":[1,2],"levels":[-1,1]})", R"({"weights":[1],"importance":[-1],"levels":[-1,1]})",
        R"({"weights":[1],"levels":[-1,1],"storage":"f8"})", R"({"weights":[1]})", R"({"weights":[1],"format":3})",
        R"({"weights":[1],"format":"q4_K","superScale":"x"})"}) {
    EXPECT_THROW(parse_lab_block(request), Error) << request;
  }
}

}  // namespace
}  // namespace nibble
