// SPDX-License-Identifier: Apache-2.0
//
// Who gets in: every route by anonymous callers, tokens, sessions, hosts and origins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "daemon/http/routes.h"
#include "tests/unit/http/http_fixture.h"

namespace mlp::http {
namespace {

using testing::HasSubstr;

/// A path the pattern matches.
std::string example_of(std::string_view pattern) {
  std::string path;
  bool is_argument = false;
  for (const char c : pattern) {
    if (c == '{') path += "1";
    is_argument = is_argument ? c != '}' : c == '{';
    if (!is_argument && c != '}') path += c;
  }
  return path;
}

std::string line_of(const Route& route) {
  return std::string(to_text(route.method)) + " " + example_of(route.pattern) + " HTTP/1.1\r\n";
}

const std::string kEnd = "Connection: close\r\n\r\n";

TEST(Routes, OnlyThoseNamedHereAreAnonymous) {
  const std::set<std::string_view> anonymous = {"/healthz", "/login", "/", "/{file}"};
  for (const Route& route : all_routes()) {
    EXPECT_EQ(route.permission == Permission::kAnonymous, anonymous.count(route.pattern) == 1)
        << route.pattern;
  }
}

TEST(Routes, EveryOtherRefusesAnonymousCallersAndWrongTokens) {
  TestServer server(all_routes());
  for (const Route& route : all_routes()) {
    if (route.permission == Permission::kAnonymous) continue;
    for (const std::string credential :
         {"", "Authorization: Bearer nothing\r\n", "Authorization: Bearer \r\n",
          "Authorization: Basic Og==\r\n", "Cookie: mlp_session=abc\r\n",
          "Authorization: Digest x\r\n"}) {
      const std::string answer =
          server.ask(line_of(route) + "Host: localhost\r\n" + credential + kEnd);
      EXPECT_EQ(status_of(answer), 401) << route.pattern << " " << credential;
    }
  }
}

TEST(Routes, WhatChangesSomethingNeedsMoreThanAViewer) {
  for (const Route& route : all_routes()) {
    if (route.method == Method::kGet) continue;
    EXPECT_GE(route.permission, Permission::kSubmitter) << route.pattern;
  }
}

Response fine(const Request& request, Context&) {
  return json_response({{"by", request.principal.name}});
}

std::vector<Route> routes() {
  return {{Method::kGet, "/read", Permission::kViewer, fine},
          {Method::kPost, "/change", Permission::kSubmitter, fine}};
}

TEST(Admission, TakesTheTokenAsBearerAndAsPassword) {
  TestServer server(routes());
  EXPECT_EQ(status_of(server.ask(server.request("GET /read HTTP/1.1"))), 200);
  // "any:mlp_…" in base64, made here by hand.
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string pair = "any:" + server.token;
  std::string encoded;
  for (std::size_t i = 0; i < pair.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (i + k < pair.size() ? static_cast<unsigned char>(pair[i + k]) : 0u);
    }
    for (int shift = 18; shift >= 0; shift -= 6) encoded += kDigits[bits >> shift & 63];
  }
  for (std::size_t i = 0; i < (3 - pair.size() % 3) % 3; ++i) encoded[encoded.size() - 1 - i] = '=';
  EXPECT_EQ(status_of(server.ask("GET /read HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic " +
                                 encoded + "\r\n" + kEnd)),
            200);
}

TEST(Admission, ServesOnlyItsOwnHosts) {
  TestServer server(routes());
  const std::string bearer = "Authorization: Bearer " + server.token + "\r\n" + kEnd;
  const std::string line = "GET /read HTTP/1.1\r\n";
  for (const char* host : {"127.0.0.1", "localhost:7450", "[::1]:80", "127.0.0.1:1"}) {
    EXPECT_EQ(status_of(server.ask(line + "Host: " + host + "\r\n" + bearer)), 200) << host;
  }
  for (const char* host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::1"}) {
    EXPECT_EQ(status_of(server.ask(line + "Host: " + host + "\r\n" + bearer)), 403) << host;
  }
  EXPECT_EQ(status_of(server.ask(line + bearer)), 403);
  EXPECT_EQ(status_of(server.ask(line + "Host: localhost\r\nHost: evil.example\r\n" + bearer)),
            403);
}

TEST(Admission, ACookieChangesThingsOnlyFromOurOwnPage) {
  TestServer server(routes());
  const auto session = server.authenticator().redeem_login_token(
      server.authenticator().make_login_token({"local", Permission::kAdmin}));
  ASSERT_TRUE(session);
  const std::string base =
      " HTTP/1.1\r\nHost: localhost:1\r\nCookie: a=b; mlp_session=" + *session + "\r\n";
  EXPECT_EQ(status_of(server.ask("GET /read" + base + kEnd)), 200);
  EXPECT_EQ(status_of(server.ask("POST /change" + base + kEnd)), 403);
  EXPECT_EQ(status_of(server.ask("POST /change" + base + "X-MLP-CSRF: 1\r\n" + kEnd)), 403);
  EXPECT_EQ(status_of(server.ask("POST /change" + base +
                                 "X-MLP-CSRF: 1\r\nOrigin: http://evil.example\r\n" + kEnd)),
            403);
  EXPECT_EQ(status_of(server.ask("POST /change" + base +
                                 "X-MLP-CSRF: 1\r\nOrigin: http://localhost:1\r\n" + kEnd)),
            200);
}

TEST(Login, ALinkOpensThePageOnceAndSetsACookie) {
  TestServer server(all_routes());
  const std::string secret = server.authenticator().make_login_token({"local", Permission::kAdmin});
  const std::string line = "GET /login?token=" + secret + " HTTP/1.1\r\nHost: localhost\r\n" + kEnd;
  const std::string first = server.ask(line);
  EXPECT_EQ(status_of(first), 303);
  EXPECT_THAT(first, HasSubstr("HttpOnly; SameSite=Strict"));
  EXPECT_THAT(first, HasSubstr("Location: /\r\n"));
  EXPECT_EQ(status_of(server.ask(line)), 403);
}

TEST(Login, ALinkIsGoodForTenMinutes) {
  ManualClock clock;
  Authenticator authenticator("token", clock);
  const std::string secret = authenticator.make_login_token({"local", Permission::kAdmin});
  clock.advance(std::chrono::minutes(10));
  EXPECT_FALSE(authenticator.redeem_login_token(secret));
}

TEST(Login, WithoutASessionThePageSaysHowToGetOne) {
  TestServer server(all_routes());
  const std::string answer = server.ask("GET / HTTP/1.1\r\nHost: localhost\r\n" + kEnd);
  EXPECT_EQ(status_of(answer), 401);
  EXPECT_THAT(answer, HasSubstr("mlpctl status"));
}

TEST(Token, SaysByItselfWhetherItIsOne) {
  const std::string token = make_token();
  EXPECT_EQ(token.size(), 4u + 64 + 8);
  EXPECT_TRUE(is_well_formed_token(token));
  std::string other = token;
  other[10] = other[10] == 'a' ? 'b' : 'a';
  EXPECT_FALSE(is_well_formed_token(other));
  EXPECT_NE(token, make_token());
}

}  // namespace
}  // namespace mlp::http
