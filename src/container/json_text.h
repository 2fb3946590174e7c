#pragma once
#include <nlohmann/json.hpp>
#include <string>

namespace nibble {

/// JSON on one line. Names come from files: what is not UTF-8 in them becomes replacement characters.
inline std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace nibble
