// The forward pass, against what llama.cpp computed.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <numeric>

#include "core/gguf_builder.h"
#include "core/network_cases.h"
#include "core/sentence_of.h"
#include "error.h"
#include "network/streams.h"

namespace nibble::network {
namespace {

/// The natural logarithms of the probabilities that scores stand for.
std::vector<double> log_probabilities(const float* scores, size_t count) {
  double largest = scores[0], sum = 0;
  for (size_t i = 0; i < count; ++i) largest = std::max(largest, double{scores[i]});
  for (size_t i = 0; i < count; ++i) sum += std::exp(double{scores[i]} - largest);
  std::vector<double> all(count);
  for (size_t i = 0; i < count; ++i) all[i] = double{scores[i]} - largest - std::log(sum);
  return all;
}

double divergence(const std::vector<double>& one, const std::vector<double>& other) {
  double sum = 0;
  for (size_t i = 0; i < one.size(); ++i) sum += std::exp(one[i]) * (one[i] - other[i]);
  return sum;
}

/// The positions in network_text() whose scores the files of tests/data/llama-cpp-scores have.
constexpr size_t kept_positions[] = {40, 90, 126};
constexpr size_t vocabulary = 512;

std::vector<float> llama_cpp_scores(const std::string& name) {
  const std::vector<uint8_t> bytes = test_file("llama-cpp-scores/" + name + ".f32");
  std::vector<float> scores(std::size(kept_positions) * vocabulary);
  EXPECT_EQ(bytes.size(), scores.size() * sizeof(float)) << name;
  std::memcpy(scores.data(), bytes.data(), std::min(bytes.size(), scores.size() * sizeof(float)));
  return scores;
}

/// Files for tests/data/llama-cpp-scores/make.mjs, where NIBBLE_WRITE_NETWORKS names a folder.
void write_networks(const std::string& folder) {
  for (const auto& [name, files] : invented_files()) {
    std::ofstream(folder + '/' + name + ".gguf", std::ios::binary)
        .write(reinterpret_cast<const char*>(files[0].second.data()),
               static_cast<std::streamsize>(files[0].second.size()));
  }
  std::ofstream tokens(folder + "/tokens.json");
  const TokenSequence text = network_text();
  for (size_t i = 0; i < text.tokens.size(); ++i) tokens << (i ? "," : "[") << text.tokens[i];
  tokens << "]";
}

TEST(Network, EveryFamilyScoresAsLlamaCppDoes) {
  if (const char* folder = std::getenv("NIBBLE_WRITE_NETWORKS")) write_networks(folder);
  const std::vector<NetworkCase> cases = network_cases();
  ASSERT_GT(cases.size(), 18u);
  for (const auto& [name, files] : cases) {
    SCOPED_TRACE(name);
    const RunModel model(files);
    const auto scores = scores_of(model, {network_text()});
    ASSERT_EQ(scores.size(), 127u);
    const std::vector<float> expected = llama_cpp_scores(name);
    double mean = 0;
    for (size_t i = 0; i < std::size(kept_positions); ++i) {
      const auto theirs = log_probabilities(&expected[i * vocabulary], vocabulary);
      const auto ours = log_probabilities(scores[kept_positions[i]].data(), vocabulary);
      mean += divergence(theirs, ours) / std::size(kept_positions);
    }
    // llama.cpp takes GELU from a table of half floats; nothing else differs but the order of sums.
    const bool gelu = plan_pass(model.model(), {}).network.architecture->activation == Activation::gelu;
    EXPECT_LT(mean, gelu ? 1e-5 : 1e-10) << name;
  }
}

/// What is asked of a computer: the same bits however the work is divided, with every kernel.
TEST(Network, FiguresDoNotDependOnKernelNorCompany) {
  const std::vector<NetworkCase> cases = {{"mixtral", family_files(family_case("mixtral"))},
                                          {"gemma2", family_files(family_case("gemma2"))},
                                          {"gpt-oss", gpt_oss_file()},
                                          delta_net_files()[0],
                                          gemma4_files()[0]};
  for (const auto& [name, files] : cases) {
    const RunModel model(files);
    std::vector<TokenSequence> texts(3, network_text());
    texts[1].tokens.resize(21);
    texts[2].tokens.resize(50);
    texts[2].first_scored = 25;
    const auto together = scores_of(model, texts);
    std::vector<std::vector<float>> alone;
    for (const TokenSequence& text : texts) {
      for (auto& row : scores_of(model, {text}, Kernel::scalar)) alone.push_back(row);
    }
    ASSERT_EQ(together.size(), alone.size());
    for (size_t i = 0; i < together.size(); ++i) {
      ASSERT_EQ(std::memcmp(together[i].data(), alone[i].data(), vocabulary * sizeof(float)), 0) << name << ' ' << i;
    }
  }
}

/// What others are asked to multiply, they are told completely, and what they answer is used: here with the same
/// arithmetic, and therefore to the same bits.
TEST(Network, ProductsMayBeComputedElsewhere) {
  for (const char* name : {"qwen2moe", "gemma2", "phi3", "starcoder2", "gemma3"}) {
    const RunModel model(family_files(family_case(name)));
    std::vector<TokenSequence> texts(2, network_text());
    texts[0].first_scored = 77;
    texts[1].tokens.resize(21);
    const PassPlan plan = model.plan(texts);
    Forward here(plan.network, plan.work_channels, texts), there(plan.network, plan.work_channels, texts);
    uint64_t last_input = 0;
    std::vector<float> input;
    for (const Step& step : plan.steps) {
      model.begin(here, step);
      model.begin(there, step);
      for (const Tile& tile : step.tiles) {
        model.take(here, tile);
        const uint8_t* bytes = model.at(tile);
        there.begin_tile(bytes, tile.first_row, tile.rows);
        const ProductOrder& order = there.order();
        const size_t panels = order.panel_count(), columns = order.weights.columns, rows = order.weights.rows;
        if (panels > 0 && there.input_number() != last_input) {
          last_input = there.input_number();
          input.assign(panels * columns * lanes, 0);
          for (size_t panel = 0; panel < panels; panel += 3) {
            copy_input(order, panel, std::min<size_t>(3, panels - panel), &input[panel * columns * lanes]);
          }
        }
        // Of tiles that begin at a row with an odd number of 16, only so much, and the rest here.
        const size_t elsewhere = tile.first_row / 16 % 2 == 0 ? panels : std::min<size_t>(12, panels);
        for (size_t panel = 0; panel < elsewhere; panel += 5) {
          const size_t count = std::min<size_t>(5, elsewhere - panel);
          std::vector<float> product(count * rows * lanes);
          multiply(order.weights, PlainInput(panels_of(input, columns)), 0, panel, count,
                   {product.data() - panel * rows * lanes, rows * lanes}, Into::set);
          fill(order, panel, count, product.data());
        }
        there.multiply(elsewhere);
        there.end_tile();
        if (step.op != Op::logits) continue;
        for (const auto& [first, count] : here.order().panels) {
          const size_t values = count * here.logits().view.stride * sizeof(float);
          ASSERT_EQ(std::memcmp(here.logits().view.at(first), there.logits().view.at(first), values), 0) << name;
        }
      }
      here.end();
      there.end();
    }
  }
}

/// Wide hidden layers are worked on in windows; the sums are those of the whole.
TEST(Network, WindowsOfTheHiddenLayerChangeNothing) {
  const RunModel model("ts3m-F16.gguf");
  const std::vector<TokenSequence> texts = {network_text()};
  const PassPlan whole = model.plan(texts);
  PassOptions many;
  many.tokens = 200000;
  many.sequences = 800;
  many.longest = 256;
  const PassPlan windows = plan_pass(model.model(), many);
  ASSERT_GT(windows.steps.size(), whole.steps.size());
  many.least_window = 4096;
  EXPECT_EQ(plan_pass(model.model(), many).steps.size(), whole.steps.size());
  std::vector<std::vector<float>> residuals;
  for (const PassPlan* plan : {&whole, &windows}) {
    Forward forward(plan->network, plan->work_channels, texts);
    for (const Step& step : plan->steps) model.step(forward, step, step.op != Op::logits);
    model.take(forward, plan->steps.back().tiles[3]);
    const PanelView view = forward.logits().view;
    residuals.emplace_back(view.data, view.data + 16 * view.stride);
  }
  EXPECT_EQ(residuals[0], residuals[1]);
}

/// The most likely tokens as a sort of all finds them, and their probabilities.
void expect_likeliest(std::span<const Candidate> found, const std::vector<double>& logarithms) {
  std::vector<size_t> order(logarithms.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return logarithms[a] > logarithms[b]; });
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].token, static_cast<double>(order[i]));
    EXPECT_NEAR(found[i].probability, std::exp(logarithms[order[i]]), 1e-6);
  }
}

