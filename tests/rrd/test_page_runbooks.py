"""The runbooks below the page: each of docs/runbooks, with its links, commands and tables."""

import re
import shutil

import pytest

from rrd.pages import Page, crawl
from rrd.test_page_files import page, small
from sqmail_rrd import markdown
from sqmail_rrd.page import runbooks
from sqmail_rrd.page.frame import page as framed
from support import ROOT

SOURCES = {path.stem: path.read_text() for path in (ROOT / "docs" / "runbooks").glob("*.md")}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    small(folder / "rrd")
    page(folder / "rrd", folder / "www")
    return folder / "www"


def html(text):
    """Return a page made of Markdown, as it is read."""
    return "".join(markdown.body(f"# title\n{text}", runbooks.linked))


def test_each_can_be_reached_from_the_first_page(site):
    found = crawl(site, runbooks=True)
    names = {path.stem for path in found}
    assert names == {"index", *SOURCES} - {"README"}
    assert {path.name for path in (site / "runbooks").iterdir()} == {path.name for path in found}


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_what_the_source_says_is_on_the_page(site, name):
    found = Page(site / "runbooks" / runbooks.file_of(f"{name}.md"))
    source = SOURCES[name]
    tables = re.findall(r"(?:^\|.*\n)+", source, re.MULTILINE)
    assert [len(table) for table in found.tables] == [len(table.splitlines()) - 1 for table in tables]
    assert all(len({len(row) for row in table}) == 1 for table in found.tables)
    for block in re.findall(r"```sh\n(.*?)```", source, re.DOTALL):
        assert block in found.text
    for line in re.findall(r"^    (.+)$", source, re.MULTILINE):
        assert line in found.text
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", source, flags=re.DOTALL), re.MULTILINE)
    assert all(heading in found.text for heading in headings)
    # No mark of Markdown is left.
    prose = re.sub(r"<(pre|code|style)>.*?</\1>", "", (site / "runbooks" / runbooks.file_of(f"{name}.md")).read_text(), flags=re.DOTALL)
    assert not re.search(r"`|\*\*|\]\(|^\||^#|<p>(?:-|\d+\.) |<!--", prose, re.MULTILINE)


def test_notes_urls_of_the_examples_are_places_of_the_index(site):
    ids = {attributes.get("id") for _, attributes in Page(site / "runbooks" / "index.html").elements}
    for path in ("icinga2/sqmail-services.conf", "nagios/templates.cfg"):
        named = re.findall(r'(?:_CHECK +|SqmailRunbooks \+ "#)(\w+)', (ROOT / "examples" / path).read_text())
        assert len(named) == 8
        assert ids >= set(named)


def test_a_page_does_not_load_itself_again(site):
    elements = Page(site / "runbooks" / "todo.html").elements
    assert not [attributes for tag, attributes in elements if attributes.get("http-equiv") == "refresh"]
    assert [attributes for tag, attributes in elements if attributes.get("http-equiv") == "Content-Security-Policy"]


def test_what_has_not_changed_is_left_alone(tmp_path):
    small(tmp_path / "rrd")
    page(tmp_path / "rrd", tmp_path / "www")
    folder = tmp_path / "www" / "runbooks"
    old = {path.name: path.stat().st_ino for path in folder.iterdir()}
    (folder / "todo.html").write_text("stale")
    (folder / "own.html").write_text("somebody's own")
    page(tmp_path / "rrd", tmp_path / "www")
    new = {path.name: path.stat().st_ino for path in folder.iterdir()}
    assert (folder / "todo.html").read_text() != "stale"
    assert (folder / "own.html").read_text() == "somebody's own"
    assert {name for name in old if old[name] != new[name]} <= {"todo.html"}
    shutil.rmtree(folder)
    page(tmp_path / "rrd", tmp_path / "www")
    assert {path.name for path in folder.iterdir()} == set(old)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("one\ntwo", "<p>one two</p>"),
        ("a **b `c`** d", "<p>a <strong>b <code>c</code></strong> d</p>"),
        ("[a](todo.md) [b](README.md#x-y) [c](#z)", '<p><a href="todo.html">a</a> <a href="index.html#x-y">b</a> <a href="#z">c</a></p>'),
        ("[out](../permissions.md) [site](https://www.example.org/a)", '<p>out <a href="https://www.example.org/a">site</a></p>'),
        ("[bad](javascript:alert(1)) [file](/etc/passwd.md)", "<p>bad) file</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("`<b>`", "<p><code>&lt;b&gt;</code></p>"),
        ("- a\n- `b`", "<ul><li>a</li><li><code>b</code></li></ul>"),
        ("so:\n1. a\n2. b - 3\n\n10. c", "<p>so:</p><ol><li>a</li><li>b - 3</li></ol><ol><li>c</li></ol>"),
        ("<!-- quote: x -->\na\n<!-- end -->", "<p>a</p>"),
        ("## A `b` c_d: e", '<h2 id="a-b-c_d-e">A <code>b</code> c_d: e</h2>'),
        ("```sh\na <b\n\n  c | d\n```\nend", "<pre><code>a &lt;b\n\n  c | d\n</code></pre><p>end</p>"),
        ("    one\n      two", "<pre><code>one\n  two\n</code></pre>"),
        ("| a | b |\n|---|---|\n| `x \\| y` | z |",
         '<div class="wide"><table class="text"><thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>'
         "<tbody><tr><td><code>x | y</code></td><td>z</td></tr></tbody></table></div>"),
        ("```sh\nnever closed", "<pre><code>never closed\n</code></pre>"),
    ],
)  # fmt: skip
def test_markdown(text, wanted):
    assert html(text) == wanted


def test_a_page_without_a_title_is_an_error():
    with pytest.raises(LookupError):
        markdown.title("no title")
    assert markdown.title("# A title\ntext") == "A title"


def test_a_page_without_values_has_no_time():
    assert b"<footer>" not in framed("x", (), None)
    assert b"<footer>" in framed("x", (), 0)
