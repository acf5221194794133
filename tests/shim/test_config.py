"""Configuration trees as a config callback gets them."""

from collectd_shim import block


def test_a_block_knows_its_options_and_they_know_it():
    built = block(
        "Module", "example", Log=["/a", "/b"], Pair=("x", 2), On=True, Interval=60,
        children=[block("Sub", "inner", Path="/x")],
    )  # fmt: skip
    assert [(child.key, child.values) for child in built.children] == [
        ("Log", ("/a",)), ("Log", ("/b",)), ("Pair", ("x", 2.0)), ("On", (True,)), ("Interval", (60.0,)), ("Sub", ("inner",))
    ]  # fmt: skip
    assert built.parent is None
    assert all(child.parent is built for child in built.children)
    assert built.children[-1].children[0].parent is built.children[-1]
    assert [type(value) for child in built.children for value in child.values] == [
        str, str, str, float, bool, float, str
    ]  # fmt: skip
