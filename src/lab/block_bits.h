#pragma once
#include <string>

#include "lab/scale_lab.h"

/// The Lab's view of a stored block: its bytes, and what every bit of them is.
namespace nibble {

/// JSON: BlockBits in web/src/wasm/types. Throws Error for formats that store no blocks of levels or points.
std::string block_bits(const std::string& format);

/// The Lab's block at a scale and an offset, stored as run number `run` of a block whose other runs are empty, and
/// decoded from there. JSON: StoredRun in web/src/wasm/types. Throws Error with a sentence where it has no stored form.
std::string stored_run(const ScaleLab& lab, double scale, double offset, uint32_t run);

}  // namespace nibble
