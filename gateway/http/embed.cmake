# Writes OUT: the JSON documents of DOCS as byte arrays; {} for a missing one.
# SPDX-License-Identifier: Apache-2.0
set(text "#include \"gateway/http/documents.hpp\"\n\nnamespace recapd::gateway::http {\n")
foreach(name openapi asyncapi)
  set(hex "7b7d")
  if(EXISTS ${DOCS}/${name}.json)
    file(READ ${DOCS}/${name}.json hex HEX)
  endif()
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND text
    "static constexpr char ${name}_bytes[] = {${bytes}};\n"
    "const std::string_view ${name}_document{\n"
    "  ${name}_bytes, sizeof ${name}_bytes};\n")
endforeach()
string(APPEND text "}  // namespace recapd::gateway\n")
file(WRITE ${OUT} "${text}")
