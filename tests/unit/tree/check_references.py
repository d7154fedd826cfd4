#!/usr/bin/env python3
"""Fails on a file or heading that a comment or a page names and that is not there,
and on a decision whose number is another's, or not that of its title or its links.

Usage: check_references.py PROJECT_FOLDER
SPDX-License-Identifier: Apache-2.0
"""
import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1]).resolve()
NAMED = re.compile(r"\b(?:docs|config)/[\w./-]*\.(?:md|json)\b")
SOURCE = re.compile(r"(?<![\w./-])(?:workflows|storage|actors|config|gateway|tools|tests)"
                    r"/[\w./*-]*[\w*]")
COMMENT = re.compile(r"(?:^|\s)(?://+|#|--) .*")
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s#]*)(?:#([\w-]+))?\)")
SECTION = re.compile(r"docs/contract\.md, (\d+)")
DECISION = re.compile(r"\[(\d{4})\]\([^)]*adr/(\d{4})-")
BARE_DECISION = re.compile(r"\((\d{4})\)")  # among the decisions themselves
KINDS = {".cpp", ".hpp", ".py", ".sql", ".md", ".txt", ".cmake", ".mjs", ""}


def headings(page):
    """The anchors of a page's headings."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-")
            for h in found}


def troubles(file, text):
    for name in NAMED.findall(text):
        if not (ROOT / name).exists():
            yield f"there is no {name}"
    said = text if file.suffix == ".md" else "\n".join(COMMENT.findall(text))
    for name in SOURCE.findall(said):
        pattern = re.sub("[A-Z]{2,}", "*", name)  # NAME stands for any
        if not any(list(ROOT.glob(pattern + end)) for end in ("", ".*")):
            yield f"there is no {name}"
    for number in SECTION.findall(text):
        if not re.search(rf"^## {number}\. ", CONTRACT, re.M):
            yield f"docs/contract.md has no section {number}"
    if file.suffix != ".md":
        return
    for shown, meant in DECISION.findall(text):
        if shown != meant:
            yield f"the link [{shown}] leads to {meant}"
    if file.parent == DECISIONS:
        for number in BARE_DECISION.findall(text):
            if not list(DECISIONS.glob(f"{number}-*.md")):
                yield f"there is no decision {number}"
    for path, anchor in LINK.findall(text):
        target = (file.parent / path).resolve() if path else file
        if not target.exists():
            yield f"the link {path} leads nowhere"
        elif anchor and anchor not in headings(target):
            yield f"{path} has no heading {anchor}"


def files(folder):
    """The sources and pages, without what was built or fetched."""
    for file in sorted(folder.iterdir()):
        if file.is_dir():
            if not file.name.startswith((".", "build")) \
                    and file.name not in ("node_modules", "corpus"):
                yield from files(file)
        elif file.suffix in KINDS:
            yield file


def misnumbered():
    """Decisions whose number is taken, or differs from that of their title."""
    taken = {}
    for file in sorted(DECISIONS.glob("*.md")):
        number = file.name[:4]
        if number in taken:
            yield f"{file.name}: {taken[number]} has its number"
        taken[number] = file.name
        title = file.read_text(encoding="utf-8").splitlines()[0]
        if not title.startswith(f"# {int(number)}. "):
            yield f"{file.name}: its title is {title}"


DECISIONS = ROOT / "docs" / "adr"
CONTRACT = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
wrong = list(misnumbered())
for file in files(ROOT):
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        continue
    wrong += [f"{file.relative_to(ROOT)}: {t}" for t in troubles(file, text)]
print("\n".join(wrong))
sys.exit(1 if wrong else 0)