TEST(Network, PredictsWhatItsScoresSay) {
  const RunModel model("stories260K-F32.gguf");
  TokenSequence text = network_text();
  text.first_scored = 60;
  const auto scores = scores_of(model, {text});
  const auto figures = predict(model, {text});
  ASSERT_EQ(figures.size(), scores.size());
  for (size_t i = 0; i < figures.size(); ++i) {
    const auto expected = log_probabilities(scores[i].data(), vocabulary);
    EXPECT_NEAR(figures[i].log_probability, expected[static_cast<size_t>(text.tokens[61 + i])], 1e-6);
    expect_likeliest(figures[i].likely, expected);
    for (const Candidate& none : figures[i].second_likely) EXPECT_EQ(none.token, -1);
  }
}

TEST(Network, ComparesTwoModelsSideBySide) {
  const RunModel one("stories260K-F32.gguf"), other("ts3m-F16.gguf");
  const std::vector<TokenSequence> texts = {network_text()};
  const auto scores = scores_of(one, texts), others = scores_of(other, texts);
  const auto figures = compare(one, other, texts);
  const auto same = compare(one, one, texts);
  ASSERT_EQ(figures.size(), scores.size());
  for (size_t i = 0; i < figures.size(); ++i) {
    const auto first = log_probabilities(scores[i].data(), vocabulary);
    const auto second = log_probabilities(others[i].data(), vocabulary);
    EXPECT_NEAR(figures[i].divergence, divergence(first, second), 1e-5 * divergence(first, second));
    EXPECT_EQ(same[i].divergence, 0);
    const auto top = static_cast<size_t>(figures[i].likely[0].token);
    EXPECT_NEAR(figures[i].top_probability_in_second, std::exp(second[top]), 1e-6);
    EXPECT_NEAR(figures[i].second_log_probability, second[static_cast<size_t>(texts[0].tokens[i + 1])], 1e-5);
    expect_likeliest(figures[i].second_likely, second);
  }
}

