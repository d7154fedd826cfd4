# SPDX-License-Identifier: Apache-2.0
"""recapctl's completion in each shell, as that shell runs it."""
import os
import shutil
import subprocess

import pytest

from node import BIN
from terminal import Terminal


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


def script(shell):
    return subprocess.run([BIN / "recapctl", "completion", shell], text=True,
                          check=True, capture_output=True).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_knows_every_command(shell):
    for word in ["explain", "dead-letters", "reopen", "hours"]:
        assert word in script(shell)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_takes_the_script_without_a_word(shell, home):
    done = subprocess.run(
        [shell, *(["-f"] if shell == "zsh" else []), "-c", script(shell)],
        text=True, capture_output=True, env={**os.environ, "HOME": str(home)})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def by_bash(words, home):
    line = " ".join(f"'{word}'" for word in words)
    ask = (script("bash")
           + f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _recapctl;"
             ' echo "${COMPREPLY[*]}"')
    return subprocess.run(["bash", "-c", ask], text=True, check=True,
                          capture_output=True).stdout.split()


def by_fish(words, home):
    ask = script("fish") + f"complete -C '{' '.join(words)}'"
    offered = subprocess.run(
        ["fish", "--no-config", "-c", ask], text=True, check=True,
        capture_output=True, env={**os.environ, "HOME": str(home)}).stdout
    return [line.split("\t")[0] for line in offered.splitlines()]


def by_zsh(words, home):
    """What zsh would list, where more than one thing fits."""
    file = home / "completion.zsh"
    # Its own functions, but what was offered is printed and not drawn.
    file.write_text("autoload -Uz compinit && compinit -u\n" + script("zsh") + """
compadd() {
  local -a shown
  builtin compadd -O shown "$@"
  print -rl -- "offered: "$^shown >>$OFFERED
  builtin compadd "$@"
}
""")
    offered = home / "offered"
    offered.unlink(missing_ok=True)
    with Terminal(["zsh", "-f", "-i"], env={
            "HOME": str(home), "OFFERED": str(offered), "PS1": "ready> ",
            "TERM": "dumb", "PATH": os.environ["PATH"]}) as zsh:
        zsh.until("ready> ")
        zsh.write(f"source {file}; echo sour''ced\n")
        zsh.until("sourced")
        zsh.write(" ".join(words) + "\t")
        zsh.wait(lambda: offered.exists() and offered.read_text())
    return {line.removeprefix("offered: ")
            for line in offered.read_text().splitlines()}


SHELLS = [pytest.param(complete, id=name) for name, complete in
          (("bash", by_bash), ("zsh", by_zsh), ("fish", by_fish))]


@pytest.mark.parametrize("complete", SHELLS)
def test_a_subcommand_is_completed(complete, home):
    assert "reopen" in complete(["recapctl", "support", "re"], home)
    assert "explain" in complete(["recapctl", "-o", "json", "ex"], home)
    assert "void" not in complete(["recapctl", "support", "re"], home)


@pytest.mark.parametrize("complete", SHELLS)
def test_options_of_the_command_and_of_all_are_completed(complete, home):
    offered = set(complete(["recapctl", "list", "--"], home))
    assert {"--state", "--output", "--url", "--token", "--utc"} <= offered
    assert "--hours" not in offered
    assert "--hours" in complete(["recapctl", "support", "reopen", "--h"], home)


@pytest.mark.parametrize("complete", SHELLS)
def test_the_forms_of_output_are_completed(complete, home):
    for option in ("-o", "--output"):
        offered = complete(["recapctl", "list", option, ""], home)
        assert set(offered) == {"table", "json", "csv"}


@pytest.mark.parametrize("complete", SHELLS)
def test_the_shells_are_completed(complete, home):
    offered = set(complete(["recapctl", "completion", ""], home))
    assert {"bash", "zsh", "fish"} <= offered
    assert set(complete(["recapctl", "completion", "z"], home)) == {"zsh"}


@pytest.mark.parametrize("complete", SHELLS)
def test_the_states_are_completed(complete, home):
    assert set(complete(["recapctl", "list", "--state", ""], home)) == {
        "scheduled", "time_logged", "awaiting_student_recap", "completed",
        "paid", "missed", "update_denied", "cancelled", "voided",
        "disputed"}


@pytest.mark.parametrize("complete", SHELLS)
def test_a_value_behind_an_equals_sign_is_completed(complete, home):
    words = ["--output", "=", "js"] if complete is by_bash else ["--output=js"]
    offered, = complete(["recapctl", "list", *words], home)
    assert offered.removeprefix("--output=") == "json"


def test_bash_offers_values_right_behind_the_equals_sign(home):
    offered = by_bash(["recapctl", "list", "--output", "="], home)
    assert set(offered) == {"table", "json", "csv"}


def test_bash_offers_nothing_twice(home):
    for command in (["list"], ["support", "reopen"]):
        offered = by_bash(["recapctl", *command, "-"], home)
        assert len(offered) == len(set(offered))


def test_the_shells_are_there():
    assert all(map(shutil.which, ("bash", "zsh", "fish")))
