#include "formats/named_format.h"

#include "error.h"
#include "quotes.h"

namespace nibble {

const Format& named_format(std::string_view name) {
  if (const Format* format = find_format(name)) return *format;
  throw Error("There is no tensor type " + in_quotes(name) + ". Choose one such as q4_K or q8_0.");
}

}  // namespace nibble
