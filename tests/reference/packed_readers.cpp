#include "reference/packed_readers.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace nibble::reference {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }

uint64_t size_of(const std::string& dtype) {
  const std::map<std::string, uint64_t> sizes = {{"F64", 8}, {"I64", 8},  {"F32", 4},    {"I32", 4},
                                                 {"F16", 2}, {"BF16", 2}, {"I16", 2},    {"U8", 1},
                                                 {"I8", 1},  {"BOOL", 1}, {"F8_E4M3", 1}};
  const auto found = sizes.find(dtype);
  if (found == sizes.end()) fail("dtype " + dtype);
  return found->second;
}

const RawTensor& get(const RawFile& file, const std::string& name, const char* dtype) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end()) fail("no tensor " + name);
  if (found->second.dtype != dtype) fail(name + " is " + found->second.dtype);
  return found->second;
}

template <class T>
T at(const RawTensor& tensor, uint64_t index) {
  T value;
  if ((index + 1) * sizeof(T) > tensor.bytes.size()) fail("index beyond a tensor");
  std::memcpy(&value, tensor.bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

float half(uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                        : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

bool has(const RawFile& file, const std::string& name) { return file.tensors.contains(name); }

/// Eight bits of sign, exponent (bias 7) and three of fraction, without infinities.
float small_float(uint8_t bits) {
  const int exponent = bits >> 3 & 15, fraction = bits & 7;
  const float magnitude = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -9)
                                        : std::ldexp(static_cast<float>(8 + fraction), exponent - 10);
  return bits & 0x80 ? -magnitude : magnitude;
}

float number(const RawTensor& tensor, uint64_t index) {
  if (tensor.dtype == "F32") return at<float>(tensor, index);
  if (tensor.dtype == "F16") return half(at<uint16_t>(tensor, index));
  if (tensor.dtype == "I8") return static_cast<float>(at<int8_t>(tensor, index));
  if (tensor.dtype == "F8_E4M3") return small_float(at<uint8_t>(tensor, index));
  if (tensor.dtype != "BF16") fail("numbers of " + tensor.dtype);
  const uint32_t bits = uint32_t{at<uint16_t>(tensor, index)} << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Code number `place` of a stream of bits, bit by bit; word number i is number first + i * stride of the tensor.
int stream_code(const RawTensor& words, uint64_t first, uint64_t stride, uint64_t place, uint32_t bits) {
  int code = 0;
  for (uint32_t i = 0; i < bits; ++i) {
    const uint64_t bit = place * bits + i;
    code |= static_cast<int>(at<uint32_t>(words, first + bit / 32 * stride) >> bit % 32 & 1) << i;
  }
  return code;
}

}  // namespace

RawFile read_safetensors(const std::vector<uint8_t>& file) {
  if (file.size() < 8) fail("too short");
  uint64_t length;
  std::memcpy(&length, file.data(), 8);
  if (length > file.size() - 8) fail("header longer than the file");
  const auto header = nlohmann::json::parse(file.begin() + 8, file.begin() + 8 + static_cast<ptrdiff_t>(length));
  const uint64_t data = 8 + length;
  if (data % 8 != 0) fail("data not aligned");
  RawFile result;
  std::vector<std::pair<uint64_t, uint64_t>> ranges;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      for (const auto& [key, value] : entry.items()) result.metadata[key] = value.get<std::string>();
      continue;
    }
    RawTensor tensor{entry.at("dtype").get<std::string>(), entry.at("shape").get<std::vector<uint64_t>>(), {}};
    const auto begin = entry.at("data_offsets").at(0).get<uint64_t>(),
               end = entry.at("data_offsets").at(1).get<uint64_t>();
    uint64_t bytes = size_of(tensor.dtype);
    for (const uint64_t size : tensor.shape) bytes *= size;
    if (end - begin != bytes || data + end > file.size()) fail(name + " has wrong offsets");
    if (begin % size_of(tensor.dtype) != 0) fail(name + " is not aligned");
    tensor.bytes.assign(file.begin() + static_cast<ptrdiff_t>(data + begin),
                        file.begin() + static_cast<ptrdiff_t>(data + end));
    ranges.emplace_back(begin, end);
    result.tensors[name] = std::move(tensor);
  }
  std::sort(ranges.begin(), ranges.end());
  uint64_t position = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin != position) fail("a hole or an overlap");
    position = end;
  }
  if (data + position != file.size()) fail("bytes behind the last tensor");
  return result;
}

