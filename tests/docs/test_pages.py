"""Pages: specs parse, links lead somewhere, generated parts and printed outputs are what the code gives."""

import re

import pytest

from patron.dsl.parse import parse_file, parse_phrase
from patron.engine.cli.group import COMMANDS, OTHER_NAMES
from tests.docs.blocks import README, ROOT, Block, blocks, name_of, pages, prose
from tests.docs.parts import PART, filled
from tests.docs.session import lived

PAGES = pages()
BLOCKS = [b for p in PAGES for b in blocks(p)]
LIVED = [p for p in PAGES if any(b.language == "console" for b in blocks(p))]
WRITE = "`python tests/docs/write.py` writes it anew"
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.*?) *$", re.MULTILINE)


def stopping(problems):
    return [f"{p.span.line}:{p.span.column} {p.code} {p.message}" for p in problems if p.stops]


def wholly(block: Block) -> bytes:
    """A block as a file: parts of one need not say the language."""
    says = re.search(r"^language ", block.text, re.MULTILINE)
    return (block.text if says else f"language 1\n{block.text}").encode()


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "patron"], ids=str)
def test_every_spec_parses(block):
    assert stopping(parse_file(wholly(block), str(block))[1]) == []


def test_the_specs_of_the_readme_are_those_in_the_tree():
    there = {p.read_text(encoding="utf-8") for p in (ROOT / "specs" / "tutorial").glob("*.patron")}
    assert {b.text for b in blocks(README) if b.language == "patron"} == there


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "patron-query"], ids=str)
def test_every_phrase_parses(block):
    for line in block.text.splitlines():
        assert stopping(parse_phrase(line)[1]) == [], line


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.language == "python"], ids=str)
def test_every_piece_of_python_compiles(block):
    if not block.text.startswith("def patron_"):  # signatures alone
        compile(block.text, str(block), "exec")


SPOKEN = re.compile(r"(?:^(?:\$ |- run: )?|[`/]|&& )patron ((?!COMMAND|NAME|title=)[^`\n]+)", re.MULTILINE)
KNOWN = {*COMMANDS, *OTHER_NAMES}
OPTIONS = set(re.findall(r"--[a-z-]+", (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_and_option_that_is_spoken_of_exists(page):
    for line in SPOKEN.findall(page.read_text(encoding="utf-8")):
        first, *rest = line.split()
        assert first in KNOWN or first.startswith("--"), line
        said = [w.partition("=")[0] for w in rest if re.fullmatch(r"--[a-z-]+(=.*)?", w)]
        assert [w for w in said if w not in OPTIONS] == [], line


def anchors(page):
    """The names of a page's headings, as GitHub and MkDocs make them."""
    words = (re.sub(r"[`*\[\]]|\([^)]*\.md[^)]*\)", "", h).lower() for h in HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", w).replace(" ", "-") for w in words}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page):
    for link in LINK.findall(prose(page)):
        target, _, anchor = link.partition("#")
        if "://" in link:
            continue
        found = (page.parent / target).resolve() if target else page
        assert found.exists(), link
        assert found.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(found), link


@pytest.mark.parametrize("page", [p for p in PAGES if p != ROOT / "docs" / "README.md"], ids=name_of)
def test_every_page_can_be_reached(page):
    """From the index by way of other pages."""
    seen, waiting = set(), [ROOT / "docs" / "README.md", ROOT / "README.md"]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        linked = (
            (one.parent / link.partition("#")[0]).resolve() for link in LINK.findall(prose(one)) if "://" not in link
        )
        waiting.extend(p for p in linked if p.suffix == ".md" and p.is_file())
    assert page in seen


@pytest.mark.parametrize("page", [p for p in PAGES if PART.search(p.read_text(encoding="utf-8"))], ids=name_of)
def test_generated_parts_are_what_the_code_says(page):
    text = page.read_text(encoding="utf-8")
    assert filled(text) == text, WRITE


@pytest.mark.parametrize("page", LIVED, ids=name_of)
def test_outputs_are_what_the_commands_print(page, tmp_path):
    for block, said in lived(page, tmp_path).items():
        for one in said:
            assert one.printed == one.expected, f"{block}: {one.command}; {WRITE}"
            assert "P0999" not in one.printed


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_nothing_of_a_machine_is_in_a_page(page):
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"/(?:home|work|tmp|Users|root)/", text.replace("/tmp/try", ""))
    assert "Traceback" not in text
