// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/link.hpp"

#include <algorithm>
#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <cstdlib>
#include <list>
#include <mutex>
#include <nats/nats.h>
#include <thread>

#include "config/nkey.hpp"

namespace recapd::gateway::nats {
namespace {

constexpr std::int64_t connect_ms = 2000;   // for a server to be reached
constexpr std::int64_t call_ms = 2000;      // for an answer of JetStream's API
constexpr std::int64_t store_ms = 5000;     // for an acknowledgement
constexpr std::int64_t reconnect_ms = 200;  // between tries; at most twice
constexpr std::int64_t ping_ms = 5000;      // between pings of the server
constexpr std::int64_t wait_ms = 100;  // for a message, before a look around
/// With so many pings unanswered the connection counts as lost.
constexpr int most_pings_out = 2;
/// The bytes of the lines that begin and end the headers.
constexpr std::size_t header_frame = 12;
/// The bytes of a colon, a blank and the end of the line.
constexpr std::size_t header_marks = 4;
constexpr std::int64_t nanoseconds_a_millisecond = 1'000'000;

/// Owns what the C library made.
template <class T, auto Destroy> struct handle {
  T *get = nullptr;
  handle() = default;
  handle(const handle &) = delete;
  handle &operator=(const handle &) = delete;
  ~handle() {
    if (get != nullptr) Destroy(get);
  }
};
using options_handle = handle<natsOptions, natsOptions_Destroy>;
using message_handle = handle<natsMsg, natsMsg_Destroy>;
using stream_info = handle<jsStreamInfo, jsStreamInfo_Destroy>;
using consumer_names = handle<jsConsumerNamesList, jsConsumerNamesList_Destroy>;
using subscription_handle = handle<natsSubscription, natsSubscription_Destroy>;
using inbox_handle = handle<char, natsInbox_Destroy>;

void check(natsStatus status, const std::string &what) {
  if (status == NATS_OK) return;
  natsStatus last = NATS_OK;
  const char *detail = nats_GetLastError(&last);
  const bool told = detail != nullptr && *detail != '\0' && last == status;
  throw error{what + ": " + natsStatus_GetText(status)
              + (told ? " (" + std::string{detail} + ")" : "")};
}

void check_stream(natsStatus status, jsErrCode code, const std::string &what) {
  if (status != NATS_OK && code == JSStreamNotFoundErr)
    throw stream_gone{what + ": the stream is not there"};
  check(status, what);
}

/// Returns texts as the C library wants them; they must outlive the result.
std::vector<const char *> pointers_to(const std::vector<std::string> &texts) {
  std::vector<const char *> all;
  for (const auto &t : texts)
    all.push_back(t.c_str());
  return all;
}

/// Returns a text escaped as in JSON, into which the library puts it as it is.
std::string quotable(const std::string &text) {
  const auto quoted = boost::json::serialize(boost::json::string{text});
  return quoted.substr(1, quoted.size() - 2);
}

/// Returns what stands before a URL's `@` as the library wants it: since 3.9 it
/// takes a `%` for an escape.
std::string user_part(const std::string &decoded) {
  std::string out;
  for (const char c : quotable(decoded)) {
    out += c;
    if (c == '%' && NATS_VERSION_NUMBER >= 0x030900) out += "25";
  }
  return out;
}

/// Sets the servers, which the library tries in an order of its own.
void set_servers(natsOptions *of, const std::vector<std::string> &urls) {
  std::vector<std::string> all;
  for (const auto &url : urls) {
    const auto host = url.rfind('@');
    all.push_back(host == std::string::npos
                      ? url
                      : user_part(url.substr(0, host)) + url.substr(host));
  }
  auto servers = pointers_to(all);
  check(natsOptions_SetServers(of, servers.data(),
                               static_cast<int>(servers.size())),
        "the NATS URL");
}

/// Sets TLS. The library itself connects without it where a server offers none,
/// by `tls://` too.
void set_tls(natsOptions *of, const std::vector<std::string> &urls,
             const config::nats_access &a) {
  if (!a.ca.empty())
    check(natsOptions_LoadCATrustedCertificates(of, a.ca.c_str()),
          "the certificates in " + a.ca);
  if (!a.certificate.empty())
    check(natsOptions_LoadCertificatesChain(of, a.certificate.c_str(),
                                            a.key.c_str()),
          "the certificate in " + a.certificate);
  const bool tls =
      a.wants_tls() || std::ranges::any_of(urls, [](const std::string &url) {
        return url.starts_with("tls://");
      });
  if (tls) check(natsOptions_SetSecure(of, true), "TLS");
}

std::string secret_in(const std::string &file) {
  try {
    return config::read_secret(file);
  } catch (const std::runtime_error &e) {
    throw error{e.what()};
  }
}

void set_identity(natsOptions *of, const config::nats_access &a) {
  if (!a.user.empty())
    check(natsOptions_SetUserInfo(of, quotable(a.user).c_str(),
                                  quotable(secret_in(a.password_file)).c_str()),
          "the NATS user");
  if (!a.creds.empty())
    check(natsOptions_SetUserCredentialsFromFiles(of, a.creds.c_str(), nullptr),
          "the credentials in " + a.creds);
  if (a.nkey_seed_file.empty()) return;
  const auto seed = config::find_nkey_seed(secret_in(a.nkey_seed_file));
  const auto key = config::nkey_public_key(seed.value_or(""));
  if (!key) throw error{a.nkey_seed_file + " holds no user's seed"};
  check(natsOptions_SetNKeyFromSeed(of, key->c_str(), a.nkey_seed_file.c_str()),
        "the seed in " + a.nkey_seed_file);
}

natsStatus fill(natsMsg *to, const header_list &headers) {
  for (const auto &[name, value] : headers)
    if (const auto s = natsMsgHeader_Add(to, name.c_str(), value.c_str());
        s != NATS_OK)
      return s;
  return NATS_OK;
}

void make(message_handle &m, const message &from) {
  check(natsMsg_Create(&m.get, from.subject.c_str(),
                       from.reply.empty() ? nullptr : from.reply.c_str(),
                       from.data.data(), static_cast<int>(from.data.size())),
        "a message");
  check(fill(m.get, from.headers), "a message's headers");
}

header_list headers_of(natsMsg *m) {
  header_list all;
  const char **keys = nullptr;
  int count = 0;
  if (natsMsgHeader_Keys(m, &keys, &count) != NATS_OK) return all;
  for (int i = 0; i < count; ++i) {
    const char **values = nullptr;
    int values_count = 0;
    if (natsMsgHeader_Values(m, keys[i], &values, &values_count) != NATS_OK)
      continue;
    for (int v = 0; v < values_count; ++v)
      all.emplace_back(keys[i], values[v] != nullptr ? values[v] : "");
    std::free(values);
  }
  std::free(keys);
  return all;
}

message copy_of(natsMsg *m) {
  const char *reply = natsMsg_GetReply(m);
  const char *data = natsMsg_GetData(m);
  const auto size = static_cast<std::size_t>(natsMsg_GetDataLength(m));
  return {.subject = natsMsg_GetSubject(m),
          .reply = reply != nullptr ? reply : "",
          .headers = headers_of(m),
          .data = data != nullptr ? std::string{data, size} : std::string{}};
}

std::vector<std::string> sorted(std::vector<std::string> subjects) {
  std::ranges::sort(subjects);
  return subjects;
}

std::vector<std::string> subjects_of(const jsStreamConfig &stream) {
  return sorted({stream.Subjects, stream.Subjects + stream.SubjectsLen});
}

/// Reads on a thread of its own: when that is joined, no callback runs.
class subscription {
public:
  subscription(natsConnection *of, const std::string &subject,
               std::function<void(message)> got)
      : got_{std::move(got)} {
    check(natsConnection_SubscribeSync(&handle_, of, subject.c_str()),
          "subscribing to " + subject);
    // What is asked for is bounded; a message dropped here would be a gap.
    natsSubscription_SetPendingLimits(handle_, -1, -1);
    thread_ = std::thread{[this] { read(); }};
  }
  ~subscription() {
    ending_ = true;
    thread_.join();
    natsSubscription_Destroy(handle_);
  }
  subscription(const subscription &) = delete;
  subscription &operator=(const subscription &) = delete;

private:
  void read() {
    while (!ending_) {
      message_handle m;
      const auto status = natsSubscription_NextMsg(&m.get, handle_, wait_ms);
      if (status == NATS_OK)
        got_(copy_of(m.get));
      else if (status == NATS_CONNECTION_CLOSED
               || status == NATS_INVALID_SUBSCRIPTION)
        break;
      else if (status != NATS_TIMEOUT && status != NATS_SLOW_CONSUMER
               && status != NATS_NO_RESPONDERS)
        std::this_thread::sleep_for(std::chrono::milliseconds{wait_ms});
      // The library does not hand over that nobody responds: who asked finds it
      // out by the time that passes.
    }
    nats_ReleaseThreadMemory();
  }

