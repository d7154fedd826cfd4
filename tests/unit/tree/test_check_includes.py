# SPDX-License-Identifier: Apache-2.0
"""What check_includes.py refuses, and what it lets pass."""
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("check_includes.py")


def check(folder, **files):
    for name, text in {"actors/node.hpp": "", "storage/s.hpp": "", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    subprocess.run(["git", "init", "-q", folder], check=True)
    return subprocess.run(["/usr/bin/python3", SCRIPT, folder], text=True,
                          stdout=subprocess.PIPE).stdout.strip()


@pytest.mark.parametrize("name, text", [
    ("actors/b.cpp", '#include "b.hpp"\n#include "storage/s.hpp"\n#include <sys/x.h>'),
    ("actors/engine/e.cpp", "#include <caf/send.hpp>\n#include <spdlog/spdlog.h>"),
    ("gateway/http/h.cpp", "#include <boost/asio/ip/tcp.hpp>"),
    ("storage/t.cpp", '// #include "actors/node.hpp"\n/*\n#include "actors/node.hpp"\n*/'),
    ("storage/t.cpp", 'auto t = R"(\n#include "actors/node.hpp"\n)";'),
    ("tests/unit/u/u.cpp", '#include "caf/test/dsl.hpp"\n#include "storage/s.hpp"'),
])
def test_an_include_passes(tmp_path, name, text):
    assert check(tmp_path, **{name: text}) == "every #include follows the directions"


@pytest.mark.parametrize("name, text, sentence", [
    ("storage/t.cpp", text, "storage must not know " + target) for text, target in [
        ('#include "actors/node.hpp"', "actors/node.hpp"),
        ("#include <actors/node.hpp>", "actors/node.hpp"),
        ('#include "../actors/node.hpp"', "../actors/node.hpp"),
        ('#include \\\n"actors/node.hpp"', "actors/node.hpp"),
        ('/**/ # /* */ include"actors/node.hpp"', "actors/node.hpp"),
        ("char c = '\"';\n#include \"actors/node.hpp\" // \"", "actors/node.hpp"),
        ('#include "tests/unit/u.hpp"', "tests/unit/u.hpp"),
        ('#include "x.inc"', "x.inc"),
        ("#include <openssl/evp.h>", "openssl/evp.h"),
        ("#include <postgresql/libpq-fe.h>", "postgresql/libpq-fe.h"),
        ("#include <boost/asio.hpp>", "boost/asio.hpp"),
        ("#include <rapidcheck.h>", "rapidcheck.h")]
] + [
    ("storage/t.cpp", "#include X", "an #include names no file: X"),
    ("storage/t.h", "", "a source is a .cpp or a .hpp"),
    ("newtop/t.hpp", "", "newtop has no directions in check_includes.py"),
    ("actors/b.cpp", "#include <caf/all.hpp>", "caf/all.hpp is banned"),
])
def test_an_include_is_refused(tmp_path, name, text, sentence):
    assert check(tmp_path, **{name: text}) == f"{name}: {sentence}"


@pytest.mark.parametrize("folder", ["actors/", ""])
def test_a_circle_is_refused(tmp_path, folder):
    assert check(tmp_path, **{"actors/b.hpp": f'#include "{folder}node.hpp"',
                              "actors/node.hpp": f'#include "{folder}b.hpp"'}) == (
        "a circle of includes: actors/b <- actors/node <- actors/b")
