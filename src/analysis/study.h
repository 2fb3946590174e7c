#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stats/error_statistics.h"

/// What an analysis does with a piece of a sample, in a worker. Pieces are independent; their results are merged in the
/// order of the sample, so that no figure depends on the number of workers.
namespace nibble {

/// Rows of one tensor, one after the other.
struct StudyPiece {
  struct Range {
    uint64_t first_weight, weight_count;  ///< where consecutive rows lie in the tensor
  };
  const uint8_t* source;
  std::string type;
  uint64_t row_length, weight_count;
  uint64_t position;  ///< weights of the sample before this piece
  std::vector<Range> ranges;
  std::string request;  ///< what this piece is asked, where pieces are asked different things; JSON
  float add = 0;        ///< to every weight
};

class Study {
 public:
  virtual ~Study() = default;
  /// Replaces `result` by what the piece gives, for whoever merges. Throws Error.
  virtual void run(const StudyPiece& piece, std::vector<uint8_t>& result) = 0;
};

/// Reads a piece: a job of a sample's JSON, with `request` if there is one.
StudyPiece parse_study_piece(const std::string& json, const uint8_t* source);

/// Writes the rows of a piece as a type by a method, to `target`, and gives the errors. Throws Error, with the place in
/// the tensor, when a weight is not finite or the type cannot hold it.
ErrorStatistics convert_piece(const StudyPiece& piece, std::string_view type, std::string_view method, uint8_t* target);

/// The rows of a piece as floats. Throws Error, with the place in the tensor, when one is not finite.
void decode_piece(const StudyPiece& piece, std::vector<float>& values);

}  // namespace nibble
