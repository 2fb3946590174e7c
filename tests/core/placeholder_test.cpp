// What lies in place of a file that was not downloaded, told by every reader.
#include "container/placeholder.h"

#include <gmock/gmock.h>

#include "archive_builder.h"
#include "container/importance_reader.h"
#include "read_file.h"
#include "tokenizer/json_file.h"

namespace nibble {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const Bytes pointer = bytes_of(
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 4976698672\n");
const Bytes pages[] = {bytes_of("<!DOCTYPE html>\n<html lang=\"en\"><head>"), bytes_of("\xEF\xBB\xBF \n<HTML><body>"),
                       bytes_of("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>")};

constexpr std::string_view needed[] = {
    "m.gguf",      "m.safetensors",  "pytorch_model.bin", "m.pth", "m.npz",      "m.npy",
    "config.json", "tokenizer.json", "tokenizer.model",   "m",     "m-00001.of", "m.safetensors.index.json"};

TEST(Placeholder, PointersPagesAndEmptyFilesAreNamedByEveryReader) {
  for (const std::string_view name : needed) {
    SCOPED_TRACE(name);
    EXPECT_THAT(file_error(name, pointer),
                AllOf(HasSubstr("It is a Git LFS pointer, a text that stands for the file of 4976698672 bytes"),
                      HasSubstr("\"git lfs pull\"")));
    for (const Bytes& page : pages) EXPECT_THAT(file_error(name, page), HasSubstr("It is a web page"));
    EXPECT_EQ(file_error(name, {}), "It is empty. Download or copy it again.");
  }
}

TEST(Placeholder, FilesThatAModelCanDoWithoutAreReadAndSayItThemselves) {
  for (const char* name : {"generation_config.json", "tokenizer_config.json", "chat_template.jinja",
                           "additional_chat_templates/tool_use.jinja"}) {
    EXPECT_EQ(file_error(name, pointer), "") << name;
  }
  EXPECT_THAT(sentence_of([] { parse_json_file(pointer, "generation_config.json"); }),
              HasSubstr("generation_config.json is not JSON. It is a Git LFS pointer"));
  EXPECT_THAT(sentence_of([] { parse_json_file(pages[0], "added_tokens.json"); }), HasSubstr("It is a web page"));
}

TEST(Placeholder, ImportanceMatricesSayItToo) {
  const auto problem = [](const Bytes& file) {
    return sentence_of([&] {
      ImportanceReader reader(file.size());
      reader.offer(file);
    });
  };
  EXPECT_THAT(problem(pointer), HasSubstr("Git LFS pointer"));
  EXPECT_THAT(problem(pages[0]), HasSubstr("web page"));
  EXPECT_THAT(problem({}), HasSubstr("It is empty"));
}

TEST(Placeholder, JsonIsNoModel) {
  for (const char* text : {"{}", " [1]", "{\"error\": \"Repository not found\"}", "{\"nibbleRecipe\": 1}"}) {
    EXPECT_THAT(file_error("x.json", bytes_of(text)), HasSubstr("It is a text in JSON and holds no weights")) << text;
    EXPECT_THAT(file_error("m.safetensors", bytes_of(text)), HasSubstr("It is a text in JSON")) << text;
  }
  // A safetensors file whose header is 0x7B bytes long begins with a brace, too.
  const Bytes header = bytes_of("{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}");
  Bytes padded = header;
  padded.resize(0x7B, ' ');
  EXPECT_EQ(file_error("m", joined({little<uint64_t>(0x7B), padded, Bytes(1)})), "");
}

TEST(Placeholder, OtherTextsAreNotTakenForOne) {
  EXPECT_EQ(placeholder_reason(bytes_of("version 1.0")), std::nullopt);
  EXPECT_EQ(placeholder_reason(bytes_of("<htm")), std::nullopt);
  EXPECT_THAT(*placeholder_reason(bytes_of("version https://git-lfs.github.com/spec/v1\n")),
              HasSubstr("stands for the file, and not"));
}

}  // namespace
}  // namespace nibble
