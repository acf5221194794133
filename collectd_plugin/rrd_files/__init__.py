"""RRD files: read, written, asked."""
