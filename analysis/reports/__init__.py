"""How a reader gets it: executed notebooks become PDF and HTML."""
