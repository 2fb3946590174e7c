#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>

#include "archive_builder.h"
#include "model/model.h"
#include "read_file.h"
#include "texts_of.h"

namespace nibble {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
namespace p = pickle;

Bytes archive(const Bytes& pickle, const std::vector<std::pair<std::string, Bytes>>& storages) {
  ZipBuilder zip;
  zip.zip64 = true;
  zip.local_extra = 34;
  zip.entry("model/data.pkl", pickle).entry("model/byteorder", bytes_of("little"));
  for (const auto& [key, content] : storages) zip.entry("model/data/" + key, content);
  return zip.entry("model/version", bytes_of("3\n")).build();
}

/// What reading a pickle says, and that it says so at once: within milliseconds, longer only where a megabyte of it has
/// to be walked through. The quickest of some tries counts, for other work may hold the processor.
std::string pickle_error(const Bytes& pickle) {
  const Bytes file = archive(pickle, {{"0", Bytes(24)}});
  const bool small = file.size() < 10000;
  std::string sentence;
  auto quickest = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < (small ? 5 : 1); ++i) {
    const auto start = std::chrono::steady_clock::now();
    sentence = file_error("x.pt", file);
    quickest = std::min(quickest, std::chrono::steady_clock::now() - start);
  }
  EXPECT_LT(quickest, small ? std::chrono::milliseconds(20) : std::chrono::seconds(20));
  return sentence;
}

std::vector<std::string> names(const FileContents& contents) {
  std::vector<std::string> list;
  for (const StoredTensor& tensor : contents.tensors) list.push_back(tensor.name);
  return list;
}

const Bytes six_floats = p::tensor("FloatStorage", "0", 6, 0, {2, 3}, {3, 1});

TEST(Torch, ReadsAStateDict) {
  const Bytes pickle = p::whole(p::ordered_dict({{"fc.weight", six_floats},
                                                 {"fc.bias", p::tensor("HalfStorage", "1", 8, 4, {4}, {1})},
                                                 {"scale", p::tensor("BFloat16Storage", "2", 1, 0, {}, {})}}));
  const Bytes file = archive(
      pickle, {{"0", Bytes(24, 1)}, {"1", {2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3}}, {"2", Bytes(2, 4)}});
  uint64_t bytes_read = 0;
  const FileContents contents = read_whole_file("model.pt", file, &bytes_read);
  EXPECT_EQ(contents.container, "PyTorch");
  EXPECT_EQ(names(contents), (std::vector<std::string>{"fc.weight", "fc.bias", "scale"}));
  const StoredTensor& weight = contents.tensors[0];
  EXPECT_EQ(weight.shape, (std::vector<uint64_t>{3, 2}));
  EXPECT_EQ(weight.type, Type::f32);
  EXPECT_EQ(weight.dtype, "F32");
  EXPECT_EQ(contents.tensors[1].type, Type::f16);
  EXPECT_EQ(contents.tensors[2].type, Type::bf16);
  const uint8_t marks[] = {1, 3, 4};
  for (size_t i = 0; i < 3; ++i) {
    const StoredTensor& tensor = contents.tensors[i];
    for (uint64_t byte = 0; byte < tensor.bytes; ++byte) EXPECT_EQ(file[tensor.offset + byte], marks[i]) << tensor.name;
  }
}

TEST(Torch, FindsTensorsInContainersAndCallsThemByTheirPlace) {
  const Bytes other = p::tensor("LongStorage", "0", 3, 0, {3}, {1});
  const auto read = [](const Bytes& value) {
    return names(read_whole_file("x.pt", archive(p::whole(value), {{"0", Bytes(24)}})));
  };
  EXPECT_EQ(read(p::dict(
                {{"state_dict", p::ordered_dict({{"a.weight", six_floats}, {"b", other}})}, {"epoch", p::number(3)}})),
            (std::vector<std::string>{"a.weight", "b"}));
  EXPECT_EQ(read(p::dict({{"model", p::dict({{"a", six_floats}})}, {"ema", p::dict({{"a", other}})}})),
            (std::vector<std::string>{"model.a", "ema.a"}));
  EXPECT_EQ(read(p::tuple({six_floats, other})), (std::vector<std::string>{"0", "1"}));
}

TEST(Torch, LeavesTheStateOfATrainingOut) {
  const Bytes state = p::tensor("FloatStorage", "0", 3, 0, {3}, {1});
  const auto read = [](const Bytes& value) {
    return read_whole_file("x.pt", archive(p::whole(value), {{"0", Bytes(24)}}));
  };
  const FileContents both = read(p::dict({{"model", p::dict({{"w", six_floats}})},
                                          {"optimizer", p::dict({{"state", p::dict({{"exp_avg", state}})}})},
                                          {"lr_scheduler", p::dict({{"last", state}})},
                                          {"epoch", p::number(3)}}));
  EXPECT_EQ(names(both), (std::vector<std::string>{"w"}));
  EXPECT_EQ(both.tensors[0].shape, (std::vector<uint64_t>{3, 2}));
  EXPECT_THAT(texts_of(both.notes),
              testing::ElementsAre("note: Only the model was taken from the checkpoint: \"lr_scheduler\" and "
                                   "\"optimizer\" are the state of its training, and left out."));
  const FileContents alone = read(p::dict({{"optimizer", p::dict({{"exp_avg", state}})}}));
  EXPECT_EQ(names(alone), (std::vector<std::string>{"exp_avg"})) << "nothing else is there";
  EXPECT_TRUE(alone.notes.list.empty());
  EXPECT_EQ(names(read(p::dict({{"optimizer.w", six_floats}}))), (std::vector<std::string>{"optimizer.w"}));
}

