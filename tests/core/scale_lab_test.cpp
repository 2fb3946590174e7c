#include "lab/scale_lab.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "error.h"

namespace nibble {
namespace {

using nlohmann::json;

const char* const classic = R"({"weights":[0.1,0.2,0.3,0.6],"levels":[-7,-6,-5,-4,-3,-2,-1,0,1,2,3,4,5,6,7]})";

TEST(ScaleLab, TheClassicBlock) {
  const json report = json::parse(lab_report(parse_lab_block(classic)));
  json by_name;
  for (const json& method : report["methods"]) by_name[method["name"].get<std::string>()] = method;
  EXPECT_NEAR(by_name["max7"]["scale"].get<double>(), 0.6 / 7, 1e-7);
  EXPECT_NEAR(by_name["max7"]["decoded"][0].get<double>(), 0.0857, 1e-4);
  EXPECT_NEAR(by_name["max7"]["decoded"][2].get<double>(), 0.3428, 1e-4);
  EXPECT_NEAR(by_name["exact"]["scale"].get<double>(), 0.1, 1e-7);
  EXPECT_LT(by_name["exact"]["relativeError"].get<double>(), 1e-6);
}

TEST(ScaleLab, TheCurveIsTheErrorOfEveryPoint) {
  const LabBlock block = parse_lab_block(
      R"({"weights":[0.5,-0.31,0.02,0.11,-0.8,0.4],"importance":[1,2,0.5,1,1,3],"format":"iq4_nl"})");
  const json report = json::parse(lab_report(block));
  for (const json& branch : report["curve"]) {
    for (const json& piece : branch["pieces"]) {
      const double to = piece["to"], from = piece["from"].is_null() ? 2 * to : piece["from"].get<double>();
      const double scale = branch["sign"].get<int>() * (from + to) / 2;
      const double drawn = report["squareSum"].get<double>() - 2 * scale * piece["A"].get<double>() +
                           scale * scale * piece["B"].get<double>();
      EXPECT_NEAR(drawn, lab_point(block, scale).error, 1e-6 * (1 + drawn));
    }
  }
}

TEST(ScaleLab, WholeBlocksShowTheirBytes) {
  json request = {{"format", "q4_0"}, {"weights", std::vector<float>(32, 0.0f)}};
  request["weights"][0] = -8.0;
  const LabPoint point = lab_point(parse_lab_block(request.dump()), 1.0);
  EXPECT_EQ(point.bytes, "003c80" + std::string("88888888888888888888888888888888").substr(2));
  EXPECT_EQ(point.codes[0], 0);
}

TEST(ScaleLab, StepsThroughStorableScales) {
  EXPECT_EQ(step_scale(1.0, 1, Storage::f16), 1.0 + 1.0 / 1024);
  EXPECT_EQ(step_scale(1.0, -1, Storage::f16), 1.0 - 1.0 / 2048);
  EXPECT_EQ(step_scale(-1.0, 1, Storage::f16), -1.0 + 1.0 / 2048);
  EXPECT_GT(step_scale(0.0, 1, Storage::f16), 0.0);
  EXPECT_LT(step_scale(0.0, -1, Storage::f16), 0.0);
  EXPECT_EQ(step_scale(1.0, 2, Storage::e8m0), 4.0);
  EXPECT_GT(step_scale(1.0, 1, Storage::ue4m3), 1.0);
}

TEST(ScaleLab, SaysWhatIsWrongWithARequest) {
  for (const char* request :
       {"", "[]", "{}", R"({"weights":[]})", R"({"weights":["a"],"levels":[-1,1]})", R"({"weights":[1e99],"levels":[-1,1]})",
        R"({"weights":[1],"levels":[1,2]})", R"({"weights":[1],"levels":[-1,-1,1]})", R"({"weights":[1],"format":"q4_K"})",
        R"({"weights":[1],"importance":[1,2],"levels":[-1,1]})", R"({"weights":[1],"importance":[-1],"levels":[-1,1]})",
        R"({"weights":[1],"levels":[-1,1],"storage":"f8"})", R"({"weights":[1]})", R"({"weights":[1],"format":3})"}) {
    EXPECT_THROW(parse_lab_block(request), Error) << request;
  }
}

}  // namespace
}  // namespace nibble