/// One network before, the other behind the last feed-forward network.
TEST(Network, SaysHowFarStreamsAreApart) {
  const RunModel model("ts3m-F16.gguf");
  std::vector<TokenSequence> texts(2, network_text());
  texts[1].tokens.resize(19);
  const PassPlan plan = model.plan(texts);
  Forward first(plan.network, plan.work_channels, texts), second(plan.network, plan.work_channels, texts);
  std::vector<std::vector<double>> found;
  for (const Step& step : plan.steps) {
    if (step.op == Op::logits) break;
    model.step(first, step);
    if (step.op == Op::finish_feed_forward) found.push_back(stream_errors(first, second));
    model.step(second, step);
    if (step.op == Op::finish_feed_forward) {
      EXPECT_EQ(stream_errors(first, second), std::vector<double>({0, 128, 0, 19}));
    }
    if (step.op != Op::finish_feed_forward || step.layer + 1 < plan.network.layers) continue;
    // What the last network added, seen from a third that has not come so far.
    Forward third(plan.network, plan.work_channels, texts);
    for (const Step& again : plan.steps) {
      if (again.op == Op::finish_feed_forward && again.layer == step.layer) break;
      model.step(third, again);
    }
    std::vector<double> expected;
    for (const auto& [panel, tokens] : first.places()) {
      double sum = 0;
      for (size_t token = 0; token < tokens; ++token) {
        std::vector<double> one, added;
        for (size_t channel = 0; channel < plan.network.embedding; ++channel) {
          const size_t at = channel * lanes + token % lanes;
          one.push_back(double{first.residual_at(panel + token / lanes)[at]});
          added.push_back(one.back() - double{third.residual_at(panel + token / lanes)[at]});
        }
        const auto length = [](const std::vector<double>& v) {
          return std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
        };
        sum += length(added) / length(one);
      }
      expected.push_back(sum);
      expected.push_back(static_cast<double>(tokens));
    }
    ASSERT_EQ(found.back().size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found.back()[i], expected[i], 1e-12 * expected[i]);
    EXPECT_GT(found.back()[0], 1);
  }
}

