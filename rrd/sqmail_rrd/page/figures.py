"""Pictures on pages: each leads to its graph's page, and what it says is there as text, too."""

from sqmail_command.html import Markup, element
from sqmail_rrd.graphs.quantities import amount
from sqmail_rrd.graphs.readings import Reading
from sqmail_rrd.page.model import DrawnReading, HostGraphs, InstanceGraphs, Picture, page_name


def figure(
    host: HostGraphs, instance: InstanceGraphs, drawn: DrawnReading, folder: str, *, link: bool = True
) -> Markup:
    """Return a picture that leads to its graph's page, or a sentence where there is none."""
    reading = drawn.reading
    if drawn.picture is None:
        return element("p", _nothing(reading), class_="faint")
    # Beside its numbers' table a picture need not read them out.
    image = _image(drawn.picture, folder, _alt(host, instance, reading, numbers=bool(folder)))
    target = folder + page_name(instance.rrds.instance, reading.graph.name)
    if not link:
        return element("figure", image)
    # The jump list of a host's page leads here.
    return element("figure", element("a", image, href=target), id=None if folder else target)


def _image(picture: Picture, folder: str, alt: str) -> Markup:
    return element("img", src=folder + picture.name, alt=alt, width=picture.width, height=picture.height)


def _alt(host: HostGraphs, instance: InstanceGraphs, reading: Reading, *, numbers: bool) -> str:
    name = f"{reading.graph.title} of {host.name}, {instance.rrds.instance}, {reading.time_range.title}"
    if not numbers:
        return name
    quantity = reading.graph.quantity
    said = "; ".join(
        f"{series.label} now {quantity.text(found.now)}, average {quantity.text(found.average)}, "
        f"maximum {quantity.text(found.maximum)}"
        for series, found in reading.rows
        if not found.zero
    )
    return f"{name}: {said}"


def _nothing(reading: Reading) -> str:
    if reading.missing > 0.99:
        return f"No values in the {reading.time_range.title}."
    gap = f", and no values for {percent(reading.missing)} of the time" if reading.missing > 0.001 else ""
    return f"Nothing in the {reading.time_range.title}: all of it is zero{gap}."


def percent(share: float) -> str:
    """Return a share of a time as text."""
    return f"{amount(100 * share)} %" if not 0.9995 <= share < 1 else "over 99.9 %"
