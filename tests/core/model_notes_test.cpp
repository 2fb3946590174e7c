// What is said of a model wherever something is made of it.
#include "plan/model_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plan_checks.h"
#include "texts_of.h"

namespace nibble {
namespace {

using B = GgufBuilder;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr uint32_t f16 = 1;

/// A file of this architecture (none when empty) that embeds tokens, with or without a tokenizer.
Model language_model(const std::string& architecture, bool tokenizer) {
  B file;
  if (!architecture.empty()) file.value("general.architecture", architecture.c_str());
  if (tokenizer) file.value("tokenizer.ggml.model", "llama");
  file.tensor("token_embd.weight", {32, 2}, f16, 128);
  return model_of({file});
}

PlanOptions with_override(const std::string& key) {
  return parse_plan_options(R"({"type":"Q8_0","overrides":[{"key":")" + key + R"(","type":"str","value":"llama"}]})");
}

TEST(ModelNotes, AGgufFileThatNoProgramLoadsIsWarnedOf) {
  EXPECT_THAT(texts_of(model_notes(language_model("llama", true))), IsEmpty());
  EXPECT_THAT(texts_of(model_notes(language_model("", true))),
              ElementsAre(StartsWith("warning: The model does not name its architecture")));
  EXPECT_THAT(texts_of(model_notes(language_model("unknown", true))),
              ElementsAre(StartsWith("warning: The model says that its architecture is unknown")));
  EXPECT_THAT(texts_of(model_notes(language_model("llama", false))),
              ElementsAre(AllOf(StartsWith("warning: "), HasSubstr("tokenizer.ggml.model is missing"))));
}

TEST(ModelNotes, WhatAnOverrideMendsIsNotComplainedOf) {
  const Model nameless = language_model("", true), silent = language_model("llama", false);
  const auto notes = [](const Model& model, const std::string& key) {
    return texts_of(model_notes(model, with_override(key).overrides));
  };
  EXPECT_THAT(notes(nameless, "general.architecture"), IsEmpty());
  EXPECT_THAT(notes(silent, "tokenizer.ggml.model"), IsEmpty());
  EXPECT_EQ(notes(silent, "general.architecture").size(), 1u);
}

TEST(ModelNotes, WarningsComeFirstInThePlanToo) {
  B file;
  file.tensor("a.weight", {172, 2}, 0, 1376).tensor("none.weight", {0, 2}, 0, 0);
  const Plan plan = make_plan(model_of({file}), parse_plan_options(R"({"type":"Q4_0"})"));
  EXPECT_THAT(texts_of(plan.notes),
              ElementsAre(HasSubstr("warning: The model does not name"),
                          HasSubstr("note: 1 tensor without any weights"), HasSubstr("note: 1 tensor cannot be Q4_0")));
}

TEST(ModelNotes, AFileWithoutTensorsIsWarnedOf) {
  B file;
  file.value("general.architecture", "llama");
  EXPECT_THAT(texts_of(model_notes(model_of({file}))), ElementsAre(StartsWith("warning: The model has no tensors")));
}

}  // namespace
}  // namespace nibble
