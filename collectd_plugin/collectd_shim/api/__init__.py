"""The module `collectd` as plugins see it."""
