#include "calibration/stream_sums.h"

#include <gtest/gtest.h>

#include "core/network_cases.h"
#include "core/sentence_of.h"

namespace nibble::calibration {
namespace {

using network::Forward;
using network::Op;
using network::PassPlan;
using network::RunModel;
using network::Step;
using network::TokenSequence;

/// Two passes of a model over three texts, the second with every token of the last text another.
class StreamSums : public ::testing::Test {
 protected:
  StreamSums()
      : model_("ts3m-F16.gguf"),
        texts_{network::network_text(), {{1, 5, 9, 200, 31, 7, 12}, 0}, network::network_text()},
        others_(texts_),
        plan_(model_.plan(texts_, true)),
        first_(plan_.network, plan_.work_channels, texts_),
        second_(plan_.network, plan_.work_channels, changed()) {}

  /// Takes both up to the first step that does `op` in a layer, and begins it.
  void run_to(Op op, uint32_t layer) {
    for (const Step& step : plan_.steps) {
      const bool found = step.op == op && step.layer == layer;
      for (Forward* forward : {&first_, &second_}) {
        if (!found) {
          model_.step(*forward, step);
          continue;
        }
        model_.begin(*forward, step);
      }
      columns_ = step.columns;
      if (found) return;
    }
  }

  RunModel model_;
  std::vector<TokenSequence> texts_, others_;
  PassPlan plan_;
  Forward first_, second_;
  size_t columns_ = 0;

 private:
  std::vector<TokenSequence> changed() {
    for (int32_t& token : others_[2].tokens) token = (token + 11) % 400 + 3;
    return others_;
  }
};

TEST_F(StreamSums, HaveTheSumsOfSquaresOnTheirDiagonal) {
  run_to(Op::down, 1);
  const network::Observation seen = first_.end();
  const std::vector<float> sums = sums_over_tokens(Sums::inputs, nullptr, first_, {0, 2, 0, columns_});
  ASSERT_EQ(sums.size(), columns_ * columns_);
  for (size_t i = 0; i < columns_; ++i)
    EXPECT_NEAR(sums[i * columns_ + i], seen.sums[i] + seen.sums[columns_ + i], 1e-5 * seen.sums[i]);
  EXPECT_EQ(tokens_that_meet(first_, {0, 2, 0, columns_}), 135u);
}

TEST_F(StreamSums, OfAWindowAreThoseOfTheWhole) {
  run_to(Op::down, 0);
  const std::vector<float> whole = sums_over_tokens(Sums::cross, &first_, second_, {1, 2, 0, columns_});
  const std::vector<float> window = sums_over_tokens(Sums::cross, &first_, second_, {1, 2, 256, 300});
  for (size_t row = 0; row < 300; ++row) {
    for (size_t column = 0; column < 300; ++column)
      EXPECT_EQ(window[row * 300 + column], whole[(row + 256) * columns_ + column + 256]);
  }
}

TEST_F(StreamSums, CompareTheTwoModels) {
  run_to(Op::attention_output, 2);
  const auto sums = [&](Sums kind, size_t text) {
    return sums_over_tokens(kind, &first_, second_, {text, 1, 0, columns_});
  };
  // Of the same text: the same inputs, and nothing that one stream has more.
  EXPECT_EQ(sums(Sums::cross, 0), sums(Sums::inputs, 0));
  EXPECT_EQ(sums(Sums::residual, 0), std::vector<float>(plan_.network.embedding * columns_, 0.0f));
  EXPECT_NE(sums(Sums::cross, 2), sums(Sums::inputs, 2));

  // Of another, by hand: channel 3 of the stream, column 5 of the input.
  float expected = 0;
  second_.with_input([&](const network::ProductInput& input, size_t, const auto& places) {
    const network::SequencePanels& text = places[2];
    std::vector<float> scratch(columns_ * network::lanes);
    for (size_t panel = text.first_panel; panel < text.first_panel + text.panels(); ++panel) {
      const float* values = input.block(panel, 0, columns_, scratch.data());
      for (size_t lane = 0; lane < network::lanes; ++lane) {
        const size_t at = 3 * network::lanes + lane;
        expected +=
            (first_.residual_at(panel)[at] - second_.residual_at(panel)[at]) * values[5 * network::lanes + lane];
      }
    }
  });
  EXPECT_EQ(sums(Sums::residual, 2)[3 * columns_ + 5], expected);
}

TEST_F(StreamSums, RefuseWhatThereIsNot) {
  run_to(Op::query, 0);
  EXPECT_NE(sentence_of([&] { sums_over_tokens(Sums::inputs, nullptr, first_, {2, 2, 0, columns_}); }), "");
  EXPECT_NE(sentence_of([&] { sums_over_tokens(Sums::inputs, nullptr, first_, {0, 1, 8, columns_}); }), "");
  EXPECT_NE(sentence_of([&] { sums_over_tokens(Sums::cross, nullptr, first_, {0, 1, 0, columns_}); }), "");
}

}  // namespace
}  // namespace nibble::calibration
