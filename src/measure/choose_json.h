#pragma once
#include <string>
#include <string_view>

#include "measure/choose.h"

/// The JSON forms of web/src/wasm/types for what can be asked of a measurement. Requests that mean nothing throw
/// Error.
namespace nibble {

/// Prediction of an assignment given as { tensor name: type name }; tensors not named keep their type, names without a
/// measured tensor count for nothing.
std::string prediction_json(const Measurement& measurement, std::string_view assignment);
/// Mix of such an assignment: sizes, prediction, tensors, recipe and command.
std::string mix_json(const Measurement& measurement, std::string_view assignment);
/// { smallestBytes, largestBytes }: of output files with every tensor as its smallest and as its largest measured type,
/// floats left aside.
std::string limits_json(const Measurement& measurement);
/// TypeChoice[]: what a tensor can be, its own type included, by size. Throws Error when there is no such tensor.
std::string choices_json(const Measurement& measurement, std::string_view tensor);
/// Throws Error for a SolveRequest that means nothing, whatever was measured.
void check_solve_request(std::string_view request);
/// SolveRequest to Solution.
std::string solution_json(const Measurement& measurement, std::string_view request);
/// ObserveRequest to Observation.
std::string observation_json(const Measurement& measurement, std::string_view request);

}  // namespace nibble
