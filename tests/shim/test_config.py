"""Configuration trees, built and read."""

import pytest

from collectd_shim import ConfigError, block, parse


def outline(node):
    return (node.key, node.values, [outline(child) for child in node.children])


def test_block_and_file_are_alike():
    built = block(
        "Module", "example", Log=["/a", "/b"], Pair=("x", 2), On=True, Interval=60,
        children=[block("Sub", "inner", Path="/x")],
    )  # fmt: skip
    (read,) = parse("""
        <Module example>
          Log "/a"
          Log "/b"
          Pair x 2
          On true
          Interval 60
          <Sub "inner">
            Path "/x"
          </Sub>
        </Module>
    """)
    assert outline(built) == outline(read)
    assert built.parent is None
    assert all(child.parent is built for child in built.children)
    assert built.children[-1].children[0].parent is built.children[-1]
    assert [type(value) for child in built.children for value in child.values] == [
        str, str, str, float, bool, float, str
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Interval", "x.conf:1: the option Interval has no value"),
        ('A 1\n"quoted" 2', "x.conf:2: an option is a word and its values"),
        ("A 1 <", "x.conf:1: an option is a word and its values"),
        ("<Plugin python\nA 1\n", "x.conf:1: this block's first line does not end with >"),
        ("<>\n", "x.conf:1: an option is a word and its values"),
        ("\n<Plugin python>\n A 1\n", "x.conf: the block <Plugin> is not closed"),
        ("<Plugin python>\n</Module>\n", "x.conf:2: this line does not close the block that is open"),
        ("</Plugin>\n", "x.conf:1: this line does not close the block that is open"),
        ('A "two\nlines" \\\n  3\nB "unfinished', "x.conf:4: cannot read '\"unfinished'"),
        ("A 1\nB {", "x.conf:2: cannot read '{'"),
        ("A \x1b[2J\n", "x.conf:1: cannot read '\\x1b[2J\\n'"),
    ],
)
def test_what_collectd_would_not_read(text, message):
    with pytest.raises(ConfigError) as caught:
        parse(text, "x.conf")
    assert str(caught.value) == message