TEST(Network, ObservesTheInputOfEveryMatrix) {
  const RunModel model(family_files(family_case("qwen2moe")));
  std::vector<TokenSequence> texts(2, network_text());
  texts[1].tokens.resize(19);
  const PassPlan plan = model.plan(texts, true);
  Forward forward(plan.network, plan.work_channels, texts);
  std::map<std::string, double> counts;
  for (const Step& step : plan.steps) {
    const Observation seen = model.step(forward, step, step.op != Op::logits);
    if (step.observed.empty()) continue;
    ASSERT_EQ(seen.counts.size(), 2u);
    ASSERT_EQ(seen.sums.size(), 2 * step.columns);
    for (const uint32_t tensor : step.observed)
      counts[model.model().tensors()[tensor].name] += seen.counts[0] + seen.counts[1];
    for (const double sum : seen.sums) ASSERT_GE(sum, 0);
  }
  EXPECT_EQ(counts.size(), 2 * 12u);
  EXPECT_EQ(counts["blk.1.attn_q.weight"], 128 + 19);
  EXPECT_EQ(counts["blk.1.ffn_gate_inp.weight"], 128 + 19);
  EXPECT_EQ(counts["blk.1.ffn_down_shexp.weight"], 128 + 19);
  // Each token meets two experts.
  EXPECT_EQ(counts["blk.0.ffn_up_exps.weight"], 2 * (128 + 19));
}

/// What the matrices of delta nets, and those beside the residual stream, see is told once for each, and all of them
/// are told of.
TEST(Network, ObservesTheMatricesOfEveryLayer) {
  for (const auto& [name, files] :
       {delta_net_files()[0], delta_net_files()[1], delta_net_files()[2], gemma4_files()[0], gemma4_files()[1]}) {
    const RunModel model(files);
    std::map<std::string, double> tokens;
    const PassPlan plan = model.plan({network_text()}, true);
    Forward forward(plan.network, plan.work_channels, {network_text()});
    for (const Step& step : plan.steps) {
      const Observation seen = model.step(forward, step, step.op != Op::logits);
      for (const uint32_t tensor : step.observed) tokens[model.model().tensors()[tensor].name] += seen.counts.at(0);
    }
    for (const ModelTensor& tensor : model.model().tensors()) {
      const auto has = [&](const char* part) { return tensor.name.find(part) != std::string::npos; };
      const bool matrix = has("blk.") && has(".weight") && !has("norm") && !has("conv1d") && !has("scale");
      // Layer 4 of one predicts further tokens, and layers 4 and 5 of another have the keys and values of others.
      const bool shares = name == "gemma4-small" && (has("attn_k.") || has("attn_v."));
      const bool unused = (has("blk.4.") && (name == "qwen35" || shares)) || (has("blk.5.") && shares);
      EXPECT_EQ(tokens[tensor.name], !matrix || unused ? 0
                                     : has("_exps")    ? 2 * 128
                                                       : 128)
          << name << ' ' << tensor.name;
    }
  }
}

/// Columns held against a threshold: the middle of what they reach, so that some lie beyond it and some do not.
TEST(Network, CountsTokensBeyondAThreshold) {
  const RunModel model(family_files(family_case("mixtral")));
  std::vector<TokenSequence> texts(2, network_text());
  texts[1].tokens.resize(19);
  const PassPlan plan = model.plan(texts, true);
  // Of each sequence alone and of both, with another threshold of which every magnitude lies beyond.
  const auto look = [&](const std::vector<TokenSequence>& read, float threshold) {
    Forward forward(plan.network, plan.work_channels, read);
    std::vector<Observation> seen;
    for (const Step& step : plan.steps) {
      if (step.op == Op::logits) break;
      const ModelTensor& source = model.model().tensors()[step.tensor];
      forward.begin(step,
                    {std::string(format_of(source.stored).name), source.shape[0], source.transform.head_rows,
                     source.transform.add},
                    !step.observed.empty(), {}, threshold);
      for (const Tile& tile : step.tiles) model.take(forward, tile);
      Observation observation = forward.end();
      if (!step.observed.empty()) seen.push_back(std::move(observation));
    }
    return seen;
  };
  const auto both = look(texts, 1.25f), second = look({texts[1]}, 1.25f), all = look(texts, 1e-30f);
  ASSERT_EQ(both.size(), second.size());
  size_t beyond = 0, within = 0;
  for (size_t i = 0; i < both.size(); ++i) {
    const size_t columns = both[i].magnitudes.beyond.size() / 2;
    ASSERT_EQ(both[i].sums.size(), 2 * columns);
    for (size_t at = 0; at < 2 * columns; ++at) {
      const double count = both[i].magnitudes.beyond[at], largest = both[i].magnitudes.largest[at];
      EXPECT_EQ(count > 0, largest >= 1.25);
      EXPECT_LE(all[i].magnitudes.beyond[at], all[i].counts[at / columns]);
      // Each counted square is at least that of the threshold, and none is larger than the largest.
      EXPECT_GE(both[i].sums[at] * 1.00001, count * 1.25 * 1.25);
      EXPECT_LE(both[i].sums[at], all[i].counts[at / columns] * largest * largest * 1.00001);
      if (at >= columns) {
        EXPECT_EQ(count, second[i].magnitudes.beyond[at - columns]);
        EXPECT_EQ(largest, second[i].magnitudes.largest[at - columns]);
      }
      ++(count > 0 ? beyond : within);
    }
  }
  EXPECT_GT(beyond, 100u);
  EXPECT_GT(within, 100u);
}

