// SPDX-License-Identifier: Apache-2.0
//
// The server against clients that mean harm, with limits so small that few of them are enough.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "daemon/http/load.h"
#include "tests/support/sanitized.h"
#include "tests/unit/http/http_fixture.h"

namespace mlp::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr std::size_t kKib = 1024;

Response count_body(const Request& request, Context&) {
  return json_response({{"count", request.body.size()}});
}

constexpr std::string_view kLargeEnd = "the end";

Response large_answer(const Request&, Context&) {
  Response response;
  response.body = std::string(8'000'000, 'x').append(kLargeEnd);
  return response;
}

/// Gives as much as it is asked for, without end.
Response endless(const Request&, Context&) {
  Response response;
  response.stream = [](std::size_t most, const Give& give) { give(std::string(most, 'x')); };
  return response;
}

/// As a log that stands still: there is nothing to say even to show that it is alive.
Response silent(const Request&, Context&) {
  return make_silent_stream("");
}

std::vector<Route> routes() {
  using enum Method;
  return {{kGet, "/free", Permission::kAnonymous, count_body},
          {kPost, "/count", Permission::kSubmitter, count_body},
          {kGet, "/large", Permission::kViewer, large_answer},
          {kGet, "/endless", Permission::kViewer, endless},
          {kGet, "/silent", Permission::kViewer, silent},
          {kPut, "/upload", Permission::kSubmitter, count_bytes}};
}

