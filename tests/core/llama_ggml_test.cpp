#include "container/llama_ggml.h"

#include <gmock/gmock.h>

#include "archive_builder.h"
#include "gguf_builder.h"
#include "model/model.h"
#include "read_file.h"
#include "texts_of.h"

namespace nibble {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// A LLaMA of one layer: 32 wide, 4 heads of which 2 hold keys, 64 wide inside, 262 tokens.
struct OldFile {
  const char* magic = "tjgg";
  uint32_t version = 3;
  uint32_t type = 8;        ///< of matrices: Q8_0
  uint64_t row_bytes = 34;  ///< of 32 weights
  bool scores = true;
  uint32_t rotary = 8;
  std::string extra_tensor;  ///< one more, by name

  Bytes build() const {
    Bytes file = bytes_of(magic);
    const bool unversioned = std::string(magic) == "lmgg";
    if (!unversioned) append(file, little(version));
    for (const uint32_t number : {262u, 32u, 64u, 4u, 1u, rotary, 7u}) append(file, little(number));
    for (uint32_t i = 0; i < 262; ++i) {
      const Bytes text = i < 3 ? Bytes{} : i < 259 ? Bytes{static_cast<uint8_t>(i - 3)} : bytes_of(" word");
      append(file, little(static_cast<uint32_t>(text.size())));
      append(file, text);
      if (scores) append(file, little(-static_cast<float>(i)));
    }
    tensor(file, "tok_embeddings.weight", {32, 262});
    tensor(file, "norm.weight", {32});
    tensor(file, "output.weight", {32, 262});
    for (const char* name : {"attention.wq", "attention.wo"})
      tensor(file, std::string("layers.0.") + name + ".weight", {32, 32});
    for (const char* name : {"attention.wk", "attention.wv"})
      tensor(file, std::string("layers.0.") + name + ".weight", {32, 16});
    for (const char* name : {"attention_norm", "ffn_norm"})
      tensor(file, std::string("layers.0.") + name + ".weight", {32});
    for (const char* name : {"feed_forward.w1", "feed_forward.w3"})
      tensor(file, std::string("layers.0.") + name + ".weight", {32, 64});
    tensor(file, "layers.0.feed_forward.w2.weight", {64, 32});
    if (!extra_tensor.empty()) tensor(file, extra_tensor, {32});
    return file;
  }

