#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

/// SHA-256 (FIPS 180-4) and SHAKE-256 (FIPS 202), for weights and hashes that other programs made. Slow and short.
namespace nibble {

inline std::string sha256(std::span<const uint8_t> data) {
  static constexpr uint32_t k[64] = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
      0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
      0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
      0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
      0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
      0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
      0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
  uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::vector<uint8_t> message(data.begin(), data.end());
  message.push_back(0x80);
  while (message.size() % 64 != 56) message.push_back(0);
  for (int i = 7; i >= 0; --i) message.push_back(static_cast<uint8_t>(uint64_t{data.size()} * 8 >> 8 * i));
  const auto turn = [](uint32_t x, int n) { return x >> n | x << (32 - n); };
  for (size_t at = 0; at < message.size(); at += 64) {
    uint32_t w[64];
    for (size_t i = 0; i < 16; ++i) {
      const uint8_t* b = message.data() + at + 4 * i;
      w[i] = uint32_t{b[0]} << 24 | uint32_t{b[1]} << 16 | uint32_t{b[2]} << 8 | b[3];
    }
    for (size_t i = 16; i < 64; ++i) {
      const uint32_t a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
      const uint32_t b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
      w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    uint32_t s[8];
    std::memcpy(s, h, sizeof s);
    for (size_t i = 0; i < 64; ++i) {
      const uint32_t e = turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25);
      const uint32_t first = s[7] + e + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[i] + w[i];
      const uint32_t a = turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22);
      const uint32_t second = a + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
      for (size_t j = 7; j > 0; --j) s[j] = s[j - 1];
      s[4] += first;
      s[0] = first + second;
    }
    for (size_t i = 0; i < 8; ++i) h[i] += s[i];
  }
  std::string text;
  for (const uint32_t word : h) {
    for (int i = 28; i >= 0; i -= 4) text += "0123456789abcdef"[word >> i & 15];
  }
  return text;
}

/// `length` bytes of SHAKE-256 of a text.
inline std::vector<uint8_t> shake256(const std::string& text, size_t length) {
  constexpr size_t rate = 136;
  std::array<uint64_t, 25> a{};
  const auto turn = [](uint64_t x, unsigned n) { return n == 0 ? x : x << n | x >> (64 - n); };
  const auto permute = [&] {
    uint8_t lfsr = 1;
    for (int round = 0; round < 24; ++round) {
      std::array<uint64_t, 5> c{};
      for (size_t x = 0; x < 5; ++x) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
      for (size_t i = 0; i < 25; ++i) a[i] ^= c[(i + 4) % 5] ^ turn(c[(i + 1) % 5], 1);
      std::array<uint64_t, 25> b{};
      size_t x = 1, y = 0;
      b[0] = a[0];
      for (unsigned t = 0; t < 24; ++t) {
        const size_t next = (2 * x + 3 * y) % 5;
        b[y + 5 * next] = turn(a[x + 5 * y], (t + 1) * (t + 2) / 2 % 64);
        x = y;
        y = next;
      }
      for (size_t i = 0; i < 25; ++i) {
        const size_t row = i / 5 * 5;
        a[i] = b[i] ^ (~b[row + (i + 1) % 5] & b[row + (i + 2) % 5]);
      }
      for (unsigned j = 0; j < 7; ++j) {
        if (lfsr & 1) a[0] ^= uint64_t{1} << ((1u << j) - 1);
        lfsr = static_cast<uint8_t>(lfsr << 1 ^ (lfsr >> 7) * 0x71);
      }
    }
  };
  const auto mix = [&](size_t i, uint8_t byte) { a[i / 8] ^= uint64_t{byte} << 8 * (i % 8); };
  size_t at = 0;
  for (const char one : text) {
    mix(at++, static_cast<uint8_t>(one));
    if (at == rate) {
      permute();
      at = 0;
    }
  }
  mix(at, 0x1f);
  mix(rate - 1, 0x80);
  std::vector<uint8_t> out(length);
  for (size_t i = 0; i < length; ++i) {
    if (i % rate == 0) permute();
    out[i] = static_cast<uint8_t>(a[i % rate / 8] >> 8 * (i % 8));
  }
  return out;
}

}  // namespace nibble
