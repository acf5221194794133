"""RRD files: made, updated, read; the one room that knows rrdtool, librrd and rrdcached."""