/// The squares of the columns of a matrix's input, as what comes out of the norm before it.
TEST(Network, SumsOfSquaresAreThoseOfTheInput) {
  const RunModel model("stories260K-F32.gguf");
  const std::vector<TokenSequence> texts = {{{1, 300, 301, 302, 303}, 0}};
  const PassPlan plan = model.plan(texts, true);
  Forward forward(plan.network, plan.work_channels, texts);
  std::vector<float> norm(64), embedding;
  for (const Step& step : plan.steps) {
    const ModelTensor& source = model.model().tensors()[step.tensor];
    if (step.op == Op::query) {
      forward.begin(step, {"f32", 64}, true, {}, 0.75f);
      for (const Tile& tile : step.tiles) model.take(forward, tile);
      const Observation seen = forward.end();
      std::vector<double> beyond(64), largest(64);
      const ModelTensor& tokens = model.model().tensors()[plan.steps[0].tensor];
      const std::vector<uint8_t>& bytes = model.bytes();
      std::vector<double> expected(64);
      for (const int32_t token : texts[0].tokens) {
        std::vector<float> row(64);
        std::memcpy(row.data(), bytes.data() + tokens.slices[0].offset + static_cast<size_t>(token) * 256, 256);
        double squares = 0;
        for (const float x : row) squares += double{x} * double{x};
        for (size_t i = 0; i < 64; ++i) {
          const double value =
              double{row[i]} / std::sqrt(squares / 64 + double{plan.network.epsilon}) * double{norm[i]};
          expected[i] += value * value;
          beyond[i] += std::fabs(value) >= 0.75 ? 1 : 0;
          largest[i] = std::max(largest[i], std::fabs(value));
        }
      }
      for (size_t i = 0; i < 64; ++i) {
        EXPECT_NEAR(seen.sums[i], expected[i], 1e-5 * expected[i]);
        EXPECT_EQ(seen.magnitudes.beyond[i], beyond[i]);
        EXPECT_NEAR(seen.magnitudes.largest[i], largest[i], 1e-5 * largest[i]);
      }
      return;
    }
    if (step.op == Op::vector && step.vector == Vector::attention_norm) {
      std::memcpy(norm.data(), model.bytes().data() + source.slices[0].offset, 256);
    }
    model.step(forward, step);
  }
}

/// The header of an F16 model that is too large to be made: tensors one after the other, whose weights nobody has.
class LargeModel {
 public:
  /// Matrices in F16, vectors in F32.
  void add(const std::string& name, const std::vector<uint64_t>& shape) {
    const bool matrix = shape.size() > 1;
    file.tensor(name, shape, matrix ? 1 : 0, 0, offset_);
    offset_ += matrix ? shape[0] * shape[1] * 2 : (shape[0] * 4 + 31) / 32 * 32;
  }

  Model model() {
    const std::vector<uint8_t> header = file.build();
    Model model;
    EXPECT_EQ(model.offer(0, "large.gguf", header.size() + offset_, 0, header).bytes, 0u);
    model.complete();
    return model;
  }

  GgufBuilder file;

