#include "container/importance_statistics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "importance_files.h"
#include "json/parse.h"
#include "numeric/bits.h"
#include "reference/importance_reference.h"
#include "test_files.h"

namespace nibble {
namespace {

ImportanceStatistics statistics_of(const Bytes& file) {
  ImportanceSums sums;
  const std::span<const uint8_t> all(file);
  for (const ImportanceEntry& entry : read_index(file).entries) {
    sums.merge(entry, all.subspan(entry.values_offset, entry.values_bytes()),
               all.subspan(entry.counts_offset.value_or(0), entry.counts_bytes()), 512);
  }
  return importance_statistics(sums);
}

const TensorImportance& named(const ImportanceStatistics& statistics, const std::string& name) {
  for (const TensorImportance& one : statistics.tensors) {
    if (one.name == name) return one;
  }
  throw std::runtime_error(name);
}

Bytes one_tensor(const std::vector<float>& sums, float count = 2) {
  return gguf_file(
      {{"blk.0.attn_q.weight.in_sum2", {sums.size()}, sums}, {"blk.0.attn_q.weight.counts", {1}, {count}}});
}

void expect_like_reference(const TensorImportance& found, const std::vector<float>& means) {
  const reference::ImportanceFigures right = reference::importance_figures(means);
  const auto near = [&](double value, long double expected, const char* what) {
    EXPECT_NEAR(value, static_cast<double>(expected), 1e-6 * std::fabs(static_cast<double>(expected)) + 1e-9)
        << found.name << " " << what;
  };
  EXPECT_EQ(found.elements, means.size());
  near(found.sum, right.sum, "sum");
  near(found.min, right.min, "min");
  near(found.max, right.max, "max");
  near(found.mean, right.mean, "mean");
  near(found.deviation, right.deviation, "deviation");
  near(found.active, right.active, "active");
  near(found.entropy, right.entropy, "entropy");
  near(found.normalised_entropy.value_or(-1), right.normalised_entropy, "normalised entropy");
  near(found.beyond, right.beyond, "beyond");
}

TEST(ImportanceStatistics, EqualTheReferenceOnAFileOfLlamaImatrix) {
  const Bytes file = test_file("ts3m-imatrix.gguf");
  const ImportanceStatistics found = statistics_of(file);
  ASSERT_EQ(found.tensors.size(), 28u);
  const ImportanceIndex index = read_index(file);
  for (const TensorImportance& tensor : found.tensors) {
    expect_like_reference(tensor, values_of(file, *index.find(tensor.name)));
    if (tensor.layer == 0u) {
      EXPECT_FALSE(tensor.cosine.has_value());
      continue;
    }
    const std::string before = "blk." + std::to_string(*tensor.layer - 1) + tensor.name.substr(5);
    EXPECT_NEAR(tensor.cosine.value_or(-2),
                static_cast<double>(
                    reference::cosine(values_of(file, *index.find(tensor.name)), values_of(file, *index.find(before)))),
                1e-6);
  }
  // By part, the largest sum first.
  for (size_t i = 1; i < found.tensors.size(); ++i) {
    const TensorImportance &a = found.tensors[i - 1], &b = found.tensors[i];
    EXPECT_TRUE(a.part < b.part || (a.part == b.part && a.sum >= b.sum)) << b.name;
  }
}

TEST(ImportanceStatistics, EqualTheReferenceOnNastyNumbers) {
  std::vector<float> outlier(300, 0.5f);
  outlier[77] = 1e9f;
  std::vector<float> mixed;
  for (int i = 0; i < 1000; ++i) mixed.push_back(std::exp2(static_cast<float>(i % 61) - 30));
  const std::vector<std::vector<float>> cases = {{0, 0, 1, 0},        {1, 1, 1, 1, 1}, {2e-5f, 2.1e-5f, 1.9e-5f, 0},
                                                 {1e-40f, 3e-41f, 1}, outlier,         mixed};
  for (const std::vector<float>& sums : cases) {
    std::vector<float> means;
    for (const float sum : sums) means.push_back(sum / 2);
    expect_like_reference(named(statistics_of(one_tensor(sums)), "blk.0.attn_q.weight"), means);
  }
}

TEST(ImportanceStatistics, ZerosHaveNoEntropyAndASingleNumberNoLargestOne) {
  const TensorImportance zeros = named(statistics_of(one_tensor({0, 0, 0})), "blk.0.attn_q.weight");
  EXPECT_EQ(zeros.entropy, 0);
  EXPECT_EQ(zeros.active, 0);
  EXPECT_EQ(zeros.beyond, 0);
  EXPECT_FALSE(named(statistics_of(one_tensor({3})), "blk.0.attn_q.weight").normalised_entropy.has_value());
}

TEST(ImportanceStatistics, LeaveOutWhatMetNoTokenAndWhatIsNoNumber) {
  const Bytes experts = gguf_file({{"blk.0.ffn_up_exps.weight.in_sum2", {2, 3}, {4, 8, 9, 9, 5, 5}},
                                   {"blk.0.ffn_up_exps.weight.counts", {1, 3}, {4, 0, 5}},
                                   {"x.in_sum2", {2}, {std::nanf(""), 1}},
                                   {"x.counts", {1}, {1}},
                                   {"unseen.in_sum2", {2}, {0, 0}},
                                   {"unseen.counts", {1}, {0}}});
  const ImportanceStatistics found = statistics_of(experts);
  ASSERT_EQ(found.tensors.size(), 1u);
  expect_like_reference(found.tensors[0], {1, 2, 1, 1});
  EXPECT_EQ(found.tensors[0].part, "ffn_up_exps");
  ASSERT_EQ(found.tensors[0].largest.size(), 4u);
  EXPECT_EQ(found.tensors[0].largest[0].column, 1u);
  EXPECT_EQ(found.tensors[0].largest[1].matrix, 0u);
  EXPECT_EQ(found.tensors[0].largest[2].matrix, 2u);
}

TEST(ImportanceStatistics, LayersAreMeansByNumbersOfColumns) {
  const Bytes file = gguf_file({{"blk.0.attn_q.weight.in_sum2", {2}, {3, 4}},
                                {"blk.0.attn_q.weight.counts", {1}, {1}},
                                {"blk.1.attn_q.weight.in_sum2", {2}, {4, 3}},
                                {"blk.1.attn_q.weight.counts", {1}, {1}},
                                {"blk.1.ffn_down.weight.in_sum2", {6}, {1, 1, 1, 1, 1, 1}},
                                {"blk.1.ffn_down.weight.counts", {1}, {1}}});
  const Json json = parse_json(importance_statistics_json(statistics_of(file)));
  const Json::List& layers = json.at("layers").elements();
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_TRUE(layers[0].at("cosine").is_null());
  EXPECT_EQ(layers[1].at("layer").get<int>(), 1);
  EXPECT_DOUBLE_EQ(layers[1].at("sum").get<double>(), (2 * 7 + 6 * 6) / 8.0);
  EXPECT_DOUBLE_EQ(layers[1].at("cosine").get<double>(), 24 / 25.0);
}

}  // namespace
}  // namespace nibble
