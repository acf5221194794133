"""How a host is: what is wrong, since when, why, and what has changed."""
