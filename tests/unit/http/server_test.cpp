// SPDX-License-Identifier: Apache-2.0
//
// The server alone: requests, bodies, streams, and what it does to those who ask too much.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>

#include "tests/unit/http/http_fixture.h"

namespace mlp::http {
namespace {

using testing::HasSubstr;
using testing::Not;

Response echo(const Request& request, Context&) {
  JsonArray arguments;
  for (const std::string& argument : request.arguments) arguments.emplace_back(argument);
  return json_response({{"body", request.body}, {"arguments", arguments}});
}

Response big_stream(const Request&, Context&) {
  Response response;
  auto left = std::make_shared<int>(200);
  response.stream = [left](std::size_t most, const Give& give) {
    give((*left)-- > 0 ? std::string(most, 'x') : std::string());
  };
  return response;
}

Response silent_stream(const Request&, Context&) {
  return make_silent_stream(": here\n\n");
}

std::vector<Route> routes() {
  using enum Method;
  return {{kGet, "/free", Permission::kAnonymous, echo},
          {kGet, "/echo/{a}/{rest...}", Permission::kViewer, echo},
          {kPost, "/echo", Permission::kSubmitter, echo},
          {kGet, "/big", Permission::kViewer, big_stream},
          {kGet, "/silent", Permission::kViewer, silent_stream},
          {kPut, "/upload", Permission::kSubmitter, count_bytes}};
}

const std::string kFree = "GET /free HTTP/1.1\r\nHost: localhost\r\n\r\n";

TEST(HttpServer, AnswersARequestAndKeepsTheConnectionOpen) {
  TestServer server(routes());
  RawClient client(server.address());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.send(kFree));
    EXPECT_EQ(status_of(client.read_until("}\n")), 200);
  }
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
  TestServer server(routes());
  const std::string answer = server.ask(kFree + server.request("GET /echo/1/2 HTTP/1.1"));
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_THAT(answer, HasSubstr("[\"1\",\"2\"]"));
}

TEST(HttpServer, AnEncodedSlashStaysInItsSegment) {
  TestServer server(routes());
  EXPECT_THAT(server.ask(server.request("GET /echo/a%2Fb/c%20d/e HTTP/1.1")),
              HasSubstr("[\"a/b\",\"c d/e\"]"));
  EXPECT_EQ(status_of(server.ask(server.request("GET /echo/a%00b/c HTTP/1.1"))), 400);
  EXPECT_EQ(status_of(server.ask(server.request("GET /echo/a%zz/c HTTP/1.1"))), 400);
}

TEST(HttpServer, AHeadIsAnsweredWithoutItsBody) {
  TestServer server(routes());
  const std::string answer = server.ask(server.request("HEAD /free HTTP/1.1"));
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(body_of(answer), "");
}