 private:
  void tensor(Bytes& file, const std::string& name, const std::vector<uint32_t>& shape) const {
    const bool matrix = shape.size() == 2;
    append(file, joined({little(static_cast<uint32_t>(shape.size())), little(static_cast<uint32_t>(name.size())),
                         little(matrix ? type : 0u)}));
    for (const uint32_t size : shape) append(file, little(size));
    append(file, bytes_of(name));
    while (std::string(magic) == "tjgg" && file.size() % 32 != 0) file.push_back(0);
    file.resize(file.size() + (matrix ? shape[0] / 32 * row_bytes * shape[1] : shape[0] * 4),
                static_cast<uint8_t>(name.size()));
  }
};

TEST(LlamaGgml, BecomesTheModelOfItsGgufFile) {
  const Bytes file = OldFile().build();
  Model model;
  for (ByteRange wanted{0, std::min<uint64_t>(file.size(), 1 << 18)}; wanted.bytes > 0;) {
    wanted =
        model.offer(0, "old.bin", file.size(), wanted.offset, std::span(file).subspan(wanted.offset, wanted.bytes));
  }
  model.complete();
  const GgufHeader& values = model.metadata();
  EXPECT_EQ(values.text("general.architecture"), "llama");
  EXPECT_EQ(values.number("llama.embedding_length"), 32u);
  EXPECT_EQ(values.number("llama.feed_forward_length"), 64u);
  EXPECT_EQ(values.number("llama.attention.head_count"), 4u);
  EXPECT_EQ(values.number("llama.attention.head_count_kv"), 2u);
  EXPECT_EQ(values.number("llama.rope.dimension_count"), 8u);
  EXPECT_EQ(values.find("tokenizer.ggml.tokens")->count, 262u);
  EXPECT_EQ(values.find("tokenizer.ggml.scores")->count, 262u);
  ASSERT_EQ(model.tensors().size(), 12u);
  EXPECT_EQ(model.tensors()[0].name, "token_embd.weight");
  EXPECT_EQ(model.tensors()[9].name, "blk.0.ffn_gate.weight");
  EXPECT_EQ(model.tensors()[9].shape, (std::vector<uint64_t>{32, 64}));
  EXPECT_EQ(model.tensors()[9].type, Type::q8_0);
  // Data was filled with the length of the tensor's own name.
  EXPECT_EQ(file[model.tensors()[9].slices[0].offset], std::string("layers.0.feed_forward.w1.weight").size());
  ASSERT_EQ(model.notes().list.size(), 1u);
  EXPECT_THAT(texts_of(model.notes())[0], AllOf(HasSubstr("ggjt version 3"), HasSubstr("context length")));
}

TEST(LlamaGgml, OldBlocksInGgufFilesAreWorthAWarning) {
  for (const uint32_t version : {1, 2}) {
    const Bytes file = GgufBuilder().value("general.quantization_version", version).tensor("a", {32}, 2, 18).build();
    Model model;
    ASSERT_EQ(model.offer(0, "a.gguf", file.size(), 0, file).bytes, 0u);
    model.complete();
    ASSERT_EQ(model.notes().list.size(), version == 1 ? 1u : 0u);
    if (version == 1) {
      EXPECT_THAT(texts_of(model.notes())[0], AllOf(HasSubstr("version 1"), HasSubstr("Make the file again")));
    }
  }
}

TEST(LlamaGgml, ReadsFloatsOfEveryVersion) {
  for (const char* magic : {"lmgg", "fmgg", "tjgg"}) {
    OldFile old;
    old.magic = magic;
    old.version = 1;
    old.scores = std::string(magic) != "lmgg";
    old.type = 1;
    old.row_bytes = 64;
    const FileContents contents = read_whole_file("old.bin", old.build());
    EXPECT_EQ(contents.tensors.size(), 12u) << magic;
    EXPECT_EQ(contents.notes.list.size(), old.scores ? 1u : 2u) << magic;
  }
}

TEST(LlamaGgml, ReadsQ5OfVersion2) {
  OldFile old;
  old.version = 2;
  old.type = 6;
  old.row_bytes = 22;
  EXPECT_EQ(file_error("old.bin", old.build()), "");
}

TEST(LlamaGgml, SaysWhatToDoAboutLayoutsThatChanged) {
  OldFile old;
  old.version = 2;
  EXPECT_THAT(file_error("old.bin", old.build()), AllOf(HasSubstr("\"old.bin\""), HasSubstr("ggjt version 2"),
                                                        HasSubstr("q8_0"), HasSubstr("Make the file again")));
  old.version = 1;
  old.type = 2;
  EXPECT_THAT(file_error("old.bin", old.build()), HasSubstr("laid out differently"));
  old.version = 3;
  old.type = 4;
  EXPECT_THAT(file_error("old.bin", old.build()), HasSubstr("a type that was given up"));
}

TEST(LlamaGgml, RefusesWhatIsNoWholeLlama) {
  OldFile old;
  old.version = 9;
  EXPECT_THAT(file_error("old.bin", old.build()), HasSubstr("never existed"));
  old.version = 3;
  old.rotary = 64;
  EXPECT_THAT(file_error("old.bin", old.build()), HasSubstr("not those of a LLaMA model"));
  old.rotary = 8;
  old.extra_tensor = "transformer.wte.weight";
  EXPECT_THAT(file_error("old.bin", old.build()),
              AllOf(HasSubstr("\"transformer.wte.weight\""), HasSubstr("none of a LLaMA")));
  const Bytes whole = OldFile().build();
  for (size_t length = 4; length < whole.size(); length += 97) {
    EXPECT_NE(file_error("old.bin", std::span(whole).first(length)), "") << length;
  }
  EXPECT_THAT(file_error("lora.bin", joined({bytes_of("algg"), Bytes(100)})), HasSubstr("adapter"));
}

}  // namespace
}  // namespace nibble
