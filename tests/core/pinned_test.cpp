// What every method of every format writes, and what is told of it, against hashes kept in
// tests/data/pinned-hashes.json: a change of form must not change them. They are no specification: a change that lowers
// an error, or tells more, writes them anew with NIBBLE_WRITE_PINS=1 in the environment of the native tests, and its
// commit says why.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "codec/converter.h"
#include "core/kernel_inputs.h"
#include "core/test_files.h"
#include "error.h"
#include "lab/scale_lab.h"
#include "model/model.h"

namespace nibble {
namespace {

using nlohmann::json;

class Hash {
 public:
  void add(const void* data, size_t size) {
    const uint8_t* bytes = static_cast<const uint8_t*>(data);
    for (size_t i = 0; i < size; ++i) state_ = (state_ ^ bytes[i]) * 1099511628211u;
  }
  void add(const std::string& text) { add(text.data(), text.size()); }
  /// NaNs count as one: engines differ in their sign and payload.
  void add_floats(const std::vector<float>& values) {
    for (const float value : values) {
      const float same = std::isnan(value) ? std::numeric_limits<float>::quiet_NaN() : value;
      add(&same, sizeof same);
    }
  }
  std::string hex() const {
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(state_));
    return text;
  }

 private:
  uint64_t state_ = 1469598103934665603u;
};

/// JSON with its numbers to twelve digits: logarithms differ in the last bits between mathematical libraries.
std::string rounded(const json& value) {
  std::string text;
  if (value.is_number_float()) {
    char number[32];
    std::snprintf(number, sizeof number, "%.12g", value.get<double>());
    return number;
  }
  if (value.is_array()) {
    for (const json& item : value) text += "," + rounded(item);
    return "[" + text + "]";
  }
  if (value.is_object()) {
    for (const auto& [key, item] : value.items()) text += key + ":" + rounded(item) + ",";
    return "{" + text + "}";
  }
  return value.dump();
}

/// The hashes of one part of the file: compared, or written.
class Pins {
 public:
  explicit Pins(const char* part) : part_(part), writes_(std::getenv("NIBBLE_WRITE_PINS") != nullptr) {
    std::ifstream file(path());
    all_ = file ? json::parse(file) : json::object();
    if (writes_) all_[part_] = json::object();
  }
  ~Pins() {
    if (writes_) {
      std::ofstream(path()) << all_.dump(1) << "\n";
    } else {
      EXPECT_EQ(compared_.size(), all_.value(part_, json::object()).size()) << "of " << part_ << " are still there";
    }
  }
  void expect(const std::string& key, const std::string& hash, std::string_view who = "") {
    if (writes_ && !all_[part_].contains(key)) all_[part_][key] = hash;
    EXPECT_EQ(all_[part_].value(key, ""), hash) << key << " " << who;
    ++compared_[key];
  }