std::vector<float> decode_gptq(const RawFile& file, const std::string& module, bool v2, uint32_t bits, uint64_t group) {
  const RawTensor& qweight = get(file, module + ".qweight", "I32");
  const RawTensor& qzeros = get(file, module + ".qzeros", "I32");
  const RawTensor& scales = get(file, module + ".scales", "F16");
  const uint64_t in = qweight.shape.at(0) * 32 / bits, out = qweight.shape.at(1), zero_words = out * bits / 32;
  if (scales.shape.at(1) != out || qzeros.shape.at(1) != zero_words) fail("shapes differ");
  std::vector<float> weights(in * out);
  for (uint64_t i = 0; i < in; ++i) {
    const uint64_t number =
        has(file, module + ".g_idx") ? at<uint32_t>(get(file, module + ".g_idx", "I32"), i) : i / group;
    for (uint64_t o = 0; o < out; ++o) {
      const int code = stream_code(qweight, o, out, i, bits);
      const int zero = stream_code(qzeros, number * zero_words, 1, o, bits) + (v2 ? 0 : 1);
      weights[o * in + i] = half(at<uint16_t>(scales, number * out + o)) * static_cast<float>(code - zero);
    }
  }
  return weights;
}

std::vector<float> decode_awq(const RawFile& file, const std::string& module, uint64_t group) {
  const RawTensor& qweight = get(file, module + ".qweight", "I32");
  const RawTensor& qzeros = get(file, module + ".qzeros", "I32");
  const RawTensor& scales = get(file, module + ".scales", "F16");
  const uint64_t in = qweight.shape.at(0), words = qweight.shape.at(1), out = words * 8;
  const int order[] = {0, 2, 4, 6, 1, 3, 5, 7};
  std::vector<float> weights(in * out);
  for (uint64_t i = 0; i < in; ++i) {
    for (uint64_t w = 0; w < words; ++w) {
      for (int place = 0; place < 8; ++place) {
        const uint64_t o = w * 8 + static_cast<uint64_t>(order[place]);
        const int code = at<uint32_t>(qweight, i * words + w) >> 4 * place & 15;
        const int zero = at<uint32_t>(qzeros, i / group * words + w) >> 4 * place & 15;
        weights[o * in + i] = static_cast<float>(code - zero) * half(at<uint16_t>(scales, i / group * out + o));
      }
    }
  }
  return weights;
}

std::vector<float> decode_packed(const RawFile& file, const std::string& module, uint32_t bits, uint64_t group) {
  const RawTensor& packed = get(file, module + ".weight_packed", "I32");
  const RawTensor& scales = file.tensors.at(module + ".weight_scale");
  const uint64_t rows = packed.shape.at(0), words = packed.shape.at(1), columns = words * 32 / bits;
  const uint64_t groups = scales.shape.at(1);
  const int offset = 1 << (bits - 1);
  std::vector<float> weights(rows * columns);
  for (uint64_t r = 0; r < rows; ++r) {
    for (uint64_t c = 0; c < columns; ++c) {
      const uint64_t g =
          has(file, module + ".weight_g_idx") ? at<uint32_t>(get(file, module + ".weight_g_idx", "I32"), c) : c / group;
      const int code = stream_code(packed, r * words, 1, c, bits) - offset;
      const int zero = has(file, module + ".weight_zero_point")
                           ? stream_code(get(file, module + ".weight_zero_point", "I32"), g, groups, r, bits) - offset
                           : 0;
      weights[r * columns + c] = static_cast<float>(code - zero) * number(scales, r * groups + g);
    }
  }
  return weights;
}

