#include "json/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/sentence_of.h"
#include "json/parse.h"

namespace nibble {
namespace {

TEST(Json, ObjectsKeepTheOrderOfTheirMembers) {
  Json json = {{"b", 1}, {"a", nullptr}, {"list", Json::list({true, "x", -2})}, {"none", std::optional<int>()}};
  json.set("b", uint64_t{18446744073709551615u});
  json.add("empty", Json::object());
  json.set("last", Json::list());
  EXPECT_EQ(json.dump(),
            R"({"b":18446744073709551615,"a":null,"list":[true,"x",-2],"none":null,"empty":{},"last":[]})");
  EXPECT_EQ(json.dump(2), nlohmann::ordered_json::parse(json.dump()).dump(2));
}

TEST(Json, NumbersReadBackAsThemselves) {
  const double nasty[] = {0.0,      -0.0,
                          0.1,      1.0 / 3,
                          1e21,     1e-7,
                          5e-324,   std::numeric_limits<double>::max(),
                          0x1p-53,  123456.0,
                          1e16,     12345678901234567.0,
                          2.5e-310, static_cast<double>(0.1f)};
  for (const double value : nasty) {
    const Json back = parse_json(Json(value).dump());
    EXPECT_EQ(back.get<double>(), value);
    EXPECT_EQ(std::signbit(back.get<double>()), std::signbit(value));
  }
  uint64_t bits = 0x9E3779B97F4A7C15u;
  for (int i = 0; i < 20000; ++i) {
    bits = bits * 6364136223846793005u + 1442695040888963407u;
    double value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    ASSERT_EQ(parse_json(Json(value).dump()).get<double>(), value);
    ASSERT_LE(Json(value).dump().size(), nlohmann::json(value).dump().size() + 2);
  }
  EXPECT_EQ(Json(std::nan("")).dump(), "null");
  EXPECT_EQ(Json(-std::numeric_limits<double>::infinity()).dump(), "null");
  EXPECT_EQ(Json(std::numeric_limits<int64_t>::min()).dump(), "-9223372036854775808");
}

/// Configurations of models are written anew with what they held: their numbers must stay as Python and other programs
/// write them.
TEST(Json, NumbersOfFilesAreWrittenAsTheLibraryDoes) {
  for (const char* text : {"6.0",
                           "0.0",
                           "-0.0",
                           "1e-05",
                           "1e-06",
                           "0.0001",
                           "0.02",
                           "10000.0",
                           "500000.0",
                           "1000000.0",
                           "1e+15",
                           "1e+20",
                           "123456789012345.0",
                           "1.234567890123456e+15",
                           "0.08838834764831845",
                           "0.1",
                           "-2.5",
                           "6",
                           "-6",
                           "151936"}) {
    EXPECT_EQ(parse_json(text).dump(), text);
    EXPECT_EQ(nlohmann::json::parse(text).dump(), text);
  }
  uint64_t bits = 1;
  int shorter = 0;
  for (int i = 0; i < 20000; ++i) {
    bits = bits * 6364136223846793005u + 1442695040888963407u;
    const int digits = 1 + static_cast<int>(bits >> 60), exponent = static_cast<int>(bits >> 40 & 63) - 32;
    const std::string text =
        std::to_string(bits % 1000000000000000).substr(0, static_cast<size_t>(digits)) + "e" + std::to_string(exponent);
    // The library does not always find the shortest text that reads back the same; it is then longer.
    const std::string own = parse_json(text).dump(), library = nlohmann::json::parse(text).dump();
    ASSERT_EQ(nlohmann::json::parse(own), nlohmann::json::parse(text)) << text;
    ASSERT_TRUE(own == library || own.size() < library.size()) << own << ' ' << library;
    shorter += own.size() < library.size();
  }
  EXPECT_LT(shorter, 200);
}

TEST(Json, NamesGivenTwiceKeepTheirFirstPlaceAndTheirLastValue) {
  const std::string text = R"({"a":1,"b":{"x":1,"y":2,"x":[3]},"a":null,"c":0,"a":2})";
  EXPECT_EQ(parse_json(text).dump(), nlohmann::ordered_json::parse(text).dump());
  EXPECT_EQ(parse_json(text).dump(), R"({"a":2,"b":{"x":[3],"y":2},"c":0})");
}

/// Every text of up to three bytes from a list of awkward ones, against the library that parses.
TEST(Json, TextsAreEscapedAndMendedAsTheLibraryDoes) {
  const unsigned char awkward[] = {0,    1,    8,    '\n', 0x1F, ' ',  '"',  '\\', '/',  'a',
                                   0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2,
                                   0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF};
  const auto same = [](const std::string& text) {
    const std::string ours = Json(text).dump();
    // Where bytes are no UTF-8 the two may put different numbers of replacement characters.
    std::string theirs;
    try {
      theirs = nlohmann::json(text).dump();
    } catch (const nlohmann::json::type_error&) {
      EXPECT_NO_THROW(nlohmann::json(nlohmann::json::parse(ours)).dump()) << ours;
      EXPECT_NE(ours.find("\xEF\xBF\xBD"), std::string::npos);
      return;
    }
    EXPECT_EQ(ours, theirs);
  };
  for (const unsigned char a : awkward) {
    for (const unsigned char b : awkward) {
      for (const unsigned char c : awkward) {
        same({static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)});
      }
    }
  }
  same("\xF0\x9F\x99\x82 \xE2\x82\xAC");
  same("\xF4\x8F\xBF\xBF");
  same("\xF4\x90\x80\x80");
}

TEST(Json, ReadsWhatItIsAskedForAndNothingElse) {
  const Json json = parse_json(R"({"n":3,"m":-3,"x":1.5,"t":"text","l":[1,2],"b":true,"n":4})");
  EXPECT_EQ(json.at("n").get<int>(), 4) << "the last member of a name counts";
  EXPECT_EQ(json.at("m").get<int8_t>(), -3);
  EXPECT_EQ(json.at("x").get<float>(), 1.5f);
  EXPECT_EQ(json.at("l").get<std::vector<uint32_t>>(), (std::vector<uint32_t>{1, 2}));
  EXPECT_EQ(json.value("none", 7), 7);
  EXPECT_TRUE(json.at("t").is("text"));
  EXPECT_EQ(json.find("none"), nullptr);
  EXPECT_THROW(json.at("m").get<uint64_t>(), Error);
  EXPECT_THROW(json.at("x").get<int>(), Error);
  EXPECT_THROW(json.at("t").get<double>(), Error);
  EXPECT_THROW(json.at("none"), Error);
  EXPECT_THROW(parse_json("300").get<uint8_t>(), Error);
  EXPECT_THROW(parse_json("18446744073709551615").get<int64_t>(), Error);
  EXPECT_THROW(parse_json("-1").get<uint64_t>(), Error);
  EXPECT_EQ(json.at("n").elements().size() + json.at("n").members().size(), 0u);
}

TEST(Json, SaysWhereATextIsNoJson) {
  for (const char* text : {"", "{", "[1,", "{\"a\" 1}", "nul", "[1] x", "\"\\x\"", "'a'"}) {
    EXPECT_TRUE(parse_json_or_null(text).is_null());
    try {
      parse_json(text);
      ADD_FAILURE() << text;
    } catch (const JsonError& error) {
      EXPECT_EQ(error.kind, JsonError::Kind::syntax) << text;
      EXPECT_LE(error.byte, std::string_view(text).size() + 1) << text;
    }
  }
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(parse_json(nested(max_json_depth)).dump(), nested(max_json_depth));
  EXPECT_EQ(sentence_of([&] { parse_json(nested(1000000)); }),
            "The JSON text nests lists and objects more than 64 deep.");
  EXPECT_EQ(sentence_of([] { parse_json("1e999"); }), "The JSON text holds a number no program can read.");
}

}  // namespace
}  // namespace nibble