TEST(Torch, NamesTensorsOfTypesThatNothingHolds) {
  const auto error = [](const Bytes& tensor) { return pickle_error(p::whole(p::dict({{"freqs_cis", tensor}}))); };
  EXPECT_THAT(error(p::tensor("ComplexFloatStorage", "0", 3, 0, {3}, {1})),
              AllOf(HasSubstr("The tensor \"freqs_cis\" holds complex numbers (torch.complex64)"),
                    HasSubstr("take it out of the state dict")));
  EXPECT_THAT(error(p::tensor("QInt8Storage", "0", 3, 0, {3}, {1})), HasSubstr("quantized integers (torch.qint8)"));
}

TEST(Torch, SeesThroughParametersAttributesAndSharedTensors) {
  const Bytes parameter =
      p::call(p::global("torch._utils", "_rebuild_parameter"),
              p::tuple({six_floats, {0x88}, p::call(p::global("collections", "OrderedDict"), {')'})}));
  // The second name recalls the tensor of the first from the memo; the dict gets an attribute, as state dicts have.
  const Bytes pickle = p::whole(joined({p::ordered_dict({{"a", joined({parameter, {'q', 5}})}, {"b", {'h', 5}}}),
                                        p::dict({{"_metadata", p::ordered_dict({})}}),
                                        {'b'}}));
  const FileContents contents = read_whole_file("x.pt", archive(pickle, {{"0", Bytes(24)}}));
  EXPECT_EQ(names(contents), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(contents.tensors[0].offset, contents.tensors[1].offset);
}

TEST(Torch, ReadsProtocol4) {
  const auto short_text = [](std::string_view value) {
    return joined({{0x8c, static_cast<uint8_t>(value.size())}, bytes_of(value)});
  };
  const auto global = [&](std::string_view module, std::string_view name) {
    return joined({short_text(module), short_text(name), {0x93}});
  };
  const Bytes storage = joined({{'('},
                                short_text("storage"),
                                {0x94},
                                global("torch", "FloatStorage"),
                                short_text("0"),
                                short_text("cpu"),
                                {'K', 6, 't', 'Q'}});
  const Bytes tensor = joined({global("torch._utils", "_rebuild_tensor_v2"),
                               {'('},
                               storage,
                               {'K', 0, 'K', 2, 'K', 3, 0x86, 'K', 3, 'K', 1, 0x86, 0x89, 'N', 't', 'R', 0x94}});
  const Bytes frame = joined({{0x80, 4, 0x95}, Bytes(8)});
  EXPECT_EQ(names(read_whole_file(
                "x.pt", archive(joined({frame, {'}'}, short_text("w"), tensor, {'s', '.'}}), {{"0", Bytes(24)}}))),
            (std::vector<std::string>{"w"}));
  EXPECT_THAT(pickle_error(joined({frame, global("posix", "system"), short_text("true"), {0x85, 'R', '.'}})),
              HasSubstr("\"posix.system\""));
}

TEST(Torch, BecomesAModelThatKeepsItsNames) {
  const Bytes file = archive(p::whole(p::ordered_dict({{"fc.weight", six_floats}})), {{"0", Bytes(24, 1)}});
  Model model;
  for (ByteRange wanted{0, file.size()}; wanted.bytes > 0;) {
    wanted = model.offer(0, "net.pt", file.size(), wanted.offset, std::span(file).subspan(wanted.offset, wanted.bytes));
  }
  model.complete();
  EXPECT_EQ(model.container(), "PyTorch");
  ASSERT_EQ(model.tensors().size(), 1u);
  EXPECT_EQ(model.tensors()[0].name, "fc.weight");
  EXPECT_EQ(model.tensors()[0].shape, (std::vector<uint64_t>{3, 2}));
  EXPECT_EQ(model.metadata().text("general.name"), "net");
}

TEST(Torch, RefusesToCallAnythingElse) {
  // What pickle.dumps writes for an object whose __reduce__ answers (os.system, ("...",)).
  const Bytes system = p::call(p::global("posix", "system"), p::tuple({p::text("echo owned")}));
  EXPECT_THAT(pickle_error(p::whole(system)),
              AllOf(HasSubstr("wants to call \"posix.system\""), HasSubstr("runs nothing")));
  EXPECT_THAT(pickle_error(p::whole(p::dict(
                  {{"a", six_floats}, {"b", p::call(p::global("os", "system"), p::tuple({p::text("true")}))}}))),
              HasSubstr("\"os.system\""));
  EXPECT_THAT(pickle_error(p::whole(p::call(p::global("builtins", "eval"), p::tuple({p::text("1")})))),
              HasSubstr("\"builtins.eval\""));
  EXPECT_THAT(pickle_error(p::whole(p::global("torch._utils", "_rebuild_qtensor"))), HasSubstr("_rebuild_qtensor"));
  // Protocol 0 spells it out in lines.
  EXPECT_THAT(pickle_error(bytes_of("(S'echo'\nios\nsystem\n.")), HasSubstr("instruction 0x53"));
  EXPECT_THAT(pickle_error(bytes_of("(ios\nsystem\n.")), HasSubstr("\"os.system\""));
  // Extension codes stand for names this file does not show.
  EXPECT_THAT(pickle_error({0x80, 2, 0x82, 1, '.'}), HasSubstr("instruction 0x82"));
}

TEST(Torch, RefusesExcessQuickly) {
  EXPECT_THAT(pickle_error(p::whole(Bytes(100000, '('))), HasSubstr("deeper"));
  EXPECT_THAT(pickle_error(p::whole(Bytes(1000000, ']'))), HasSubstr("longer"));
  Bytes memo = {'N'};
  for (uint32_t i = 0; i < 600000; ++i) append(memo, joined({{'r'}, little(i * 3000)}));
  EXPECT_THAT(pickle_error(p::whole(memo)), HasSubstr("longer"));
  EXPECT_THAT(pickle_error(p::whole(joined({{'N'}, Bytes(1000000, '2')}))), HasSubstr("longer"));
  // Lists in lists, each closed.
  EXPECT_THAT(pickle_error(p::whole(joined({Bytes(1000, ']'), Bytes(999, 'a')}))), HasSubstr("deeper"));
  // Each list holds the one before twice: 2^40 paths to nothing.
  Bytes laughs = {']', 'q', 0};
  for (uint8_t i = 0; i < 40; ++i) append(laughs, {']', 'q', static_cast<uint8_t>(i + 1), '(', 'h', i, 'h', i, 'e'});
  EXPECT_THAT(pickle_error(p::whole(laughs)), HasSubstr("deeper"));
  // A list inside itself.
  EXPECT_THAT(pickle_error(p::whole({']', 'q', 0, 'h', 0, 'a'})), HasSubstr("no tensors"));
  // A text that claims four gigabytes, a number of a megabyte.
  EXPECT_NE(pickle_error(p::whole(joined({{'X'}, little(0xFFFFFFFFu)}))), "");
  EXPECT_NE(pickle_error(p::whole(joined({{0x8b}, little(1u << 20), Bytes(1 << 20, 1)}))), "");
}

TEST(Torch, RefusesViewsAndWhatDoesNotFit) {
  const auto error = [](const Bytes& tensor) { return pickle_error(p::whole(p::dict({{"w", tensor}}))); };
  EXPECT_EQ(error(p::tensor("FloatStorage", "0", 6, 0, {1, 6}, {1, 1})), "");  // the stride of one row means nothing
  EXPECT_THAT(error(p::tensor("FloatStorage", "0", 6, 0, {2, 3}, {1, 2})),
              AllOf(HasSubstr("\"w\""), HasSubstr("tensor.contiguous()")));
  EXPECT_THAT(error(p::tensor("FloatStorage", "0", 6, 1, {2, 3}, {3, 1})), HasSubstr("\"w\""));
  EXPECT_THAT(error(p::tensor("FloatStorage", "0", 60, 0, {2, 30}, {30, 1})), HasSubstr("missing from the archive"));
  EXPECT_THAT(error(p::tensor("FloatStorage", "9", 6, 0, {2, 3}, {3, 1})), HasSubstr("missing from the archive"));
  EXPECT_THAT(error(p::tensor("FloatStorage", "0", 6, -1, {2, 3}, {3, 1})), HasSubstr("\"w\""));
  EXPECT_THAT(error(p::number(1)), HasSubstr("no tensors"));
}

TEST(Torch, RefusesOtherArchivesAndOldCheckpoints) {
  const Bytes pickle = p::whole(p::dict({{"w", six_floats}}));
  ZipBuilder script;
  script.entry("m/data.pkl", pickle).entry("m/constants.pkl", pickle);
  EXPECT_THAT(file_error("m.pt", script.build()), HasSubstr("TorchScript"));
  ZipBuilder big_endian;
  big_endian.entry("m/data.pkl", pickle).entry("m/byteorder", bytes_of("big")).entry("m/data/0", Bytes(24));
  EXPECT_THAT(file_error("m.pt", big_endian.build()), HasSubstr("most significant byte first"));
  ZipBuilder compressed;
  compressed.entry("m/data.pkl", pickle).entry("m/data/0", Bytes(24), 8);
  EXPECT_THAT(file_error("m.pt", compressed.build()), HasSubstr("compressed"));
  const Bytes old = {0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, '.'};
  EXPECT_THAT(file_error("old.pth", old), AllOf(HasSubstr("\"old.pth\""), HasSubstr("before version 1.6")));
  EXPECT_THAT(file_error("x.pkl", p::whole(p::dict({{"w", p::number(1)}}))), HasSubstr("bare Python pickle"));
}

}  // namespace
}  // namespace nibble
