"""Pictures on pages: each with its title, and its numbers as text below it."""

from collections.abc import Iterator

from sqmail_command.html import Markup, element, join
from sqmail_rrd.graphs.catalogue import Series
from sqmail_rrd.graphs.layers import columns, pale_means, shown, texts
from sqmail_rrd.graphs.quantities import amount
from sqmail_rrd.graphs.readings import Reading
from sqmail_rrd.page.frame import moment
from sqmail_rrd.page.model import DrawnReading, HostGraphs, InstanceGraphs, Picture, page_name


def figure(
    host: HostGraphs, instance: InstanceGraphs, drawn: DrawnReading, folder: str, title: str | None = None
) -> Markup:
    """Return a picture with its numbers, or a sentence where there is none.

    One with a title leads to its graph's page, which is in `folder`.
    """
    reading = drawn.reading
    if drawn.picture is None:
        return element("p", _nothing(reading), class_="faint")
    image = _image(drawn.picture, folder, _alt(host, instance, reading))
    target = folder + page_name(instance.rrds.instance, reading.graph.name)
    if title is not None:
        image = element("a", element("span", title, class_="title"), image, href=target)
    # The jump list of a host's page leads here.
    place = target if title is not None and not folder else None
    return element("figure", image, _legend(reading), id=place)


def _legend(reading: Reading) -> Markup:
    quantity = reading.graph.quantity
    rows = []
    for series, numbers in shown(reading):
        cells = (element("td", text) for text in texts(numbers, quantity, total=quantity.sums))
        rows.append(element("tr", element("th", _swatch(series), series.label, scope="row"), *cells))
    heads = (element("th", text, scope="col") for text in columns(total=quantity.sums))
    notes = list(_notes(reading))
    head = element("thead", element("tr", element("td"), *heads))
    table = element("table", head, element("tbody", *rows), class_="legend")
    return join(table, element("p", *notes, class_="faint") if notes else None)


def _swatch(series: Series) -> Markup:
    return element("span", class_=f"swatch {series.style} {series.hue}")


def _notes(reading: Reading) -> Iterator[str]:
    """Yield what else is to be known of a picture, sentence by sentence."""
    if pale := pale_means(reading):
        yield f"{pale}. "
    if reading.missing > _SEEN:
        yield f"No values for {percent(reading.missing)} of the time. "
    if reading.until - reading.time_range.seconds < reading.begin < reading.until:
        yield "First values "
        yield moment(reading.begin)
        yield "."


def _image(picture: Picture, folder: str, alt: str) -> Markup:
    return element("img", src=folder + picture.name, alt=alt, width=picture.width, height=picture.height)


def _alt(host: HostGraphs, instance: InstanceGraphs, reading: Reading) -> str:
    unit = reading.graph.quantity.unit
    measured = f"{reading.graph.title} ({unit})" if unit else reading.graph.title
    return f"{measured} of {host.name}, {instance.rrds.instance}, {reading.time_range.title}"


# The share of a time that is told.
_SEEN = 0.001


def _nothing(reading: Reading) -> str:
    if reading.missing > 0.99:
        return f"No values in the {reading.time_range.title}."
    gap = f", and no values for {percent(reading.missing)} of the time" if reading.missing > _SEEN else ""
    return f"Nothing in the {reading.time_range.title}: all of it is zero{gap}."


def percent(share: float) -> str:
    """Return a share of a time as text."""
    return f"{amount(100 * share)} %" if not 0.9995 <= share < 1 else "over 99.9 %"
