#include "container/zip_file.h"
#include "read_anything.h"

/// Archives of NumPy arrays and PyTorch checkpoints.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nibble::read_anything(nibble::open_zip_file, {data, size});
  return 0;
}