 private:
  uint64_t offset_ = 0;
};

/// A llama of these sizes.
Model llama_of(uint64_t layers, uint32_t embedding, uint32_t heads, uint32_t key_heads, uint32_t hidden,
               uint64_t tokens) {
  LargeModel large;
  GgufBuilder& file = large.file;
  file.value("general.architecture", "llama").value("llama.block_count", static_cast<uint32_t>(layers));
  file.value("llama.embedding_length", embedding).value("llama.attention.head_count", heads);
  file.value("llama.attention.head_count_kv", key_heads).value("llama.feed_forward_length", hidden);
  file.value("llama.context_length", 8192);
  large.add("token_embd.weight", {embedding, tokens});
  large.add("output_norm.weight", {embedding});
  const uint64_t keys = uint64_t{embedding} / heads * key_heads;
  for (uint64_t layer = 0; layer < layers; ++layer) {
    const std::string prefix = "blk." + std::to_string(layer) + '.';
    large.add(prefix + "attn_norm.weight", {embedding});
    large.add(prefix + "attn_q.weight", {embedding, embedding});
    large.add(prefix + "attn_k.weight", {embedding, keys});
    large.add(prefix + "attn_v.weight", {embedding, keys});
    large.add(prefix + "attn_output.weight", {embedding, embedding});
    large.add(prefix + "ffn_norm.weight", {embedding});
    large.add(prefix + "ffn_gate.weight", {embedding, hidden});
    large.add(prefix + "ffn_up.weight", {embedding, hidden});
    large.add(prefix + "ffn_down.weight", {hidden, embedding});
  }
  return large.model();
}

/// The same of a Qwen3.5.
Model qwen35_of(uint32_t layers, uint32_t embedding, uint32_t heads, uint32_t key_heads, uint32_t hidden,
                uint32_t delta_heads, uint64_t tokens) {
  constexpr uint32_t head = 256, delta = 128, delta_key_heads = 16;
  LargeModel large;
  GgufBuilder& file = large.file;
  const std::string of = "qwen35.";
  file.value("general.architecture", "qwen35").value(of + "block_count", layers);
  file.value(of + "embedding_length", embedding).value(of + "feed_forward_length", hidden);
  file.value(of + "attention.head_count", heads).value(of + "attention.head_count_kv", key_heads);
  file.value(of + "attention.key_length", head).value(of + "attention.value_length", head);
  file.value(of + "rope.dimension_count", 64).value(of + "ssm.conv_kernel", 4).value(of + "ssm.state_size", delta);
  file.value(of + "ssm.group_count", delta_key_heads).value(of + "ssm.time_step_rank", delta_heads);
  file.value(of + "ssm.inner_size", delta_heads * delta);
  large.add("token_embd.weight", {embedding, tokens});
  large.add("output_norm.weight", {embedding});
  for (uint32_t layer = 0; layer < layers; ++layer) {
    const std::string prefix = "blk." + std::to_string(layer) + '.';
    const uint64_t values = uint64_t{delta_heads} * delta, mixed = values + 2 * delta_key_heads * delta;
    large.add(prefix + "attn_norm.weight", {embedding});
    if (layer % 4 == 3) {
      large.add(prefix + "attn_q.weight", {embedding, 2 * heads * head});
      large.add(prefix + "attn_k.weight", {embedding, key_heads * head});
      large.add(prefix + "attn_v.weight", {embedding, key_heads * head});
      large.add(prefix + "attn_q_norm.weight", {head});
      large.add(prefix + "attn_k_norm.weight", {head});
      large.add(prefix + "attn_output.weight", {heads * head, embedding});
    } else {
      large.add(prefix + "attn_qkv.weight", {embedding, mixed});
      large.add(prefix + "attn_gate.weight", {embedding, values});
      large.add(prefix + "ssm_beta.weight", {embedding, delta_heads});
      large.add(prefix + "ssm_alpha.weight", {embedding, delta_heads});
      large.add(prefix + "ssm_conv1d.weight", {4, mixed});
      large.add(prefix + "ssm_dt.bias", {delta_heads});
      large.add(prefix + "ssm_a", {delta_heads});
      large.add(prefix + "ssm_norm.weight", {delta});
      large.add(prefix + "ssm_out.weight", {values, embedding});
    }
    large.add(prefix + "post_attention_norm.weight", {embedding});
    large.add(prefix + "ffn_gate.weight", {embedding, hidden});
    large.add(prefix + "ffn_up.weight", {embedding, hidden});
    large.add(prefix + "ffn_down.weight", {hidden, embedding});
  }
  return large.model();
}

