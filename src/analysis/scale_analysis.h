#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "analysis/divisor_tables.h"
#include "analysis/study.h"
#include "search/scale_methods.h"
#include "stats/error_statistics.h"

/// Where the best scales of a model's blocks lie, and what each way to search for them gives. For formats with one
/// scale for each block (FormatKind::one_scale). The divisor of a block is max|x| / |s|, with s its best storable
/// scale.
namespace nibble {

struct ScaleAnalysisOptions {
  std::string format = "q4_0";
  /// Error profiles are kept of every n-th block of the sample, for the search of divisor tables.
  uint64_t keep_every = 1;
};
/// So many profiles are kept at most: about 3 MB.
inline constexpr uint64_t most_kept_blocks = 8192;
/// Reads { format, weights }, the weights of the whole sample, which decide what is kept; throws Error when the format
/// has no single scale.
ScaleAnalysisOptions parse_scale_analysis_options(const std::string& json);

/// Divisors are counted in steps of reach / 80: 0.1 for -8..7, where reach is 8.
inline constexpr int divisor_steps_per_reach = 80;
/// Up to twice the reach; the last bucket is open.
inline constexpr int divisor_buckets = 2 * divisor_steps_per_reach;

/// What was found in some blocks. Merges with what was found in others, in the order of the sample.
struct ScaleFigures {
  std::vector<ErrorStatistics> methods;  ///< in the order of ScaleAnalysis::methods()
  /// Blocks by best divisor. Long side: the largest weight lies on the side of the level of largest magnitude.
  std::vector<uint64_t> long_side = std::vector<uint64_t>(divisor_buckets), short_side = long_side;
  double divisor_sum = 0;    ///< over the blocks counted above
  uint64_t zero_blocks = 0;  ///< blocks whose best scale is zero: they have no divisor
  DivisorProfiles profiles;

  uint64_t blocks() const;  ///< with a divisor
  void merge(const ScaleFigures& other);
  void save(std::vector<uint8_t>& bytes) const;
  /// Throws Error when the bytes are not what save() wrote.
  static ScaleFigures restore(const uint8_t* bytes, size_t size);
};

/// Looks at pieces of a sample.
class ScaleAnalysis : public Study {
 public:
  explicit ScaleAnalysis(const ScaleAnalysisOptions& options);
  void run(const StudyPiece& piece, std::vector<uint8_t>& result) override;
  /// The methods of the format: llama.cpp and lowest-error, then those of search/scale_methods.h.
  static std::vector<std::string> methods(const std::string& format);

 private:
  void count_divisors(const std::vector<float>& values, uint64_t first_block, ScaleFigures& figures);

  ScaleAnalysisOptions options_;
  BlockProblem problem_;
  ScaleScratch scratch_;
  std::vector<float> values_;
  std::vector<uint8_t> target_;
};

/// JSON: ScaleAnalysisReport of web/src/wasm/types, without its tables.
std::string scale_analysis_report(const ScaleAnalysisOptions& options, const ScaleFigures& figures);
/// JSON: one DivisorTable of the same.
std::string divisor_table_json(const ScaleAnalysisOptions& options, const ScaleFigures& figures,
                               const DivisorTable& table);

}  // namespace nibble