  std::function<void(message)> got_;
  natsSubscription *handle_ = nullptr;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace

std::size_t bytes_of(const message &m) {
  auto bytes = m.data.size() + (m.headers.empty() ? 0 : header_frame);
  for (const auto &[name, value] : m.headers)
    bytes += name.size() + value.size() + header_marks;
  return bytes;
}

struct link::impl {
  natsConnection *connection = nullptr;
  jsCtx *stream_context = nullptr;
  std::mutex mutex;
  std::list<subscription> subscriptions;

  impl() = default;
  impl(const impl &) = delete;
  impl &operator=(const impl &) = delete;
  ~impl() {
    if (connection != nullptr) natsConnection_Close(connection);
    subscriptions.clear();
    jsCtx_Destroy(stream_context);
    natsConnection_Destroy(connection);
    nats_ReleaseThreadMemory();
  }

  void connect(const std::string &urls, const std::string &name,
               const config::nats_access &access) {
    options_handle o;
    check(natsOptions_Create(&o.get), "NATS");
    const auto servers = config::nats_servers(urls);
    set_servers(o.get, servers);
    set_tls(o.get, servers, access);
    set_identity(o.get, access);
    natsOptions_SetName(o.get, quotable(name).c_str());
    natsOptions_SetTimeout(o.get, connect_ms);
    natsOptions_SetMaxReconnect(o.get, -1);
    natsOptions_SetReconnectWait(o.get, reconnect_ms);
    natsOptions_SetReconnectJitter(o.get, reconnect_ms, reconnect_ms);
    natsOptions_SetPingInterval(o.get, ping_ms);
    natsOptions_SetMaxPingsOut(o.get, most_pings_out);
    natsOptions_SetFailRequestsOnDisconnect(o.get, true);
    natsOptions_SetWriteDeadline(o.get, call_ms);
    check(natsConnection_Connect(&connection, o.get), "connecting to NATS");
    jsOptions js;
    jsOptions_Init(&js);
    js.Wait = call_ms;
    check(natsConnection_JetStream(&stream_context, connection, &js),
          "JetStream");
  }

