"""The desk as an Open311 GeoReport v2 server: its categories as services, its tickets as requests."""
