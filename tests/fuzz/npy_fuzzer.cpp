#include "container/npy_file.h"
#include "read_anything.h"

/// NumPy's array files.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nibble::read_anything(nibble::open_npy_file, {data, size});
  return 0;
}
