// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/log.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "config/shown.hpp"
#include "workflows/time.hpp"

namespace recapd::gateway {
namespace {

namespace json = boost::json;

/// The first character of a payload that is an object's JSON, as write() makes
/// it.
constexpr char structured = '\x1e';

/// Makes each line one JSON object.
class json_lines final : public spdlog::formatter {
public:
  void format(const spdlog::details::log_msg &m,
              spdlog::memory_buf_t &out) override {
    const auto at = workflows::format_rfc3339(
        std::chrono::floor<std::chrono::milliseconds>(m.time));
    const auto level = spdlog::level::to_string_view(m.level);
    const auto line = log_line(at, {level.data(), level.size()},
                               {m.payload.data(), m.payload.size()});
    out.append(line.data(), line.data() + line.size());
    out.push_back('\n');
  }
  [[nodiscard]] std::unique_ptr<formatter> clone() const override {
    return std::make_unique<json_lines>();
  }
};

void write(spdlog::level::level_enum level, std::string_view message,
           log_fields fields) {
  if (!spdlog::should_log(level)) return;
  json::object line{{"message", message}};
  for (const auto &[name, value] : fields)
    if (!value.empty()) line.insert_or_assign(name, value);
  spdlog::log(level, "{}{}", structured, json::serialize(line));
}

}  // namespace

void start_log(std::string_view level) {
  auto logger = std::make_shared<spdlog::logger>(
      "recapd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_formatter(std::make_unique<json_lines>());
  logger->set_level(spdlog::level::from_str(std::string{level}));
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}

void log_debug(std::string_view message, log_fields fields) {
  write(spdlog::level::debug, message, fields);
}
void log_info(std::string_view message, log_fields fields) {
  write(spdlog::level::info, message, fields);
}
void log_warn(std::string_view message, log_fields fields) {
  write(spdlog::level::warn, message, fields);
}

std::string log_line(std::string_view time, std::string_view level,
                     std::string_view payload) {
  std::string line =
      json::serialize(json::object{{"time", time}, {"level", level}});
  line.back() = ',';
  if (!payload.empty() && payload.front() == structured)
    line.append(payload.substr(2));
  else
    line.append(json::serialize(json::object{{"message", payload}}), 1);
  return config::printable(line);
}

}  // namespace recapd::gateway
