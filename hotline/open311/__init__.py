"""Any Open311 GeoReport v2 server as the city's backend: `client` is the port, the rest is pure."""
