#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// Readers of the safetensors layouts of quantized layers, written from their published descriptions: the safetensors
/// format, bitsandbytes' serialized quantization state, and AutoGPTQ's packing. Nothing here uses the writers.
namespace nibble::reference {

struct RawTensor {
  std::string dtype;
  std::vector<uint64_t> shape;  // outermost first
  std::vector<uint8_t> bytes;
};

struct RawFile {
  std::map<std::string, RawTensor> tensors;
  std::map<std::string, std::string> metadata;
};

/// Throws std::runtime_error when the file breaks a rule of the format, or a tensor does not begin at a multiple of the
/// size of its numbers.
RawFile read_safetensors(const std::vector<uint8_t>& file);

/// The matrices of layer `module`, row by row. `v2`: the checkpoint format is "gptq_v2", whose zeros are not less one.
std::vector<float> decode_gptq(const RawFile& file, const std::string& module, bool v2);
std::vector<float> decode_four_bit(const RawFile& file, const std::string& module);
std::vector<float> decode_int8(const RawFile& file, const std::string& module);

}  // namespace nibble::reference
