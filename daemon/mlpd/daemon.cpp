// SPDX-License-Identifier: Apache-2.0
//
// Builds every part in the order in which one needs the other, and ends them in reverse.
#include "daemon/mlpd/daemon.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "base/crash_point.h"
#include "base/log.h"
#include "daemon/http/context.h"
#include "daemon/http/lanes.h"
#include "daemon/http/routes.h"
#include "daemon/http/server/admission.h"
#include "daemon/http/server/http_server.h"
#include "daemon/mlpd/disk_watch.h"
#include "daemon/mlpd/forecast.h"
#include "daemon/mlpd/memory_keeper.h"
#include "daemon/mlpd/shutdown.h"
#include "daemon/mlpd/submission.h"
#include "runtime/execute/local/local_executor.h"
#include "runtime/objects/outputs.h"
#include "runtime/store/data_folder.h"
#include "runtime/store/open_store.h"

namespace mlp::mlpd {
namespace {

constexpr int kEngineWorkers = 2;
/// So that the answer to a request for the end is sent before the end.
constexpr std::chrono::milliseconds kLastAnswerTime{50};
/// Between two looks at what malloc keeps.
constexpr std::chrono::milliseconds kMemoryInterval{1000};
constexpr Duration kRunnerPatience = std::chrono::seconds(5);  // then it is killed
/// Between two looks at the disk's space.
constexpr std::chrono::milliseconds kDiskInterval{1000};

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  for (const char c : random_bytes(sizeof seed)) seed = seed << 8 | static_cast<unsigned char>(c);
  return seed;
}

std::string program_beside_us(Files& files, std::string_view name) {
  auto self = files.read_link("/proc/self/exe");
  return join_path(self ? parent_path(*self) : ".", name);
}

/// Half of the files this process may open are for others than its clients.
http::Limits limits_here() {
  http::Limits limits;
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    limits.connections = std::min<std::size_t>(limits.connections, files.rlim_cur / 2);
  }
  limits.strangers = std::min(limits.strangers, limits.connections / 4);
  limits.streams = std::min(limits.streams, limits.connections / 2);
  return limits;
}

}  // namespace

/// In order of construction; members end in reverse.
struct Daemon::Parts {
  explicit Parts(const Config& with) : config(with), files(real_files()), random(random_seed()) {}

  Config config;
  Files& files;
  SystemClock clock;
  SeededRandom random;
  Shutdown shutdown;
  store::SpaceWatch space;
  std::unique_ptr<store::DataFolder> folder;
  std::unique_ptr<DiskWatch> disk;
  std::atomic<bool> is_started{false};
  std::unique_ptr<store::Kv> kv;
  store::Meta meta;
  std::unique_ptr<objects::ObjectStore> objects;
  std::unique_ptr<objects::PlanCache> plans;
  std::unique_ptr<Workers> engine_workers;
  execute::ExecutorEvents engine_events;  // set when the engine is there; used after that
  std::unique_ptr<execute::LocalExecutor> executor;
  std::unique_ptr<engine::Engine> engine;
  std::thread engine_thread;
  std::unique_ptr<http::Authenticator> authenticator;
  std::unique_ptr<http::Admission> admission;
  http::Context context;
  std::unique_ptr<http::HttpServer> server;
  std::unique_ptr<http::Lanes> lanes;
  std::unique_ptr<http::FollowHub> follow;
  std::optional<engine::Engine::SubscriberId> subscription;
  MemoryKeeper memory;

  std::optional<StartFailure> open_store();
  std::optional<StartFailure> listen();
  void make_executor();
  void make_engine();
  std::optional<StartFailure> recover();
  void make_context();
  std::optional<StartFailure> serve();
  void keep_memory();
  Status write_endpoint();
  void watch_disk();
  void restore_ballast();
  http::Response shut_down(const std::string& mode);
  void stop();
  void stop_runner();
  void remove_endpoint();

  bool is_stopped = false;
};

std::optional<StartFailure> Daemon::Parts::open_store() {
  auto opened =
      store::DataFolder::open(config.data_folder, {config.ballast_bytes, config.min_free_bytes});
  if (!opened) {
    const bool is_held = opened.error().code == ErrorCode::kConflict;
    return StartFailure{is_held ? kDataInUse : kStoreRefused, opened.error().message};
  }
  folder = std::move(*opened);
  disk = std::make_unique<DiskWatch>(*folder, space, clock);
  // A daemon that runs can wait; half of the ballast is for the starts after it.
  space.on_full = [this] { folder->give_up_ballast(is_started ? config.ballast_bytes / 2 : 0); };
  store::RocksOptions options;
  options.space = &space;
  auto store = store::open_store(*folder, options);
  if (!store) return StartFailure{kStoreRefused, store.error().message};
  kv = std::move(*store);
  CRASH_POINT("store.opened");
  auto begun = folder->begin_epoch(*kv);
  if (!begun) return StartFailure{kStoreRefused, begun.error().message};
  meta = *begun;
  restore_ballast();
  objects = std::make_unique<objects::ObjectStore>(files, folder->path(), config.verify);
  plans = std::make_unique<objects::PlanCache>(*objects);
  return std::nullopt;
}

