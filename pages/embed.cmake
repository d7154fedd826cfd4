# Writes OUT: the files of DIST that DIST/manifest.json lists, as the assembler
# takes them in, and the documents `shell` and docs.html, which have no path.
# SPDX-License-Identifier: Apache-2.0
cmake_minimum_required(VERSION 3.22)
file(READ ${DIST}/manifest.json manifest)
set(text "#include \"gateway/http/page_files.hpp\"\n\n")
set(declared "extern \"C\" {\n")

# Sets VIEW to an expression for the bytes of a file, empty for none.
set(count 0)
function(embed name view)
  if(name STREQUAL "")
    set(${view} "{}" PARENT_SCOPE)
    return()
  endif()
  set(symbol recapd_page_${count})
  math(EXPR next "${count} + 1")
  file(SIZE ${DIST}/${name} size)
  set(text "${text}asm(\".pushsection .rodata\\n\"
    \".global ${symbol}\\n\"
    \"${symbol}:\\n\"
    \".incbin \\\"${DIST}/${name}\\\"\\n\"
    \".byte 0\\n\"
    \".popsection\\n\");\n" PARENT_SCOPE)
  set(declared "${declared}extern const char ${symbol}[];\n" PARENT_SCOPE)
  set(count ${next} PARENT_SCOPE)
  set(${view} "{${symbol}, ${size}}" PARENT_SCOPE)
endfunction()

# Sets VALUE to a member of a file's entry, empty where it has none.
function(member index name value)
  string(JSON found ERROR_VARIABLE missing GET "${manifest}" files ${index} ${name})
  if(missing)
    set(found "")
  endif()
  set(${value} "${found}" PARENT_SCOPE)
endfunction()

string(JSON shell GET "${manifest}" shell)
set(docs "")
if(EXISTS ${DIST}/docs.html)
  set(docs docs.html)
endif()
foreach(document IN ITEMS ${shell} ${docs})
  file(READ ${DIST}/${document} html)
  string(FIND "${html}" "<!-- recapd:meta -->" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "${DIST}/${document} has no <!-- recapd:meta --> in its head")
  endif()
endforeach()

set(rows "")
string(JSON files LENGTH "${manifest}" files)
math(EXPR last "${files} - 1")
if(last LESS 0)
  message(FATAL_ERROR "${DIST}/manifest.json lists no files")
endif()
foreach(index RANGE ${last})
  foreach(name path type etag immutable file gz br)
    member(${index} ${name} ${name})
  endforeach()
  if(file STREQUAL shell OR file STREQUAL docs)
    continue()
  endif()
  string(REPLACE "\"" "\\\"" etag "${etag}")
  if(immutable)
    set(immutable true)
  else()
    set(immutable false)
  endif()
  embed("${file}" plain_view)
  embed("${gz}" gzip_view)
  embed("${br}" brotli_view)
  string(APPEND rows "    {\"${path}\", \"${type}\", \"${etag}\", ${immutable},\n"
    "     ${plain_view}, ${gzip_view}, ${brotli_view}},\n")
endforeach()
embed("${shell}" shell_view)
embed("${docs}" docs_view)
file(WRITE ${OUT} "${text}${declared}}\n
namespace recapd::gateway::http {
static constexpr page_file files[] = {
${rows}};
constinit const std::span<const page_file> page_files{files};
constinit const std::string_view shell_document${shell_view};
constinit const std::string_view docs_document${docs_view};
}  // namespace recapd::gateway::http
")