  /// Returns the number of the stream's first message from `from` on under a
  /// subject of that pattern; nothing where there is none.
  [[nodiscard]] std::optional<std::uint64_t> next_in(const std::string &stream,
                                                     const std::string &pattern,
                                                     std::uint64_t from) const {
    const auto what = "looking through " + stream;
    const boost::json::object wanted{{"seq", from}, {"next_by_subj", pattern}};
    message_handle answer;
    check(natsConnection_RequestString(
              &answer.get, connection,
              ("$JS.API.STREAM.MSG.GET." + stream).c_str(),
              boost::json::serialize(wanted).c_str(), call_ms),
          what);
    boost::system::error_code wrong;
    const auto read = boost::json::parse(copy_of(answer.get).data, wrong);
    const auto at = [&](const char *pointer) {
      const auto *number = wrong ? nullptr : read.find_pointer(pointer, wrong);
      wrong.clear();
      return number != nullptr ? number->to_number<std::uint64_t>(wrong) : 0;
    };
    if (const auto seq = at("/message/seq"); seq >= from) return seq;
    constexpr std::uint64_t none_there = 404;
    if (at("/error/code") == none_there) return std::nullopt;
    throw error{what + ": " + copy_of(answer.get).data};
  }

  static std::optional<std::size_t> bound_of(std::int32_t bytes) {
    if (bytes < 0) return std::nullopt;
    return static_cast<std::size_t>(bytes);
  }