TEST(HttpServer, EveryAnswerProtectsBrowsers) {
  TestServer server(routes());
  const std::string answer = server.ask(server.request("GET /free HTTP/1.1"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(answer, HasSubstr("Content-Security-Policy: default-src 'none'"));
  EXPECT_THAT(answer, Not(HasSubstr("Access-Control")));
}

TEST(HttpServer, TellsUnknownPathsAndMethodsApart) {
  TestServer server(routes());
  EXPECT_EQ(status_of(server.ask(server.request("GET /nothing HTTP/1.1"))), 404);
  EXPECT_EQ(status_of(server.ask(server.request("GET /free/../echo HTTP/1.1"))), 404);
  const std::string answer = server.ask(server.request("DELETE /echo HTTP/1.1"));
  EXPECT_EQ(status_of(answer), 405);
  EXPECT_THAT(answer, HasSubstr("Allow: POST"));
  EXPECT_EQ(status_of(server.ask(server.request("BREW /free HTTP/1.1"))), 405);
}

TEST(HttpServer, TakesABodyWholeOrInChunks) {
  TestServer server(routes());
  EXPECT_THAT(server.ask(server.request("POST /echo HTTP/1.1", "", "hello")), HasSubstr("hello"));
  const std::string chunked =
      server.request("POST /echo HTTP/1.1", "Transfer-Encoding: chunked\r\n");
  EXPECT_THAT(server.ask(chunked + "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"), HasSubstr("hello"));
}

TEST(HttpServer, SaysContinueToThoseWhoAskFirst) {
  TestServer server(routes());
  RawClient client(server.address());
  client.send(
      server.request("POST /echo HTTP/1.1", "Expect: 100-continue\r\nContent-Length: 2\r\n"));
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("100 Continue"));
  client.send("ok");
  EXPECT_EQ(status_of(client.read_all()), 200);
}

TEST(HttpServer, RefusesHeadsThatAreTooLarge) {
  TestServer server(routes());
  const std::string large = "X-Large: " + std::string(40'000, 'x') + "\r\n";
  EXPECT_EQ(status_of(server.ask(server.request("GET /free HTTP/1.1", large))), 431);
  std::string many;
  for (int i = 0; i < 120; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
  EXPECT_EQ(status_of(server.ask(server.request("GET /free HTTP/1.1", many))), 431);
  EXPECT_EQ(status_of(server.ask(server.request("GET /" + std::string(9'000, 'a') + " HTTP/1.1"))),
            414);
}

TEST(HttpServer, RefusesBodiesThatAreTooLarge) {
  Limits limits;
  limits.body_bytes = 1000;
  TestServer server(routes(), limits);
  EXPECT_EQ(
      status_of(server.ask(server.request("POST /echo HTTP/1.1", "", std::string(2000, 'x')))),
      413);
  const std::string chunk = "400\r\n" + std::string(0x400, 'x') + "\r\n";
  const std::string head = server.request("POST /echo HTTP/1.1", "Transfer-Encoding: chunked\r\n");
  EXPECT_EQ(status_of(server.ask(head + chunk + chunk + "0\r\n\r\n")), 413);
}

TEST(HttpServer, EndsThoseWhoTakeTooLongWithTheirHead) {
  Limits limits;
  limits.request_time = std::chrono::milliseconds(100);
  TestServer server(routes(), limits);
  RawClient client(server.address());
  client.send("GET /free HTTP/1.1\r\nHost: loc");
  EXPECT_EQ(status_of(client.read_all()), 408);
}

TEST(HttpServer, EndsThoseWhoTakeTooLongWithTheirBody) {
  Limits limits;
  limits.request_time = std::chrono::milliseconds(100);
  TestServer server(routes(), limits);
  RawClient client(server.address());
  client.send(server.request("POST /echo HTTP/1.1", "Content-Length: 10\r\n") + "abc");
  EXPECT_EQ(status_of(client.read_all()), 408);
}

TEST(HttpServer, ClosesConnectionsThatAreIdle) {
  Limits limits;
  limits.idle_time = std::chrono::milliseconds(100);
  TestServer server(routes(), limits);
  RawClient client(server.address());
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(HttpServer, AtTheLimitTheConnectionIdleForLongestGivesWay) {
  Limits limits;
  limits.connections = 20;
  TestServer server(routes(), limits);
  std::vector<std::unique_ptr<RawClient>> stalled;
  for (int i = 0; i < 60; ++i) {
    stalled.push_back(std::make_unique<RawClient>(server.address()));
    stalled.back()->send("GET /free HTTP/1.1\r\nHo");
  }
  EXPECT_EQ(status_of(server.ask(server.request("GET /free HTTP/1.1"))), 200);
  EXPECT_TRUE(stalled.front()->is_closed_by_server());
}

TEST(HttpServer, AHundredMegabytesOfJunkCostNothing) {
  TestServer server(routes());
  const std::string junk(1 << 20, '\x81');
  const std::uint64_t before = resident_kib();
  for (const char* head :
       {"", "GET /free HTTP/1.1\r\nX: ", "POST /echo HTTP/1.1\r\nHost: localhost\r\n\r\n"}) {
    RawClient client(server.address());
    client.send(head);
    for (int i = 0; i < 100 && client.send(junk); ++i) {
    }
  }
  EXPECT_LT(resident_kib(), before + 20 * 1024);
  EXPECT_EQ(status_of(server.ask(server.request("GET /free HTTP/1.1"))), 200);
}

TEST(HttpServer, WhatIsNoHttpIsABadRequest) {
  TestServer server(routes());
  for (const char* bytes :
       {"\x16\x03\x01\x02\r\n\r\n", "GET\r\n\r\n", "GET /free HTTP/9.9\r\n\r\n",
        "GET /free HTTP/1.1\r\nBad Header: x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"}) {
    EXPECT_EQ(status_of(server.ask(bytes)), 400) << bytes;
  }
}

TEST(HttpServer, SaysThatItIsBusy) {
  TestServer server(routes());
  server.is_busy = true;
  const std::string answer = server.ask(server.request("GET /free HTTP/1.1"));
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_THAT(answer, HasSubstr("Retry-After"));
}

TEST(HttpServer, AStreamArrivesWhole) {
  TestServer server(routes());
  const std::string answer = server.ask(server.request("GET /big HTTP/1.1"));
  EXPECT_THAT(answer.substr(0, 400), HasSubstr("Transfer-Encoding: chunked"));
  EXPECT_GT(answer.size(), 200u * 64 * 1024);
  EXPECT_TRUE(answer.ends_with("\r\n0\r\n\r\n"));
}

TEST(HttpServer, ASilentStreamSaysThatItIsAlive) {
  Limits limits;
  limits.keep_alive_time = std::chrono::milliseconds(50);
  TestServer server(routes(), limits);
  RawClient client(server.address());
  client.send(server.request("GET /silent HTTP/1.1"));
  EXPECT_THAT(client.read_until(": here"), HasSubstr(": here"));
}

TEST(HttpServer, AStreamIsForgottenWhenItsReaderGoesAway) {
  TestServer server(routes());
  {
    RawClient client(server.address());
    client.send(server.request("GET /silent HTTP/1.1"));
    client.read_until("\r\n\r\n");
    EXPECT_EQ(open_streams, 1);
  }
  for (int i = 0; i < 10'000 && open_streams > 0; ++i) std::this_thread::yield();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (open_streams > 0 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(open_streams, 0);
}

TEST(HttpServer, AReaderThatTakesNothingIsDropped) {
  Limits limits;
  limits.write_time = std::chrono::milliseconds(200);
  TestServer server(routes(), limits);
  RawClient client(server.address());
  const std::uint64_t before = resident_kib();
  client.send(server.request("GET /big HTTP/1.1"));
  // What the kernel held is read at the end, and it is not the whole.
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  EXPECT_FALSE(client.read_all().ends_with("\r\n0\r\n\r\n"));
  EXPECT_LT(resident_kib(), before + 20 * 1024);
}

TEST(HttpServer, AnUploadIsTakenAsItComes) {
  TestServer server(routes());
  const std::string body(3'000'000, 'x');
  EXPECT_THAT(server.ask(server.request("PUT /upload HTTP/1.1", "", body)), HasSubstr("3000000"));
  EXPECT_EQ(
      status_of(server.ask(server.request("PUT /upload HTTP/1.1", "", body + "stop!" + body))),
      422);
}

TEST(HttpServer, StopsWithConnectionsAndStreamsOpen) {
  auto server = std::make_unique<TestServer>(routes());
  RawClient idle(server->address());
  RawClient reader(server->address());
  reader.send(server->request("GET /silent HTTP/1.1"));
  reader.read_until("\r\n\r\n");
  server.reset();
  EXPECT_TRUE(idle.is_closed_by_server());
}

}  // namespace
}  // namespace mlp::http
