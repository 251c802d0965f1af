// SPDX-License-Identifier: Apache-2.0
#include "runtime/execute/runner/protocol.h"

#include "runtime/execute/runner/protocol.pb.h"

namespace mlp::runner {
namespace {

void fill(const Hello& from, wire::Message& to) {
  auto& m = *to.mutable_hello();
  m.set_version(from.version);
  m.set_folder_id(from.folder_id);
  m.set_epoch(from.epoch);
  m.set_cpus(from.cpus);
  m.set_log_limit(from.log_limit);
}

void fill(const Welcome& from, wire::Message& to) {
  auto& m = *to.mutable_welcome();
  m.set_version(from.version);
  m.set_generation(from.generation);
  m.set_boot_id(from.boot_id);
  m.set_refusal(from.refusal);
  m.set_pid(from.pid);
  for (const Held& held : from.held) {
    auto& h = *m.add_held();
    h.set_attempt(held.attempt);
    h.set_slot(held.slot);
    h.set_state(static_cast<std::uint32_t>(held.state));
    h.set_pid(held.pid);
    h.set_start_us(held.start_us);
    h.set_end_us(held.end_us);
  }
}

void fill(const Start& from, wire::Message& to) {
  auto& m = *to.mutable_start();
  m.set_attempt(from.attempt);
  m.set_slot(from.slot);
  for (const std::string& argument : from.arguments) m.add_arguments(argument);
  for (const std::string& variable : from.environment) m.add_environment(variable);
  m.set_folder(from.folder);
  m.set_log(from.log);
  m.set_output(from.output);
  m.set_timeout_ms(from.timeout_ms);
  m.set_grace_ms(from.grace_ms);
  for (const Limit& limit : from.limits) {
    auto& l = *m.add_limits();
    l.set_resource(limit.resource);
    l.set_soft(limit.soft);
    l.set_hard(limit.hard);
  }
  m.set_may_wait(from.may_wait);
  m.set_cpus(from.cpus);
}

void fill(const Kill& from, wire::Message& to) {
  to.mutable_kill()->set_attempt(from.attempt);
  to.mutable_kill()->set_grace_ms(from.grace_ms);
}

void fill(const Ack& from, wire::Message& to) {
  auto& m = *to.mutable_ack();
  for (const std::uint64_t attempt : from.attempts) m.add_attempts(attempt);
}

void fill(const Started& from, wire::Message& to) {
  auto& m = *to.mutable_started();
  m.set_attempt(from.attempt);
  m.set_pid(from.pid);
  m.set_time_us(from.time_us);
}

void fill(const Ended& from, wire::Message& to) {
  auto& m = *to.mutable_ended();
  m.set_attempt(from.attempt);
  m.set_reason(static_cast<std::uint32_t>(from.reason));
  m.set_code(from.code);
  m.set_message(from.message);
  m.set_peak_memory_bytes(from.peak_memory_bytes);
  m.set_cpu_us(from.cpu_us);
  m.set_start_us(from.start_us);
  m.set_end_us(from.end_us);
}

void fill(const Stop& from, wire::Message& to) {
  to.mutable_stop()->set_now(from.now);
}

Hello read(const wire::Hello& m) {
  return {m.version(), m.folder_id(), m.epoch(), m.cpus(), m.log_limit()};
}

Welcome read(const wire::Welcome& m) {
  Welcome to{m.version(), m.generation(), m.boot_id(), {}, m.refusal(), m.pid()};
  for (const auto& h : m.held()) {
    to.held.push_back({h.attempt(), h.slot(), static_cast<HeldState>(h.state()), h.pid(),
                       h.start_us(), h.end_us()});
  }
  return to;
}

Start read(wire::Start& m) {
  Start to;
  to.attempt = m.attempt();
  to.slot = m.slot();
  for (auto& argument : *m.mutable_arguments()) to.arguments.push_back(std::move(argument));
  for (auto& variable : *m.mutable_environment()) to.environment.push_back(std::move(variable));
  to.folder = std::move(*m.mutable_folder());
  to.log = std::move(*m.mutable_log());
  to.output = std::move(*m.mutable_output());
  to.timeout_ms = m.timeout_ms();
  to.grace_ms = m.grace_ms();
  for (const auto& l : m.limits()) to.limits.push_back({l.resource(), l.soft(), l.hard()});
  to.may_wait = m.may_wait();
  to.cpus = m.cpus();
  return to;
}

Ended read(const wire::Ended& m) {
  return {m.attempt(),
          static_cast<End>(m.reason()),
          m.code(),
          m.message(),
          m.peak_memory_bytes(),
          m.cpu_us(),
          m.start_us(),
          m.end_us()};
}

Ack read(const wire::Ack& m) {
  return {{m.attempts().begin(), m.attempts().end()}};
}

Result<Message> read(wire::Message& m) {
  using Kind = wire::Message;
  switch (m.kind_case()) {
    case Kind::kHello:
      return Message(read(m.hello()));
    case Kind::kWelcome:
      return Message(read(m.welcome()));
    case Kind::kStart:
      return Message(read(*m.mutable_start()));
    case Kind::kKill:
      return Message(Kill{m.kill().attempt(), m.kill().grace_ms()});
    case Kind::kAck:
      return Message(read(m.ack()));
    case Kind::kStarted:
      return Message(Started{m.started().attempt(), m.started().pid(), m.started().time_us()});
    case Kind::kEnded:
      return Message(read(m.ended()));
    case Kind::kStop:
      return Message(Stop{m.stop().now()});
    case Kind::KIND_NOT_SET:
      break;
  }
  return Error{ErrorCode::kUnsupported,
               "a message of the runner's protocol that is not known here"};
}

std::uint32_t read_length(std::string_view in) {
  std::uint32_t length = 0;
  for (int i = 3; i >= 0; --i) {
    length = length << 8 | static_cast<std::uint8_t>(in[static_cast<std::size_t>(i)]);
  }
  return length;
}

}  // namespace

Status append_frame(const Message& message, std::string& out) {
  wire::Message m;
  std::visit([&m](const auto& from) { fill(from, m); }, message);
  const std::size_t size = m.ByteSizeLong();
  if (size > kFrameLimit) {
    return Error{ErrorCode::kLimit, "a message of " + std::to_string(size) +
                                        " bytes is too large for the runner (limit 1 MiB)"};
  }
  for (int shift = 0; shift < 32; shift += 8)
    out.push_back(static_cast<char>(size >> shift & 0xff));
  m.AppendToString(&out);
  return {};
}

Result<bool> take_frame(std::string_view& in, Message& message) {
  if (in.size() < 4) return false;
  const std::uint32_t length = read_length(in);
  if (length > kFrameLimit)
    return Error{ErrorCode::kCorrupt, "a frame over 1 MiB on the runner's socket"};
  if (in.size() < 4 + length) return false;
  wire::Message m;
  if (!m.ParseFromArray(in.data() + 4, static_cast<int>(length))) {
    return Error{ErrorCode::kCorrupt, "bytes on the runner's socket that are no message"};
  }
  in.remove_prefix(4 + length);
  MLP_ASSIGN(message, read(m));
  return true;
}

}  // namespace mlp::runner