  static stream_found require_same(const stream_spec &spec,
                                   const jsStreamConfig &there) {
    const bool same =
        spec.other_subjects || sorted(spec.subjects) == subjects_of(there);
    if (same && there.Retention == js_LimitsPolicy)
      return {.made = false, .most_bytes = bound_of(there.MaxMsgSize)};
    std::string list;
    for (const auto &s : sorted(spec.subjects))
      list += (list.empty() ? "" : ", ") + s;
    throw error{"the stream " + spec.name + ": expected the subjects " + list
                + " and retention limits; remove it, or make it so"};
  }
};

link::link(const std::string &urls, const std::string &name,
           const config::nats_access &access)
    : impl_{std::make_unique<impl>()} {
  impl_->connect(urls, name, access);
}

link::~link() = default;

bool link::closed() const {
  return natsConnection_IsClosed(impl_->connection);
}

bool link::connected() const {
  return natsConnection_Status(impl_->connection) == NATS_CONN_STATUS_CONNECTED;
}

std::uint64_t link::reconnects() const {
  handle<natsStatistics, natsStatistics_Destroy> all;
  check(natsStatistics_Create(&all.get), "statistics");
  check(natsConnection_GetStats(impl_->connection, all.get), "statistics");
  std::uint64_t in_messages = 0, in_bytes = 0, out_messages = 0, out_bytes = 0;
  std::uint64_t count = 0;
  check(natsStatistics_GetCounts(all.get, &in_messages, &in_bytes,
                                 &out_messages, &out_bytes, &count),
        "statistics");
  return count;
}

std::size_t link::max_payload() const {
  return static_cast<std::size_t>(std::max<std::int64_t>(
      0, natsConnection_GetMaxPayload(impl_->connection)));
}

std::string link::new_inbox() const {
  inbox_handle inbox;
  check(natsInbox_Create(&inbox.get), "an inbox");
  return inbox.get;
}

void link::subscribe(const std::string &subject,
                     std::function<void(message)> got) {
  const std::lock_guard lock{impl_->mutex};
  impl_->subscriptions.emplace_back(impl_->connection, subject, std::move(got));
}

void link::publish(const message &m) {
  message_handle made;
  make(made, m);
  check(natsConnection_PublishMsg(impl_->connection, made.get),
        "publishing to " + m.subject);
}

void link::flush(std::chrono::milliseconds bound) {
  check(natsConnection_FlushTimeout(impl_->connection, bound.count()),
        "flushing");
}

std::string link::arrives_as(const message &m,
                             const std::vector<std::string> &patterns) {
  std::list<subscription_handle> all;
  for (const auto &p : patterns)
    check(natsConnection_SubscribeSync(&all.emplace_back().get,
                                       impl_->connection, p.c_str()),
          "subscribing to " + p);
  publish(m);
  // By the time the server answers this it has delivered the message.
  flush(std::chrono::milliseconds{call_ms});
  for (const auto &s : all) {
    message_handle got;
    const auto status = natsSubscription_NextMsg(&got.get, s.get, 1);
    if (status == NATS_OK) return natsMsg_GetSubject(got.get);
    if (status != NATS_TIMEOUT) check(status, "listening for " + m.subject);
  }
  return {};
}

void link::store(const message &m, const std::string &id) {
  message_handle made;
  make(made, m);
  jsPubOptions options;
  jsPubOptions_Init(&options);
  options.MaxWait = store_ms;
  if (!id.empty()) options.MsgId = id.c_str();
  jsErrCode code{};
  const auto status =
      js_PublishMsg(nullptr, impl_->stream_context, made.get, &options, &code);
  if (status == NATS_NO_RESPONDERS)
    throw error{"no stream takes " + m.subject
                + ": is JetStream on, and does the server map the "
                  "subject (tools/nats)?"};
  check(status, "publishing to " + m.subject);
}

stream_found link::ensure_stream(const stream_spec &spec) {
  stream_info info;
  jsErrCode code{};
  auto status = js_GetStreamInfo(&info.get, impl_->stream_context,
                                 spec.name.c_str(), nullptr, &code);
  if (status == NATS_OK) return impl_->require_same(spec, *info.get->Config);
  if (status != NATS_NOT_FOUND) check(status, "the stream " + spec.name);
  auto subjects = pointers_to(spec.subjects);
  jsStreamConfig c;
  jsStreamConfig_Init(&c);
  c.Name = spec.name.c_str();
  c.Subjects = subjects.data();
  c.SubjectsLen = static_cast<int>(subjects.size());
  c.Retention = js_LimitsPolicy;
  c.Storage = js_FileStorage;
  c.MaxAge = std::chrono::nanoseconds{spec.max_age}.count();
  c.MaxMsgSize = spec.max_message_bytes;
  c.Replicas = spec.replicas;
  status = js_AddStream(nullptr, impl_->stream_context, &c, nullptr, &code);
  check(status, "making the stream " + spec.name);
  return {.made = true, .most_bytes = impl::bound_of(spec.max_message_bytes)};
}

void link::erase(const std::string &stream, const std::string &pattern,
                 const std::function<bool(const message &)> &shall_go) {
  jsErrCode code{};
  for (std::uint64_t seq = 0;;) {
    const auto next = impl_->next_in(stream, pattern, seq + 1);
    if (!next) return;
    seq = *next;
    message_handle m;
    auto status = js_GetMsg(&m.get, impl_->stream_context, stream.c_str(), seq,
                            nullptr, &code);
    if (status == NATS_NOT_FOUND) continue;  // its time was over just now
    check_stream(status, code, "a message of " + stream);
    if (!shall_go(copy_of(m.get))) continue;
    status =
        js_EraseMsg(impl_->stream_context, stream.c_str(), seq, nullptr, &code);
    if (status != NATS_NOT_FOUND)
      check_stream(status, code, "erasing a message of " + stream);
  }
}

void link::set_subjects(const std::string &stream,
                        const std::vector<std::string> &subjects) {
  stream_info info;
  jsErrCode code{};
  const auto status = js_GetStreamInfo(&info.get, impl_->stream_context,
                                       stream.c_str(), nullptr, &code);
  check_stream(status, code, "the stream " + stream);
  auto c = *info.get->Config;
  if (subjects_of(c) == sorted(subjects)) return;
  auto wanted = pointers_to(subjects);
  c.Subjects = wanted.data();
  c.SubjectsLen = static_cast<int>(wanted.size());
  check(js_UpdateStream(nullptr, impl_->stream_context, &c, nullptr, &code),
        "the subjects of the stream " + stream);
}

std::vector<std::string> link::consumers(const std::string &stream) {
  consumer_names names;
  jsErrCode code{};
  const auto status = js_ConsumerNames(&names.get, impl_->stream_context,
                                       stream.c_str(), nullptr, &code);
  std::vector<std::string> all;
  if (status == NATS_NOT_FOUND && code != JSStreamNotFoundErr) return all;
  check_stream(status, code, "the consumers of " + stream);
  for (int i = 0; i < names.get->Count; ++i)
    all.emplace_back(names.get->List[i]);
  return all;
}

void link::delete_consumer(const std::string &stream, const std::string &name) {
  jsErrCode code{};
  const auto status = js_DeleteConsumer(impl_->stream_context, stream.c_str(),
                                        name.c_str(), nullptr, &code);
  if (status == NATS_NOT_FOUND && code != JSStreamNotFoundErr) return;
  check_stream(status, code, "deleting the consumer " + name);
}

void link::create_consumer(const consumer_spec &spec) {
  jsConsumerConfig c;
  jsConsumerConfig_Init(&c);
  c.Durable = spec.name.c_str();
  c.FilterSubject = spec.filter.c_str();
  c.DeliverPolicy = js_DeliverAll;
  c.AckPolicy = js_AckExplicit;
  c.AckWait = spec.ack_wait.count() * nanoseconds_a_millisecond;
  c.MaxAckPending = static_cast<std::int64_t>(spec.max_ack_pending);
  // What a consumer knows is worth nothing after a fault, and agreeing on it
  // among several servers takes an election and an exchange a message.
  c.MemoryStorage = true;
  c.Replicas = 1;
  jsErrCode code{};
  const auto status = js_AddConsumer(nullptr, impl_->stream_context,
                                     spec.stream.c_str(), &c, nullptr, &code);
  check_stream(status, code, "making a consumer of " + spec.filter);
}

}  // namespace recapd::gateway::nats
