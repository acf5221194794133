"""A time on one page: attention, numbers beside those before, hours, destinations, causes; as text, HTML and mail."""
