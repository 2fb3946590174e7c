#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "architecture/family.h"

namespace nibble::architecture {

/// Matches the tensors a family declares with those there are.
class Matcher {
 public:
  /// All must outlive it, but for the sizes' numbers of layers they may still change. Throws Error when a tensor is
  /// there twice.
  Matcher(const Family& family, const HuggingFaceConfig& config, const Sizes& sizes,
          std::span<const SourceTensor> sources, ConvertedModel& model);

  /// True when nothing outside the layers is missing but what a tied model does without.
  bool lacks_output_only() const;
  /// Takes tensors whose names begin so for ones without use.
  void leave_out(std::string_view start);
  /// `tied`: the token embedding serves as the output layer. Throws Error when a tensor is missing, has another shape
  /// than config.json says, or has no place.
  void match_all(bool tied);
  /// Null when there is none.
  const SourceTensor* find(std::string_view name) const;

 private:
  void match_stack(const Stack& stack);
  void match(const TensorRule& rule, std::string_view source_prefix, std::string_view prefix, uint64_t layer);
  void match_rules(std::span<const TensorRule> rules, const std::string& from, const std::string& to, uint64_t layer);
  bool take_first(const TensorRule& rule, std::string_view source_prefix);
  void check_shape(const std::string& name, std::span<const uint64_t> shape, const TensorRule& rule) const;
  Type common_type(const ConvertedTensor& tensor) const;
  void report_missing() const;
  void report_unused() const;

  const Family& family_;
  const HuggingFaceConfig& config_;
  const Sizes& sizes_;
  bool tied_ = false;
  bool mistral_layout_ = false;  ///< whose rows of queries and keys are in llama.cpp's order
  const std::span<const SourceTensor> sources_;
  std::unordered_map<std::string, uint32_t> by_name_;
  std::vector<bool> used_;
  ConvertedModel& model_;
  uint64_t missing_ = 0;
  std::string first_missing_;
};

}  // namespace nibble::architecture
