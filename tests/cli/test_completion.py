import subprocess
from pathlib import Path
from typing import Final

import pytest
from tests.cli.terminal import Terminal

ASKED: Final = """
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
$(complete -p keypost | sed -E 's/.*-F ([^ ]+).*/\\1/')
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
"""What a shell does when somebody presses the tab key after these words."""


@pytest.mark.parametrize(
    ("words", "offered"),
    [("keypost pers", "person"), ("keypost person de", "deactivate"), ("keypost read --fol", "--follow")],
)
async def test_bash_completes_with_the_script(tmp_path: Path, words: str, offered: str) -> None:
    printed = await Terminal(tmp_path, {}).run("completion", "bash")

    answer = bash(printed.out + ASKED.format(words=words))

    assert printed.code == 0
    assert (answer.stdout.split(), answer.stderr) == ([offered], "")


@pytest.mark.parametrize("shell", ["fish", "zsh"])
async def test_other_shells_get_a_script_too(tmp_path: Path, shell: str) -> None:
    printed = await Terminal(tmp_path, {}).run("completion", shell)

    assert "deactivate" in printed.out


async def test_a_shell_that_is_not_known_is_told_which_are(tmp_path: Path) -> None:
    ended = await Terminal(tmp_path, {}).run("completion", "tcsh")

    assert (ended.code, ended.out) == (2, "")
    assert "bash" in ended.err


def bash(script: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", "--norc", "--noprofile", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
