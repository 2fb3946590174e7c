#pragma once
#include <string>
#include <string_view>

#include "stats/error_statistics.h"

namespace nibble {

/// The figures as JSON: ErrorReport of web/src/wasm/types.
std::string error_report(const ErrorStatistics& statistics);

/// The line llama.cpp's quantize-stats prints for a tensor or a total, without the end of line.
std::string quantize_stats_line(std::string_view name, const ErrorStatistics& statistics);

}  // namespace nibble
