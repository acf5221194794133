"""What RRD files hold, added up and compared as rrdtool does it, without rrdtool."""