std::vector<float> decode_scaled(const RawFile& file, const std::string& module) {
  const RawTensor &weight = file.tensors.at(module + ".weight"), &scales = file.tensors.at(module + ".weight_scale");
  const uint64_t rows = weight.shape.at(0), columns = weight.shape.at(1);
  std::vector<float> weights(rows * columns);
  for (uint64_t i = 0; i < weights.size(); ++i) {
    const uint64_t scale = scales.bytes.size() <= 4 ? 0 : i / columns;
    const float zero =
        has(file, module + ".weight_zero_point") ? number(file.tensors.at(module + ".weight_zero_point"), scale) : 0;
    weights[i] = (number(weight, i) - zero) * number(scales, scale);
  }
  return weights;
}

std::vector<float> decode_nvfp4(const RawFile& file, const std::string& module) {
  const float magnitudes[] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
  const bool packed = has(file, module + ".weight_packed");
  const RawTensor& codes = get(file, module + (packed ? ".weight_packed" : ".weight"), "U8");
  const RawTensor& scales = get(file, module + ".weight_scale", "F8_E4M3");
  const std::string global = module + (packed ? ".weight_global_scale" : ".weight_scale_2");
  std::vector<float> weights(codes.bytes.size() * 2);
  for (uint64_t i = 0; i < weights.size(); ++i) {
    const int code = codes.bytes[i / 2] >> 4 * (i % 2) & 15;
    float scale = number(scales, i / 16);
    if (has(file, global)) {
      const float by = at<float>(get(file, global, "F32"), 0);
      scale = packed ? scale / by : scale * by;
    }
    weights[i] = (code & 8 ? -magnitudes[code & 7] : magnitudes[code & 7]) * scale;
  }
  return weights;
}

std::vector<float> decode_four_bit(const RawFile& file, const std::string& module) {
  const std::string name = module + ".weight";
  const bool nf4 = file.tensors.count(name + ".quant_state.bitsandbytes__nf4") > 0;
  const RawTensor& state_text =
      get(file, name + (nf4 ? ".quant_state.bitsandbytes__nf4" : ".quant_state.bitsandbytes__fp4"), "U8");
  const auto state = nlohmann::json::parse(state_text.bytes.begin(), state_text.bytes.end());
  if (state.at("quant_type") != (nf4 ? "nf4" : "fp4")) fail("quant_type");
  const RawTensor& codes = get(file, name, "U8");
  const RawTensor& map = get(file, name + ".quant_map", "F32");
  const uint64_t block = state.at("blocksize").get<uint64_t>();
  const uint64_t count = state.at("shape").at(0).get<uint64_t>() * state.at("shape").at(1).get<uint64_t>();
  const bool nested = state.contains("nested_offset");
  const RawTensor& absmax = get(file, name + ".absmax", nested ? "U8" : "F32");
  const auto scale_of = [&](uint64_t b) {
    if (!nested) return at<float>(absmax, b);
    const uint64_t nested_block = state.at("nested_blocksize").get<uint64_t>();
    const float value = at<float>(get(file, name + ".nested_quant_map", "F32"), at<uint8_t>(absmax, b));
    return value * at<float>(get(file, name + ".nested_absmax", "F32"), b / nested_block) +
           state.at("nested_offset").get<float>();
  };
  std::vector<float> weights(count);
  for (uint64_t i = 0; i < count; ++i) {
    const uint8_t byte = at<uint8_t>(codes, i / 2);
    weights[i] = at<float>(map, i % 2 == 0 ? byte >> 4 : byte & 15) * scale_of(i / block);
  }
  return weights;
}

std::vector<float> decode_int8(const RawFile& file, const std::string& module) {
  const RawTensor& codes = get(file, module + ".weight", "I8");
  const RawTensor& scb = get(file, module + ".SCB", "F32");
  const uint64_t rows = codes.shape.at(0), columns = codes.shape.at(1);
  std::vector<float> weights(rows * columns);
  for (uint64_t i = 0; i < weights.size(); ++i) {
    weights[i] = static_cast<float>(at<int8_t>(codes, i)) * at<float>(scb, i / columns) * 7.874015718698502e-3f;
  }
  return weights;
}

}  // namespace nibble::reference
