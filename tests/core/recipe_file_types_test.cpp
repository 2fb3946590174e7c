#include <gtest/gtest.h>

#include <set>

#include "recipe/file_types.h"

namespace nibble {
namespace {

TEST(FileTypes, AreFoundByNameAliasAndNumber) {
  EXPECT_EQ(find_file_type("q4_k_m")->number, 15u);
  EXPECT_EQ(find_file_type("Q4_K")->name, "Q4_K_M");
  EXPECT_EQ(find_file_type("q3_k")->name, "Q3_K_M");
  EXPECT_EQ(find_file_type("Q5_K")->name, "Q5_K_M");
  EXPECT_EQ(find_file_type("2")->name, "Q4_0");
  EXPECT_EQ(find_file_type("0")->name, "F32");
  EXPECT_TRUE(find_file_type("copy")->copies);
  for (const char* nothing : {"", "Q9_9", "39", "33", "-1", "2x", "99999999999999999999", " 2"}) {
    EXPECT_EQ(find_file_type(nothing), nullptr) << nothing;
  }
}

TEST(FileTypes, NamesAndNumbersAreUnique) {
  std::set<std::string_view> names;
  std::set<uint32_t> numbers;
  for (const FileType& file_type : all_file_types()) {
    EXPECT_TRUE(names.insert(file_type.name).second) << file_type.name;
    EXPECT_TRUE(file_type.alias.empty() || names.insert(file_type.alias).second) << file_type.alias;
    EXPECT_TRUE(file_type.copies || numbers.insert(file_type.number).second) << file_type.name;
    EXPECT_EQ(file_type.summary.back(), '.') << file_type.name;
  }
  EXPECT_EQ(numbers.size(), 35u);
}

TEST(FileTypes, ACopyWithoutAFileTypeIsNamedAfterMostTensors) {
  using enum Type;
  const auto guess = [](std::vector<Type> types) { return guess_file_type(types); };
  EXPECT_EQ(guess({}), 1024u);
  EXPECT_EQ(guess({f32, q4_K, q4_K}), 1024u + 15);
  EXPECT_EQ(guess({f32, q4_K, q4_K, f32}), 1024u + 15);  // the first to reach two
  EXPECT_EQ(guess({f32, q4_K, f32, q4_K}), 1024u);
  EXPECT_EQ(guess({mxfp4}), 1024u);
  EXPECT_EQ(guess({bf16, f32, bf16}), 1024u + 32);
}

}  // namespace
}  // namespace nibble
