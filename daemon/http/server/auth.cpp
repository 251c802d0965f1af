// SPDX-License-Identifier: Apache-2.0
//
// Secrets are compared as SHA-256, in constant time; the secrets themselves are not kept.
#include "daemon/http/server/auth.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace mlp::http {
namespace {

constexpr std::string_view kPrefix = "mlp_";
constexpr std::size_t kSecretDigits = 64;
constexpr std::size_t kCheckDigits = 8;
constexpr std::uint64_t kMaxTokenFile = 4096;

std::string check_digits(std::string_view secret) {
  return sha256("mlp token " + std::string(secret)).to_hex().substr(0, kCheckDigits);
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

/// RFC 4648 §4; empty when it is none.
std::string decode_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  while (text.ends_with('=')) text.remove_suffix(1);
  for (char c : text) {
    const int digit = base64_digit(c);
    if (digit < 0) return "";
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>((bits >> count) & 0xff));
  }
  return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

/// The secret in an Authorization header: the token itself, or the password of Basic.
std::string find_secret(std::string_view header) {
  const std::size_t space = header.find(' ');
  if (space == std::string_view::npos) return "";
  const std::string_view scheme = header.substr(0, space);
  const std::string_view rest = trim(header.substr(space + 1));
  if (equals_ignoring_case(scheme, "bearer")) return std::string(rest);
  if (!equals_ignoring_case(scheme, "basic")) return "";
  const std::string pair = decode_base64(rest);
  const std::size_t colon = pair.find(':');
  return colon == std::string::npos ? "" : pair.substr(colon + 1);
}

std::string find_cookie(std::string_view header, std::string_view name) {
  for (const std::string& part : split(header, ';')) {
    const std::string_view pair = trim(part);
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
      return std::string(pair.substr(equals + 1));
    }
  }
  return "";
}

}  // namespace

std::string make_token() {
  const std::string secret = to_hex(random_bytes(kSecretDigits / 2));
  return std::string(kPrefix) + secret + check_digits(secret);
}

bool is_well_formed_token(std::string_view token) {
  if (!token.starts_with(kPrefix)) return false;
  const std::string_view rest = token.substr(kPrefix.size());
  return rest.size() == kSecretDigits + kCheckDigits &&
         check_digits(rest.substr(0, kSecretDigits)) == rest.substr(kSecretDigits);
}

Result<std::string> load_or_make_token(Files& files, const std::string& path) {
  auto text = files.read(path, kMaxTokenFile);
  if (text) {
    std::string token(trim(*text));
    if (is_well_formed_token(token)) return token;
    return Error{ErrorCode::kInvalid, path + " holds no token; remove it to have a new one made"};
  }
  if (text.error().code != ErrorCode::kNotFound) return text.error();
  std::string token = make_token();
  MLP_TRY(write_atomic(files, path, token + "\n", 0600));
  return token;
}

std::optional<Principal> Authenticator::check_authorization(std::string_view header) const {
  const Digest given = sha256(find_secret(header));
  if (!equal_secret(given.view(), token_.view())) return std::nullopt;
  return Principal{"local", Permission::kAdmin};
}

std::optional<Principal> Authenticator::check_cookie(std::string_view header) {
  const std::string secret = find_cookie(header, kSessionCookie);
  if (secret.empty()) return std::nullopt;
  std::lock_guard lock(mutex_);
  auto found = sessions_.find(sha256(secret));
  if (found == sessions_.end()) return std::nullopt;
  if (found->second.expires > clock_.now()) return found->second.principal;
  sessions_.erase(found);
  return std::nullopt;
}

void Authenticator::put(Entries& entries, const std::string& secret, Entry entry) {
  if (entries.size() >= kMaxSessions) {
    auto oldest = std::min_element(
        entries.begin(), entries.end(),
        [](const auto& a, const auto& b) { return a.second.expires < b.second.expires; });
    entries.erase(oldest);
  }
  entries.emplace(sha256(secret), std::move(entry));
}

std::string Authenticator::make_login_token(const Principal& principal) {
  std::string secret = to_hex(random_bytes(32));
  std::lock_guard lock(mutex_);
  put(links_, secret, {principal, clock_.now() + kLoginLinkLife});
  return secret;
}

std::optional<std::string> Authenticator::redeem_login_token(std::string_view token) {
  std::lock_guard lock(mutex_);
  auto found = links_.find(sha256(token));
  if (found == links_.end()) return std::nullopt;
  const Entry link = found->second;
  links_.erase(found);
  if (link.expires <= clock_.now()) return std::nullopt;
  std::string session = to_hex(random_bytes(32));
  put(sessions_, session, {link.principal, clock_.now() + kSessionLife});
  return session;
}

}  // namespace mlp::http
