# SPDX-License-Identifier: Apache-2.0
"""What mutate.py writes, and the tables that it refuses."""
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("mutate.py")
SOURCE = """int f(int a) {
  int b = a + 1;
  if (a < 0
      || a > 9) b = 0;
  return b;
}
"""
LIMIT = "{ name = 'no-limit', text = 'a < 0 || a > 9', instead = 'false' },"
RESET = "{ name = 'no-reset', text = 'b = 0;', instead = '' },"


def mutate(folder, table):
    (folder / "mutants.toml").write_text(table)
    (folder / "f.cpp").write_text(SOURCE)
    (folder / "g.cpp").write_text(SOURCE)
    (folder / "i.hpp").write_text('bool own = planted("own_2");')
    return subprocess.run(
        ["/usr/bin/python3", SCRIPT, folder / "mutants.toml", folder, folder / "copies"],
        capture_output=True, text=True)


def test_a_copy_asks_which_mutant_is_planted(tmp_path):
    done = mutate(tmp_path, f"'f.cpp' = [ {LIMIT} {RESET} ]")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == ("set(planted_bugs no-limit no-reset own_2 )\n"
                           "set(mutated_files f.cpp )\n")
    assert (tmp_path / "copies/f.cpp").read_text() == """\
#include "tests/campaigns/simulation/planted.hpp"
#line 1 "f.cpp"
int f(int a) {
  int b = a + 1;
  if ((recapd::simulation::planted("no-limit") ? (false) : (a < 0
      || a > 9))) { if (recapd::simulation::planted("no-reset")) {  } else { b = 0; } }
  return b;
}
"""


@pytest.mark.parametrize("table, sentence", [
    ("'f.cpp' = [ { name = 'x', text = 'a < 1', instead = '' } ]",
     "f.cpp has the text of mutant x 0 times; it has to be there once"),
    ("'f.cpp' = [ { name = 'x', text = 'int', instead = '' } ]",
     "f.cpp has the text of mutant x 3 times; it has to be there once"),
    (f"'f.cpp' = [ {LIMIT} {{ name = 'x', text = '9) b = 0;', instead = '' }} ]",
     "f.cpp has the texts of mutants no-limit and x in one place; they must not overlap"),
    (f"'f.cpp' = [ {RESET} ]\n'g.cpp' = [ {RESET} ]",
     "g.cpp has a mutant no-reset, and f.cpp has one, too; a name may be there once"),
    (f"'f.cpp' = [ {RESET} {RESET} ]",
     "f.cpp has a mutant no-reset, and f.cpp has one, too; a name may be there once"),
    (f"'h.cpp' = [ {RESET} ]", "there is no h.cpp, which is to have mutants"),
])
def test_a_table_is_refused(tmp_path, table, sentence):
    done = mutate(tmp_path, table)
    assert (done.returncode, done.stderr) == (1, sentence + "\n")
