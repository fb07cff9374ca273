"""Requests out, bytes in, as they cross the connection; only to addresses that the guard allows. Reads no page."""
