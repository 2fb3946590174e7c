#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// Readers of the safetensors layouts of quantized layers, written from their published descriptions: the safetensors
/// format, bitsandbytes' serialized quantization state, the packing of AutoGPTQ and of AutoAWQ ("gemm"), the formats of
/// compressed-tensors, and NVFP4 as ModelOpt exports it. Nothing here uses the writers, or the readers of src.
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

/// The matrices of layer `module`, row by row.
///
/// GPTQ of 2, 3, 4 or 8 bits: codes of a column are a stream of bits down the words of that column. `v2`: the
/// checkpoint format is "gptq_v2", whose zeros are not less one. Without MODULE.g_idx, `group` columns share a scale.
std::vector<float> decode_gptq(const RawFile& file, const std::string& module, bool v2, uint32_t bits = 4,
                               uint64_t group = 0);
/// AWQ: a word holds rows 0, 2, 4, 6, 1, 3, 5, 7 of eight, four bits each from the lowest on.
std::vector<float> decode_awq(const RawFile& file, const std::string& module, uint64_t group);
/// compressed-tensors, "pack-quantized": codes are less 2^(bits - 1), and so are zeros, which lie down the rows.
std::vector<float> decode_packed(const RawFile& file, const std::string& module, uint32_t bits, uint64_t group);
/// compressed-tensors, "float-quantized" and "int-quantized", and ModelOpt's FP8: a scale for each row or for all.
std::vector<float> decode_scaled(const RawFile& file, const std::string& module);
/// NVFP4: MODULE.weight and .weight_scale_2, or .weight_packed and .weight_global_scale, which divides.
std::vector<float> decode_nvfp4(const RawFile& file, const std::string& module);
std::vector<float> decode_four_bit(const RawFile& file, const std::string& module);
std::vector<float> decode_int8(const RawFile& file, const std::string& module);

}  // namespace nibble::reference