/// The bound the plan states, for 8 192 tokens in texts of 512 and four workers.
TEST(Network, MemoryOfLargeModelsIsBounded) {
  PassOptions options;
  options.tokens = 8192;
  options.sequences = 16;
  options.longest = 512;
  const auto bound = [&](const Model& model) {
    const PassMemory memory = plan_pass(model, options).memory;
    return static_cast<double>(memory.activations + 4 * memory.per_worker) / 1e6;
  };
  EXPECT_LT(bound(llama_of(16, 2048, 32, 8, 8192, 128256)), 300);    // Llama 3.2 1B
  EXPECT_LT(bound(llama_of(32, 4096, 32, 8, 14336, 128256)), 1000);  // Llama 3.1 8B
  EXPECT_GT(bound(llama_of(16, 2048, 32, 8, 8192, 128256)), 200);
  EXPECT_LT(bound(qwen35_of(32, 4096, 16, 4, 12288, 32, 248320)), 1000);  // Qwen3.5 9B
}

TEST(Network, SaysWhatCannotBeRun) {
  const auto problem_of = [](const Files& files) {
    return sentence_of([&] { plan_pass(RunModel(files).model(), {}); });
  };
  Files files = family_files(family_case("llama3"));
  EXPECT_EQ(problem_of(files), "");
  RunModel damaged("ts3m-F16.gguf");
  const PassPlan plan = damaged.plan({network_text()});
  const Step* down = nullptr;
  for (const Step& step : plan.steps) {
    if (step.op == Op::down && step.layer == 2) down = &step;
  }
  const uint16_t infinite = 0x7C00;
  std::memcpy(damaged.bytes().data() + down->tiles[0].offset + 2 * 770, &infinite, sizeof infinite);
  EXPECT_EQ(sentence_of([&] { predict(damaged, {network_text()}); }),
            "The weight at row 1, column 2 (both counted from 0) is infinite. A model with such weights is of no "
            "use: the file is damaged, or its training failed.");
  RunModel overflowing(decoder_file(Decoder{.architecture = "llama"}));
  const PassPlan its = overflowing.plan({network_text()});
  for (const Step& step : its.steps) {
    if (step.layer != 1 || (step.op != Op::up && step.op != Op::down)) continue;
    const std::vector<float> large(step.tiles[0].bytes / sizeof(float), step.op == Op::up ? 1e15f : 3e38f);
    std::memcpy(overflowing.bytes().data() + step.tiles[0].offset, large.data(), step.tiles[0].bytes);
  }
  EXPECT_EQ(
      sentence_of([&] { predict(overflowing, {network_text()}); }),
      "After layer 1's feed-forward network the activations are no longer finite numbers. The model's weights are "
      "damaged, or too large for the type they are stored in.");
  PassOptions longer;
  longer.longest = 65;
  const Decoder grows{.architecture = "mistral3",
                      .numbers = {{"attention.temperature_scale", 0.1f}},
                      .sizes = {{"rope.scaling.original_context_length", 64}}};
  const RunModel growing(decoder_file(grows));
  EXPECT_EQ(sentence_of([&] { plan_pass(growing.model(), {}); }), "");
  EXPECT_EQ(sentence_of([&] { plan_pass(growing.model(), longer); }),
            "In texts of more than 64 tokens this model's attention is another, which Nibble cannot run. Use shorter "
            "stretches.");
  const Decoder routed{.architecture = "llama", .experts = 4, .sizes = {{"expert_gating_func", 3}}};
  EXPECT_EQ(problem_of(decoder_file(routed)),
            "The metadata entry \"llama.expert_gating_func\" is 3, which Nibble does not know. Its answers would be "
            "wrong, so it is not run. Everything else works.");
  TokenSequence foreign = network_text();
  foreign.tokens[7] = 512;
  EXPECT_EQ(sentence_of([&] { predict(RunModel("ts3m-F16.gguf"), {foreign}); }),
            "The text has the token 512, but the model knows only tokens 0 to 511. Its tokenizer does not fit its "
            "weights.");
}

}  // namespace
}  // namespace nibble::network
