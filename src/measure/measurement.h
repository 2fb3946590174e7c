#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"
#include "measure/estimate.h"
#include "measure/sample.h"

/// What a measure pass learned of a model: the error of each tensor in each candidate type. It holds all that choosing
/// types needs, so that it can be saved and solved again without the weights.
namespace nibble {

/// What quantizing a tensor to a type costs.
struct MeasuredType {
  Type type;
  RowMoments error;      ///< sum (x-y)^2 of a row, crossed with its sum x^2
  RowMoments weighted;   ///< sum q (x-y)^2 of a row, crossed with its sum q x^2
  bool possible = true;  ///< false: a row has weights too large for it
  /// e^T H e of all rows, H over the tokens of a text: the mean square of what the type changes of the tensor's
  /// outputs, its codes calibrated where they can be (calibration/output_change.h). None: not measured.
  std::optional<double> output_error;
};

/// Blocks that lie on a type's grid already (measure/grid_probe.h).
struct GridBlocks {
  Type type;
  double kept = 0;    ///< come out bit for bit; at least so many
  double blocks = 0;  ///< that were looked at
};

/// One tensor that can be quantized.
struct MeasuredTensor {
  std::string name;
  std::vector<uint64_t> shape;
  Type from;
  uint64_t weight_count = 0;
  uint64_t rows = 0, rows_measured = 0;
  bool has_importance = false;
  RowMoments squares, weighted_squares;  ///< sum x^2 and sum q x^2 of a row
  double squared_output = 0;             ///< w^T H w of all rows; 0: no text was read through it
  std::vector<MeasuredType> types;
  std::vector<GridBlocks> grids = {};  ///< one for each of grid_types(); empty: not looked at

  Coverage coverage() const { return {rows_measured, rows}; }
  uint64_t row_length() const { return shape.empty() ? 0 : shape.front(); }
  /// Null when it was not measured as this type.
  const MeasuredType* find(Type type) const;
  /// Sum (x-y)^2 over the tensor as this type: 0 for its own type and for f32, which change nothing. Throws Error when
  /// it was not measured, or cannot be had.
  Estimate error(Type type) const;
  /// The same with each weight counted by its importance; tensors without one count plainly.
  Estimate weighted_error(Type type) const;
  /// What the type changes of the tensor's outputs, as a share of their mean square, times sum x^2: the squared error
  /// of the weights that would change as much if inputs had nothing to do with each other. The squared error itself
  /// where outputs were not measured.
  double output_change(Type type) const;
  /// The type changes no weight.
  bool exact(Type type) const { return type == from || type == Type::f32; }
};

struct Measurement {
  struct File {
    std::string name;
    uint64_t bytes;
  };

  /// By what outputs were measured.
  struct Text {
    std::string name;
    uint64_t tokens;  ///< that chose codes
  };

  std::string version;  ///< of the program
  std::string method;
  std::vector<File> files;  ///< of the model
  std::optional<std::string> architecture;
  std::optional<std::string> importance;  ///< path of the matrix in use
  std::optional<Text> text;               ///< none: outputs were not measured
  SampleSize size;
  uint64_t weight_count = 0;     ///< of the model, unquantizable ones included
  uint64_t kept_file_bytes = 0;  ///< of an output file: its header and the tensors below none of which are here, padded
  uint64_t kept_tensor_bytes = 0;       ///< tensor data of the same, without padding
  bool quantized_source = false;        ///< some tensors are quantized already
  std::vector<MeasuredTensor> tensors;  ///< in output order

  /// Null when there is none of this name.
  const MeasuredTensor* find(std::string_view name) const;
  /// Adds the figures that RowErrors has for `rows` rows of a tensor.
  void add(MeasuredTensor& tensor, std::span<const double> figures, size_t rows);
  /// How many rows of a tensor give the precision wanted, judged from those measured.
  uint64_t rows_wanted(const MeasuredTensor& tensor) const;
};

/// The JSON form, MeasurementFile of web/src/wasm/types: the sums that choosing needs, and the figures made from them.
std::string measurement_json(const Measurement& measurement);
/// Adds what a text showed of outputs: MeasuredOutputs of web/src/wasm/types. Throws Error when it does not belong to
/// it.
void add_outputs(Measurement& measurement, std::string_view json);
/// Reads it back; figures made from the sums are not read. Throws Error when it is not one, or of another version.
Measurement parse_measurement(std::string_view json);

}  // namespace nibble