bool settle(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

using Clients = std::vector<std::unique_ptr<RawClient>>;

RawClient& add(Clients& clients, const TestServer& server) {
  return *clients.emplace_back(std::make_unique<RawClient>(server.address()));
}

TEST(Hostile, AClientThatHasShownItsTokenKeepsItsConnectionThroughAFloodOfStrangers) {
  Limits limits;
  limits.connections = 40;
  limits.strangers = 10;
  TestServer server(routes(), limits);
  RawClient known(server.address());
  const std::string request = "GET /free HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " +
                              server.token + "\r\n\r\n";
  known.send(request);
  EXPECT_EQ(status_of(known.read_until("}\n")), 200);
  Clients strangers;
  for (int i = 0; i < 100; ++i) add(strangers, server).send("GET /free HTTP/1.1\r\nHo");
  EXPECT_TRUE(strangers.front()->is_closed_by_server());
  known.send(request);
  EXPECT_EQ(status_of(known.read_until("}\n")), 200);
}

TEST(Hostile, BodiesThatAreHeldBackGiveWayToOneThatComes) {
  Limits limits;
  limits.held_bytes = 300 * kKib;
  limits.patience = milliseconds(1);
  TestServer server(routes(), limits);
  Clients holders;
  for (int i = 0; i < 10; ++i) {
    add(holders, server)
        .send(server.request("POST /count HTTP/1.1", "Content-Length: 100000\r\n") +
              std::string(99'999, 'x'));
  }
  const std::string body(200'000, 'x');
  EXPECT_TRUE(settle([&] {
    return status_of(server.ask(server.request("POST /count HTTP/1.1", "", body))) == 200;
  }));
  EXPECT_TRUE(holders.front()->is_closed_by_server());
}

TEST(Hostile, ABodyForWhichNobodyGivesWayIsToldToComeAgain) {
  Limits limits;
  limits.held_bytes = 300 * kKib;
  limits.patience = std::chrono::hours(1);
  TestServer server(routes(), limits);
  const std::string head = server.request("POST /count HTTP/1.1", "Content-Length: 200000\r\n");
  RawClient holder(server.address());
  holder.send(head + std::string(100'000, 'x'));
  std::string answer;
  EXPECT_TRUE(settle([&] {
    answer = server.ask(server.request("POST /count HTTP/1.1", "", std::string(200'000, 'x')));
    return status_of(answer) == 503;
  }));
  EXPECT_THAT(answer, HasSubstr("Retry-After"));
  holder.send(std::string(100'000, 'x'));
  EXPECT_THAT(holder.read_all(), HasSubstr("200000")) << "who came first is served";
}

TEST(Hostile, AnswersThatNobodyReadsGiveWay) {
  Limits limits;
  limits.held_bytes = 20'000'000;
  limits.patience = milliseconds(1);
  TestServer server(routes(), limits);
  Clients readers;
  for (int i = 0; i < 5; ++i) add(readers, server).send(server.request("GET /large HTTP/1.1"));
  EXPECT_TRUE(settle([&] {
    return server.ask(server.request("GET /large HTTP/1.1")).size() > 8'000'000;
  }));
  EXPECT_LT(readers.front()->read_all().size(), 8'000'000u) << "it was broken off";
}

TEST(Hostile, AConnectionThatIsIdleHoldsNothingOfItsLastRequest) {
  if (test::kIsSanitized) GTEST_SKIP() << "the sanitizer's malloc keeps what is freed";
  TestServer server(routes());
  const std::string ask =
      "GET /large HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + server.token + "\r\n";
  const std::uint64_t before = resident_kib();
  Clients clients;
  for (int i = 0; i < 10; ++i) {
    RawClient& client = add(clients, server);
    client.send(ask + "\r\n");
    EXPECT_GT(client.read_until(kLargeEnd).size(), 8'000'000u);
  }
  EXPECT_TRUE(settle([&] { return resident_kib() < before + 30 * 1024; }));
}

TEST(Hostile, TheMoreStreamsThereAreTheLessEachHolds) {
  Limits limits;
  limits.held_bytes = 256 * kKib;
  TestServer server(routes(), limits);
  Clients readers;
  for (int i = 0; i < 16; ++i) add(readers, server).send(server.request("GET /endless HTTP/1.1"));
  for (const auto& reader : readers) EXPECT_EQ(status_of(reader->read_until("\r\n\r\n")), 200);
  // A chunk of 8 KiB, which is half of 256 KiB for 16.
  EXPECT_THAT(readers.front()->read_until("\r\n2000\r\n"), HasSubstr("\r\n2000\r\n"));
}

TEST(Hostile, MoreStreamsThanMayBeAreToldToComeAgain) {
  Limits limits;
  limits.streams = 3;
  TestServer server(routes(), limits);
  Clients readers;
  for (int i = 0; i < 3; ++i) {
    add(readers, server).send(server.request("GET /silent HTTP/1.1"));
    EXPECT_EQ(status_of(readers.back()->read_until("\r\n\r\n")), 200);
  }
  EXPECT_EQ(status_of(server.ask(server.request("GET /silent HTTP/1.1"))), 503);
  readers.pop_back();
  RawClient next(server.address());
  EXPECT_TRUE(settle([&] { return open_streams == 2; }));
  next.send(server.request("GET /silent HTTP/1.1"));
  EXPECT_EQ(status_of(next.read_until("\r\n\r\n")), 200);
}

TEST(Hostile, AStreamIsForgottenWhenItsReaderGoesAwayThoughItSentMoreBefore) {
  Limits limits;
  limits.keep_alive_time = milliseconds(50);
  TestServer server(routes(), limits);
  EXPECT_TRUE(settle([] { return open_streams == 0; }));
  {
    RawClient client(server.address());
    client.send(server.request("GET /silent HTTP/1.1") + "G");
    client.read_until("\r\n\r\n");
    EXPECT_EQ(open_streams, 1);
  }
  EXPECT_TRUE(settle([] { return open_streams == 0; }));
}

TEST(Hostile, AnUploadThatTricklesIsEnded) {
  Limits limits;
  limits.request_time = milliseconds(400);
  limits.upload_rate = 1'000'000;
  TestServer server(routes(), limits);
  RawClient client(server.address());
  client.send(server.request("PUT /upload HTTP/1.1", "Content-Length: 100000\r\n"));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  // Each byte is in time by itself.
  while (client.send("x") && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_LT(std::chrono::steady_clock::now(), deadline);
  EXPECT_EQ(status_of(client.read_all()), 408);
}

TEST(Hostile, AnUploadThatIsFastEnoughMayTakeAsLongAsItLikes) {
  Limits limits;
  limits.request_time = milliseconds(500);
  limits.upload_rate = 1000;
  TestServer server(routes(), limits);
  RawClient client(server.address());
  client.send(server.request("PUT /upload HTTP/1.1", "Content-Length: 10000\r\n"));
  for (int i = 0; i < 10; ++i) {
    client.send(std::string(1000, 'x'));
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_THAT(client.read_all(), HasSubstr("10000"));
}

TEST(Hostile, WhoAsksToContinueHasNoMoreTimeForItsBodyThanOthers) {
  Limits limits;
  limits.request_time = milliseconds(100);
  TestServer server(routes(), limits);
  RawClient client(server.address());
  client.send(
      server.request("POST /count HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 10\r\n"));
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("100 Continue"));
  EXPECT_EQ(status_of(client.read_all()), 408);
}

TEST(Hostile, HeadsAndTrailersOfChunksAreBounded) {
  TestServer server(routes());
  const std::string head =
      server.request("POST /count HTTP/1.1", "Transfer-Encoding: chunked\r\n");
  for (const char* begin : {"5;name=", "5\r\nhello\r\n0\r\nX-Trailer: "}) {
    RawClient client(server.address());
    client.send(head + begin);
    const std::string junk(64 * kKib, 'x');
    int sent = 0;
    while (sent < 200 && client.send(junk)) ++sent;
    EXPECT_LT(sent, 200) << begin;
  }
}

TEST(Hostile, AThousandChunksOfOneByteAreOneBody) {
  TestServer server(routes());
  std::string body;
  for (int i = 0; i < 30'000; ++i) body += "1\r\nx\r\n";
  for (const char* line : {"POST /count HTTP/1.1", "PUT /upload HTTP/1.1"}) {
    EXPECT_THAT(server.ask(server.request(line, "Transfer-Encoding: chunked\r\n") + body +
                           "0\r\n\r\n"),
                HasSubstr("30000"));
  }
}

TEST(Hostile, WhatWaitsForItsTimeDoesNotHoldUpTheEnd) {
  auto server = std::make_unique<TestServer>(routes());
  const auto begin = std::chrono::steady_clock::now();
  server->run_after(std::chrono::hours(1), [] { FAIL() << "it was never due"; });
  server.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::minutes(1));
}

TEST(Hostile, HeadersAreCountedBeforeTheHeadIsTakenApart) {
  TestServer server(routes());
  std::string many;
  for (int i = 0; i < 200; ++i) many += "X: 1\r\n";
  EXPECT_EQ(status_of(server.ask("GET /free HTTP/1.1\r\nHost: localhost\r\n" + many)), 431)
      << "the head has no end yet";
  std::string lines;
  for (int i = 0; i < 200; ++i) lines += "\n";
  EXPECT_THAT(server.ask(server.request("POST /count HTTP/1.1", "", lines)), HasSubstr("200"))
      << "a body is no head";
}

TEST(Hostile, ABodyOfMoreValuesThanAnyoneNeedsIsTooLarge) {
  const std::string many = "[" + std::string(2 * kMaxBodyValues, ',') + "]";
  EXPECT_EQ(check_body_values(many).error().code, ErrorCode::kLimit);
  EXPECT_TRUE(check_body_values("{\"a\": [1, 2, {\"b\": \"c\"}]}"));
  const std::string text = "\"" + std::string(2 * kMaxBodyValues, ',') + "\\\",[\"";
  EXPECT_TRUE(check_body_values(text)) << "what stands in a text is no value";
}

}  // namespace
}  // namespace mlp::http
