"""The desk's pages: plain forms rendered on the server, kept fresh by a small script of our own."""