std::optional<StartFailure> Daemon::Parts::listen() {
  const http::Limits limits = limits_here();
  const auto post = [this](http::Lane lane, std::function<void()> work) {
    return lanes->post(lane, std::move(work));
  };
  auto bound = http::HttpServer::listen(config.listen, limits, post);
  if (!bound && bound.error().code == ErrorCode::kConflict && !config.is_listen_asked) {
    http::ListenAddress any = config.listen;
    any.port = 0;
    bound = http::HttpServer::listen(any, limits, post);
  }
  if (bound) {
    server = std::move(*bound);
    return std::nullopt;
  }
  const bool is_taken = bound.error().code == ErrorCode::kConflict;
  const std::string hint = is_taken ? "; choose another with --listen" : "";
  return StartFailure{is_taken ? kAddressInUse : kUsage, bound.error().message + hint};
}

void Daemon::Parts::make_executor() {
  execute::LocalConfig local;
  local.data_folder = folder->path();
  local.folder_id = meta.folder_id;
  local.epoch = meta.daemon_epoch;
  local.runner_program =
      config.runner.empty() ? program_beside_us(files, "mlp-runner") : config.runner;
  local.cpus = config.cpus;
  execute::ExecutorEvents events;
  events.ended = [this](execute::AttemptEnded ended) { engine_events.ended(std::move(ended)); };
  events.adopted = [this](std::vector<model::AttemptId> held) {
    engine_events.adopted(std::move(held));
  };
  events.lost = [this](std::vector<model::AttemptId> lost) { engine_events.lost(std::move(lost)); };
  executor = std::make_unique<execute::LocalExecutor>(
      std::move(local), *objects, [this] { return kv->view(); }, std::move(events), clock);
}

void Daemon::Parts::make_engine() {
  engine_workers = make_worker_pool(kEngineWorkers);
  engine::EngineParts parts{*kv, *executor, *engine_workers, clock, random, {}, 1, 1, {}, {}};
  parts.are_whole = [this](const std::vector<model::Output>& outputs) {
    return objects::are_whole(*objects, *kv->view(), outputs);
  };
  parts.are_values_looked_at = config.verify == objects::Verify::kContent;
  parts.mark_synced = [this](std::uint64_t commit) { folder->synced().store(commit); };
  parts.epoch = meta.daemon_epoch;
  parts.cores = config.cpus;
  parts.may_start = [this] { return !shutdown.is_draining() && folder->has_space(); };
  parts.read_artifact = [this](const plan::Artifact& artifact) -> Result<std::string> {
    constexpr std::uint64_t kMaxRead = 64ULL << 20;
    return objects->read(*kv->view(), artifact.digest, kMaxRead);
  };
  engine = std::make_unique<engine::Engine>(std::move(parts));
  engine_events = engine->executor_events();
  objects->on_lost([this](const Digest& digest) { engine->object_lost(digest); });
}

std::optional<StartFailure> Daemon::Parts::recover() {
  const Status recovered = engine->recover();
  if (!recovered) return StartFailure{kStoreRefused, recovered.error().message};
  CRASH_POINT("daemon.recovered");
  engine_thread = std::thread([this] { engine->run(); });
  return std::nullopt;
}

void Daemon::Parts::make_context() {
  lanes = std::make_unique<http::Lanes>();
  follow = std::make_unique<http::FollowHub>([this](std::function<void()> work) {
    lanes->post(http::Lane::kFollow, std::move(work));
  });
  subscription = engine->subscribe([this](std::uint64_t commit) {
    follow->published(commit);
    shutdown.look(*engine);
  });
  context.engine = engine.get();
  context.objects = objects.get();
  context.plans = plans.get();
  context.authenticator = authenticator.get();
  context.follow = follow.get();
  context.clock = &clock;
  context.files = &files;
  context.version = MLP_VERSION;
  context.data_folder = folder->path();
  context.address = server->address();
  context.started = clock.now();
  context.cores = config.cpus;
  context.submit = [this](const wire::Submit& wish, const http::Principal& by,
                          http::Answer answer) {
    submit_run({*engine, *objects, files}, wish, by, answer);
  };
  context.forecast = [this](const wire::Submit& wish) {
    return forecast_run({*engine, *objects, files}, *plans, clock, wish);
  };
  context.shut_down = [this](const std::string& mode) { return shut_down(mode); };
  context.read_live_log = [this](model::AttemptId id, std::uint64_t offset, std::uint64_t most) {
    return executor->read_live_log(id, offset, most);
  };
  context.activities = [this] { return executor->activities(); };
  context.disk = [this] { return disk->look(); };
  context.run_after = [this](Duration time, std::function<void()> work) {
    server->run_after(std::chrono::ceil<std::chrono::milliseconds>(time), std::move(work));
  };
}

