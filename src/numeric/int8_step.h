#pragma once

namespace nibble {

/// What bitsandbytes' LLM.int8 multiplies codes with after their scale: 1 / 127.
inline constexpr float int8_step = 7.874015718698502e-3f;

}  // namespace nibble
