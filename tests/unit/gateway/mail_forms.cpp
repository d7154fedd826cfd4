// A mail as it is sent, and what a mail server's answers say.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE mail_forms
#include <boost/json/parse.hpp>

#include "gateway/mail/contents.hpp"
#include "gateway/mail/message.hpp"
#include "gateway/mail/smtp_answer.hpp"
#include "gateway/mail/templates.hpp"
#include "workflows/session/notices.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::gateway::mail;

namespace {

mail::message simple() {
  return {.from = {.name = "Recaps", .address = "r@recap.example"},
          .to = {.name = "Ann", .address = "ann@example.edu"},
          .id = "recapd.s.1-0a.0@recap.example",
          .date = workflows::parse_rfc3339("2026-11-23T14:00:05Z").value(),
          .subject = "Hello",
          .text = "a text",
          .html = "<p>a text</p>"};
}

bool has(const std::string &text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

smtp_answer says(smtp_stage stage, int code, std::string words = "") {
  return {.stage = stage, .code = code, .words = std::move(words)};
}

/// Puts a notification into words, times in UTC and people by their ids.
template_values words_for(const std::string &to, std::string_view data) {
  const auto event = boost::json::parse(
      R"({"type":"recapd.notify.session_disputed","subject":"s-1","data":)"
      + std::string{data} + "}");
  return values_of(event.get_object(),
                   {.to = to,
                    .zone = "UTC",
                    .site = "https://a/",
                    .called = [](const auto &who) { return who.id; }});
}

}  // namespace

CAF_TEST(a mail has its fields and both texts) {
  const auto mail = to_mail(simple());
  for (const auto *part :
       {"Date: Mon, 23 Nov 2026 14:00:05 +0000\r\n",
        "From: \"Recaps\" <r@recap.example>\r\n",
        "To: \"Ann\" <ann@example.edu>\r\n", "Subject: Hello\r\n",
        "Message-ID: <recapd.s.1-0a.0@recap.example>\r\n",
        "Auto-Submitted: auto-generated\r\n", "\r\n\r\na text\r\n",
        "\r\n\r\n<p>a text</p>\r\n"})
    CAF_CHECK(has(mail, part));
  CAF_CHECK(!has(mail, "List-Unsubscribe"));
}

CAF_TEST(nothing that people write begins a field of its own) {
  auto m = simple();
  m.to.name = "Ann\r\nBcc: b@x\r\n\r\nbody";
  m.subject = "a\r\nBcc: c@x";
  const auto mail = to_mail(m);
  CAF_CHECK(!has(mail, "\nBcc"));
  CAF_CHECK(has(mail, "Subject: a  Bcc: c@x\r\n"));
}

CAF_TEST(what is not ASCII or long is encoded and folded) {
  auto m = simple();
  m.to.name = "Ann \"Ö\" <x@y>";
  m.subject = std::string(200, 'a') + "é";
  m.text = std::string(300, 'b') + " é=\n.\nend ";
  const auto mail = to_mail(m);
  CAF_CHECK(has(mail, "=?UTF-8?Q?Ann_=22=C3=96=22_=3Cx=40y=3E?=\r\n"
                      " <ann@example.edu>"));
  CAF_CHECK(has(mail, "=C3=A9=3D\r\n=2E\r\nend=20\r\n"));
  std::size_t line = 0;
  for (const char c : mail) {
    CAF_REQUIRE(static_cast<unsigned char>(c) < 0x80);
    line = c == '\n' ? 0 : line + 1;
    CAF_REQUIRE(line <= 79);
  }
}

CAF_TEST(what looks encoded is not taken for it) {
  auto m = simple();
  m.subject = "=?UTF-8?Q?a?=";
  CAF_CHECK(has(to_mail(m), "=?UTF-8?Q?=3D=3FUTF=2D8=3FQ=3Fa=3F=3D?="));
}

CAF_TEST(a mail is named by a notification and tells it) {
  const auto id =
      message_id("s-1:3-0000002a:1", {.address = "r@recap.example"});
  CAF_CHECK_EQUAL(id, "recapd.s-1.3-0000002a.1@recap.example");
  CAF_CHECK(notification_of("<" + id + ">") == "s-1:3-0000002a:1");
  for (const auto *other :
       {"", "<>", "a@b", "<recapd.a@b>", "recapd.a.b.c.d@x"})
    CAF_CHECK(!notification_of(other));
}

CAF_TEST(an answer is of the mail or of the server) {
  using enum smtp_stage;
  using enum mail_result;
  const std::pair<smtp_answer, mail_result> all[] = {
      {{.taken = true, .stage = content, .code = 250}, taken},
      {says(connection, 0), server_later},
      {says(connection, 535), server_later},
      {says(connection, 554), server_later},
      {says(sender, 451), server_later},
      {says(sender, 550), server_later},
      {says(recipient, 0), server_later},
      {says(content, 0), server_later},
      {says(recipient, 421), server_later},
      {says(recipient, 450), mail_later},
      {says(content, 452), mail_later},
      {says(recipient, 550), address_refused},
      {says(recipient, 553, "553 5.1.3 bad"), address_refused},
      {says(recipient, 530), mail_later},
      {says(recipient, 554, "554 5.7.1 relay"), mail_later},
      {says(content, 554), mail_refused},
      {says(content, 550, "550-5.1.1 gone"), address_refused},
      {says(content, 552, "552 5.2.2 full"), address_refused},
      {says(content, 552, "552 5.3.4 too big"), mail_refused},
      {says(content, 550, "550 5.7.26 not signed"), mail_later}};
  for (const auto &[answer, result] : all)
    CAF_CHECK(classify(answer) == result);
  CAF_CHECK(needs_somebody(says(sender, 550)));
  CAF_CHECK(!needs_somebody(says(recipient, 450)));
}

CAF_TEST(words of a server are told without the address) {
  CAF_CHECK_EQUAL(without_address("550 <Ann@X.example>\r\nno", "ann@x.example"),
                  "550 <the recipient>  no");
  CAF_CHECK(without_address(std::string(499, 'a') + "éb", "").size() == 499);
}

CAF_TEST(every kind has its words) {
  const templates shipped{""};
  for (const auto &kind : workflows::notices()) {
    const auto parts = shipped.render(
        kind.kind, "",
        {{"course", "MATH"}, {"link", "https://a/s"}, {"starts_at", "Monday"}});
    CAF_CHECK(!parts.subject.empty());
    CAF_CHECK(has(parts.text, "https://a/s"));
    CAF_CHECK(has(parts.html, "href=\"https://a/s\""));
    CAF_CHECK(has(parts.text, "Monday")
              != kind.kind.starts_with("disbursement_"));
    CAF_CHECK(parts.subject != shipped.render("unknown", "", {}).subject);
  }
}

CAF_TEST(what people wrote is text in a mail) {
  const templates shipped{""};
  const auto parts = shipped.render(
      "support_denied", "", {{"course", "<i>{{note}}</i>"}, {"note", "<b>&"}});
  CAF_CHECK(has(parts.text, "<b>&"));
  CAF_CHECK(has(parts.text, "<i>{{note}}</i>"));
  CAF_CHECK(has(parts.html, "<blockquote>&lt;b&gt;&amp;</blockquote>"));
  CAF_CHECK(!has(parts.html, "<i>"));
  const mail_parts items[] = {parts};
  const auto whole = shipped.frame("", {{"name", "{{#items}}<u>"}}, items);
  CAF_CHECK(has(whole.html, "Hello {{#items}}&lt;u&gt;,"));
  CAF_CHECK(has(whole.html, "&lt;b&gt;&amp;"));
  CAF_CHECK_EQUAL(whole.subject, parts.subject);
}

CAF_TEST(a student hears neither pay nor what another student wrote) {
  constexpr auto *data =
      R"({"to":"x","tutor":"ann","course":"M","amount":1500,"currency":"USD",)"
      R"("starts_at":"2026-11-23T14:00:00Z","by":"student:cal",)"
      R"("reason":"mine","students":["dan"]})";
  const auto bob = words_for("student:bob", data);
  for (const auto *name : {"amount", "reason", "by", "students"})
    CAF_CHECK(!bob.contains(name));
  const auto cal = words_for("student:cal", data);
  CAF_CHECK_EQUAL(cal.at("reason"), "mine");
  const auto ann = words_for("tutor:ann", data);
  CAF_CHECK_EQUAL(ann.at("amount"), "15.00 USD");
  CAF_CHECK_EQUAL(ann.at("reason"), "mine");
  CAF_CHECK_EQUAL(ann.at("students"), "dan");
  CAF_CHECK_EQUAL(ann.at("starts_at"), "Mon 2026-11-23 14:00 UTC");
}
