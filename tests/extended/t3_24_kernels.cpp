#include "codec/searches.h"
#include "extended/t3_24.h"

namespace nibble::NIBBLE_TARGET {
namespace {

const RegisteredFormat<T3_24> entry;

}  // namespace
}  // namespace nibble::NIBBLE_TARGET
