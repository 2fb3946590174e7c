#include "container/zip.h"

#include <algorithm>

#include "container/text.h"
#include "error.h"
#include "numeric/bits.h"

namespace nibble {
namespace {

constexpr uint32_t local_mark = 0x04034b50, directory_mark = 0x02014b50, end_mark = 0x06054b50;
constexpr uint32_t zip64_end_mark = 0x06064b50, zip64_locator_mark = 0x07064b50;
constexpr size_t directory_entry_bytes = 46, end_bytes = 22, zip64_end_bytes = 56, zip64_locator_bytes = 20;
/// A comment of at most 65 535 bytes may follow the end record.
constexpr uint64_t longest_tail = 0xFFFF + end_bytes + zip64_locator_bytes;
/// In a field, this means that the value is in a zip64 record.
constexpr uint32_t elsewhere = 0xFFFFFFFF;
constexpr uint16_t zip64_extra = 1, encrypted = 1;
/// A checkpoint has an entry per tensor; the largest known have some 60 000. The list is held in memory while it is
/// read.
constexpr uint64_t max_entries = uint64_t{1} << 20, max_directory_bytes = uint64_t{1} << 27;

[[noreturn]] void damaged(const char* what) {
  throw Error(std::string("The zip archive is damaged: ") + what +
              ". It is probably incomplete; download or save it again.");
}

}  // namespace

uint64_t zip_content_offset(const ZipEntry& entry, std::span<const uint8_t> header, uint64_t file_bytes) {
  if (load<uint32_t>(header.data()) != local_mark) damaged("an entry is not where its list says");
  const uint64_t offset = zip_local_header_bytes + load<uint16_t>(&header[26]) + load<uint16_t>(&header[28]);
  const uint64_t room = file_bytes - entry.header_offset;
  if (offset > room || entry.bytes > room - offset) damaged("an entry reaches beyond the end of the file");
  return offset;
}

ZipReader::ZipReader(uint64_t file_bytes) : file_bytes_(file_bytes) {
  const uint64_t tail = std::min(file_bytes, longest_tail);
  if (tail < end_bytes) damaged("its list is missing");
  wanted_ = {file_bytes - tail, tail};
}

void ZipReader::take(std::span<const uint8_t> bytes) {
  switch (part_) {
    case Part::end: return read_end(bytes);
    case Part::zip64_end: return read_zip64_end(bytes);
    case Part::directory: return read_directory(bytes);
  }
}

void ZipReader::read_end(std::span<const uint8_t> tail) {
  size_t at = tail.size() - end_bytes;
  while (load<uint32_t>(&tail[at]) != end_mark) {
    if (at-- == 0) damaged("its list is missing");
  }
  const uint8_t* end = &tail[at];
  const bool zip64 = at >= zip64_locator_bytes && load<uint32_t>(end - zip64_locator_bytes) == zip64_locator_mark;
  if (zip64) {
    const uint64_t record = load<uint64_t>(end - zip64_locator_bytes + 8);
    if (record > file_bytes_ || file_bytes_ - record < zip64_end_bytes) damaged("its list is missing");
    part_ = Part::zip64_end;
    wanted_ = {record, zip64_end_bytes};
    return;
  }
  if (load<uint16_t>(end + 4) != 0)
    throw Error("The zip archive is one part of several, which cannot be read. Join the parts first.");
  want_directory(load<uint32_t>(end + 16), load<uint32_t>(end + 12), load<uint16_t>(end + 10));
}

void ZipReader::read_zip64_end(std::span<const uint8_t> record) {
  if (load<uint32_t>(record.data()) != zip64_end_mark) damaged("its list is missing");
  want_directory(load<uint64_t>(&record[48]), load<uint64_t>(&record[40]), load<uint64_t>(&record[32]));
}

void ZipReader::want_directory(uint64_t offset, uint64_t bytes, uint64_t count) {
  if (offset > file_bytes_ || bytes > file_bytes_ - offset) damaged("its list reaches beyond the end of the file");
  if (bytes > max_directory_bytes || count > max_entries || count * directory_entry_bytes > bytes) {
    damaged("its list has an impossible length");
  }
  if (count == 0) throw Error("The zip archive is empty.");
  part_ = Part::directory;
  count_ = count;
  wanted_ = {offset, bytes};
}

void ZipReader::read_directory(std::span<const uint8_t> directory) {
  size_t at = 0;
  for (uint64_t i = 0; i < count_; ++i) {
    if (directory.size() - at < directory_entry_bytes) damaged("its list ends early");
    const uint8_t* fields = &directory[at];
    if (load<uint32_t>(fields) != directory_mark) damaged("its list cannot be read");
    const uint16_t flags = load<uint16_t>(fields + 8), method = load<uint16_t>(fields + 10);
    const uint32_t compressed = load<uint32_t>(fields + 20), plain = load<uint32_t>(fields + 24);
    const uint16_t name_bytes = load<uint16_t>(fields + 28), extra_bytes = load<uint16_t>(fields + 30);
    const uint16_t comment_bytes = load<uint16_t>(fields + 32);
    const uint32_t header = load<uint32_t>(fields + 42);
    at += directory_entry_bytes;
    if (directory.size() - at < size_t{name_bytes} + extra_bytes + comment_bytes) damaged("its list ends early");
    ZipEntry entry;
    entry.name.assign(reinterpret_cast<const char*>(&directory[0]) + at, name_bytes);
    entry.stored = method == 0 && (flags & encrypted) == 0;
    uint64_t values[] = {plain, compressed, header};
    // The zip64 extra holds those of the three that did not fit, in this order.
    std::span<const uint8_t> extra = directory.subspan(at + name_bytes, extra_bytes);
    while (extra.size() >= 4) {
      const uint16_t id = load<uint16_t>(extra.data()), bytes = load<uint16_t>(&extra[2]);
      if (extra.size() - 4 < bytes) break;
      std::span<const uint8_t> content = extra.subspan(4, bytes);
      for (uint64_t& value : values) {
        if (id != zip64_extra || value != elsewhere || content.size() < sizeof(uint64_t)) continue;
        value = load<uint64_t>(content.data());
        content = content.subspan(sizeof(uint64_t));
      }
      extra = extra.subspan(size_t{4} + bytes);
    }
    entry.bytes = values[0];
    entry.header_offset = values[2];
    if (entry.header_offset > file_bytes_ || file_bytes_ - entry.header_offset < zip_local_header_bytes) {
      damaged("an entry reaches beyond the end of the file");
    }
    if (entry.stored && values[0] != values[1]) damaged("its list contradicts itself");
    at += size_t{name_bytes} + extra_bytes + comment_bytes;
    entries_.push_back(std::move(entry));
  }
  wanted_ = {};
}

}  // namespace nibble
