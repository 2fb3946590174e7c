#include <cstddef>
#include <cstdint>
#include <string_view>

#include "error.h"
#include "measure/choose_json.h"
#include "measure/measurement.h"

/// Whatever the text is, the answer is a sentence, or a measurement that types can be chosen from, and that comes out
/// as it went in. The first byte chooses what is asked of it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nibble;
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  try {
    const Measurement measurement = parse_measurement(text);
    parse_measurement(measurement_json(measurement));
    limits_json(measurement);
    switch (data[0] % 3) {
      case 0: solution_json(measurement, R"({"bitsPerWeight":5})"); break;
      case 1: observation_json(measurement, R"({"type":"Q4_K_M"})"); break;
      default: mix_json(measurement, R"({"blk.0.ffn_up.weight":"q4_0"})");
    }
  } catch (const Error&) {
    // A sentence is a good answer.
  }
  return 0;
}
