// The sample's names and texts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace recapd::sample {

inline constexpr std::array<std::string_view, 12> courses{
    "MATH101", "MATH201", "STAT110", "CHEM110", "BIO120",  "PHYS101",
    "CS101",   "CS201",   "ECON101", "ENGL090", "SPAN101", "HIST210"};

inline constexpr std::array<std::string_view, 40> tutors{
    "ava-lopez",   "ben-carter",  "chloe-kim",    "dan-okafor",  "ella-novak",
    "finn-walsh",  "grace-liu",   "hugo-meyer",   "iris-haddad", "jack-brown",
    "kira-petrov", "liam-doyle",  "maya-singh",   "noah-ward",   "olga-weiss",
    "paul-reyes",  "quinn-hart",  "rosa-silva",   "sam-young",   "tara-moss",
    "uma-rao",     "vic-stone",   "wren-cole",    "xena-frost",  "yara-nasser",
    "zack-bell",   "amy-tran",    "bo-larsen",    "cleo-ortiz",  "dev-patel",
    "eve-murphy",  "fay-chen",    "gus-romero",   "hana-sato",   "ian-scott",
    "june-park",   "kofi-mensah", "lena-fischer", "max-turner",  "nina-costa"};

inline constexpr std::array<std::string_view, 24> first_names{
    "alex",  "bea",  "carl", "dina", "erik", "fran", "gabe", "hope",
    "isaac", "jade", "kyle", "lucy", "matt", "nora", "otto", "pia",
    "ray",   "sue",  "theo", "ulla", "vera", "will", "yuri", "zoe"};

inline constexpr std::array<std::string_view, 5> last_names{
    "adams", "baker", "clark", "davis", "evans"};

inline constexpr std::array<std::string_view, 4> topics{
    "We worked through the problem set for this week and the two examples the "
    "lecture left open.",
    "We went over the midterm, question by question, and wrote down where the "
    "points were lost.",
    "We read the chapter together and made a summary of its main ideas on one "
    "page.",
    "We practised on new exercises, first together and then alone against the "
    "clock."};

inline constexpr std::array<std::string_view, 4> progress{
    "The method is clear now; small slips remain when numbers get large, and "
    "checking the result helps.",
    "Much better than last week: the first steps come without help, only the "
    "last one needs a hint.",
    "Good questions, good notes. The vocabulary is still new and slows the "
    "reading down.",
    "Confident at the board, less so on paper; we agreed to write every step."};

inline constexpr std::array<std::string_view, 4> plans{
    "Redo exercises 4 to 7 before Friday and bring what is still unclear.",
    "Read the next chapter and note three questions for the coming session.",
    "One old exam under exam conditions, then we look at it together.",
    "Ten minutes of practice a day; next time we start with a short quiz."};

}  // namespace recapd::sample
