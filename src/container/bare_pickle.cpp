#include "container/bare_pickle.h"

#include <algorithm>

#include "container/text.h"
#include "error.h"

namespace nibble {
namespace {

/// Protocol 2, then the number PyTorch wrote first.
constexpr uint8_t old_checkpoint[] = {0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
constexpr uint8_t protocol_mark = 0x80, oldest_protocol = 2, newest_protocol = 5;
/// The first instruction after the protocol: a frame, or an empty container, or a name.
constexpr std::string_view first_instructions = "\x95}](c";

bool is_old_checkpoint(const FileStart& start) {
  return start.bytes.size() >= sizeof old_checkpoint &&
         std::equal(std::begin(old_checkpoint), std::end(old_checkpoint), start.bytes.begin());
}

}  // namespace

bool is_bare_pickle(const FileStart& start) {
  if (is_old_checkpoint(start)) return true;
  if (start.bytes.size() < 9 || start.bytes[0] != protocol_mark) return false;
  if (start.bytes[1] < oldest_protocol || start.bytes[1] > newest_protocol) return false;
  // A safetensors file can begin with the same bytes, which then are a length.
  return first_instructions.find(static_cast<char>(start.bytes[2])) != std::string_view::npos && start.bytes[8] != '{';
}

std::unique_ptr<FileReader> open_bare_pickle(const FileStart& start) {
  if (is_old_checkpoint(start)) {
    throw Error(in_quotes(start.name) +
                " is a PyTorch checkpoint in the format before version 1.6, whose values cannot be read in "
                "pieces. Load and save it once with a current PyTorch: torch.save(torch.load(name, weights_only=True), "
                "new_name).");
  }
  throw Error(in_quotes(start.name) +
              " is a bare Python pickle, not a checkpoint of PyTorch or an array file of NumPy. Save its "
              "weights as safetensors.");
}

}  // namespace nibble
