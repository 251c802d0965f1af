// SPDX-License-Identifier: Apache-2.0
//
// Who may come in: the token, sessions of the web page and the one-time links that make them.
// Everything but the token's file is in memory and ends with the daemon.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/file.h"
#include "base/time.h"
#include "daemon/http/server/message.h"

namespace mlp::http {

inline constexpr Duration kLoginLinkLife = std::chrono::minutes(10);
inline constexpr Duration kSessionLife = std::chrono::hours(24 * 7);
inline constexpr std::string_view kSessionCookie = "mlp_session";
/// Sessions and open links kept at once; the oldest gives way.
inline constexpr std::size_t kMaxSessions = 1000;

/// "mlp_", 64 hexadecimal digits (256 random bits), 8 more that check them, so that a scanner for
/// secrets can tell a token from chance.
std::string make_token();
bool is_well_formed_token(std::string_view token);

/// Reads `<data>/token`, or makes it (0600) when it is not there. kInvalid when it holds no token.
Result<std::string> load_or_make_token(Files& files, const std::string& path);

/// Any thread.
class Authenticator {
 public:
  Authenticator(std::string_view token, Clock& clock) : token_(sha256(token)), clock_(clock) {}

  /// The principal of a Bearer or Basic credential; none when it is wrong.
  std::optional<Principal> check_authorization(std::string_view header) const;
  /// The principal of a session cookie (the value of the Cookie header).
  std::optional<Principal> check_cookie(std::string_view header);

  /// The secret of a link that opens the page once within kLoginLinkLife.
  std::string make_login_token(const Principal& principal);
  /// A new session for such a secret, which is used up; none when it is unknown or too old.
  std::optional<std::string> redeem_login_token(std::string_view token);

 private:
  struct Entry {
    Principal principal;
    Instant expires;
  };
  using Entries = std::map<Digest, Entry>;  // by SHA-256 of the secret

  void put(Entries& entries, const std::string& secret, Entry entry);

  Digest token_;
  Clock& clock_;
  std::mutex mutex_;
  Entries sessions_;
  Entries links_;
};

}  // namespace mlp::http
