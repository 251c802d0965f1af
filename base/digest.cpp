// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

namespace mlp {
namespace {

// Fetching the algorithm each time costs three times the hash of a small message.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  MLP_CHECK(algorithm != nullptr);
  return algorithm;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

Digest::operator bool() const { return *this != Digest{}; }

std::string Digest::to_hex() const { return mlp::to_hex(view()); }

Result<Digest> Digest::from_hex(std::string_view hex) {
  Digest digest;
  if (hex.size() != 64) return Error{ErrorCode::kInvalid, "a digest has 64 hexadecimal digits"};
  for (std::size_t i = 0; i < 32; ++i) {
    const int high = hex_value(hex[2 * i]);
    const int low = hex_value(hex[2 * i + 1]);
    if (high < 0 || low < 0) {
      return Error{ErrorCode::kInvalid, "a digest has only the digits 0-9 and a-f"};
    }
    digest.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

Digest Digest::from_bytes(std::string_view raw) {
  MLP_CHECK(raw.size() == 32);
  Digest digest;
  __builtin_memcpy(digest.bytes.data(), raw.data(), 32);
  return digest;
}

struct Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
  void start() { MLP_CHECK(EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr) == 1); }
};

Hasher::Hasher() : state_(std::make_unique<State>()) { state_->start(); }
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::string_view data) {
  MLP_CHECK(EVP_DigestUpdate(state_->context, data.data(), data.size()) == 1);
}

Digest Hasher::finish() {
  Digest digest;
  MLP_CHECK(EVP_DigestFinal_ex(state_->context, digest.bytes.data(), nullptr) == 1);
  state_->start();
  return digest;
}

Digest sha256(std::string_view data) {
  thread_local Hasher hasher;
  hasher.update(data);
  return hasher.finish();
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  MLP_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1);
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

bool equal_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace mlp
