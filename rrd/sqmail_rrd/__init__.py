"""RRD files of mail hosts: kept up to date, filled from archives, drawn as graphs and as pages."""
