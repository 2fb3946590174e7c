#include "network/pass_json.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/network_cases.h"
#include "json/parse.h"

namespace nibble::network {
namespace {

/// What workers are told of a network is all that its layers need: its scores are the same to the bit.
TEST(PassJson, WorkersGetTheWholeNetwork) {
  const std::vector<TokenSequence> texts = {network_text()};
  for (const auto& [name, files] : invented_files()) {
    const RunModel model(files);
    const PassPlan plan = model.plan(texts);
    const std::string told = parse_json(pass_plan_json(plan, model.model())).at("network").dump();
    const PassRequest request =
        parse_pass_request(R"({"kernel":"scalar","sequences":[],"networks":[{"network":)" + told +
                           R"(,"workChannels":)" + std::to_string(plan.work_channels) + "}]}");
    ASSERT_EQ(request.networks.size(), 1u);
    const auto& [network, channels] = request.networks[0];
    Forward here(plan.network, plan.work_channels, texts), there(network, channels, texts);
    for (Forward* forward : {&here, &there}) {
      for (const Step& step : plan.steps) model.step(*forward, step, step.op != Op::logits);
      model.take(*forward, plan.steps.back().tiles[0]);
    }
    const PanelView one = here.logits().view, other = there.logits().view;
    const size_t panels = here.places()[0].panels();
    EXPECT_EQ(std::memcmp(one.data, other.data, panels * one.stride * sizeof(float)), 0) << name;
  }
}

}  // namespace
}  // namespace nibble::network