 private:
  static std::string path() { return std::string(test_data_folder) + "/pinned-hashes.json"; }
  std::string part_;
  bool writes_;
  json all_;
  std::map<std::string, int> compared_;
};

constexpr size_t row_length = 512;

/// Rows of a trained matrix.
std::vector<float> trained_rows(size_t weights) {
  const std::vector<uint8_t> file = test_file("ts3m-F16.gguf");
  Model model;
  EXPECT_EQ(model.offer(0, "ts3m-F16.gguf", file.size(), 0, file).bytes, 0u);
  model.complete();
  for (const ModelTensor& tensor : model.tensors()) {
    if (tensor.name != "blk.1.ffn_down.weight") continue;
    std::vector<float> values(weights);
    find_decoder(tensor.stored, Kernel::scalar)->decode(&file[tensor.slices[0].offset], values.data(), weights);
    return values;
  }
  ADD_FAILURE() << "no such tensor";
  return {};
}

struct Rows {
  std::string name;
  std::vector<float> x, importance;  ///< whole rows; one importance row for all, or none
};

/// Every kind of row that searches get wrong, and a trained matrix, plain and with importance.
std::vector<Rows> all_rows() {
  std::vector<Rows> all;
  for (const testing::Generator& importance : testing::importance_generators) {
    const std::string name = importance.name;
    if (name == "all one" || name == "zero") continue;
    for (const bool trained : {false, true}) {
      if (trained && name == "wide") continue;
      Rows rows{(trained ? "trained, " : "nasty, ") + name, {}, {}};
      testing::Random random(41);
      if (trained) {
        rows.x = trained_rows(8 * row_length);
      } else {
        for (const testing::Generator& generator : testing::generators()) {
          std::vector<float> row(row_length);
          generator.fill(random, row.data(), row_length);
          rows.x.insert(rows.x.end(), row.begin(), row.end());
        }
      }
      if (importance.fill) {
        rows.importance.resize(row_length);
        importance.fill(random, rows.importance.data(), row_length);
      }
      all.push_back(std::move(rows));
    }
  }
  return all;
}

std::string hash_of_blocks(const Format& format, const Quantizer& quantizer, const Rows& rows) {
  Hash hash;
  std::vector<uint8_t> blocks(format.bytes_for(row_length));
  for (size_t at = 0; at < rows.x.size(); at += row_length) {
    quantizer.quantize(&rows.x[at], blocks.data(), row_length,
                       rows.importance.empty() ? nullptr : rows.importance.data());
    hash.add(blocks.data(), blocks.size());
  }
  return hash.hex();
}

TEST(Pinned, EveryMethodAndKernelWritesTheSameBlocks) {
  Pins pins("blocks");
  for (const Rows& rows : all_rows()) {
    for (const Format& format : all_formats()) {
      if (!format.quantized || (rows.importance.empty() && format.importance == Importance::required)) continue;
      for (const Quantizer& quantizer : codec_of(format.type).quantizers) {
        pins.expect(std::string(format.name) + ", " + std::string(quantizer.method) + ", " + rows.name,
                    hash_of_blocks(format, quantizer, rows), kernel_name(quantizer.kernel));
      }
    }
  }
}

TEST(Pinned, EveryFormatDecodesAnyBytesAlike) {
  Pins pins("decoded");
  constexpr size_t count = 64;
  for (const Format& format : all_formats()) {
    testing::Random random(43);
    std::vector<uint8_t> blocks(count * format.block_bytes);
    for (uint8_t& byte : blocks) byte = static_cast<uint8_t>(random.bits() >> 11);
    for (const Decoder& decoder : codec_of(format.type).decoders) {
      std::vector<float> values(count * format.block_length);
      decoder.decode(blocks.data(), values.data(), count);
      Hash hash;
      hash.add_floats(values);
      pins.expect(std::string(format.name) + ", values", hash.hex(), kernel_name(decoder.kernel));
    }
    Hash hash;
    for (size_t b = 0; b < count; ++b) {
      const uint8_t* block = &blocks[b * format.block_bytes];
      std::vector<float> ends(2 * (format.block_length / format.scale_length));
      if (format.range) format.range(block, ends.data(), ends.data() + ends.size() / 2);
      hash.add_floats(ends);
      hash.add(format.valid(block) ? "valid" : "invalid");
    }
    pins.expect(std::string(format.name) + ", ranges", hash.hex());
  }
}

TEST(Pinned, TheListOfFormatsStaysTheSame) {
  Pins pins("formats");
  for (const Format& format : all_formats()) {
    json methods = json::array();
    for (const std::string_view method : methods_of(format.type)) methods.push_back(method);
    const json all{static_cast<uint32_t>(format.type),
                   format.summary,
                   format.block_length,
                   format.block_bytes,
                   format.scale_length,
                   format.quantized,
                   static_cast<int>(format.importance),
                   format.decode != nullptr,
                   format.range != nullptr,
                   methods};
    pins.expect(std::string(format.name), all.dump());
  }
}

TEST(Pinned, ConversionsAreReportedAlike) {
  Pins pins("reports");
  for (const Rows& rows : all_rows()) {
    if (rows.name.find("trained") == std::string::npos) continue;
    for (const Format& format : all_formats()) {
      if (rows.importance.empty() && format.importance == Importance::required) continue;
      for (const std::string_view method : methods_of(format.type)) {
        if (method != "llama.cpp" && method != "lowest-error") continue;
        for (const Kernel kernel : every_kernel()) {
          Converter converter("f32", format.name, method, kernel);
          std::vector<uint8_t> target(format.bytes_for(rows.x.size()));
          converter.convert(reinterpret_cast<const uint8_t*>(rows.x.data()), target.data(),
                            {rows.x.size(), 0, row_length}, rows.importance.empty() ? nullptr : rows.importance.data());
          Hash hash;
          hash.add(rounded(json::parse(conversion_report(converter.figures()))));
          pins.expect(std::string(format.name) + ", " + std::string(method) + ", " + rows.name, hash.hex(),
                      kernel_name(kernel));
        }
      }
    }
  }
}

std::string sentence_or(const auto& call) {
  try {
    return call();
  } catch (const Error& error) {
    return error.what();
  }
}

/// All that the Lab tells of a block.
std::string told_of(const json& request) {
  return sentence_or([&] {
    ScaleLab lab(parse_lab_block(request.dump()));
    const json report = json::parse(lab.report());
    std::string told = rounded(report);
    const auto tell_pieces = [&] {
      for (const int sign : {1, -1}) {
        for (const LabPiece& piece : lab.pieces(sign)) {
          told += rounded({piece.to, piece.A, piece.B, piece.weight, piece.before, piece.after});
        }
      }
    };
    tell_pieces();
    lab.cut(0.01);
    tell_pieces();
    for (const json& method : report["methods"]) {
      const double scale = method["scale"], offset = method["offset"];
      const LabPoint point = lab.point(1.03 * scale, 0.9 * offset);
      told += rounded({point.error, point.max_error, point.clipped, point.codes, point.decoded, point.bytes});
      told += rounded({lab.block().scale.nearest(1.1 * scale), lab.block().scale.next(scale, 3),
                       lab.block().offset.nearest(1.1 * offset), lab.block().offset.next(offset, -2)});
      std::vector<float> errors(2);
      std::vector<float> blocks(lab.block().weights);
      blocks.insert(blocks.end(), lab.block().weights.rbegin(), lab.block().weights.rend());
      lab.block_errors(method["name"], blocks.data(), 2, errors.data());
      told += rounded({errors});
    }
    return told;
  });
}

TEST(Pinned, TheLabTellsTheSame) {
  Pins pins("lab");
  testing::Random random(47);
  const std::vector<float> x = trained_rows(256);
  std::vector<float> importance(256);
  testing::importance_generators[1].fill(random, importance.data(), 256);
  for (const Format& format : all_formats()) {
    const auto numbers = [&] {
      return sentence_or([&] { return super_block_numbers(std::string(format.name), x.data()); });
    };
    const std::string shared = format.block_length <= 256 ? numbers() : "";
    for (const size_t length : {size_t{format.block_length}, size_t{format.scale_length}}) {
      for (const bool weighted : {false, true}) {
        json request = shared.starts_with("{") ? json::parse(shared) : json::object();
        request["format"] = format.name;
        request["weights"] = std::vector<float>(x.begin(), x.begin() + static_cast<ptrdiff_t>(length));
        if (weighted) {
          request["importance"] =
              std::vector<float>(importance.begin(), importance.begin() + static_cast<ptrdiff_t>(length));
        }
        Hash hash;
        hash.add((shared.starts_with("{") ? json::parse(shared).dump() : shared) + told_of(request));
        pins.expect(std::string(format.name) + ", " + std::to_string(length) + (weighted ? ", weighted" : ""),
                    hash.hex());
      }
    }
  }
}

}  // namespace
}  // namespace nibble
