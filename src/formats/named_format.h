#pragma once
#include "formats/format.h"

namespace nibble {

/// The format called `name`, in letters of either case; throws Error when there is none.
const Format& named_format(std::string_view name);

}  // namespace nibble
