"""Passing over whole logs."""