std::optional<StartFailure> Daemon::Parts::serve() {
  auto token = http::load_or_make_token(files, folder->part("token"));
  if (!token) return StartFailure{kUsage, token.error().message};
  authenticator = std::make_unique<http::Authenticator>(*token, clock);
  admission =
      std::make_unique<http::Admission>(http::all_routes(), *authenticator, config.allowed_hosts,
                                        [this] {
                                          const http::DiskState now = disk->look();
                                          return now.is_full ? now.reason : std::string();
                                        });
  make_context();
  server->start(*admission, context);
  CRASH_POINT("daemon.serving");
  keep_memory();
  const Status written = write_endpoint();
  if (!written) return StartFailure{kStoreRefused, written.error().message};
  is_started = true;
  watch_disk();
  CRASH_POINT("daemon.endpoint_written");
  return std::nullopt;
}

void Daemon::Parts::keep_memory() {
  server->run_after(kMemoryInterval, [this] {
    memory.look();
    keep_memory();
  });
}

/// A full disk does not keep a daemon from its start while there is ballast.
Status Daemon::Parts::write_endpoint() {
  for (;;) {
    Status written = write_atomic(files, folder->part("endpoint"), server->address() + "\n", 0600);
    const bool is_full = !written && written.error().code == ErrorCode::kNoSpace;
    if (!is_full || !folder->give_up_ballast(0)) return written;
  }
}

/// So that the ballast comes back with the space, and `since` is right though nobody asks.
void Daemon::Parts::watch_disk() {
  server->run_after(kDiskInterval, [this] {
    if (!disk->look().is_low) engine_workers->post([this] { restore_ballast(); });
    watch_disk();
  });
}

void Daemon::Parts::restore_ballast() {
  const Status made = folder->restore_ballast();
  if (!made) log::warning("no ballast", {{"why", made.error().message}});
}

http::Response Daemon::Parts::shut_down(const std::string& mode) {
  return shutdown.ask(mode, *engine);
}

void Daemon::Parts::stop() {
  if (std::exchange(is_stopped, true)) return;
  CRASH_POINT("shutdown.begun");
  if (server) server->stop();
  CRASH_POINT("shutdown.server_stopped");
  stop_runner();
  CRASH_POINT("shutdown.runner_stopped");
  if (subscription) engine->unsubscribe(*subscription);
  lanes.reset();
  if (engine) engine->stop();
  if (engine_thread.joinable()) engine_thread.join();
  CRASH_POINT("shutdown.engine_stopped");
  remove_endpoint();
  CRASH_POINT("shutdown.endpoint_removed");
  engine_workers.reset();  // what they do is for the engine
  executor.reset();        // its thread calls the engine
  engine.reset();
}

// Before all that may wait for a full disk: what is recorded later is not what the runner waits for.
void Daemon::Parts::stop_runner() {
  if (!executor || !shutdown.ends_runner()) return;
  const Status ended = executor->stop_runner(kRunnerPatience);
  if (!ended) log::warning("runner", {{"why", ended.error().message}});
}

void Daemon::Parts::remove_endpoint() {
  if (!server || !folder) return;
  const Status removed = files.remove(folder->part("endpoint"));
  if (!removed && removed.error().code != ErrorCode::kNotFound) {
    log::warning("endpoint", {{"why", removed.error().message}});
  }
}

std::variant<std::unique_ptr<Daemon>, StartFailure> Daemon::start(const Config& config) {
  auto daemon = std::unique_ptr<Daemon>(new Daemon(std::make_unique<Parts>(config)));
  Parts& parts = *daemon->parts_;
  if (auto failed = parts.open_store()) return std::move(*failed);
  if (auto failed = parts.listen()) return std::move(*failed);
  parts.make_executor();
  parts.make_engine();
  if (auto failed = parts.recover()) return std::move(*failed);
  if (auto failed = parts.serve()) return std::move(*failed);
  return daemon;
}

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Daemon::~Daemon() {
  stop();
}

std::string Daemon::address() const {
  return parts_->server->address();
}

void Daemon::wait() {
  parts_->shutdown.wait();
  if (parts_->shutdown.ends_runner()) std::this_thread::sleep_for(kLastAnswerTime);
}

void Daemon::interrupt() {
  parts_->shutdown.interrupt();
}

void Daemon::stop() {
  parts_->stop();
}

}  // namespace mlp::mlpd
